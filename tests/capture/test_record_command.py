"""`diary record` from end to end: a real V4L2 camera and a real ALSA microphone, and everything that can be wrong."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from capture.model import TakeReport
from tests.support.command_line import REPOSITORY, assert_one_sentence, command, diary, environment
from tests.support.flash_beep import measure, speech_present
from tests.support.recording import files_in
from tests.support.virtual_camera import VirtualCamera
from tests.support.virtual_microphone import VirtualMicrophone, read_speech
from tests.support.wait import until

DEMO = ("--camera", "demo", "--microphone", "demo")


@pytest.fixture
def devices(camera: VirtualCamera, microphone: VirtualMicrophone) -> dict[str, str]:
    return {**microphone.environment(), **camera.environment()}


def test_a_real_take_has_speech_and_beeps_at_the_flashes(
    tmp_path: Path, devices: dict[str, str], camera: VirtualCamera, microphone: VirtualMicrophone
) -> None:
    out, report_file = tmp_path / "take.mp4", tmp_path / "report.json"
    words = ("--camera", camera.name, "--microphone", microphone.name, "--size", "640x480", "--report", report_file)
    done = diary("record", out, "--seconds", "7", *words, env=devices)
    assert done.returncode == 0, done.stderr

    report = json.loads(report_file.read_text())
    assert set(report) == {field.name for field in fields(TakeReport)}
    assert set(report["lost"]) == {"device", "queue", "encoder"}
    assert report["frames_captured"] == report["frames_written"] + sum(report["lost"].values())
    assert (report["frames_scrapped"], report["gaps"], report["sound_lost_s"]) == (0, [], 0)
    assert report["size"] == "640x480"
    assert 6.95 < report["seconds"] < 8
    assert report["cpu_s"] > 0

    found = measure(out)
    assert found.size == "640x480"
    assert len(found.indices) == report["frames_written"]
    missing = sum((after - before) % 300 - 1 for before, after in zip(found.indices, found.indices[1:], strict=False))
    assert missing == report["lost"]["device"] + report["lost"]["queue"], "what is missing is what was counted"
    assert len(found.offsets_ms) >= 2
    assert found.typical_ms < 40
    assert abs(found.sound_s - report["seconds"]) < 0.2
    assert speech_present(out, read_speech()).correlation > 0.8


def test_a_camera_in_use_by_another_program_is_a_sentence(
    tmp_path: Path, devices: dict[str, str], camera: VirtualCamera
) -> None:
    first = tmp_path / "first.mp4"
    words = command("record", first, "--seconds", "60", "--camera", camera.name, "--microphone", "none")
    with subprocess.Popen(words, cwd=REPOSITORY, env=environment(devices), stderr=subprocess.DEVNULL) as other:
        until((tmp_path / "first.recording.mp4").exists, what="the first recording")
        folder = tmp_path / "mine"
        folder.mkdir()
        second = diary(
            "record", folder / "a.mp4", "--seconds", "1", "--camera", "0", "--microphone", "none", env=devices
        )
        other.terminate()
    said = assert_one_sentence(second)
    assert "is being used by this app in another window" in said
    assert files_in(folder) == []


def test_a_pulled_out_camera_is_a_sentence(tmp_path: Path, devices: dict[str, str], camera: VirtualCamera) -> None:
    camera.unplug()
    done = diary("record", tmp_path / "a.mp4", "--seconds", "1", "--camera", camera.node, *DEMO[2:], env=devices)
    assert "camera" in assert_one_sentence(done).lower()
    assert files_in(tmp_path) == []


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
