"""The recorder on the demo devices: real ffmpeg, real threads, real files."""

import itertools
import threading
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from capture.clock import MonotonicClock
from capture.demo import FLASH_EVERY_S
from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE
from capture.model import Lost, Missing, PictureFormat, TakeReport
from capture.preroll import PREROLL_S
from capture.state import Idle, Pause, Paused, Prepare, Ready, Recording, Release, Resume, Scrap, Start, Wish
from tests.support.decoding import hear
from tests.support.flash_beep import find_beeps
from tests.support.recording import BOTH, SMALL, Session, files_in, session
from tests.support.scripted_devices import CAMERA, MICROPHONE, ScriptedDevices
from tests.support.wait import until

ENDS_S = 0.3
"""So far apart may sound and picture end: a busy computer may miss the last pictures."""
PAUSE_S = 0.7


def _pictures(take: Path) -> tuple[list[float], list[float]]:
    """The time of every picture, and of every flash."""
    times, flashes = [], []
    with av.open(str(take)) as media:
        for frame in media.decode(video=0):
            assert frame.time is not None
            times.append(frame.time)
            if frame.to_ndarray(format="gray")[4:20, 4:20].mean() > 128:
                flashes.append(frame.time)
    return times, flashes


def _loudest_step(sound: NDArray[np.float64], report: TakeReport) -> float:
    """Within the take: the encoder fills up its last 21 ms with silence."""
    return float(np.abs(np.diff(sound[: int(report.seconds * 48_000) - 1])).max())


def _take(tmp_path: Path, wish: Wish, seconds: float, name: str = "take.mp4") -> tuple[Path, TakeReport]:
    take = tmp_path / name
    with session() as recording:
        recording.prepare(wish)
        recording.start(take)
        recording.record_for(seconds)
        return take, recording.stop()


def test_a_take_has_every_frame_at_its_time_and_the_beep_at_the_flash(tmp_path: Path) -> None:
    take, report = _take(tmp_path, BOTH, 4.5)
    times, flashes = _pictures(take)
    assert len(times) == report.frames_written
    assert times[0] == 0.0
    steps = np.diff(times) * 30
    assert np.abs(steps - np.rint(steps)).max() < 0.001, "every frame stands on the camera's own beat"
    if report.lost == Lost():
        assert np.abs(steps - 1).max() < 0.001
    beeps = find_beeps(hear(take))
    assert len(beeps) >= 2
    assert flashes
    for beep in beeps:
        # A busy computer may drop a flash; the beep still stands on its beat.
        off = (beep - flashes[0]) / FLASH_EVERY_S
        assert abs(off - round(off)) * FLASH_EVERY_S < 0.001
    assert abs(len(hear(take)) / 48_000 - report.seconds) < 0.06
    assert (report.size, report.codec) == ("320x240", "h264/aac")
    assert report.cpu_s > 0
    assert files_in(tmp_path) == ["take.mp4"]


def test_the_second_before_the_start_belongs_to_the_take(tmp_path: Path) -> None:
    """The first word is not cut."""
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        threading.Event().wait(1.5)
        recording.start(take)
        began_s = MonotonicClock().now_s()
        recording.record_for(1.2)
        ended_s = MonotonicClock().now_s()
        report = recording.stop()
    assert report.seconds > ended_s - began_s + 0.5
    times, _ = _pictures(take)
    assert times[0] == 0.0
    assert len(times) == report.frames_written
    assert abs(len(hear(take)) / 48_000 - times[-1]) < ENDS_S


