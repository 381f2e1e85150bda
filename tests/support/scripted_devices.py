"""Demo devices that can be pulled out, put back and made to hang, behind the ports of capture.sources."""

import threading

from capture.clock import Clock
from capture.demo import DemoCamera, DemoMicrophone
from capture.errors import DeviceGone, DeviceMissing
from capture.model import AudioBlock, Camera, Frame, Microphone, PictureFormat
from capture.sources import FrameSource, OnBlock, SoundSource

CAMERA, MICROPHONE = Camera("Scripted camera", "scripted"), Microphone("Scripted microphone", "scripted")


class ScriptedDevices:
    """Opens one camera and one microphone, and is the hand on their plugs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.camera_is_in = threading.Event()
        self.camera_is_in.set()
        self.camera_delivers = threading.Event()
        self.camera_delivers.set()
        self.microphone_delivers = threading.Event()
        self.microphone_delivers.set()
        self.sound_late_s = 0.0
        """How long a block of sound takes to arrive; its stamp stays true."""
        self.picture: PictureFormat | None = None
        """The size that the camera has from the next opening on; None: as asked."""
        self.opened_microphones = 0

    def open_camera(self, _camera: Camera, picture: PictureFormat) -> FrameSource:
        if not self.camera_is_in.is_set():
            raise DeviceMissing("The camera “Scripted camera” is not plugged in.")
        return _Camera(self, DemoCamera(self._clock, self.picture or picture))

    def open_microphone(self, _microphone: Microphone) -> SoundSource:
        self.opened_microphones += 1
        return _Microphone(self, DemoMicrophone(self._clock))


class _Camera:
    def __init__(self, devices: ScriptedDevices, real: DemoCamera) -> None:
        self._devices = devices
        self._real = real
        self._closed = threading.Event()

    @property
    def picture(self) -> PictureFormat:
        return self._real.picture

    def read(self) -> Frame | None:
        while not self._devices.camera_delivers.wait(0.01):
            if self._closed.is_set():
                return None
        if not self._devices.camera_is_in.is_set():
            raise DeviceGone("The camera “Scripted camera” has stopped.")
        return self._real.read()

    def close(self) -> None:
        self._closed.set()
        self._real.close()


class _Microphone:
    def __init__(self, devices: ScriptedDevices, real: DemoMicrophone) -> None:
        self._devices = devices
        self._real = real
        self._late: list[AudioBlock] = []
        self._on_block: OnBlock | None = None

    def start(self, on_block: OnBlock) -> None:
        self._on_block = on_block
        self._real.start(self._deliver)

    def _deliver(self, block: AudioBlock) -> None:
        assert self._on_block is not None
        if not self._devices.microphone_delivers.is_set():
            return
        self._late.append(block)
        while self._late and self._late[0].at_s <= block.at_s - self._devices.sound_late_s + 1e-9:
            self._on_block(self._late.pop(0))

    def close(self) -> None:
        self._real.close()
