"""Devices that come and go while the real recorder records: the user is told, the rest goes on, and they re-join."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import skips_without_device
from tests.devices.come_and_go import PART_S, Story
from tests.support.decoding import hear, see
from tests.support.virtual_camera import VirtualCamera, camera_node
from tests.support.virtual_microphone import VirtualMicrophone


def _record(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone, story: str, *changed: str
) -> tuple[Path, Story]:
    take, out = tmp_path / "take.mp4", tmp_path / "story.json"
    command = [sys.executable, "-m", "tests.devices.come_and_go", story, str(take), str(out), *changed]
    environment = {**os.environ, **microphone.environment(), **camera.environment()}
    subprocess.run(command, env=environment, check=True, timeout=200)
    story_told = Story(**json.loads(out.read_text()))
    print(story, story_told)
    return take, story_told


def _is_whole(take: Path, story: Story, *, lost: str) -> None:
    """It was told once and soon, every frame is accounted for, and the file has what was counted, from begin to end."""
    assert [sentence.partition(" has stopped")[0] for sentence in story.told] == [f"The {lost}"], story.told
    assert "safe" in story.told[0]
    assert story.told_after_s < 3, "a second is promised; a test machine may be slow"
    assert story.captured == story.written + sum(story.lost.values())
    # One black picture stands for a whole gap; a busy computer may make another, shorter one.
    black = len(see(take).times) - story.written
    assert (lost == "camera") <= black <= story.gaps.count("camera"), story
    assert story.gaps[0] == lost
    assert len(hear(take)) / 48_000 == pytest.approx(story.seconds, abs=0.3)
    assert story.seconds > 3 * PART_S


def test_a_camera_that_comes_back_as_another_one_rejoins(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone
) -> None:
    with camera_node(new=True) as node:
        take, story = _record(tmp_path, camera, microphone, "camera-unplug", node, "640x480")
    _is_whole(take, story, lost="camera")
    assert story.address_before != node
    assert story.now == "640x480", "the camera has another size now"
    assert story.size == "1280x720", "and the take keeps its own"
    times = see(take).times
    _, _, back_s, end_s = story.part_s
    assert sum(back_s < at_s < end_s for at_s in times) > 30, "there are pictures after it came back"


@pytest.mark.parametrize("fault", ["hang", "block"])
def test_a_camera_that_hangs_without_an_error_is_lost_and_rejoins(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone, fault: str
) -> None:
    take, story = _record(tmp_path, camera, microphone, f"camera-{fault}")
    _is_whole(take, story, lost="camera")


@pytest.mark.parametrize(("fault", "rate"), [("unplug", "44100"), ("hang", "48000")])
def test_a_microphone_that_fails_leaves_the_picture_and_rejoins(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone, fault: str, rate: str
) -> None:
    take, story = _record(tmp_path, camera, microphone, f"microphone-{fault}", rate)
    _is_whole(take, story, lost="microphone")
    sound, times = hear(take), see(take).times
    failed_s, put_back_s, back_s, end_s = story.part_s
    assert sum(failed_s < at_s < put_back_s for at_s in times) > 30, "the camera goes on"
    for begin_s, until_s in ((0.5, failed_s - 0.5), (back_s + 0.5, end_s - 0.2)):
        assert np.abs(sound[round(begin_s * 48_000) : round(until_s * 48_000)]).max() > 0.05, "there is speech again"


@pytest.fixture(autouse=True)
def needs_root_for_nodes() -> None:
    with skips_without_device(), camera_node(new=True):
        pass
