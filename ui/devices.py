"""Which device stands chosen in a list that changes while it is looked at: pure rules over names. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from capture.model import Camera, Microphone

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


def _place(devices: Sequence[Device], name: str) -> int | None:
    """Where the device of this name or address stands."""
    wanted = name.casefold()
    names = ((device.name.casefold(), device.address.casefold()) for device in devices)
    return next((place for place, known in enumerate(names) if wanted and wanted in known), None)


def pick(offered: Sequence[Device], *, wanted: str, remembered: str, current: str = "") -> Pick:
    """Choose what was asked for by name or address, else what was used last, else what stands chosen already.

    Where none of these is there, the first real device.
    """
    devices = tuple(offered)
    for name in (wanted, remembered, current):
        if (place := _place(devices, name)) is not None:
            return Pick(devices, place)
    first_real = next((place for place, device in enumerate(devices) if not is_demo(device)), None)
    return Pick(devices, first_real)


@dataclass(frozen=True, slots=True)
class Change:
    """What a new list means for the device that stood chosen."""

    pick: Pick
    gone: str = ""
    """The name of what was pulled out; the pick is used instead."""
    back: str = ""
    """The name of what the user wanted, which is there again."""


@dataclass(slots=True)
class Choice:
    """Which device of one kind the user wants, over all the lists that come and go."""

    wanted: str = ""
    """Name or address of what the user chose, or asked for."""
    remembered: str = ""
    """Name of what was used last."""
    current: Device | None = None
    """What stands chosen."""

    def choose(self, device: Device) -> None:
        """The user chose this one."""
        self.wanted, self.current = device.name, device

    @property
    def lasting(self) -> str:
        """The name to remember: what stands in for a device that is away is not remembered in its place."""
        if self.current is None:
            return self.remembered
        names = (self.current.name.casefold(), self.current.address.casefold())
        return self.current.name if self.wanted.casefold() in names or not self.remembered else self.remembered

    def follow(self, offered: Sequence[Device]) -> Change:
        """A new list: what is wanted when it is there, else what stands chosen, else the first real device."""
        before, name = self.current, self.current.name if self.current else ""
        picked = pick(offered, wanted=self.wanted, remembered=self.remembered, current=name)
        self.current = picked.device
        if picked.device is None:
            return Change(picked)
        if not self.wanted and not self.remembered:
            self.wanted = picked.device.name  # it comes back to this one
        if before is None or picked.device.name == name:
            return Change(picked)
        if _place(offered, name) is None:
            return Change(picked, gone=name)
        return Change(picked, back=picked.device.name)
