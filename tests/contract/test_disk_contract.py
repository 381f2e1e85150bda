"""What a take needs from a disk: the real one, and the one that tests make fail."""

from pathlib import Path

import pytest

from capture.disk import LEAST_FREE_BYTES, Disk, RealDisk, require_room
from capture.errors import DiskFull
from tests.support.fake_disk import FakeDisk


@pytest.fixture(params=[RealDisk, FakeDisk])
def disk(request: pytest.FixtureRequest) -> Disk:
    made: Disk = request.param()
    return made


def test_publish_gives_the_name_and_takes_the_old_one_away(disk: Disk, tmp_path: Path) -> None:
    part, final = tmp_path / "a.recording.mp4", tmp_path / "a.mp4"
    part.write_bytes(b"words")
    disk.sync(part)
    disk.publish(part, final)
    assert final.read_bytes() == b"words"
    assert not part.exists()


def test_publish_writes_over_nothing(disk: Disk, tmp_path: Path) -> None:
    part, final = tmp_path / "a.recording.mp4", tmp_path / "a.mp4"
    part.write_bytes(b"mine")
    final.write_bytes(b"yours")
    with pytest.raises(FileExistsError):
        disk.publish(part, final)
    assert (part.read_bytes(), final.read_bytes()) == (b"mine", b"yours")


def test_what_is_not_there_cannot_be_synced_or_published(disk: Disk, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.sync(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError):
        disk.publish(tmp_path / "nothing", tmp_path / "something")
    assert not (tmp_path / "something").exists()


def test_free_bytes_are_those_of_the_folder(disk: Disk, tmp_path: Path) -> None:
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
