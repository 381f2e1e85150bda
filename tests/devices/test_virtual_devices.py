"""The virtual devices keep their promises, seen through OpenCV and PortAudio as they are."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.flash_beep import find_beeps, match_speech
from tests.support.virtual_camera import VirtualCamera
from tests.support.virtual_microphone import VirtualMicrophone, read_speech

SECONDS = 5.0


def _record(out: Path, camera: VirtualCamera, microphone: VirtualMicrophone) -> dict[str, NDArray[np.float64]]:
    environment = {**os.environ, **microphone.environment(), **camera.environment()}
    command = [sys.executable, "-m", "tests.devices.record_real", str(SECONDS), camera.node, str(out)]
    subprocess.run(command, env=environment, check=True, timeout=60)
    with np.load(out) as found:
        return {name: found[name].astype(np.float64) for name in found.files}


def test_one_real_recording_has_frames_speech_and_beeps_at_the_flashes(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone
) -> None:
    found = _record(tmp_path / "out.npz", camera, microphone)

    step = np.diff(found["indices"]) % 300
    assert len(found["indices"]) > SECONDS * 30 * 0.8
    assert np.allclose(np.diff(found["stamps"]), step / 30, atol=0.002)

    beeps = np.array(find_beeps(found["samples"])) + np.median(_starts(found))
    flashes = found["stamps"][found["flashes"] == 1]
    offsets = [min((beep - flash for beep in beeps), key=abs) for flash in flashes]
    assert len(offsets) >= 2
    assert max(map(abs, offsets)) < 0.002, offsets

    heard = match_speech(found["samples"], read_speech())
    assert heard.correlation > 0.95


def test_the_microphones_clock_is_as_fast_as_asked(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone
) -> None:
    fast = VirtualMicrophone(microphone.folder, microphone.speech, ppm=2000)
    found = _record(tmp_path / "out.npz", camera, fast)
    times = found["block_times"]
    slope = np.polyfit(np.arange(len(times)), times, 1)[0]
    assert 1500 < (0.01 / slope - 1) * 1e6 < 2500


def test_speech_of_somebody_else_is_not_taken_for_it() -> None:
    speech = read_speech()
    half = len(speech) // 2
    part = speech[half : half + 48_000 * 8].astype(np.float64)
    assert match_speech(part, speech).correlation > 0.95
    assert match_speech(part, speech[: half - 48_000]).correlation < 0.7


def _starts(found: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The moment of the very first sample, as each block tells it."""
    starts: NDArray[np.float64] = found["block_times"] - np.arange(len(found["block_times"])) * 0.01
    return starts
