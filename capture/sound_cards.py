"""The sound cards of a Linux computer as the kernel lists them, and a cheap sign that they have changed. Any thread.

PortAudio reads its list only when it is started, which is not possible while a stream is open; the kernel's list is
always true and costs next to nothing. Format: https://docs.kernel.org/sound/designs/procfile.html
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from capture.registry import system_registry
from capture.windows_devices import microphone_sign

PROC = Path("/proc/asound")
_CARD = re.compile(r"^\s*(\d+) \[[^]]*\]: .*? - (.*)$")
_PCM = re.compile(r"^(\d+)-(\d+): [^:]*: ([^:]*?) ?:.*\bcapture\b")


@dataclass(frozen=True, slots=True)
class CaptureDevice:
    """What a sound card can record from."""

    name: str
    """As PortAudio names it, without the numbers: 'HD Webcam C270: USB Audio'."""
    node: Path
    """Its device file."""


def capture_devices(proc: Path = PROC, dev: Path = Path("/dev")) -> list[CaptureDevice] | None:
    """Everything that the sound cards can record from; None where the system has no such list."""
    try:
        cards, pcms = (proc / "cards").read_text(errors="replace"), (proc / "pcm").read_text(errors="replace")
    except OSError:
        return None
    names = {int(found[1]): found[2].strip() for line in cards.splitlines() if (found := _CARD.match(line))}
    return [
        CaptureDevice(f"{names[card]}: {found[3].strip()}", dev / "snd" / f"pcmC{card}D{int(found[2])}c")
        for line in pcms.splitlines()
        if (found := _PCM.match(line)) and (card := int(found[1])) in names
    ]


def sound_sign(proc: Path = PROC) -> tuple[object, ...]:
    """Differs from before when a microphone came or went; tens of microseconds on Linux. Constant on macOS."""
    if sys.platform == "win32":
        return microphone_sign(system_registry())
    return _text(proc / "cards"), _text(proc / "pcm"), _sound_server()


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _sound_server() -> bool:
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return folder is not None and Path(folder, "pulse", "native").exists()
