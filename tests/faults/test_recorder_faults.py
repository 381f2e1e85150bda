"""What goes wrong around the recorder: a stopped or killed encoder, a full or failing disk. The take is kept."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from capture.clock import MonotonicClock
from capture.disk import LEAST_FREE_BYTES
from capture.drift import Span
from capture.encoder import part_path
from capture.model import BLOCK, SOUND_RATE, Frame, TakeReport
from capture.state import Ready
from capture.take import TakeWriter
from tests.support.decoding import hear
from tests.support.fake_disk import FakeDisk
from tests.support.recording import BOTH, SMALL, encoder_children, files_in, session
from tests.support.wait import until


def _count(take: Path) -> int:
    with av.open(str(take)) as media:
        return sum(1 for _ in media.decode(video=0))


def test_a_stopped_encoder_costs_frames_and_they_are_counted(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(0.7)
        (child,) = encoder_children()
        child.suspend()
        writer_stands = recording.recorder.recorded_s()
        stamp = MonotonicClock().now_s()
        until(lambda: MonotonicClock().now_s() - stamp > 4.0, what="four seconds of a stopped encoder")
        assert recording.recorder.recorded_s() - writer_stands < 2.0
        child.resume()
        recording.record_for(3.5)
        report = recording.stop()
    assert report.lost.queue > 20
    assert report.lost.encoder == 0
    assert _count(take) == report.frames_written
    assert abs(len(hear(take)) / SOUND_RATE - report.seconds) < 0.1, "sound is never dropped"


def test_an_encoder_that_never_goes_on_is_ended(tmp_path: Path) -> None:
    take, told, reports = tmp_path / "take.mp4", list[str](), list[TakeReport]()
    writer = TakeWriter(
        take,
        picture=SMALL,
        sound=True,
        clock=MonotonicClock(),
        disk=FakeDisk(),
        on_closed=reports.append,
        on_failed=told.append,
        patience_s=1.0,
    )
    (child,) = encoder_children()
    _feed(writer, 2.0)
    child.suspend()
    while not told:  # the test's own time-out ends a wait in vain
        _feed(writer, 0.5)
    writer.end()
    writer.join()
    assert told == ["The recording had to stop. What was recorded until now is safe. Please start a new one."]
    assert take.exists()
    assert reports[0].frames_written == _count(take) > 0
    lost = reports[0].lost
    assert reports[0].frames_captured == reports[0].frames_written + lost.device + lost.queue + lost.encoder


def _feed(writer: TakeWriter, seconds: float) -> None:
    """So much sound and picture, in real time."""
    clock = MonotonicClock()
    if writer.written_s == 0:
        writer.begin()
    image = np.full((SMALL.height, SMALL.width, 3), 90, np.uint8)
    for _ in range(round(seconds * 30)):
        clock.sleep(1 / 30)
        now = clock.now_s()
        writer.offer_frame(Frame(image, now))
        writer.offer_sound(np.zeros(BLOCK, np.int16), Span(now, now + BLOCK / SOUND_RATE))


def test_a_killed_encoder_is_told_and_what_was_written_is_made_whole(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(3.0)
        before_s = recording.recorder.recorded_s()
        (child,) = encoder_children()
        child.kill()
        sentence = recording.wait_told("had to stop")
        recording.wait_for(Ready)
        until(lambda: bool(recording.done), what="the report")
        report = recording.report()
        assert "What was recorded until now is safe" in sentence
        assert len(recording.told) == 1
    assert report.seconds > before_s - 1.0
    assert report.frames_written == _count(take)
    assert report.lost.encoder > 0, "what the child had in its hands is lost, and counted"
    assert files_in(tmp_path) == ["take.mp4"]


def test_the_name_is_given_to_a_whole_take_alone(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(1.0)
        assert files_in(tmp_path) == [part_path(take).name]
        recording.stop()
    assert files_in(tmp_path) == ["take.mp4"]


def test_a_disk_that_is_nearly_full_ends_the_take_in_time(tmp_path: Path) -> None:
    disk, take = FakeDisk(), tmp_path / "take.mp4"
    with session(disk=disk) as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(1.0)
        disk.free = LEAST_FREE_BYTES - 1
        assert "Your recording is safe" in recording.wait_told("nearly full")
        recording.wait_for(Ready)
        until(lambda: bool(recording.done), what="the report")
        report = recording.report()
    assert report.lost.encoder == 0
    assert _count(take) == report.frames_written


def test_a_disk_that_reports_an_error_ends_the_take_and_is_trusted_no_more(tmp_path: Path) -> None:
    disk, take = FakeDisk(), tmp_path / "take.mp4"
    disk.sync_fails_after = 2
    with session(disk=disk) as recording:
        recording.prepare()
        recording.start(take)
        recording.wait_told("reports an error")
        recording.wait_for(Ready)
        until(lambda: bool(recording.done), what="the report")
        recording.report()
        assert len(recording.told) == 1
    assert disk.syncs <= 4, "a failed sync is not tried until it seems to work"
    assert not take.exists(), "it is not called whole"
    assert part_path(take).exists(), "and it is kept"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a small disk: only root may mount one (tmpfs)")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "none", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk: tmpfs cannot be mounted here ({mounted.stderr.decode().strip()})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_ends_the_take_and_keeps_it_playable(small_disk: Path) -> None:
    """The worst case: the disk fills up although it seemed to have room; not even a copy can be made."""
    disk, take = FakeDisk(), small_disk / "take.mp4"
    disk.free = 10 * LEAST_FREE_BYTES
    (small_disk / "other").write_bytes(bytes(2_850_000))
    with session(disk=disk) as recording:
        recording.prepare(BOTH)
        recording.start(take)
        recording.wait_told("The disk of this computer is full. Your recording is safe up to this moment.")
        recording.wait_for(Ready)
        until(lambda: bool(recording.done), what="the report")
        report = recording.report()
    assert files_in(small_disk) == ["other", "take.mp4"]
    assert report.seconds > 1
    assert _count(take) == report.frames_written > 20
    assert abs(len(hear(take)) / SOUND_RATE - report.seconds) < 1.0


def test_a_folder_that_cannot_be_written_to_is_a_sentence(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    disk = FakeDisk()
    disk.free = 10 * LEAST_FREE_BYTES
    with session(disk=disk) as recording:
        recording.prepare()
        recording.post_start(small_disk / "take.mp4")
        recording.wait_told("The folder for the recording cannot be written to.")
        until(lambda: bool(recording.done), what="an answer")
        assert recording.report() == TakeReport()
        recording.wait_for(Ready)
    assert files_in(small_disk) == []


def test_interrupting_the_app_from_the_keyboard_does_not_reach_the_encoder(tmp_path: Path) -> None:
    """Control-C goes to every process of the terminal's group; the encoder has a session of its own."""
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(0.5)
        (child,) = encoder_children()
        assert os.getsid(child.pid) == child.pid != os.getsid(0)
        assert os.getpgid(child.pid) != os.getpgid(0)
        recording.stop()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
