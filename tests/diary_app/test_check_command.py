"""`diary check` says in plain words which devices there are, and which are refused or in use, and by whom."""

from pathlib import Path
from typing import Any

import pytest

from capture.models import SILERO, YUNET, ModelMissing, find_model
from diary_app.captions.whisper import is_there as captions_can_be_made
from tests.support.command_line import diary, diary_json
from tests.support.other_programs import camera_user
from tests.support.virtual_camera import VirtualCamera
from tests.support.virtual_microphone import VirtualMicrophone


@pytest.fixture
def environment(camera: VirtualCamera, microphone: VirtualMicrophone) -> dict[str, str]:
    return {**camera.environment(), **microphone.environment()}


def _check(name: str, environment: dict[str, str]) -> list[dict[str, Any]]:
    found = diary_json("check", "--json", env=environment)
    assert isinstance(found, list)
    return [check for check in found if check["name"] == name]


def test_devices_that_work_are_named(
    environment: dict[str, str], camera: VirtualCamera, microphone: VirtualMicrophone
) -> None:
    (line,) = _check("camera", environment)
    assert line["words"] == f"{camera.name}: ready"
    assert line["works"]
    assert not line["trouble"]
    assert microphone.name in [line["device"] for line in _check("microphone", environment)]


def test_a_camera_in_use_is_shown_with_the_program_that_has_it(
    tmp_path: Path, environment: dict[str, str], camera: VirtualCamera
) -> None:
    with camera_user(tmp_path / "zoom", camera):
        (line,) = _check("camera", environment)
        done = diary("check", env=environment)
    assert (line["works"], line["trouble"], line["culprit"]) == (False, "busy", "Zoom")
    assert "being used by Zoom. Close Zoom, then try again." in done.stdout
    assert done.returncode == 0, "the practice camera works"


def test_a_pulled_out_camera_is_none(environment: dict[str, str], camera: VirtualCamera) -> None:
    camera.unplug()
    (line,) = _check("camera", environment)
    assert line["words"] == "none found; the practice camera works"


@pytest.mark.parametrize(("name", "model"), [("faces", YUNET), ("speech", SILERO)])
def test_a_model_is_told_as_it_is_found(environment: dict[str, str], name: str, model: str) -> None:
    (line,) = _check(name, environment)
    assert not line["needed"], "one can record without it"
    assert line["works"] == _is_there(model)
    assert ("is ready" in line["words"]) == _is_there(model)


def test_whether_captions_can_be_made_is_told(environment: dict[str, str]) -> None:
    (line,) = _check("captions", environment)
    assert (line["works"], line["needed"]) == (captions_can_be_made(), False)


def _is_there(model: str) -> bool:
    try:
        find_model(model)
    except ModelMissing:
        return False
    return True
