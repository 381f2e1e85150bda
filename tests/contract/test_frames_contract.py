"""Every camera keeps the contract of capture.sources.FrameSource: the drawn one, and a V4L2 device through OpenCV."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from capture.devices import DEMO
from tests.support.device_probe import FRAMES, Probed
from tests.support.virtual_camera import VirtualCamera


def _probe(tmp_path: Path, address: str, environment: dict[str, str]) -> Probed:
    out = tmp_path / "probed.json"
    command = [sys.executable, "-m", "tests.support.device_probe", "camera", address, str(out)]
    subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=60)
    return Probed(**json.loads(out.read_text()))


@pytest.fixture(params=["drawn", "OpenCV"])
def probed(request: pytest.FixtureRequest, tmp_path: Path) -> Probed:
    if request.param == "drawn":
        return _probe(tmp_path, DEMO, {})
    camera: VirtualCamera = request.getfixturevalue("camera")
    return _probe(tmp_path, camera.node, camera.environment())


def test_a_camera_keeps_its_contract(probed: Probed) -> None:
    assert not probed.error
    width, height, fps = probed.picture
    assert (width, height) == (640, 480)
    assert fps == 30
    assert {tuple(size) for size in probed.sizes} == {(height, width, 3)}
    assert len(probed.stamps) == FRAMES
    steps = np.diff(probed.stamps) * fps
    assert (steps > 0).all(), "later frames have later times"
    assert np.abs(steps - np.rint(steps)).max() < 0.1, "times are those of the camera's own beat"
    assert np.median(steps) == pytest.approx(1, abs=0.1)
    assert min(probed.ages) >= -0.001, "no frame comes from the future"
    assert np.median(probed.ages) < 0.5
    assert probed.after_close == ["None", "None"]
    assert probed.close_s < 2


def test_a_camera_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    found = _probe(tmp_path, "/dev/video-nowhere", {})
    assert found.error.startswith("DeviceMissing: The camera “the camera” is not plugged in.")


def test_a_camera_in_use_is_a_sentence(tmp_path: Path, camera: VirtualCamera) -> None:
    (tmp_path / "unplugged").mkdir()
    camera.unplug()
    found = _probe(tmp_path, camera.node, camera.environment())
    assert found.error.startswith("DeviceRefused: The camera “the camera” does not start.")
