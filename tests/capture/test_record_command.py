"""`diary record` from end to end: a real V4L2 camera and a real ALSA microphone."""

import json
import subprocess
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
    assert found.offsets_ms, "a busy computer may lose the frame of a flash, not of all of them"
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
