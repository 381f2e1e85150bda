"""Who has the camera or the microphone, and whether the system's privacy setting refuses it. Any thread.

- Linux: the programs of this user that have the device's file open (/proc/PID/fd). Other users' programs are hidden.
- Windows: the record that Windows keeps for its own privacy page (CapabilityAccessManager), which names every program
  that uses a camera or a microphone just now. These functions are tested against a copy of its layout, and have not run
  on Windows yet. Layout: https://windows.dfirhandbook.com/windows-artifacts/program-execution/capabilityaccessmanager
- macOS tells neither to a program without its own frameworks: cameras are shared there, so they are never busy, and a
  refused one just does not open.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from capture.registry import Registry, system_registry


class Kind(StrEnum):
    """What is asked for, under the name that Windows has for it."""

    CAMERA = "webcam"
    MICROPHONE = "microphone"


_KNOWN = {
    "brave": "Brave",
    "cheese": "Cheese",
    "chrome": "Google Chrome",
    "chromium": "Chromium",
    "discord": "Discord",
    "ffmpeg": "ffmpeg",
    "firefox": "Firefox",
    "guvcview": "guvcview",
    "msedge": "Microsoft Edge",
    "ms-teams": "Microsoft Teams",
    "msteams": "Microsoft Teams",
    "obs": "OBS",
    "obsidian": "Obsidian",
    "opera": "Opera",
    "signal-desktop": "Signal",
    "skype": "Skype",
    "skypeapp": "Skype",
    "slack": "Slack",
    "snapshot": "Camera",
    "teams": "Microsoft Teams",
    "teamspeak": "TeamSpeak",
    "telegram": "Telegram",
    "vlc": "VLC",
    "webex": "Webex",
    "ciscocollabhost": "Webex",
    "windowscamera": "Camera",
    "whatsapp": "WhatsApp",
    "zoom": "Zoom",
}
"""The first letters of a program's own name, and what people call it; the longest that fits counts."""
_PLUMBING = ("pipewire", "wireplumber", "pulseaudio", "svchost", "audiodg")
"""The system's own services hold devices for programs that they do not name."""
_INTERPRETERS = ("python", "node", "java", "perl", "ruby", "electron")
_COMM_LENGTH = 15
"""Linux keeps so many letters of a program's name."""

_CONSENT = r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\AppPrivacy"
_POLICY_NAMES = {Kind.CAMERA: "LetAppsAccessCamera", Kind.MICROPHONE: "LetAppsAccessMicrophone"}
_FORCE_DENY = 2


THIS_APP = "this app in another window"
_OURS = ("diary", "ui")


def human_name(program: str) -> str:
    """What people call a program: 'zoom' is Zoom, 'teams-for-linux' Microsoft Teams; an unknown one keeps its name."""
    plain = program.casefold().removesuffix(".exe")
    if plain in _OURS:
        return THIS_APP
    known = max((short for short in _KNOWN if plain.startswith(short)), key=len, default=None)
    return _KNOWN[known] if known else program.removesuffix(".exe").removesuffix(".EXE")


def _first_named(programs: Iterable[str]) -> str | None:
    return next((human_name(program) for program in programs if not program.casefold().startswith(_PLUMBING)), None)


# -- Linux ------------------------------------------------------------------------------------------------------------


def holder_of(nodes: Iterable[Path], proc: Path = Path("/proc")) -> str | None:
    """The human name of another program that has one of these device files open; None where none is seen.

    Takes some 10 ms on a desktop: only for when a device did not open.
    """
    wanted = {str(node) for node in nodes}
    return _first_named(_program(process) for process in _others(proc) if _has_open(process, wanted))


def _others(proc: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for process in proc.iterdir():
            if process.name.isdigit() and int(process.name) != os.getpid():
                yield process


def _has_open(process: Path, wanted: set[str]) -> bool:
    try:
        descriptors = list((process / "fd").iterdir())
    except OSError:  # another user's, or it has ended
        return False
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            if str(descriptor.readlink()) in wanted:
                return True
    return False


def _program(process: Path) -> str:
    """The program's own name; of a script, the script's."""
    try:
        name = (process / "comm").read_text(errors="replace").strip()
        words = (process / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return "another program"
    if name.startswith(_INTERPRETERS):
        scripts = [Path(word).name for word in words[1:] if word and not word.startswith("-")]
        return scripts[0] if scripts else name
    whole = Path(words[0]).name
    return whole if len(name) == _COMM_LENGTH and whole.startswith(name) else name


# -- Windows ----------------------------------------------------------------------------------------------------------


def user_of(kind: Kind, registry: Registry, *, ours: str = sys.executable) -> str | None:
    """The human name of another program that uses a camera or a microphone just now, as Windows records it."""
    return _first_named(_in_use(kind, registry, ours))


def _in_use(kind: Kind, registry: Registry, ours: str) -> Iterator[str]:
    top = rf"HKCU\{_CONSENT}\{kind}"
    for program in registry.subkeys(rf"{top}\NonPackaged"):
        path = program.replace("#", "\\")  # a key's name cannot hold a backslash
        if path.casefold() != ours.casefold() and _runs_now(registry, rf"{top}\NonPackaged\{program}"):
            yield path.rpartition("\\")[2]
    for package in registry.subkeys(top):
        if package != "NonPackaged" and _runs_now(registry, rf"{top}\{package}"):
            yield package.partition("_")[0].rpartition(".")[2]  # Microsoft.SkypeApp_kzf8qxf38zg5c is SkypeApp


def _runs_now(registry: Registry, key: str) -> bool:
    """It began, and its end is still to be written."""
    return bool(registry.value(key, "LastUsedTimeStart")) and registry.value(key, "LastUsedTimeStop") == 0


def denied_by_windows(kind: Kind, registry: Registry) -> bool:
    """True where the privacy setting (of the computer, the user, or for desktop programs) or a policy says no."""
    keys = (
        rf"HKLM\{_CONSENT}\{kind}",
        rf"HKLM\{_CONSENT}\{kind}\NonPackaged",
        rf"HKCU\{_CONSENT}\{kind}",
        rf"HKCU\{_CONSENT}\{kind}\NonPackaged",
    )
    if any(registry.value(key, "Value") == "Deny" for key in keys):
        return True
    return registry.value(_POLICY, _POLICY_NAMES[kind]) == _FORCE_DENY


# -- this computer ----------------------------------------------------------------------------------------------------


def culprit(kind: Kind, nodes: Iterable[Path] = ()) -> str | None:
    """Who most likely has the device, as people call that program; None where the system does not tell."""
    if sys.platform == "win32":
        return user_of(kind, system_registry())
    return holder_of(nodes) if sys.platform == "linux" else None


def denied(kind: Kind) -> bool:
    """True where the system's privacy setting is known to refuse (Windows alone tells)."""
    return denied_by_windows(kind, system_registry())
