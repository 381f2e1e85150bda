"""The growing file: what is whole, while it grows and wherever it is cut off; on bytes of the real encoder child."""

import itertools
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from capture import take_file
from capture.disk import RealDisk
from capture.fragments import PICTURE_HZ, Fragment
from capture.model import PictureFormat
from capture.take_file import Cut, TakeFile
from capture.threads import SystemThreads
from tests.support.boxes import fragment, track
from tests.support.fake_disk import MemoryDisk
from tests.support.playing import complaints, play
from tests.support.taken import HandMadeTake, make

PART = Path("take.recording.mp4")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A take of two seconds."""
    return make(tmp_path_factory.mktemp("take") / "a.mp4", 2.0, look=PictureFormat(96, 64, 30.0)).read_bytes()


def _in_memory(data: bytes) -> tuple[TakeFile, MemoryDisk]:
    disk = MemoryDisk()
    disk.files[PART] = bytearray(data)
    return TakeFile(PART, disk, SystemThreads()), disk


def _fragments(data: bytes) -> list[Fragment]:
    return list(_in_memory(data)[0]._new_fragments())


def _facts(file: TakeFile) -> tuple[int, int, float, float]:
    return file.whole_bytes, file.pictures, file.end_s, file.length_s


def test_a_tail_that_was_cut_at_any_byte_leaves_exactly_the_whole_fragments(data: bytes) -> None:
    fragments = _fragments(data)
    growing, grown = _in_memory(data[: fragments[-4].at])
    heads = {each.at + at for each in fragments for at in range(20)}
    for length in range(fragments[-4].at + 1, len(data) + 1):
        grown.files[PART] += data[length - 1 : length]
        growing.look()
        whole = [each for each in fragments if each.end <= length]
        pictures = sum(each.picture.samples for each in whole if each.picture)
        assert (growing.whole_bytes, growing.pictures) == (whole[-1].end, pictures)
        if length % 23 == 0 or length in heads:
            file, disk = _in_memory(data[:length])
            assert file.look()
            assert _facts(file) == _facts(growing)
            assert file.cut_back().pictures == 0, "no whole picture is cut off"
            assert bytes(disk.files[PART]) == data[: whole[-1].end]


def test_a_head_that_was_cut_at_any_byte_holds_nothing(data: bytes) -> None:
    first = _fragments(data)[0]
    for length in range(first.end):
        file, disk = _in_memory(data[:length])
        assert not file.look()
        assert _facts(file) == (0, 0, 0.0, 0.0)
        assert file.cut_back() == Cut(0.0, empty=True, pictures=0)
        assert not disk.files[PART]


@pytest.mark.parametrize("step", [1, 7, 1000, 100_000])
def test_it_takes_in_what_is_appended_whatever_the_steps(data: bytes, step: int) -> None:
    file, disk = _in_memory(b"")
    ends_s, looks = [0.0], 0
    for at in range(0, len(data), step):
        disk.files[PART] += data[at : at + step]
        looks += file.look()
        ends_s.append(file.end_s)
    assert ends_s == sorted(ends_s), "what is safe never becomes less"
    at_once, _ = _in_memory(data)
    at_once.look()
    assert _facts(file) == _facts(at_once)
    assert looks == (len(_fragments(data)) if step == 1 else looks)
    assert not file.look(), "nothing new"


def test_the_end_is_that_of_the_track_which_is_behind(data: bytes) -> None:
    fragment = _fragments(data)[5]
    file, _ = _in_memory(data[: fragment.end])
    file.look()
    assert fragment.picture_end_s is not None
    assert fragment.sound_end_s is not None
    assert fragment.picture is not None
    assert file.end_s == min(fragment.picture.last / PICTURE_HZ, fragment.sound_end_s)
    assert file.length_s == max(fragment.picture_end_s, fragment.sound_end_s)


def _until(to_s: float, fragments: list[Fragment]) -> Iterator[Fragment]:
    return itertools.takewhile(lambda fragment: fragment.captured_s <= to_s, fragments)


@pytest.mark.parametrize("remembered", [take_file.REMEMBERED, 4])
def test_cut_back_at_every_fragment_leaves_a_file_that_plays(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr(take_file, "REMEMBERED", remembered)
    fragments, total = _fragments(data), play(_written(tmp_path / "all.mp4", data)).pictures
    for kept in range(1, len(fragments)):
        path = _written(tmp_path / f"{kept}.mp4", data)
        file = TakeFile(path, RealDisk(), SystemThreads())
        file.look()
        to_s = max(fragment.captured_s for fragment in fragments[:kept])  # a fragment may hold less than the one before
        last = [*_until(to_s, fragments)][-1]
        cut = file.cut_back(to_s)
        assert path.read_bytes() == data[: last.end]
        played = play(path)
        assert (played.pictures, total - played.pictures, played.faults) == (file.pictures, cut.pictures, [])
        assert not cut.empty
        assert cut.at_s >= last.captured_s
    assert complaints(path) == ""


def test_cut_back_to_nothing(data: bytes) -> None:
    file, disk = _in_memory(data)
    file.look()
    pictures = file.pictures
    assert file.cut_back(0.0) == Cut(0.0, empty=True, pictures=pictures)
    assert _facts(file) == (0, 0, 0.0, 0.0)
    assert not disk.files[PART]
    disk.files[PART] += data  # another piece, from the beginning
    assert file.look()
    assert file.pictures == pictures


def test_nothing_captured_after_the_cut_is_left_and_little_before_it_goes(data: bytes) -> None:
    for to_s in (0.31, 0.75, 1.0, 1.5):
        file, disk = _in_memory(data)
        file.look()
        file.cut_back(to_s)
        left = _fragments(bytes(disk.files[PART]))
        assert max(each.captured_s for each in left) <= to_s
        assert left[-1].captured_s > to_s - 0.35


@pytest.mark.parametrize("remembered", [take_file.REMEMBERED, 2])
def test_a_picture_that_stood_for_long_costs_nothing_that_came_before_the_cut(
    data: bytes, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    """Its fragment ends later than those that follow it; they are counted, kept and cut in their own order."""
    monkeypatch.setattr(take_file, "REMEMBERED", remembered)
    head = data[: _fragments(data)[0].at]
    parts = [fragment(track(1, 0, [90_000]), track(2, 0, [1024] * 5))]
    parts += [fragment(track(2, 5_120 * number, [1024] * 5)) for number in range(1, 9)]
    parts += [
        fragment(track(1, 90_000 + 9_000 * number, [3_000] * 3), track(2, 46_080 + 5_120 * number, [1024] * 5))
        for number in range(4)
    ]
    for kept in range(1, len(parts) + 1):
        file, disk = _in_memory(head + b"".join(parts))
        file.look()
        assert file.pictures == 13
        before_cut = _fragments(head + b"".join(parts))[kept - 1]
        cut = file.cut_back(before_cut.captured_s)
        assert bytes(disk.files[PART]) == head + b"".join(parts[:kept])
        assert file.pictures == 1 + 3 * max(0, kept - 9) == 13 - cut.pictures
        assert cut.at_s <= before_cut.captured_s + 0.15, "nobody waits for the end of a picture that stands"


def test_it_remembers_no_more_than_it_may(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_file, "REMEMBERED", 5)
    file, disk = _in_memory(data)
    file.look()
    assert len(file._recent) == 5
    assert file.whole_bytes == len(data)
    last = _fragments(data)[-1]
    disk.files[PART] += bytes(100)
    assert not file.cut_back().empty
    assert file.whole_bytes == last.end


def test_memory_does_not_grow_with_the_take(data: bytes) -> None:
    """Hours of fragments, one after another: the same again is appended at the place of what was there."""
    file, disk = _in_memory(data)
    file.look()
    body = data[_fragments(data)[0].at :]
    tracemalloc.start()
    try:
        sizes = []
        for _ in range(3):
            for _ in range(take_file.REMEMBERED // 18 + 1):
                disk.files[PART] += body
                file.look()
                file._until -= len(body)  # as if the file had been read from there on
                del disk.files[PART][-len(body) :]
            sizes.append(tracemalloc.get_traced_memory()[0])
        assert len(file._recent) == take_file.REMEMBERED
        assert sizes[2] - sizes[1] < 20_000, "once it remembers all it may, it grows no more"
    finally:
        tracemalloc.stop()


def test_the_second_head_becomes_free_space(tmp_path: Path) -> None:
    take = HandMadeTake(tmp_path / "a.mp4")
    take.feed(1.0)
    take.scrap(0.4)
    take.feed(1.0)
    data = take.close().read_bytes()
    kinds = [box.kind for box in _in_memory(data)[0]._whole_boxes(0)]
    assert kinds[:2] == [b"ftyp", b"moov"]
    assert kinds.count(b"ftyp") == kinds.count(b"moov") == 1
    assert kinds.count(b"free") == 2
    assert set(kinds[2:]) == {b"moof", b"mdat", b"free"}
    again, disk = _in_memory(data)
    assert again.look()
    assert _facts(again) == _facts(take.file), "a new look at the whole file finds the same"
    assert bytes(disk.files[PART]) == data


def test_a_file_of_something_else_holds_nothing_and_is_not_touched() -> None:
    for data in (b"", b"dear words", b"\0" * 4096, b"RIFF" + bytes(200), bytes(range(256)) * 8):
        file, disk = _in_memory(data)
        assert not file.look()
        assert file.whole_bytes == 0
        assert bytes(disk.files[PART]) == data


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
