"""PortAudio, which is one in a process: its list of devices, and the streams that are open on it. Any thread.

PortAudio reads the list of devices only when it is started, and starting it again would pull every open stream from
under its owner. So whoever opens a stream, to record or to play, does it through hold() and give_back(), and refresh()
works only while none is open.
"""

import atexit
import contextlib
import ctypes
import importlib
import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from capture.sound_cards import sound_sign

log = logging.getLogger(__name__)


class Stream(Protocol):
    """What sounddevice's streams have."""

    def close(self, ignore_errors: bool = ...) -> None:
        """End it."""


Held = TypeVar("Held", bound=Stream)


@dataclass(frozen=True, slots=True)
class Input:
    """One entry of PortAudio's list that can record."""

    index: int
    """Its place, which is another after every refresh."""
    name: str
    system: str
    """The sound system that lists it, such as ALSA."""
    is_default: bool
    rate: float
    """Samples a second that it likes best."""


class _Library:
    """The state of the library, as far as it is ours to know."""

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.streams: list[Stream] = []
        self.opening = 0
        self.sign: tuple[object, ...] | None = None
        """What the sound cards looked like when PortAudio read its list."""


_library = _Library()


def is_there() -> bool:
    """False where this computer has no PortAudio."""
    return _load()


def refresh() -> bool:
    """Read the list of devices anew (some 50 ms); False where an open stream forbids it, or there is no PortAudio."""
    with _library.guard:
        if _library.streams or not _load():
            return False
        import sounddevice

        sign = sound_sign()
        with contextlib.suppress(sounddevice.PortAudioError):  # it was not running: an earlier start has failed
            sounddevice._terminate()
        try:
            sounddevice._initialize()
        except sounddevice.PortAudioError:
            log.warning("PortAudio does not start", exc_info=True)
            _library.sign = ()  # so that it is tried again
            return False
        _library.sign = sign
        return True


def refresh_if_changed() -> bool:
    """Read the list anew where sound cards came or went since; False where that is not possible now."""
    with _library.guard:
        return not is_behind() or refresh()


def is_behind() -> bool:
    """True while the list is older than the sound cards are."""
    return _library.sign is not None and _library.sign != sound_sign()


def in_use() -> bool:
    """True while a stream is open."""
    return bool(_library.streams)


def inputs() -> list[Input]:
    """Everything that can record, as PortAudio knows it; empty where there is no PortAudio."""
    with _library.guard:
        if not _load():
            return []
        import sounddevice

        try:
            systems, devices = sounddevice.query_hostapis(), sounddevice.query_devices()
        except sounddevice.PortAudioError:
            log.warning("PortAudio gives no list", exc_info=True)
            return []
    defaults = {system["default_input_device"] for system in systems}
    return [
        Input(
            found["index"],
            found["name"],
            systems[found["hostapi"]]["name"],
            found["index"] in defaults,
            found["default_samplerate"],
        )
        for found in devices
        if found["max_input_channels"]
    ]


def hold(make: Callable[[], Held]) -> Held:
    """Open a stream by make(), and count it until give_back(). Raises whatever make() raises."""
    with _library.guard:
        _load()
        stream = make()
        _library.streams.append(stream)
        return stream


def give_back(stream: Stream) -> None:
    """Close a stream. A device that hangs may make this wait, but nobody else."""
    try:
        stream.close(ignore_errors=True)
    finally:
        with _library.guard:
            _library.streams = [other for other in _library.streams if other is not stream]


def never_end() -> None:
    """Leave PortAudio as it is when the program ends: it would wait for ever for a stream that does not close."""
    import sounddevice

    atexit.unregister(sounddevice._exit_handler)


def _load() -> bool:
    """Start the library, quietly; False where this computer has none."""
    with _library.guard:
        if _library.sign is not None:
            return True
        if sys.platform == "linux":
            _hush_alsa()
        sign = sound_sign()
        try:
            importlib.import_module("sounddevice")  # which starts PortAudio
        except OSError as error:
            log.warning("no PortAudio: %s", error)
            return False
        _library.sign = sign
        return True


_SILENCE = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)(
    lambda *_: None
)


def _hush_alsa() -> None:
    """ALSA writes a line to stderr for each device that it does not find, and PortAudio asks for a dozen.

    https://www.alsa-project.org/alsa-doc/alsa-lib/group___error.html
    """
    try:
        set_handler = ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler
    except (OSError, AttributeError):
        return
    set_handler(_SILENCE)
    atexit.register(set_handler, None)
