"""Devices that vanish, hang or come back changed while a take is open: what is left is recorded, and it is said."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from capture.clock import MonotonicClock
from capture.demo import FLASH_EVERY_S
from capture.model import Gap, Missing, PictureFormat, TakeReport
from capture.state import Device, Recording, Wish
from tests.support.decoding import hear
from tests.support.flash_beep import find_beeps
from tests.support.playing import complaints, play
from tests.support.recording import SMALL, Session, session
from tests.support.scripted_devices import CAMERA, MICROPHONE, ScriptedDevices
from tests.support.wait import until

BOTH = Wish(CAMERA, MICROPHONE, SMALL)
DARK = 30
"""The mean of a black picture lies below."""
BUSY_S = 1.0
"""So late may everything be on a busy computer, and so far may what was recorded lag behind what was captured."""


@dataclass(slots=True)
class Take:
    """An open take on scripted devices, and what became of it."""

    path: Path
    devices: ScriptedDevices
    recording: Session
    report: TakeReport | None = None

    def at_s(self) -> float:
        return self.recording.recorder.recorded_s()

    def wait_back(self) -> float:
        """The moment of the take at which nothing is lost any more."""
        recorder = self.recording.recorder
        until(lambda: isinstance(state := recorder.state, Recording) and not state.lost, what="all devices")
        return self.at_s()

    def wait_lost(self, *devices: Device) -> None:
        recorder = self.recording.recorder
        lost = frozenset(devices)
        until(lambda: isinstance(state := recorder.state, Recording) and state.lost == lost, what=f"{lost} lost")

    def wait_told(self, count: int) -> None:
        """So many sentences were told, and no more; the recorder tells them after it has changed its state."""
        until(lambda: len(self.recording.told) >= count, what=f"{count} sentences")
        assert len(self.recording.told) == count, self.recording.told

    def record_without(self, seconds: float) -> float:
        """Until the take is so much longer; returns how long that really took: what was recorded may catch up."""
        began_s = time.monotonic()
        self.recording.record_for(seconds)
        return time.monotonic() - began_s

    def stop(self) -> TakeReport:
        """Close it; it plays to its end, and what the report says of its frames is so."""
        report = self.recording.stop()
        played = play(self.path)
        assert played.faults == []
        assert complaints(self.path) == ""
        assert report.frames_written <= played.pictures <= report.frames_written + 5
        assert abs(played.sound_s - report.seconds) < 0.3
        return report


@pytest.fixture
def take(tmp_path: Path) -> Iterator[Take]:
    """A take of which a second is recorded."""
    devices = ScriptedDevices(MonotonicClock())
    with session(open_camera=devices.open_camera, open_microphone=devices.open_microphone) as recording:
        recording.prepare(BOTH)
        recording.start(tmp_path / "take.mp4")
        recording.record_for(1.0)
        yield Take(tmp_path / "take.mp4", devices, recording)


def _gap(report: TakeReport, missing: Missing) -> Gap:
    (gap,) = [gap for gap in report.gaps if gap.missing is missing]
    return gap


def _assert_dark_within(path: Path, gap: Gap) -> None:
    """Within a second after the camera stopped a black picture stands, not a face; and none at another time."""
    shown = []
    with av.open(str(path)) as media:
        for frame in media.decode(video=0):
            shown.append((frame.time or 0.0, float(np.asarray(frame.to_ndarray(format="gray")).mean()) < DARK))
    dark = [at_s for at_s, is_dark in shown if is_dark]
    assert dark, "a black picture"
    # ffmpeg may lay it right behind the last picture of the camera, which it could not write before.
    last_s = gap.start_s - 1 / SMALL.fps
    assert [at_s for at_s in dark if not last_s <= at_s < gap.end_s] == [], gap
    assert dark[0] - gap.start_s < 1.0 + BUSY_S


def _assert_beeps_in_step(path: Path) -> None:
    """Every beep stands where the two seconds from beep to beep say: the sound never noticed."""
    beeps = find_beeps(hear(path))
    for before, after in itertools.pairwise(beeps):
        off = (after - before) / FLASH_EVERY_S
        assert abs(off - round(off)) * FLASH_EVERY_S < 0.02


def _told(take: Take, words: str) -> list[str]:
    return [sentence for sentence in take.recording.told if words in sentence]


@pytest.mark.fault(
    "The camera is pulled out, and comes back at another size and rate",
    made="a scripted camera that reports that it has gone, and opens again at 640x480 and 15 a second",
    holds="told once; the sound goes on over black; the gap is marked with its bounds; the take keeps its size",
)
def test_a_camera_that_comes_back_changed(take: Take) -> None:
    gone_s = take.at_s()
    take.devices.camera_is_in.clear()
    said = take.recording.wait_told("The camera has stopped")
    assert "Your recording is safe and goes on with sound alone" in said
    away_s = take.record_without(2.5)
    take.devices.picture = PictureFormat(640, 480, 15.0)
    take.devices.camera_is_in.set()
    back_s = take.wait_back()
    take.recording.record_for(1.0)
    report = take.stop()
    gap = _gap(report, Missing.CAMERA)
    assert abs(gap.start_s - gone_s) < BUSY_S
    assert gap.start_s + away_s < gap.end_s < back_s + BUSY_S
    assert report.size == "320x240"
    assert len(_told(take, "The camera has stopped")) == len(take.recording.told) == 1
    _assert_dark_within(take.path, gap)
    _assert_beeps_in_step(take.path)


@pytest.mark.fault(
    "The camera hangs: no pictures, and no error either",
    made="a scripted camera whose read does not return for three seconds",
    holds="told once, as lost; the sound goes on over black; the gap is marked; it joins in again by itself",
)
def test_a_camera_that_hangs(take: Take) -> None:
    gone_s = take.at_s()
    take.devices.camera_delivers.clear()
    take.recording.wait_told("goes on with sound alone")
    assert take.recording.recorder.latest_frame() is None, "nobody sits in front of a picture that stands still"
    away_s = take.record_without(2.0)
    take.devices.camera_delivers.set()
    take.wait_back()
    take.recording.record_for(0.7)
    report = take.stop()
    gap = _gap(report, Missing.CAMERA)
    assert abs(gap.start_s - gone_s) < BUSY_S
    assert gap.end_s - gap.start_s > away_s
    assert len(take.recording.told) == 1
    _assert_dark_within(take.path, gap)
    _assert_beeps_in_step(take.path)


@pytest.mark.fault(
    "The microphone hangs or is pulled out, and comes back",
    made="a scripted microphone that hands out nothing for three seconds",
    holds="told once; silence in its place, exactly as long; the gap is marked; sound in step afterwards",
)
def test_a_microphone_that_hangs(take: Take) -> None:
    take.devices.microphone_delivers.clear()
    gone_s = take.at_s()
    assert "Your recording is safe and goes on without sound" in take.recording.wait_told("The microphone has stopped")
    away_s = take.record_without(2.0)
    take.devices.microphone_delivers.set()
    take.wait_back()
    take.recording.record_for(2.5)
    report = take.stop()
    gap = _gap(report, Missing.MICROPHONE)
    assert abs(gap.start_s - gone_s) < BUSY_S
    assert gap.end_s - gap.start_s > away_s
    assert abs(report.sound_lost_s - (gap.end_s - gap.start_s)) < 0.05
    assert len(take.recording.told) == 1
    played = play(take.path)
    beeps = find_beeps(hear(take.path))
    assert beeps
    for beep in beeps:
        off = (beep - played.flashes[0]) / FLASH_EVERY_S
        assert abs(off - round(off)) * FLASH_EVERY_S < 0.02


@pytest.mark.fault(
    "Camera and microphone vanish together",
    made="both scripted devices gone for three seconds, as a hub that was pulled out",
    holds="each is told once, and that nothing is recorded; both join in again, in step",
)
def test_both_devices_vanish(take: Take) -> None:
    take.devices.microphone_delivers.clear()
    take.devices.camera_is_in.clear()
    take.wait_lost(Device.CAMERA, Device.MICROPHONE)
    take.wait_told(2)
    assert "nothing is being recorded just now" in take.recording.told[-1]
    stands_s = take.at_s()
    until(lambda: take.devices.opened_microphones > 1, what="a microphone that is opened anew")
    assert take.at_s() < stands_s + 1.5
    take.devices.camera_is_in.set()
    take.devices.microphone_delivers.set()
    take.wait_back()
    take.recording.record_for(2.5)
    report = take.stop()
    assert {gap.missing for gap in report.gaps} == {Missing.CAMERA, Missing.MICROPHONE}
    played = play(take.path)
    beeps = find_beeps(hear(take.path)) if played.flashes else []  # a busy computer may lose the frame of a flash
    for beep in beeps:
        off = (beep - played.flashes[-1]) / FLASH_EVERY_S
        assert abs(off - round(off)) * FLASH_EVERY_S < 0.02


@pytest.mark.fault(
    "The camera comes and goes",
    made="a scripted camera that is pulled out and put back three times",
    holds="told once each time; every gap is marked; every frame is accounted for",
)
def test_a_camera_that_comes_and_goes(take: Take) -> None:
    for turn in range(1, 4):
        take.devices.camera_is_in.clear()
        take.wait_lost(Device.CAMERA)
        take.wait_told(turn)
        take.devices.camera_is_in.set()
        take.wait_back()
        take.recording.record_for(0.4)
    report = take.stop()
    assert 1 <= sum(gap.missing is Missing.CAMERA for gap in report.gaps) <= 3
    assert len(take.recording.told) == 3
