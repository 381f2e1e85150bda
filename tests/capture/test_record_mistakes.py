"""`diary record` when it is asked for what it cannot do: one sentence, and nothing is left."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import assert_one_sentence, diary
from tests.support.recording import files_in

DEMO = ("--camera", "demo", "--microphone", "demo")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("a.mp4", "--seconds", "0", *DEMO), "length"),
        (("a.mp4", "--seconds", "-3", *DEMO), "length"),
        (("a.mp4", "--seconds", "soon", *DEMO), "“soon” is not a number"),
        (("a.mp4", "--seconds", "nan", *DEMO), "length"),
        (("a.mp4", *DEMO), "--seconds"),
        (("a.txt", "--seconds", "1", *DEMO), "“.txt”"),
        (("a.m4a", "--seconds", "1", *DEMO), ".mp4"),
        (("nowhere/a.mp4", "--seconds", "1", *DEMO), "no folder"),
        (("a.mp4", "--seconds", "1", "--camera", "none", "--microphone", "none"), "nothing to record"),
        (("a.mp4", "--seconds", "1", "--camera", "No Such Thing", "--microphone", "demo"), "camera"),
        (("a.mp4", "--seconds", "1", "--camera", "demo", "--microphone", "No Such Thing"), "microphone"),
        (("a.mp4", "--seconds", "1", "--size", "big", *DEMO), "“big” is not a size"),
        (("a.mp4", "--seconds", "1", "--fps", "0", *DEMO), "rate"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    said = assert_one_sentence(diary("record", folder / words[0], *words[1:]))
    assert expected in said
    assert files_in(folder) == []


def test_an_existing_file_is_left_as_it_is(tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    out.write_bytes(b"dear words")
    assert "exists already" in assert_one_sentence(diary("record", out, "--seconds", "1", *DEMO))
    assert out.read_bytes() == b"dear words"
    assert files_in(tmp_path) == ["a.mp4"]


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "read-only"
    folder.mkdir()
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", folder], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("a folder that root cannot write to: tmpfs cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_an_unwritable_folder_is_one_sentence(read_only: Path) -> None:
    said = assert_one_sentence(diary("record", read_only / "a.mp4", "--seconds", "1", *DEMO))
    assert "cannot be written to" in said
    assert files_in(read_only) == []
    assert json.loads(diary("clips", "--json").stdout) == [], "and no clip that was never recorded"
