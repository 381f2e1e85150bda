"""The sound cards of a Linux computer as the kernel lists them, and a cheap sign that they have changed. Any thread.

PortAudio reads its list only when it is started, which is not possible while a stream is open; the kernel's list is
always true and costs next to nothing. Format: https://docs.kernel.org/sound/designs/procfile.html
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from capture.registry import Registry, system_registry

PROC = Path("/proc/asound")
_CARD = re.compile(r"^\s*(\d+) \[[^]]*\]: .*? - (.*)$")
_PCM = re.compile(r"^(\d+)-(\d+): [^:]*: ([^:]*?) ?:.*\bcapture\b")
_WINDOWS_MICROPHONES = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\MMDevices\Audio\Capture"
_WINDOWS_CAMERAS = r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceClasses\{e5323777-f976-4f5b-9b55-b94699c46e44}"
"""KSCATEGORY_VIDEO_CAMERA: https://learn.microsoft.com/windows-hardware/drivers/install/"""


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


def sound_sign(proc: Path = PROC, registry: Registry | None = None) -> tuple[object, ...]:
    """Differs from before when a microphone came or went; tens of microseconds on Linux. Constant on macOS."""
    if sys.platform == "win32":
        return windows_sound_sign(registry or system_registry())
    return _text(proc / "cards"), _text(proc / "pcm"), _sound_server()


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _sound_server() -> bool:
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return folder is not None and Path(folder, "pulse", "native").exists()


def windows_sound_sign(registry: Registry) -> tuple[object, ...]:
    """Windows: each microphone: active (1), disabled (2), gone (4) or unplugged (8). It has not run there."""
    return tuple(
        (endpoint, registry.value(rf"{_WINDOWS_MICROPHONES}\{endpoint}", "DeviceState"))
        for endpoint in registry.subkeys(_WINDOWS_MICROPHONES)
    )


def windows_camera_sign(registry: Registry) -> tuple[object, ...]:
    """Windows: each camera that was ever plugged in, and whether it is linked now. Has not run there."""
    return tuple(
        (camera, registry.value(rf"{_WINDOWS_CAMERAS}\{camera}\#\Control", "Linked"))
        for camera in registry.subkeys(_WINDOWS_CAMERAS)
    )
