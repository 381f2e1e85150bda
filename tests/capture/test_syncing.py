"""The syncer tells what nobody else notices: a disk that is nearly full, a disk that fails, a computer that slept."""

import errno
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from capture.clock import MonotonicClock
from capture.disk import LEAST_FREE_BYTES
from capture.syncing import DISK_ERROR, DISK_NEARLY_FULL, SLEPT, Syncer, Watch
from capture.take_file import TakeFile
from capture.threads import SystemThreads
from tests.simulation.muxing import Muxer
from tests.support.fake_disk import FakeDisk
from tests.support.wait import until


class Sleeper(MonotonicClock):
    """A computer that sleeps when it is told to."""

    slept_s = 0.0

    def asleep_s(self) -> float:
        return self.slept_s


@dataclass
class Take:
    """A take of one fragment, and what its syncer said."""

    path: Path
    disk: FakeDisk = field(default_factory=FakeDisk)
    clock: Sleeper = field(default_factory=Sleeper)
    failed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    looks: int = 0

    def look_after_child(self) -> None:
        self.looks += 1

    def syncer(self) -> Syncer:
        self.disk.free = self.disk.free or 10 * LEAST_FREE_BYTES
        file = TakeFile(self.path, self.disk, SystemThreads())
        watch = Watch(self.failed.append, self.told.append, self.slept.append, self.look_after_child)
        return Syncer(file, self.disk, self.clock, SystemThreads(), watch)


@pytest.fixture
def take(tmp_path: Path) -> Take:
    muxer = Muxer(None, sound=True, goes_on=False)
    (tmp_path / "take.mp4").write_bytes(
        b"".join(muxer.block(2, 4_000 * number, bytes(3840)) for number in range(8)) + muxer.close()
    )
    return Take(tmp_path / "take.mp4")


def test_a_disk_that_is_nearly_full_ends_the_take(take: Take) -> None:
    take.disk.free = LEAST_FREE_BYTES - 1
    syncer = take.syncer()
    until(lambda: bool(take.failed), what="word of the disk")
    syncer.finish()
    assert set(take.failed) == {DISK_NEARLY_FULL}


def test_a_disk_with_room_does_not(take: Take) -> None:
    take.disk.free = LEAST_FREE_BYTES
    syncer = take.syncer()
    until(lambda: take.looks >= 2, what="two looks at the room")
    syncer.finish()
    assert (take.failed, take.told, take.slept) == ([], [], [])


def test_a_sync_that_fails_is_told_and_never_trusted_again(take: Take) -> None:
    take.disk.sync_fails_after = 0
    syncer = take.syncer()
    until(lambda: bool(take.failed), what="word of the disk")
    until(lambda: take.looks >= 2, what="the looks that go on")
    syncer.finish()
    assert (take.failed, take.disk.syncs, syncer.failed, syncer.safe_s) == ([DISK_ERROR], 1, True, 0.0)


def test_a_room_that_cannot_be_asked_for_is_told(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_folder: Path) -> int:
        raise OSError(errno.EIO, "the disk is gone")

    monkeypatch.setattr(take.disk, "free_bytes", fails)
    syncer = take.syncer()
    until(lambda: bool(take.failed), what="word of the disk")
    syncer.finish()
    assert DISK_ERROR in take.failed


def test_a_sleep_is_told_with_its_length(take: Take) -> None:
    syncer = take.syncer()
    until(lambda: take.looks >= 1, what="a look")
    take.clock.slept_s = 3600.0
    until(lambda: bool(take.told), what="word of the sleep")
    syncer.finish()
    assert (take.told, take.slept, take.failed) == ([SLEPT], [3600.0], [])
