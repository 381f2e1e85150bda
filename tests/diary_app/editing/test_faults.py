"""The world in the way: full disks, vanished takes, folders that may not be written, and being killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from diary_app.clip import KeptRange, Preset
from diary_app.editing.errors import EditError, EditFailed, EditRefused, WorldError
from diary_app.editing.ffmpeg_child import FfmpegError, run_ffmpeg
from diary_app.editing.files import remove_leftovers, whole_file
from diary_app.editing.progress import Meter
from diary_app.editing.render import render, trim
from tests.support.takes import Look, convert, make_take, ticking

PART = (KeptRange(1.01, 6.0),)


@pytest.fixture(scope="module")
def heavy_take(folder: Path) -> Path:
    """Several megabytes, half a minute."""
    short = make_take(folder / "short.mp4", ticking(45), look=Look(width=640, height=368, crf=10.0))
    return convert(short, folder / "heavy.mp4", "-c", "copy", before=("-stream_loop", "19"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "small-disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk needs root and mount: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_while_cutting(heavy_take: Path, small_disk: Path) -> None:
    with pytest.raises(WorldError, match="no room left"):
        trim(heavy_take, small_disk / "out.mp4", keep=(KeptRange(0.5, 25.0),))
    assert list(small_disk.iterdir()) == []


def test_a_full_disk_while_encoding(heavy_take: Path, small_disk: Path) -> None:
    with pytest.raises(WorldError, match="no room left"):
        render(heavy_take, small_disk / "out.mp4", keep=(KeptRange(0.5, 25.0),), preset=Preset.BEST)
    assert list(small_disk.iterdir()) == []


def test_a_take_that_vanishes(take: Path, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="not there any more"):
        render(tmp_path / "gone.mp4", tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(take: Path, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="is not there"):
        trim(take, tmp_path / "none" / "out.mp4", keep=PART)


def test_a_folder_that_is_a_file(take: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorldError, match="Choose another folder"):
        trim(take, tmp_path / "file" / "out.mp4", keep=PART)


def test_a_folder_that_may_not_be_written(take: Path) -> None:
    """/proc lets nobody make files, root included."""
    with pytest.raises(WorldError, match="Choose another folder"):
        trim(take, Path("/proc/out.mp4"), keep=PART)


def test_the_take_is_never_overwritten(take: Path, tmp_path: Path) -> None:
    before = take.read_bytes()
    (tmp_path / "link.mp4").symlink_to(take)
    for out in (take, tmp_path / "link.mp4"):
        with pytest.raises(EditRefused, match="never changed"):
            trim(take, out, keep=PART)
    with pytest.raises(EditRefused, match="is a folder"):
        trim(take, tmp_path, keep=PART)
    assert take.read_bytes() == before


def test_an_older_file_of_that_name_stays_until_the_new_one_is_whole(take: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"older")
    with pytest.raises(EditRefused):
        trim(take, out, keep=(KeptRange(50, 60),))
    assert out.read_bytes() == b"older"
    trim(take, out, keep=PART)
    assert out.stat().st_size > 1000


@pytest.mark.parametrize("content", [b"", b"hello\n" * 100, b"#EXTM3U\nhttp://x/\n", b"\x00\x00\x00\x20ftypisom"])
def test_bad_input_leaves_nothing(content: bytes, tmp_path: Path) -> None:
    bad = tmp_path / "in.mp4"
    bad.write_bytes(content)
    with pytest.raises(EditRefused):
        trim(bad, tmp_path / "out.mp4", keep=PART)
    with pytest.raises(EditRefused):
        render(bad, tmp_path / "out.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_odd_names_are_only_names(take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-y.mp4", "it's 100%d; [really] \\'.mp4", "http:x.mp4"):
        odd = Path(name)
        odd.write_bytes(take.read_bytes())
        render(odd, Path("out-" + name), keep=PART, preset=Preset.SMALLER)
        trim(odd, Path("-" + name), keep=PART)
        assert Path("out-" + name).stat().st_size > 1000


KILLED = """
import sys, pathlib
from diary_app.editing.render import render
render(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), on_progress=lambda done, left: print(done, flush=True))
"""


def test_killed_in_the_middle_nothing_has_the_final_name(heavy_take: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    arguments = [sys.executable, "-c", KILLED, str(heavy_take), str(out)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as app:
        assert app.stdout is not None
        encoders: list[psutil.Process] = []
        while not encoders:  # it listens first
            assert app.stdout.readline()
            encoders = psutil.Process(app.pid).children(recursive=True)
        assert remove_leftovers(tmp_path) == 0, "somebody is at it"
        os.kill(app.pid, signal.SIGKILL)
    assert not out.exists()
    _, alive = psutil.wait_procs(encoders, timeout=5)
    assert not alive
    assert remove_leftovers(tmp_path) >= 1
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_the_block_leaves_nothing(take: Path, tmp_path: Path) -> None:
    def spoil() -> None:
        with whole_file(tmp_path / "out.mp4", take=take) as temporary:
            temporary.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spoil()
    assert list(tmp_path.iterdir()) == []


def test_ffmpegs_last_words_are_kept(tmp_path: Path) -> None:
    with pytest.raises(FfmpegError) as caught:
        run_ffmpeg(["-i", str(tmp_path / "none"), "-f", "null", "-"], seconds=1.0, meter=Meter())
    assert "No such file" in caught.value.detail
    assert isinstance(caught.value, EditFailed)
    assert isinstance(caught.value, EditError)
    assert "\n" not in str(caught.value)


def test_the_encoder_gives_way_to_others(heavy_take: Path, tmp_path: Path) -> None:
    nice: list[int] = []

    def look(_done: float, _left: float | None) -> None:
        nice.extend(child.nice() for child in psutil.Process().children() if "ffmpeg" in child.name())

    deadline = time.monotonic() + 60
    while not nice and time.monotonic() < deadline:
        render(heavy_take, tmp_path / "out.mp4", keep=(KeptRange(0, 5),), preset=Preset.SMALLER, on_progress=look)
    assert set(nice) == {10}
