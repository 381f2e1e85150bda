"""Every microphone keeps the contract of capture.sources.SoundSource: the drawn one, and ALSA through PortAudio."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from capture.devices import DEMO
from capture.model import BLOCK, SOUND_RATE
from tests.support.device_probe import BLOCKS, Probed
from tests.support.virtual_microphone import VirtualMicrophone


def _probe(tmp_path: Path, address: str, environment: dict[str, str], *, fault: str = "") -> Probed:
    out = tmp_path / "probed.json"
    command = [sys.executable, "-m", "tests.support.device_probe", "microphone", address, str(out)]
    command += [fault] if fault else []
    subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=60, stderr=subprocess.DEVNULL)
    return Probed(**json.loads(out.read_text()))


@pytest.fixture(params=["drawn", "PortAudio", "PortAudio, 44100 alone", "PortAudio, 16000 alone"])
def probed(request: pytest.FixtureRequest, tmp_path: Path) -> Probed:
    if request.param == "drawn":
        return _probe(tmp_path, DEMO, {})
    microphone: VirtualMicrophone = request.getfixturevalue("microphone")
    rate = re.search(r"\d+", request.param)
    if rate:
        microphone.has_only(int(rate[0]))
    return _probe(tmp_path, microphone.name, microphone.environment())


def test_a_microphone_keeps_its_contract(probed: Probed) -> None:
    assert not probed.error
    assert set(probed.lengths) == {BLOCK}
    assert len(probed.stamps) >= BLOCKS
    slope = np.polyfit(np.arange(len(probed.stamps)), probed.stamps, 1)[0]
    assert slope == pytest.approx(BLOCK / SOUND_RATE, rel=0.02)
    assert min(probed.ages) >= -0.005, "no sound comes from the future"
    assert np.median(probed.ages) < 0.5
    assert probed.loudest > 500, "there is something to be heard"
    assert probed.close_s < 3


def test_a_driver_that_does_not_let_go_is_left_to_itself(tmp_path: Path, microphone: VirtualMicrophone) -> None:
    found = _probe(tmp_path, microphone.name, microphone.environment(), fault="block")
    assert not found.error
    assert 1 < found.close_s < 8, "it was waited for, and then no longer"


def test_a_microphone_that_is_not_there_is_a_sentence(tmp_path: Path, microphone: VirtualMicrophone) -> None:
    found = _probe(tmp_path, "no such microphone", microphone.environment())
    assert found.error.startswith("DeviceMissing: The microphone “the microphone” is not plugged in.")


def test_a_microphone_that_was_pulled_out_is_a_sentence(tmp_path: Path, microphone: VirtualMicrophone) -> None:
    microphone.unplug()
    found = _probe(tmp_path, microphone.name, microphone.environment())
    assert found.error.split(":")[0] in ("DeviceMissing", "DeviceRefused")
    assert found.error.endswith(".")
