"""The whole job at the real window: virtual camera and microphone, the practice portal, its copy decoded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diary_app.folders import Folders
from tests.support.command_line import REPOSITORY
from tests.support.flash_beep import measure, speech_present
from tests.support.journeys import SAME_SPEECH, portals_copy
from tests.support.portal_database import lay_in
from tests.support.virtual_camera import VirtualCamera
from tests.support.virtual_microphone import VirtualMicrophone, read_speech

SECONDS = 13.0


def drive(pictures: Path, environment: dict[str, str]) -> dict[str, object]:
    """Run the person at the window as a process of its own; what it printed."""
    pictures.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.journey.drive_window", str(SECONDS), str(pictures)],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def check_copy(found: dict[str, object], data: Path) -> None:
    """The portal's copy has the length, the size, the speech, and sound and picture in step."""
    receipt = found["receipt"]
    assert isinstance(receipt, dict)
    copy = portals_copy(data / "practice-portal", receipt["sha256"])
    assert copy.stat().st_size == receipt["bytes"]
    seen = measure(copy)
    assert seen.size == "1280x720"
    kept, taken = found["kept_s"], found["seconds"]
    assert isinstance(kept, float)
    assert isinstance(taken, float)
    assert abs(taken - kept - 1.0) < 0.1
    assert abs(seen.times[-1] + 1 / 30 - kept) < 0.15
    assert seen.offsets_ms, "a busy computer may lose the frame of a flash, not of all of them"
    assert seen.typical_ms < 40, seen.offsets_ms
    assert speech_present(copy, read_speech()).correlation > SAME_SPEECH


@pytest.fixture
def devices(camera: VirtualCamera, microphone: VirtualMicrophone, screen: str) -> dict[str, str]:
    """What a process needs to see the virtual camera, microphone and screen."""
    return {**microphone.environment(), **camera.environment(), "DISPLAY": screen}


def test_from_home_to_received_and_checked(devices: dict[str, str], own_data_folder: Path, tmp_path: Path) -> None:
    lay_in(Folders(own_data_folder).practice_portal)
    found = drive(tmp_path / "pictures", {**devices, "QT_QPA_PLATFORM": "xcb"})
    check_copy(found, own_data_folder)
