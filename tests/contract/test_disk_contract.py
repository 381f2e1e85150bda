"""What a take needs from a disk: the real one, the one that tests make fail, and the one in memory."""

import subprocess
from pathlib import Path

import pytest

from capture.disk import LEAST_FREE_BYTES, Disk, RealDisk, require_room, stay_locked
from capture.errors import DiskFull
from tests.support.fake_disk import FakeDisk, MemoryDisk


@pytest.fixture(params=[RealDisk, FakeDisk, MemoryDisk])
def disk(request: pytest.FixtureRequest) -> Disk:
    made: Disk = request.param()
    return made


def _make(disk: Disk, path: Path, data: bytes) -> Path:
    """A file that holds this: the ports write only over what is there, as the encoder child is who appends."""
    disk.create(path)
    if isinstance(disk, MemoryDisk):
        disk.files[path].extend(data)
    else:
        path.write_bytes(data)
    return path


def _all(disk: Disk, path: Path) -> bytes:
    return disk.read(path, 0, disk.size(path))


def test_a_file_is_made_once_and_is_empty(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "a.recording.mp4"
    assert not disk.exists(path)
    disk.create(path)
    assert disk.exists(path)
    assert disk.size(path) == 0
    with pytest.raises(FileExistsError):
        disk.create(path)


def test_only_this_user_may_read_a_take(tmp_path: Path) -> None:
    RealDisk().create(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


def test_reading_ends_at_the_end(disk: Disk, tmp_path: Path) -> None:
    path = _make(disk, tmp_path / "a", b"words")
    assert disk.size(path) == 5
    assert disk.read(path, 1, 3) == b"ord"
    assert disk.read(path, 3, 100) == b"ds"
    assert disk.read(path, 5, 1) == b""


def test_writing_lays_over_and_adds_nothing(disk: Disk, tmp_path: Path) -> None:
    path = _make(disk, tmp_path / "a", b"some words")
    disk.write(path, 5, b"birds")
    assert _all(disk, path) == b"some birds"


@pytest.mark.parametrize("at", [0, 1, 9, 10])
def test_a_cut_leaves_what_is_before_it(disk: Disk, tmp_path: Path, at: int) -> None:
    path = _make(disk, tmp_path / "a", b"some words")
    disk.cut(path, at)
    assert _all(disk, path) == b"some words"[:at]
    disk.sync(path)


def test_a_cut_is_overwritten_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first sync of a cut there are zeros in the file's own blocks; only then does it become shorter."""
    path, seen = tmp_path / "a", list[bytes]()
    path.write_bytes(b"keep" + b"secret" * 400_000)
    monkeypatch.setattr("capture.disk.os.fsync", lambda _descriptor: seen.append(path.read_bytes()))
    RealDisk().cut(path, 4)
    assert seen == [b"keep" + bytes(2_400_000), b"keep"]


def test_publish_gives_the_name_and_takes_the_old_one_away(disk: Disk, tmp_path: Path) -> None:
    part, final = _make(disk, tmp_path / "a.recording.mp4", b"words"), tmp_path / "a.mp4"
    disk.sync(part)
    disk.publish(part, final)
    assert _all(disk, final) == b"words"
    assert not disk.exists(part)


def test_publish_writes_over_nothing(disk: Disk, tmp_path: Path) -> None:
    part, final = _make(disk, tmp_path / "a.recording.mp4", b"mine"), _make(disk, tmp_path / "a.mp4", b"yours")
    with pytest.raises(FileExistsError):
        disk.publish(part, final)
    assert (_all(disk, part), _all(disk, final)) == (b"mine", b"yours")


def test_what_is_not_there_is_an_error(disk: Disk, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    for work in (
        lambda: disk.size(nothing),
        lambda: disk.read(nothing, 0, 1),
        lambda: disk.write(nothing, 0, b"x"),
        lambda: disk.cut(nothing, 0),
        lambda: disk.sync(nothing),
        lambda: disk.publish(nothing, tmp_path / "something"),
    ):
        with pytest.raises(FileNotFoundError):
            work()
    assert not disk.exists(tmp_path / "something")


def test_removing_is_done_once_and_may_be_asked_twice(disk: Disk, tmp_path: Path) -> None:
    path = _make(disk, tmp_path / "a", b"words")
    disk.remove(path)
    disk.remove(path)
    assert not disk.exists(path)


def test_a_file_that_nobody_writes_to_is_not_in_use(disk: Disk, tmp_path: Path) -> None:
    disk.create(tmp_path / "part")
    assert not disk.in_use(tmp_path / "part")


def test_a_file_is_in_use_while_a_child_that_inherited_it_lives(tmp_path: Path) -> None:
    part, disk = tmp_path / "part", RealDisk()
    disk.create(part)
    with part.open("ab") as out:
        stay_locked(out)
        child = subprocess.Popen(["sleep", "600"], stdout=out)
    try:
        assert disk.in_use(part)
    finally:
        child.kill()
        child.wait()
    assert not disk.in_use(part)


def test_free_bytes_are_those_of_the_folder(disk: Disk, tmp_path: Path) -> None:
    _make(disk, tmp_path / "a", b"words")
    assert disk.free_bytes(tmp_path) > 0
    with pytest.raises(OSError, match="No such file"):
        disk.free_bytes(tmp_path / "nowhere")


def test_a_take_needs_room_to_begin(tmp_path: Path) -> None:
    disk = FakeDisk()
    disk.free = LEAST_FREE_BYTES
    require_room(disk, tmp_path)
    disk.free -= 1
    with pytest.raises(DiskFull, match="not enough room"):
        require_room(disk, tmp_path)


def test_the_fake_disk_fails_for_ever_once_it_has_failed(tmp_path: Path) -> None:
    disk, file = FakeDisk(), tmp_path / "a"
    file.touch()
    disk.sync_fails_after = 1
    disk.sync(file)
    for _ in range(2):
        with pytest.raises(OSError, match="the fake disk fails"):
            disk.sync(file)
