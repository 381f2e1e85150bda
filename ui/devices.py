"""Which device stands chosen in a list: pure rules over names. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from capture.model import Camera, Microphone
from diary_app.diary import Devices

DEMO = "demo"
"""Address of the practice devices."""

Device = Camera | Microphone


@dataclass(frozen=True, slots=True)
class Pick:
    """What to offer, and which of them is chosen: None when only practice devices are there and none was asked for."""

    offered: tuple[Device, ...]
    chosen: int | None

    @property
    def device(self) -> Device | None:
        """The chosen device."""
        return None if self.chosen is None else self.offered[self.chosen]


def is_demo(device: Device) -> bool:
    """True for the practice camera and microphone."""
    return device.address == DEMO


def pick(offered: Sequence[Device], *, wanted: str, remembered: str) -> Pick:
    """Choose what was asked for by name or address, else what was used last, else the first real device."""
    devices = tuple(offered)
    for name in (wanted, remembered):
        for place, device in enumerate(devices):
            if name and name.casefold() in (device.name.casefold(), device.address.casefold()):
                return Pick(devices, place)
    first_real = next((place for place, device in enumerate(devices) if not is_demo(device)), None)
    return Pick(devices, first_real)


def pick_camera(devices: Devices, *, wanted: str, remembered: str) -> Pick:
    """The cameras, and the chosen one."""
    return pick(devices.cameras, wanted=wanted, remembered=remembered)


def pick_microphone(devices: Devices, *, wanted: str, remembered: str) -> Pick:
    """The microphones, and the chosen one."""
    return pick(devices.microphones, wanted=wanted, remembered=remembered)
