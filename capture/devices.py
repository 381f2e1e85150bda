"""The cameras and microphones of this computer, by their human names, and how each is opened."""

import contextlib
import os
import struct
import sys
from pathlib import Path

import cv2
import sounddevice

from capture.camera import OpenCvCamera
from capture.clock import Clock
from capture.demo import DemoCamera, DemoMicrophone
from capture.model import Camera, Microphone, PictureFormat
from capture.sources import FrameSource, SoundSource

DEMO = "demo"
DEMO_CAMERA = Camera("Practice camera", DEMO)
DEMO_MICROPHONE = Microphone("Practice microphone", DEMO)

_QUERYCAP = 0x80685600
"""VIDIOC_QUERYCAP of linux/videodev2.h: fills a struct of 104 bytes."""
_CAPTURES, _HAS_DEVICE_CAPS = 0x00000001, 0x80000000
_PROBED = 4
"""Where the system gives no list (Windows, macOS), so many numbers are tried."""
_ALSA_PLUMBING = ("sysdefault", "lavrate", "samplerate", "speexrate", "upmix", "vdownmix", "dmix", "spdif")


def list_cameras() -> list[Camera]:
    """Every camera that this computer has just now; may take a second. Demo devices are not among them."""
    return _cameras_by_node() if sys.platform == "linux" else _cameras_by_number()


def _cameras_by_node() -> list[Camera]:
    return [camera for path in sorted(Path("/dev").glob("video*")) if (camera := _v4l2_camera(path))]


def _cameras_by_number() -> list[Camera]:
    return [Camera(f"Camera {number + 1}", str(number)) for number in range(_PROBED) if _opens(number)]


def _v4l2_camera(path: Path) -> Camera | None:
    """Ask the driver for its name; None for what is no camera (a camera's second node carries only its metadata)."""
    import fcntl

    answer = bytearray(104)
    try:
        node = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except PermissionError:
        return Camera(f"{path.name} (not allowed)", str(path))
    except OSError:
        return None
    try:
        with contextlib.suppress(OSError):
            fcntl.ioctl(node, _QUERYCAP, answer)
    finally:
        os.close(node)
    capabilities, of_the_node = struct.unpack_from("<II", answer, 84)
    if not (of_the_node if capabilities & _HAS_DEVICE_CAPS else capabilities) & _CAPTURES:
        return None
    return Camera(answer[16:48].split(b"\0")[0].decode(errors="replace"), str(path))


def _opens(number: int) -> bool:
    capture = cv2.VideoCapture(number)
    try:
        return capture.isOpened()
    finally:
        capture.release()


def list_microphones() -> list[Microphone]:
    """Every microphone that this computer has just now, the system's default first. Demo devices are not among them."""
    systems = sounddevice.query_hostapis()
    chosen = [number for number, system in enumerate(systems) if _usable(system["name"])]
    found = []
    for device in sounddevice.query_devices():
        name = device["name"]
        if device["hostapi"] in chosen and device["max_input_channels"] and not name.startswith(_ALSA_PLUMBING):
            found.append((device["index"], Microphone(name, f"{name}, {systems[device['hostapi']]['name']}")))
    first = {systems[number]["default_input_device"] for number in chosen}
    return [microphone for index, microphone in sorted(found, key=lambda pair: (pair[0] not in first, pair[0]))]


def _usable(system: str) -> bool:
    """On Windows every microphone appears under four sound systems; WASAPI has the full names and true times."""
    return system == "Windows WASAPI" if sys.platform == "win32" else system != "OSS"


class Opener:
    """Opens the device that a name stands for: the real one, or the demo one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def camera(self, camera: Camera, picture: PictureFormat) -> FrameSource:
        """Raises DeviceMissing or DeviceRefused."""
        if camera.address == DEMO:
            return DemoCamera(self._clock, picture)
        return OpenCvCamera(camera, picture, self._clock)

    def microphone(self, microphone: Microphone) -> SoundSource:
        """The microphone itself is opened by start()."""
        if microphone.address == DEMO:
            return DemoMicrophone(self._clock)
        from capture.microphone import PortAudioMicrophone

        return PortAudioMicrophone(microphone, self._clock)
