"""What a cut-short take becomes: its whole fragments, under its name, however often recovery itself is cut short."""

import contextlib
import errno
import threading
from pathlib import Path

import pytest

from capture.clock import MonotonicClock
from capture.disk import RealDisk
from capture.encoder import EncoderChild, Piece, part_path
from capture.errors import EncoderFailed
from capture.model import PictureFormat
from capture.recovery import STILL_TIMEOUT_S, Mended, make_whole
from capture.take_file import TakeFile
from capture.threads import SystemThreads
from tests.support.doomed import QuickClock
from tests.support.fake_disk import MemoryDisk
from tests.support.playing import complaints, play
from tests.support.taken import HandMadeTake, make
from tests.support.wait import until

TAKE = Path("take.mp4")
PART = part_path(TAKE)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A take of two pieces that ends in the midst of a fragment."""
    take = HandMadeTake(tmp_path_factory.mktemp("take") / "a.mp4", look=PictureFormat(96, 64, 30.0))
    take.feed(1.0)
    take.scrap(0.3)
    take.feed(1.2)
    return take.close().read_bytes()[:-200]


def _on_disk(data: bytes, folder: Path) -> Path:
    take = folder / TAKE
    part_path(take).write_bytes(data)
    return take


def test_the_last_half_fragment_is_cut_off_and_the_rest_gets_its_name(data: bytes, tmp_path: Path) -> None:
    take = _on_disk(data, tmp_path)
    mended = make_whole(take, RealDisk(), QuickClock())
    assert mended is not None
    played = play(take)
    assert (played.pictures, played.faults) == (mended.pictures, [])
    assert abs(played.sound_s - mended.seconds) < 0.05
    assert 1.4 < mended.seconds < 2.0
    assert complaints(take) == ""
    assert data.startswith(take.read_bytes()), "nothing in it is changed"
    assert not part_path(take).exists()
    assert make_whole(take, RealDisk(), QuickClock()) == mended, "and again it is only measured"


@pytest.mark.parametrize("place", [3, -2])
def test_a_fragment_whose_body_never_reached_the_disk_is_not_trusted(data: bytes, tmp_path: Path, place: int) -> None:
    """Its boxes are whole; nothing but the zeros in the midst of it tells that the power failed too soon."""
    disk = MemoryDisk()
    disk.files[PART] = bytearray(data)
    hollow = list(TakeFile(PART, disk, SystemThreads())._new_fragments())[place]
    hurt = data[: hollow.end - 100] + bytes(90) + data[hollow.end - 10 :]
    take = _on_disk(hurt, tmp_path)
    assert make_whole(take, RealDisk(), QuickClock()) is not None
    assert take.read_bytes() == data[: hollow.at]


def test_sound_alone(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.m4a", 1.5, look=None).read_bytes()
    take = tmp_path / "take.m4a"
    part_path(take).write_bytes(whole[:-100])
    mended = make_whole(take, RealDisk(), QuickClock())
    assert mended is not None
    assert mended.pictures == 0
    assert abs(play(take).sound_s - mended.seconds) < 0.05


@pytest.mark.parametrize("junk", [b"", b"\0" * 5000, b"dear words", b"\0\0\0\x08free" * 20])
def test_where_nothing_can_be_played_nothing_is_touched(tmp_path: Path, junk: bytes) -> None:
    take = _on_disk(junk, tmp_path)
    assert make_whole(take, RealDisk(), QuickClock()) is None
    assert part_path(take).read_bytes() == junk
    assert not take.exists()


def test_nothing_there_is_nothing() -> None:
    assert make_whole(TAKE, MemoryDisk(), QuickClock()) is None


def test_a_take_that_has_its_name_wins_over_a_part(data: bytes, tmp_path: Path) -> None:
    take = _on_disk(b"later words", tmp_path)
    take.write_bytes(data)
    assert make_whole(take, RealDisk(), QuickClock()) is not None
    assert take.read_bytes() == data
    assert part_path(take).read_bytes() == b"later words"


class _DyingDisk(MemoryDisk):
    """The computer goes at the N-th change: it is not made, nor is any later one."""

    def __init__(self, data: bytes, dies_at: int) -> None:
        super().__init__()
        self.files[PART] = bytearray(data)
        self._left = dies_at

    def _change(self) -> None:
        self._left -= 1
        if self._left <= 0:
            raise OSError(errno.EIO, "the computer has gone")

    def write(self, path: Path, at: int, data: bytes) -> None:
        self._change()
        super().write(path, at, data)

    def cut(self, path: Path, at: int) -> None:
        self._change()
        super().cut(path, at)

    def sync(self, path: Path) -> None:
        self._change()
        super().sync(path)

    def publish(self, part: Path, final: Path) -> None:
        self._change()
        super().publish(part, final)


def test_recovery_that_is_itself_cut_short_is_done_again(data: bytes) -> None:
    whole = MemoryDisk()
    whole.files[PART] = bytearray(data)
    expected = make_whole(TAKE, whole, QuickClock())
    for dies_at in range(1, 20):
        disk = _DyingDisk(data, dies_at)
        try:
            first: Mended | None = make_whole(TAKE, disk, QuickClock())
        except OSError:
            first = None
        after = MemoryDisk()
        after.files = disk.files
        assert len(after.files) == 1, "one take is one file"
        assert make_whole(TAKE, after, QuickClock()) == expected
        assert after.files == whole.files
        if first is not None:
            break
    else:
        pytest.fail("it never ran clean")
    assert dies_at > 2


def test_a_child_that_still_writes_is_waited_for(data: bytes, tmp_path: Path) -> None:
    """The app was killed; its encoder child has not finished yet."""
    take = _on_disk(data[: len(data) // 2], tmp_path)
    found: list[Mended | None] = []
    waiting = threading.Thread(target=lambda: found.append(make_whole(take, RealDisk(), MonotonicClock())))
    waiting.start()
    with part_path(take).open("ab") as child:
        child.write(data[len(data) // 2 :])
    waiting.join()
    until(lambda: bool(found), what="recovery")
    whole = make_whole(take, RealDisk(), QuickClock())
    assert found == [whole]
    assert whole is not None
    assert whole.seconds > 1.4


def test_a_file_that_never_stands_still_is_not_waited_for_for_ever(data: bytes) -> None:
    class Growing(MemoryDisk):
        def size(self, path: Path) -> int:
            self.files[path] += b"\0"
            return super().size(path)

    disk, clock = Growing(), QuickClock()
    disk.files[PART] = bytearray(data)
    assert make_whole(TAKE, disk, clock) is not None
    assert STILL_TIMEOUT_S <= clock.now_s() < STILL_TIMEOUT_S + 1


def test_a_take_is_in_use_as_long_as_its_encoder_child_lives(tmp_path: Path) -> None:
    """So that recovery waits for a slow child whose app was killed, and takes nothing away from it."""
    part, disk = tmp_path / "take.recording.mp4", RealDisk()
    disk.create(part)
    child = EncoderChild(Piece(part, None, sound=True))
    try:
        assert disk.in_use(part)
    finally:
        child.kill()
        with contextlib.suppress(EncoderFailed):  # it was given no sound at all
            child.close()
    assert not disk.in_use(part)
