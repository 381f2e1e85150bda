"""Every camera keeps the contract of capture.sources.FrameSource: the drawn one, and a V4L2 device through OpenCV."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from capture.devices import DEMO
from tests.conftest import skips_without_device
from tests.support.device_probe import FRAMES, Probed
from tests.support.other_programs import camera_user, without_rights
from tests.support.virtual_camera import VirtualCamera, camera_comes_back, camera_node


def _probe(
    tmp_path: Path, address: str, environment: dict[str, str], *, fault: str = "", before: Sequence[str] = ()
) -> Probed:
    """before: a program that starts the probe with other rights."""
    out = tmp_path / "probed.json"
    faults = [fault] if fault else []
    command = [*before, sys.executable, "-m", "tests.support.device_probe", "camera", address, str(out), *faults]
    subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=60)
    return Probed(**json.loads(out.read_text()))


@pytest.fixture(params=["drawn", "OpenCV"])
def probed(request: pytest.FixtureRequest, tmp_path: Path) -> Probed:
    if request.param == "drawn":
        return _probe(tmp_path, DEMO, {})
    camera: VirtualCamera = request.getfixturevalue("camera")
    return _probe(tmp_path, camera.node, camera.environment())


@pytest.fixture
def new_video_node() -> Iterator[Path]:
    """A device node that only this test has; removed at the end."""
    with ExitStack() as stack:
        with skips_without_device():
            node = stack.enter_context(camera_node(new=True))
        yield Path(node)


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


def test_a_camera_that_was_pulled_out_is_not_plugged_in(tmp_path: Path, camera: VirtualCamera) -> None:
    camera.unplug()
    found = _probe(tmp_path, camera.node, camera.environment())
    assert found.error.startswith("DeviceMissing: The camera “the camera” is not plugged in.")


def test_a_camera_in_use_names_the_program_that_has_it(tmp_path: Path, camera: VirtualCamera) -> None:
    with camera_user(tmp_path / "zoom", camera):
        found = _probe(tmp_path, camera.node, camera.environment())
    assert found.error == ("DeviceBusy: The camera “Virtual Camera” is being used by Zoom. Close Zoom, then try again.")
    assert not _probe(tmp_path, camera.node, camera.environment()).error, "when it is closed, the camera is free"


def test_a_camera_that_this_user_may_not_use_is_told_apart_from_one_that_is_absent(
    tmp_path: Path, camera: VirtualCamera, new_video_node: Path
) -> None:
    new_video_node.chmod(0)
    camera_comes_back(camera.folder, str(new_video_node))
    found = _probe(tmp_path, str(new_video_node), camera.environment(), before=without_rights())
    assert found.error.startswith("DeviceDenied: The camera “")
    assert "IT team" in found.error


@pytest.mark.parametrize("fault", ["unplug", "hang", "block"])
def test_a_camera_that_fails_is_gone_at_once_and_closes_soon(tmp_path: Path, camera: VirtualCamera, fault: str) -> None:
    """OpenCV itself waits for 10 s, a driver that blocks for ever; ours is a second, with room for a busy machine."""
    found = _probe(tmp_path, camera.node, camera.environment(), fault=fault)
    assert not found.error
    assert 0 < found.gone_after_s < 4
    assert found.close_s < 4
    assert found.after_close == ["None", "None"]
