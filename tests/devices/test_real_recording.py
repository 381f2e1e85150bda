"""`diary record` over the virtual camera and microphone: the first link of every journey, by itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.flash_beep import measure, speech_present
from tests.support.virtual_camera import VirtualCamera
from tests.support.virtual_microphone import VirtualMicrophone, read_speech

DIARY = [sys.executable, "-c", "from ui.launch import main; raise SystemExit(main())"]
SECONDS = 6.0


@pytest.mark.parametrize("size", ["640x480", "1280x720"])
def test_a_take_holds_the_picture_the_speech_and_keeps_them_in_step(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone, size: str
) -> None:
    out, report = tmp_path / "take.mp4", tmp_path / "report.json"
    devices = ["--camera", camera.name, "--microphone", microphone.name]
    command = [*DIARY, "record", str(out), "--seconds", str(SECONDS), "--size", size, "--report", str(report), *devices]
    environment = {**os.environ, **microphone.environment(), **camera.environment()}
    subprocess.run(command, env=environment, check=True, timeout=90, stdout=subprocess.DEVNULL)

    found, told = measure(out), json.loads(report.read_text())
    assert found.size == size
    assert len(found.indices) == told["frames_written"]
    assert told["frames_written"] + sum(told["lost"].values()) == told["frames_captured"]
    assert found.offsets_ms, "a busy computer may lose the frame of a flash, not of all of them"
    assert found.typical_ms < 40, found.offsets_ms
    assert abs(found.sound_s - SECONDS) < 0.2
    assert speech_present(out, read_speech()).correlation > 0.9
