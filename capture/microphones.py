"""The microphones of this computer: their human names, and where PortAudio has each just now. Any thread."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from capture import portaudio
from capture.model import SOUND_RATE, Microphone
from capture.sound_cards import CaptureDevice, capture_devices
from capture.video_nodes import numbered

_ALSA_PLUMBING = ("sysdefault", "lavrate", "samplerate", "speexrate", "upmix", "vdownmix", "dmix", "spdif")
_ALSA_NUMBERS = re.compile(r" \(hw:\d+,\d+\)$")
"""The card's number, which is another one after every plugging."""
_ALSA_NAMES = {
    "default": "Default microphone",
    "pulse": "Default microphone (PulseAudio)",
    "pipewire": "Default microphone (PipeWire)",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A microphone, and where PortAudio has it in its list; None where it has not (not yet, or it is busy)."""

    microphone: Microphone
    index: int | None
    rate: float = SOUND_RATE
    """Samples a second that it likes best."""


def list_microphones() -> list[Microphone]:
    """Every microphone that this computer has just now, the system's default first. Demo devices are not among them.

    Takes some 50 ms where sound cards came or went. While a microphone or loudspeaker is open, Linux alone still
    notices what came and went; on other systems the list is that of the last time when none was open.
    """
    portaudio.refresh_if_changed()
    return [listed.microphone for listed in listed_microphones()]


def listed_microphones() -> list[Listed]:
    """The microphones as PortAudio knows them just now, corrected by what the kernel says of its sound cards."""
    inputs = [found for found in portaudio.inputs() if _usable(found)]
    inputs.sort(key=lambda found: (not found.is_default, found.index))
    return list(merged(inputs, capture_devices()))


def merged(inputs: list[portaudio.Input], cards: list[CaptureDevice] | None) -> Iterator[Listed]:
    """Name each microphone. `cards`: what the kernel lists; None where it tells nothing, and PortAudio alone counts."""
    seen: dict[str, int] = {}
    left = list(cards or [])
    for found in inputs:
        name = _ALSA_NUMBERS.sub("", found.name)
        if cards is not None and name != found.name:
            card = next((card for card in left if card.name == name), None)
            if card is None:
                continue  # pulled out since PortAudio read its list
            left.remove(card)
        microphone = _numbered(_ALSA_NAMES.get(name, name), found.system, seen)
        yield Listed(microphone, found.index, found.rate)
    for card in left:
        yield Listed(_numbered(card.name, "ALSA", seen), None)


def _numbered(name: str, system: str, seen: dict[str, int]) -> Microphone:
    place = seen[name] = seen.get(name, -1) + 1
    name = numbered(name, place)
    return Microphone(name, f"{name}, {system}")


def _usable(found: portaudio.Input) -> bool:
    """On Windows every microphone appears under four sound systems; WASAPI has the full names and true times."""
    if sys.platform == "win32":
        return found.system == "Windows WASAPI"
    return found.system != "OSS" and not found.name.startswith(_ALSA_PLUMBING)


def find_microphone(wanted: Microphone) -> Listed | None:
    """The same microphone in the list as it is now: by address, else by name; never by position."""
    listed = listed_microphones()
    for fits in (_same_address, _same_name, _same_raw_name):
        for one in listed:
            if fits(one.microphone, wanted):
                return one
    return None


def _same_address(one: Microphone, wanted: Microphone) -> bool:
    return one.address == wanted.address


def _same_name(one: Microphone, wanted: Microphone) -> bool:
    return one.name == wanted.name


def _same_raw_name(one: Microphone, wanted: Microphone) -> bool:
    """An address as PortAudio writes it, with a card's number: from an earlier version's settings, or typed by hand."""
    return one.name == _ALSA_NUMBERS.sub("", wanted.address.removesuffix(", ALSA"))
