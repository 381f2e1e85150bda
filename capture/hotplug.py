"""Notices cameras and microphones that are plugged in or pulled out, and tells the new lists.

One thread, `devices`, looks twice a second at a sign that costs next to nothing (a few small files of the kernel on
Linux, a few registry values on Windows) and lists the devices only when the sign has changed. A Mac has no such sign
without its own frameworks: there the window's toolkit must call look_again() when it hears of a change.
"""

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from capture import portaudio
from capture.devices import list_cameras, list_microphones
from capture.model import Camera, Microphone
from capture.registry import system_registry
from capture.sound_cards import PROC, sound_sign
from capture.windows_devices import camera_names

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""With the listing, a change is told well within a second."""

Lists = tuple[tuple[Camera, ...], tuple[Microphone, ...]]
Sign = tuple[object, ...]


def real_devices() -> Lists:
    """The cameras and microphones of this computer just now; takes up to a second."""
    return tuple(list_cameras()), tuple(list_microphones())


def device_sign(dev: Path = Path("/dev"), proc: Path = PROC) -> Sign:
    """Differs from before when a device came, went, or may be opened now.

    Holds besides whether PortAudio's list is old: it is read anew once no stream is open any more.
    """
    if sys.platform == "win32":
        return camera_names(system_registry()), sound_sign(), portaudio.is_behind() and portaudio.in_use()
    return _video_sign(dev), sound_sign(proc), portaudio.is_behind() and portaudio.in_use()


def _video_sign(dev: Path) -> Sign:
    """The video nodes with the moment of their last change of owner or rights, and the names that udev gave them."""
    nodes = [(name, _changed_ns(dev / name)) for name in _names(dev) if name.startswith("video")]
    return *nodes, *_names(dev / "v4l" / "by-id"), *_names(dev / "v4l" / "by-path")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0


class DeviceWatch:
    """Calls on_change with the lists once at the beginning, and whenever they differ; close() ends it.

    on_change is called on the thread `devices` and must not wait. `sign`: something that is cheap to make and differs
    when the devices may have changed.
    """

    def __init__(
        self,
        list_devices: Callable[[], Lists],
        on_change: Callable[[tuple[Camera, ...], tuple[Microphone, ...]], None],
        *,
        sign: Callable[[], Sign] = device_sign,
    ) -> None:
        self._list = list_devices
        self._on_change = on_change
        self._sign = sign
        self._closing = threading.Event()
        self._look = threading.Event()
        self._thread = threading.Thread(target=self._run, name="devices", daemon=True)
        self._thread.start()

    def look_again(self) -> None:
        """List the devices now, whatever the sign says."""
        self._look.set()

    def _run(self) -> None:
        known: Lists | None = None
        seen: Sign | None = None
        while not self._closing.is_set():
            sign = self._sign()
            if sign != seen or self._look.is_set():
                self._look.clear()
                seen = sign
                lists = self._listed()
                if lists is not None and lists != known and not self._closing.is_set():
                    known = lists
                    self._on_change(*lists)
            self._look.wait(LOOK_S)

    def _listed(self) -> Lists | None:
        try:
            return self._list()
        except OSError:  # a device that vanished while it was asked
            log.warning("the devices could not be listed", exc_info=True)
            self._look.set()
            self._closing.wait(LOOK_S)
            return None

    def close(self) -> None:
        """End the thread; no call comes afterwards. Waits for a listing that is under way."""
        self._closing.set()
        self._look.set()
        self._thread.join()
