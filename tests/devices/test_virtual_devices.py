"""The virtual devices keep their promises, seen through OpenCV and PortAudio as they are."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import skips_without_device
from tests.support.flash_beep import find_beeps, match_speech
from tests.support.sound_server import sound_server
from tests.support.stamp import FLASH_EVERY
from tests.support.virtual_camera import DeviceUnavailable, VirtualCamera
from tests.support.virtual_microphone import DEVICE, VirtualMicrophone, read_speech, speech_file

SECONDS = 5.0


def _record(out: Path, camera: VirtualCamera, microphone: VirtualMicrophone) -> dict[str, NDArray[np.float64]]:
    environment = {**os.environ, **microphone.environment(), **camera.environment()}
    subprocess.run(_recorder(SECONDS, camera.node, DEVICE, out), env=environment, check=True, timeout=60)
    return _load(out)


def _recorder(seconds: float, node: str, microphone: str, out: Path) -> list[str]:
    return [sys.executable, "-m", "tests.devices.record_real", str(seconds), node, microphone, str(out)]


def _load(out: Path) -> dict[str, NDArray[np.float64]]:
    with np.load(out) as found:
        return {name: found[name].astype(np.float64) for name in found.files}


def test_one_real_recording_has_frames_speech_and_beeps_at_the_flashes(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone
) -> None:
    found = _record(tmp_path / "out.npz", camera, microphone)

    step = np.diff(found["indices"]) % 300
    assert len(found["indices"]) > 2 * FLASH_EVERY
    assert np.allclose(np.diff(found["stamps"]), step / 30, atol=0.002)

    beeps = [_moment(found, beep) for beep in find_beeps(found["samples"])]
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


@pytest.mark.parametrize("fault", ["unplug", "hang"])
def test_a_camera_that_fails_gives_no_more_frames(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone, fault: str
) -> None:
    environment = {**os.environ, **microphone.environment(), **camera.environment()}
    out = tmp_path / "out.npz"
    with subprocess.Popen(_recorder(30, camera.node, DEVICE, out), env=environment) as recorder:
        _wait_for((camera.folder / "t0").exists)
        (camera.folder / fault).touch()
        assert recorder.wait(timeout=60) == 0
    assert len(_load(out)["samples"]), "the microphone is a device of its own"


@pytest.mark.parametrize("fault", ["unplug", "hang"])
def test_a_microphone_that_fails_gives_no_more_samples(
    tmp_path: Path, microphone: VirtualMicrophone, fault: str
) -> None:
    environment = {**os.environ, **microphone.environment()}
    out = tmp_path / "out.npz"
    with subprocess.Popen(
        _recorder(4, "none", DEVICE, out), env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as recorder:
        assert recorder.stdout is not None
        assert recorder.stdout.readline() == b"started\n"
        (microphone.folder / fault).touch()
        assert recorder.wait(timeout=60) == 0
    assert len(_load(out)["samples"]) < 3 * 48_000


def test_the_loudspeaker_plays_in_real_time(microphone: VirtualMicrophone) -> None:
    program = (
        "import sounddevice, numpy; sounddevice.play(numpy.full((48000, 1), 5000, 'int16'), 48000); sounddevice.wait()"
    )
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", program], env={**os.environ, **microphone.environment()}, check=True)
    assert time.monotonic() - started > 1.0
    assert (microphone.played() == 5000).sum() == 48_000


def test_speech_comes_through_pulseaudio_too(tmp_path: Path, device_store: Path) -> None:
    with ExitStack() as stack:
        with skips_without_device():
            speech = speech_file(device_store)
            server = stack.enter_context(sound_server(tmp_path / "pulse"))
        stack.enter_context(server.say(speech))
        out = tmp_path / "out.npz"
        environment = {**os.environ, **server.environment()}
        subprocess.run(_recorder(SECONDS, "none", "pulse", out), env=environment, check=True, timeout=60)
    assert match_speech(_load(out)["samples"], read_speech()).correlation > 0.9


def test_a_private_screen_shows_a_window(screen: str) -> None:
    with skips_without_device():
        if shutil.which("xdotool") is None:
            raise DeviceUnavailable("no xdotool (Debian package xdotool)")
    program = (
        "from PySide6.QtWidgets import QApplication, QLabel; app = QApplication([]); label = QLabel('Diary');"
        "label.setWindowTitle('A window'); label.show(); app.exec()"
    )
    environment = {**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as window:
        try:
            search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "^A window$"]
            subprocess.run(search, env=environment, check=True, timeout=30, capture_output=True)
        finally:
            window.kill()  # Qt waits in C: a signal handler of Python's would never run


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _moment(found: dict[str, NDArray[np.float64]], at_s: float) -> float:
    """When this place of the recording was in the air: its own block says it, also after a loss."""
    block, rest = divmod(round(at_s * 48_000), 480)
    return float(found["block_times"][block]) + rest / 48_000
