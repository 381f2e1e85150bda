"""The real disk, seen from the system: which calls it makes, in which order, for a promise that a power cut tests."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from capture.disk import RealDisk

PROGRAM = """
import sys
from pathlib import Path
from capture.disk import RealDisk
folder = Path(sys.argv[1])
disk, part, final = RealDisk(), folder / "a.recording.mp4", folder / "a.mp4"
eval(sys.argv[2])
"""
CALLS = "openat,write,ftruncate,fsync,fdatasync,rename,renameat,renameat2"


def _calls(folder: Path, what: str) -> list[str]:
    """The system calls on this folder and its files, as `name file`."""
    trace = folder.parent / "trace"
    command = ["strace", "-f", "-y", "-s", "0", "-e", f"trace={CALLS}", "-o", str(trace)]
    subprocess.run([*command, sys.executable, "-c", PROGRAM, str(folder), what], check=True)
    found = []
    for line in trace.read_text().splitlines():
        if match := re.search(rf"(\w+)\(.*?[<\"]({re.escape(str(folder))}[^>\"]*)[>\"]", line):
            name = Path(match[2]).name if match[2] != str(folder) else "folder"
            if match[1] != "openat" or "O_CREAT" in line:
                found.append(f"{match[1]} {name}" + (" O_EXCL" if "O_EXCL" in line else ""))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "takes").mkdir()
    return tmp_path / "takes"


def test_a_new_name_is_made_durable_and_never_another_files(folder: Path) -> None:
    assert _calls(folder, "disk.create(part)") == ["openat a.recording.mp4 O_EXCL", "fsync folder"]


def test_a_sync_is_one(folder: Path) -> None:
    RealDisk().create(folder / "a.recording.mp4")
    assert _calls(folder, "disk.sync(part)") == ["fdatasync a.recording.mp4"]


def test_a_take_is_synced_before_it_gets_its_name_and_the_name_after_it(folder: Path) -> None:
    RealDisk().create(folder / "a.recording.mp4")
    calls = _calls(folder, "disk.publish(part, final)")
    assert calls == ["fdatasync a.recording.mp4", "rename a.recording.mp4", "fsync folder"]


def test_what_is_cut_off_is_overwritten_on_the_disk_first(folder: Path) -> None:
    part = folder / "a.recording.mp4"
    part.write_bytes(b"kept" + b"scrapped" * 1000)
    calls = _calls(folder, "disk.cut(part, 4)")
    assert [call.split()[0] for call in calls] == ["write", "fsync", "ftruncate", "fsync"]
    assert part.read_bytes() == b"kept"


def test_nothing_takes_the_name_of_another_file(folder: Path) -> None:
    (folder / "a.mp4").write_bytes(b"another")
    RealDisk().create(folder / "a.recording.mp4")
    with pytest.raises(FileExistsError):
        RealDisk().publish(folder / "a.recording.mp4", folder / "a.mp4")
    assert (folder / "a.mp4").read_bytes() == b"another"
