"""What goes wrong around the recorder: a stopped or killed encoder, a full or failing disk. The take is kept."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from capture.clock import MonotonicClock
from capture.disk import LEAST_FREE_BYTES, RealDisk
from capture.drift import Span
from capture.encoder import EncoderChild, part_path
from capture.model import BLOCK, SOUND_RATE, Frame, Missing, TakeReport
from capture.recovery import make_whole
from capture.state import Ready, Recording
from capture.syncing import LITTLE_ROOM_S
from capture.take import TakeNews, TakeWriter
from capture.threads import SystemThreads
from tests.support.decoding import hear
from tests.support.doomed import QuickClock
from tests.support.fake_disk import FakeDisk
from tests.support.playing import complaints, play
from tests.support.recording import BOTH, SMALL, encoder_children, files_in, session
from tests.support.wait import until


def _count(take: Path) -> int:
    return play(take).pictures


@pytest.mark.fault(
    "The encoder child stands still for seven seconds",
    made="SIGSTOP and SIGCONT to the real child",
    holds="frames that found no room are counted, and only they are missing; no sound is lost",
)
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
        until(lambda: MonotonicClock().now_s() - stamp > 7.0, what="seven seconds of a stopped encoder")
        assert recording.recorder.recorded_s() - writer_stands < 2.0
        child.resume()
        recording.record_for(3.5)
        report = recording.stop()
        assert recording.told == []
    assert report.lost.queue > 20
    assert report.lost.encoder == 0
    assert _count(take) - report.frames_written in (0, 1), "black may stand where there was no room for so long"
    assert abs(len(hear(take)) / SOUND_RATE - report.seconds) < 0.1, "sound is never dropped"


@pytest.mark.fault(
    "The encoder child hangs for ever",
    made="SIGSTOP to the real child, a patience of one second",
    holds="it is ended, another takes over, the user is told; every frame is accounted for",
)
def test_an_encoder_that_never_goes_on_is_replaced(tmp_path: Path) -> None:
    take, failed, told, reports = tmp_path / "take.mp4", list[str](), list[str](), list[TakeReport]()
    writer = TakeWriter(
        take,
        picture=SMALL,
        sound=True,
        clock=MonotonicClock(),
        disk=FakeDisk(),
        threads=SystemThreads(),
        encoder=EncoderChild,
        news=TakeNews(closed=reports.append, failed=failed.append, told=told.append),
        patience_s=1.0,
    )
    (child,) = encoder_children()
    writer.begin()
    _feed(writer, 2.0)
    child.suspend()
    while not told:  # the test's own time-out ends a wait in vain
        _feed(writer, 0.5)
    _feed(writer, 1.0)
    writer.end()
    writer.join()
    assert ["stumbled" in sentence for sentence in told] == [True]
    assert failed == []
    report = reports[0]
    assert report.frames_written == _count(take) > 30
    lost = report.lost
    assert report.frames_captured == report.frames_written + lost.device + lost.queue + lost.encoder
    assert [gap.missing for gap in report.gaps if gap.missing is Missing.ENCODER] == [Missing.ENCODER]
    assert complaints(take) == ""


def _feed(writer: TakeWriter, seconds: float) -> None:
    """So much sound and picture, in real time."""
    clock = MonotonicClock()
    image = np.full((SMALL.height, SMALL.width, 3), 90, np.uint8)
    for _ in range(round(seconds * 30)):
        clock.sleep(1 / 30)
        now = clock.now_s()
        writer.offer_frame(Frame(image, now))
        writer.offer_sound(np.zeros(BLOCK, np.int16), Span(now, now + BLOCK / SOUND_RATE))


@pytest.mark.fault(
    "The encoder child is killed in mid-take",
    made="SIGKILL to the real child",
    holds="another takes over; told once; the gap is marked; sound and picture keep their places",
)
def test_a_killed_encoder_is_replaced_and_told(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(2.0)
        safe_s = recording.recorder.safe_s()
        (child,) = encoder_children()
        child.kill()
        assert "what you said before is safe" in recording.wait_told("stumbled")
        recording.record_for(1.0)
        assert isinstance(recording.recorder.state, Recording), "the take goes on"
        report = recording.stop()
        assert len(recording.told) == 1
    (gap,) = [gap for gap in report.gaps if gap.missing is Missing.ENCODER]
    assert gap.start_s > safe_s - 0.1
    assert report.lost.encoder > 0, "what the child had in its hands is lost, and counted"
    played = play(take)
    assert played.faults == []
    assert played.pictures == report.frames_written
    assert abs(played.sound_s - report.seconds) < 0.1
    assert complaints(take) == ""
    assert files_in(tmp_path) == ["take.mp4"]


@pytest.mark.fault(
    "One encoder child after another dies",
    made="SIGKILL to every child as soon as it is there",
    holds="the take is given up after a few; the user is told that it had to stop; what there was is kept",
)
def test_encoders_that_die_one_after_another(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(2.0)
        safe_s = recording.recorder.safe_s()

        def ended() -> bool:
            with contextlib.suppress(psutil.Error):  # it has ended meanwhile
                for child in encoder_children():
                    child.kill()
            return any("had to stop" in sentence for sentence in recording.told)

        until(ended, what="the take is given up")
        recording.wait_for(Ready)
        until(lambda: bool(recording.done), what="the report")
        report = recording.report()
    assert report.seconds >= safe_s - 0.05
    assert play(take).faults == []
    assert files_in(tmp_path) == ["take.mp4"]


@pytest.mark.fault(
    "A take is looked at while it is recorded",
    made="a listing of its folder during and after",
    holds="only a whole take has its final name",
)
def test_the_name_is_given_to_a_whole_take_alone(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    with session() as recording:
        recording.prepare()
        recording.start(take)
        recording.record_for(1.0)
        assert files_in(tmp_path) == [part_path(take).name]
        recording.stop()
    assert files_in(tmp_path) == ["take.mp4"]


@pytest.mark.fault(
    "The disk becomes nearly full in mid-take",
    made="a disk that says how much is free; then room is made",
    holds="it ends itself in time, the take is kept; told once; the next take works without a restart",
)
def test_a_disk_that_is_nearly_full_ends_the_take_in_time(tmp_path: Path) -> None:
    disk, take, again = FakeDisk(), tmp_path / "take.mp4", tmp_path / "again.mp4"
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
        recording.post_start(again)
        recording.wait_told("There is not enough room on this computer to record.")
        until(lambda: len(recording.done) == 2, what="an answer")
        recording.wait_for(Ready)
        assert not again.exists()
        assert not part_path(again).exists()
        disk.free = None
        recording.start(again)
        recording.record_for(0.5)
        recording.stop()
        assert len(recording.told) == 2
    assert files_in(tmp_path) == ["again.mp4", "take.mp4"]


@pytest.mark.fault(
    "There is room for less than ten minutes",
    made="a disk that says how much is free",
    holds="told once, in minutes, while the take goes on",
)
def test_little_room_is_told_in_time(tmp_path: Path) -> None:
    disk, take = FakeDisk(), tmp_path / "take.mp4"
    with session(disk=disk) as recording:
        recording.prepare()
        recording.start(take)
        until(lambda: recording.recorder.room_left_s() is not None, what="the pace of the take")
        room_left_s = recording.recorder.room_left_s()
        assert room_left_s is not None
        assert room_left_s > LITTLE_ROOM_S
        assert recording.told == []
        pace = part_path(take).stat().st_size / recording.recorder.recorded_s()
        disk.free = LEAST_FREE_BYTES + round(pace * 300)
        said = recording.wait_told("There is room for about")
        assert "Your recording is safe." in said
        minutes = int(said.split("about ")[1].split(" ")[0])
        assert 3 <= minutes <= 8
        recording.record_for(1.5)
        assert isinstance(recording.recorder.state, Recording)
        recording.stop()
        assert len(recording.told) == 1


@pytest.mark.fault(
    "The disk reports an error on every sync from one on",
    made="a disk whose third sync fails, and all after it",
    holds="told once; the take ends and keeps its part name; recovery at the next start offers it",
)
def test_a_disk_that_reports_an_error_ends_the_take_and_is_trusted_no_more(tmp_path: Path) -> None:
    disk, take = FakeDisk(), tmp_path / "take.mp4"
    disk.sync_fails_after = 2
    with session(disk=disk) as recording:
        recording.prepare()
        recording.start(take)
        assert "is safe" not in recording.wait_told("reports an error")
        recording.wait_for(Ready)
        until(lambda: bool(recording.done), what="the report")
        recording.report()
        assert len(recording.told) == 1
    assert disk.syncs <= 4, "a failed sync is not tried until it seems to work"
    assert not take.exists(), "it is not called whole"
    assert part_path(take).exists(), "and it is kept"
    mended = make_whole(take, FakeDisk(), QuickClock())
    assert mended is not None
    assert play(take).pictures == mended.pictures


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


@pytest.mark.fault(
    "The disk fills up although it seemed to have room",
    made="a real disk of 3 MB (tmpfs), nearly filled; then room is made",
    holds="told that it is full; the take ends, is whole and plays; the next one works without a restart",
)
def test_a_full_disk_ends_the_take_and_keeps_it_playable(small_disk: Path) -> None:
    """The worst case: not even a copy could be made."""
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
        (small_disk / "other").unlink()
        recording.start(small_disk / "next.mp4")
        recording.record_for(1.0)
        recording.stop()
        assert len(recording.told) == 1
    assert report.seconds > 1
    assert _count(take) == report.frames_written > 20
    assert abs(len(hear(take)) / SOUND_RATE - report.seconds) < 1.0
    assert complaints(take) == ""
    assert complaints(small_disk / "next.mp4") == ""


@pytest.mark.fault(
    "A take of a full disk was cut short",
    made="a real disk of 3 MB (tmpfs) without a free byte, and a part with half a fragment at its end",
    holds="recovery needs no room: the take is whole and plays",
)
def test_recovery_needs_no_room(small_disk: Path) -> None:
    take, room = small_disk / "take.mp4", FakeDisk()
    with session(disk=room) as recording:
        room.free = 10 * LEAST_FREE_BYTES
        recording.prepare(BOTH)
        recording.start(take)
        recording.record_for(1.0)
        recording.stop()
    part_path(take).write_bytes(take.read_bytes()[:-50])
    take.unlink()
    with (small_disk / "other").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))
    assert RealDisk().free_bytes(small_disk) == 0
    mended = make_whole(take, FakeDisk(), QuickClock())
    assert mended is not None
    assert mended.pictures == play(take).pictures > 20
    assert files_in(small_disk) == ["other", "take.mp4"]


@pytest.mark.fault(
    "The folder cannot be written to",
    made="a real disk that is mounted read-only",
    holds="one sentence; no take begins and nothing is left",
)
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


@pytest.mark.fault(
    "ffmpeg is missing (a virus scanner has taken it away)",
    made="imageio-ffmpeg finds none, and then one again",
    holds="one sentence; no take begins and nothing is left; the next one works without a restart",
)
def test_a_missing_encoder_is_a_sentence(tmp_path: Path) -> None:
    def nothing_there() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    with session() as recording, pytest.MonkeyPatch.context() as patch:
        recording.prepare()
        patch.setattr("capture.encoder.imageio_ffmpeg.get_ffmpeg_exe", nothing_there)
        recording.post_start(tmp_path / "take.mp4")
        recording.wait_told("The part of this app that writes recordings did not start.")
        until(lambda: bool(recording.done), what="an answer")
        assert files_in(tmp_path) == []
        recording.wait_for(Ready)
        patch.undo()
        recording.start(tmp_path / "take.mp4")
        recording.record_for(0.5)
        recording.stop()
    assert files_in(tmp_path) == ["take.mp4"]


@pytest.mark.fault(
    "Control-C is pressed in the terminal of the app",
    made="the process groups and sessions of app and encoder child are compared",
    holds="the interrupt reaches the app alone, which closes the take itself",
)
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
