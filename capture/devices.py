"""The cameras and microphones of this computer, by their human names, and how each is opened."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import cv2

from capture.camera import OpenCvCamera
from capture.clock import Clock
from capture.culprit import Kind
from capture.demo import DemoCamera, DemoMicrophone
from capture.microphone import PortAudioMicrophone
from capture.microphones import list_microphones
from capture.model import Camera, Microphone, PictureFormat
from capture.refusals import missing, silent
from capture.registry import system_registry
from capture.sources import FrameSource, SoundSource
from capture.video_nodes import as_cameras, links, same_camera, video_nodes
from capture.windows_devices import camera_names

__all__ = ["DEMO", "DEMO_CAMERA", "DEMO_MICROPHONE", "Opener", "find_camera", "list_cameras", "list_microphones"]

DEMO = "demo"
DEMO_CAMERA = Camera("Practice camera", DEMO)
DEMO_MICROPHONE = Microphone("Practice microphone", DEMO)

_PROBED = 4
"""Where the system gives no list (Windows, macOS), so many numbers are tried."""


def list_cameras() -> list[Camera]:
    """Every camera that this computer has just now; may take a second. Demo devices are not among them."""
    return as_cameras(video_nodes(), links()) if sys.platform == "linux" else _cameras_by_number()


def _cameras_by_number() -> list[Camera]:
    """Windows and macOS: OpenCV knows numbers alone. Windows tells how many there are, so that none needs opening."""
    known = numbered_cameras(camera_names(system_registry()))
    return known or [Camera(f"Camera {number + 1}", str(number)) for number in range(_PROBED) if _opens(number)]


def numbered_cameras(names: Sequence[str]) -> list[Camera]:
    """One camera has its name; of several nothing tells which number is which, so they are counted."""
    if len(names) == 1:
        return [Camera(names[0], "0")]
    return [Camera(f"Camera {number + 1}", str(number)) for number in range(len(names))]


def _opens(number: int) -> bool:
    capture = cv2.VideoCapture(number)
    try:
        return capture.isOpened()
    finally:
        capture.release()


def find_camera(wanted: Camera) -> Camera:
    """The same camera where it is now: it may have come back under another number. Raises DeviceMissing."""
    if sys.platform != "linux" or not wanted.address.startswith("/"):
        return wanted
    found = same_camera(wanted, list_cameras(), exists=lambda address: Path(address).exists())
    if found is None:
        raise missing(Kind.CAMERA, wanted.name)
    return found


class Opener:
    """Opens the device that a name stands for: the real one, or the demo one. Any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._opened: dict[str, OpenCvCamera] = {}
        """The last opening of each camera, by address."""

    def camera(self, camera: Camera, picture: PictureFormat) -> FrameSource:
        """Raises DeviceMissing or DeviceRefused."""
        if camera.address == DEMO:
            return DemoCamera(self._clock, picture)
        now = find_camera(camera)
        with self._guard:
            before = self._opened.get(now.address)
        if before is not None and before.stuck:  # another thread in the same driver would hang there too
            raise silent(Kind.CAMERA, camera.name)
        source = OpenCvCamera(now, self._clock)
        with self._guard:
            self._opened[now.address] = source
        source.open(picture)
        return source

    def microphone(self, microphone: Microphone) -> SoundSource:
        """The microphone itself is opened by start()."""
        if microphone.address == DEMO:
            return DemoMicrophone(self._clock)
        return PortAudioMicrophone(microphone, self._clock)