def test_the_last_seconds_are_scrapped_and_the_take_goes_on(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(3.0)
        recording.post(Scrap(1.5))
        until(lambda: recording.recorder.recorded_s() < 2.0, what="a shorter take")
        assert recording.recorder.safe_s() < 2.0
        recording.record_for(1.5)
        report = recording.stop()
    times, flashes = _pictures(take)
    sound = hear(take)
    assert 2.5 < report.seconds < 4.5
    assert report.frames_scrapped >= 40
    assert len(times) == report.frames_written
    assert min(np.diff(times)) > 0
    assert max(np.diff(times)) < 1.4, "joined without the hole of 1.5 s; a busy computer may miss some pictures"
    assert abs(len(sound) / 48_000 - times[-1]) < ENDS_S
    for flash in flashes:  # on both sides of the seam sound and picture are in step
        assert min(abs(beep - flash) for beep in find_beeps(sound)) < 0.02


def test_scrapping_more_than_there_is_begins_anew(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(1.5)
        recording.post(Pause())
        recording.wait_for(Paused)
        recording.post(Scrap(30.0))
        until(lambda: recording.recorder.recorded_s() == 0, what="an empty take")
        recording.post(Resume())
        recording.wait_for(Recording)
        recording.record_for(0.6)
        report = recording.stop()
    times, _ = _pictures(take)
    assert 0.5 < report.seconds < 2.0
    assert times[0] == 0.0
    assert len(times) == report.frames_written
    assert abs(len(hear(take)) / 48_000 - times[-1]) < ENDS_S


def test_pauses_are_joined_without_jump_or_click(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        began_s = MonotonicClock().now_s()
        recording.start(take)
        for _ in range(2):
            recording.record_for(0.8)
            recording.post(Pause())
            recording.wait_for(Paused)
            before = recording.recorder.recorded_s()
            threading.Event().wait(PAUSE_S)
            assert recording.recorder.recorded_s() < before + PAUSE_S / 2, "paused means nothing is captured"
            recording.post(Resume())
            recording.wait_for(Recording)
        recording.record_for(0.8)
        report = recording.stop()
        lasted_s = MonotonicClock().now_s() - began_s
    times, _ = _pictures(take)
    sound = hear(take)
    assert 2.2 < report.seconds < lasted_s - 2 * PAUSE_S + PREROLL_S, "the pauses are left out"
    assert times[-1] < lasted_s - 2 * PAUSE_S + PREROLL_S, "and no gap stands where they were"
    assert min(np.diff(times)) > 0
    assert abs(len(sound) / 48_000 - times[-1]) < ENDS_S, "sound and picture stay in step"
    assert _loudest_step(sound, report) < 0.2, "no click"
    assert report.lost.device < 2 * PAUSE_S * 30, "a pause is no loss; a busy computer misses some"


def test_a_pause_before_the_first_frame_begins_the_take_after_it(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        for event in (Start(take), Pause()):
            recording.post(event)
        recording.wait_for(Paused)
        threading.Event().wait(2.6)  # longer than a take waits for its first frame
        assert recording.recorder.recorded_s() < 2.0  # a busy computer may begin before it pauses
        recording.post(Resume())
        recording.record_for(1.0)
        report = recording.stop()
    times, _ = _pictures(take)
    assert times[0] == 0.0
    assert abs(len(hear(take)) / 48_000 - times[-1]) < ENDS_S
    assert report.seconds < 3.5, "the pause of 2.6 s is left out"


def test_sound_alone(tmp_path: Path) -> None:
    take, report = _take(tmp_path, Wish(None, DEMO_MICROPHONE), 2.5, "take.m4a")
    sound = hear(take)
    assert abs(len(sound) / 48_000 - report.seconds) < 0.03
    assert (report.frames_captured, report.frames_written, report.size, report.codec) == (0, 0, "", "aac")
    assert find_beeps(sound)


def test_a_camera_alone(tmp_path: Path) -> None:
    take, report = _take(tmp_path, Wish(DEMO_CAMERA, None, SMALL), 1.5)
    with av.open(str(take)) as media:
        assert not media.streams.audio
    assert len(_pictures(take)[0]) == report.frames_written
    assert report.codec == "h264"


def test_one_recorder_makes_one_take_after_another(tmp_path: Path) -> None:
    with session() as recording:
        recording.prepare()
        for number in range(3):
            recording.start(tmp_path / f"{number}.mp4")
            recording.record_for(0.4)
            assert recording.stop().frames_written > 5
    assert files_in(tmp_path) == ["0.mp4", "1.mp4", "2.mp4"]


def test_a_start_without_devices_is_refused_and_answered(tmp_path: Path) -> None:
    with session() as recording:
        recording.post(Start(tmp_path / "take.mp4"))
        until(lambda: bool(recording.done), what="an answer")
        assert recording.told == ["Choose a camera or a microphone first."]
        assert recording.done[0].report == TakeReport()
    assert files_in(tmp_path) == []


def test_stop_at_once_leaves_nothing_half_made(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.post(Start(take))
        recording.stop()
    assert files_in(tmp_path) in ([], ["take.mp4"])
    if take.exists():
        assert _pictures(take)[0]


def test_closing_the_recorder_closes_the_take(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(0.5)
    assert isinstance(recording.recorder.state, Idle)
    assert recording.report().frames_written == len(_pictures(take)[0])


def test_releasing_in_mid_take_closes_it_first(tmp_path: Path) -> None:
    with session() as recording:
        recording.prepare()
        recording.start(tmp_path / "take.mp4")
        recording.record_for(0.5)
        recording.post(Release())
        recording.wait_for(Idle)
        assert recording.report().frames_written > 5


def _wait_answered(recording: Session, take: Path) -> None:
    until(lambda: any(done.take == take for done in recording.done), what="an answer")


def test_nothing_is_written_over_a_recording_whole_or_cut_short(tmp_path: Path) -> None:
    whole, short = tmp_path / "a.mp4", tmp_path / "b.recording.mp4"
    for path in (whole, short):
        path.write_bytes(b"somebody's words")
    with session() as recording:
        recording.prepare()
        for take in (whole, tmp_path / "b.mp4"):
            recording.post(Start(take))
            _wait_answered(recording, take)
            recording.wait_for(Ready)
    assert whole.read_bytes() == short.read_bytes() == b"somebody's words"
    assert len(recording.told) == 2


def test_another_wish_while_opening_gets_its_own_answer() -> None:
    """The first camera does not open; the answer must not be taken for that of the second."""
    missing = ScriptedDevices(MonotonicClock())
    missing.camera_is_in.clear()
    with session(open_camera=missing.open_camera) as recording:
        recording.post(Prepare(Wish(CAMERA, None, SMALL)))
        recording.post(Prepare(Wish(None, DEMO_MICROPHONE)))
        recording.wait_for(Ready)
        until(lambda: recording.recorder.level().peak_db > -100, what="sound")
        assert recording.told == ["The camera “Scripted camera” is not plugged in."]


def _record_scripted(recording: Session, take: Path, seconds: float) -> None:
    recording.prepare(Wish(CAMERA, MICROPHONE, SMALL))
    recording.start(take)
    recording.record_for(seconds)


@pytest.fixture
def devices() -> ScriptedDevices:
    return ScriptedDevices(MonotonicClock())


def test_a_camera_pulled_out_and_put_back_at_another_size(tmp_path: Path, devices: ScriptedDevices) -> None:
    take = tmp_path / "take.mp4"
    with session(open_camera=devices.open_camera, open_microphone=devices.open_microphone) as recording:
        _record_scripted(recording, take, 0.7)
        devices.camera_is_in.clear()
        assert "goes on with sound alone" in recording.wait_told("The camera has stopped")
        recording.record_for(2.0)  # the sound goes on
        devices.picture = PictureFormat(640, 360, 30)
        devices.camera_is_in.set()
        until(lambda: isinstance(state := recording.recorder.state, Recording) and not state.lost, what="it is back")
        recording.record_for(0.7)
        report = recording.stop()
    times, _ = _pictures(take)
    assert len(times) == report.frames_written + 1, "and a black one"
    (gap,) = [gap for gap in report.gaps if gap.missing is Missing.CAMERA]
    assert gap.end_s - gap.start_s > 2.0, "the gap is marked"
    counted = report.lost.device - (gap.end_s - gap.start_s) * 30
    assert -3 <= counted < 15, "and counted; a busy computer misses some besides"
    assert _loudest_step(hear(take), report) < 0.2, "the sound never noticed"
    assert abs(len(hear(take)) / 48_000 - times[-1]) < ENDS_S


def test_a_microphone_that_hangs_is_told_and_becomes_silence(tmp_path: Path, devices: ScriptedDevices) -> None:
    take = tmp_path / "take.mp4"
    with session(open_camera=devices.open_camera, open_microphone=devices.open_microphone) as recording:
        _record_scripted(recording, take, 1.0)
        devices.microphone_delivers.clear()
        assert "goes on without sound" in recording.wait_told("The microphone has stopped")
        until(lambda: devices.opened_microphones > 1, what="a new opening, as one that was pulled out needs")
        devices.microphone_delivers.set()
        until(lambda: isinstance(state := recording.recorder.state, Recording) and not state.lost, what="it is back")
        recording.record_for(1.0)
        report = recording.stop()
    sound = hear(take)
    times, flashes = _pictures(take)
    assert abs(len(sound) / 48_000 - times[-1]) < ENDS_S, "sound and picture end together"
    assert [gap.missing for gap in report.gaps] == [Missing.MICROPHONE]
    assert abs(report.sound_lost_s - (report.gaps[0].end_s - report.gaps[0].start_s)) < 0.05
    quiet = np.abs(sound[: len(sound) // 480 * 480]).reshape(-1, 480).max(axis=1) < 0.001
    longest = max(len(list(run)) for silent, run in itertools.groupby(quiet) if silent)
    assert longest > 150, "silence took its place"
    for beep in find_beeps(sound):
        off = (beep - flashes[0]) / FLASH_EVERY_S
        assert abs(off - round(off)) * FLASH_EVERY_S < 0.002, "still in step afterwards"


@pytest.mark.parametrize("late_s", [0.3, 1.3])
def test_sound_that_arrives_late_is_whole_and_in_step(tmp_path: Path, devices: ScriptedDevices, late_s: float) -> None:
    devices.sound_late_s = late_s
    take = tmp_path / "take.mp4"
    with session(open_camera=devices.open_camera, open_microphone=devices.open_microphone) as recording:
        recording.prepare(Wish(CAMERA, MICROPHONE, SMALL))
        until(lambda: recording.recorder.level().peak_db > -100, what="the first late sound")
        recording.start(take)
        recording.record_for(4.2)
        recording.stop()
    sound, (times, flashes) = hear(take), _pictures(take)
    beeps = find_beeps(sound)
    assert beeps
    for beep in beeps:
        off = (beep - flashes[0]) / FLASH_EVERY_S
        assert abs(off - round(off)) * FLASH_EVERY_S < 0.002
    short_s = times[-1] - len(sound) / 48_000
    assert short_s < max(0.2, late_s - 0.4), "the sound of the last moment was waited for"


def _sees(recording: Session) -> bool:
    frame = recording.recorder.latest_frame()
    return frame is not None and MonotonicClock().now_s() - frame.at_s < 0.3


def test_a_camera_that_never_delivers_does_not_keep_the_words_back(tmp_path: Path, devices: ScriptedDevices) -> None:
    take = tmp_path / "take.mp4"
    with session(open_camera=devices.open_camera, open_microphone=devices.open_microphone) as recording:
        recording.prepare(Wish(CAMERA, MICROPHONE, SMALL))
        until(lambda: _sees(recording), what="the first frame")
        devices.camera_delivers.clear()
        until(lambda: not _sees(recording), what="the last frame")
        recording.start(take)
        recording.record_for(4.0)
        until(lambda: recording.recorder.safe_s() > 2.0, what="sound on the disk")
        devices.camera_delivers.set()
        recording.record_for(1.0)
        report = recording.stop()
    times, _ = _pictures(take)
    assert len(times) == report.frames_written + 1, "and one black picture at the beginning"
    assert report.lost.device > 90
    assert abs(len(hear(take)) / 48_000 - report.seconds) < 0.15


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    import psutil

    with session() as recording:
        recording.prepare()
        recording.start(tmp_path / "take.mp4")
        recording.record_for(2.0)
        before = psutil.Process().memory_info().rss
        recording.record_for(5.0)
        grown = psutil.Process().memory_info().rss - before
        recording.stop()
    assert grown < 30_000_000
