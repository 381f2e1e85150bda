"""The help code: what whoever helps must know of this computer, short enough to be read out. Pure.

It is in English whatever the screens speak, as the person who helps reads it. It holds no title, no name of a person,
no slip, no sign-in, no place of a file and no address of a portal. Names of devices are shortened, and the user's own
name is taken out of them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from diary_app.clip import Clip, Stage
from diary_app.delivery.sending_rules import MayGo

LONGEST_NAME = 40
MOST_DEVICES = 6
SILENCE_DB = -99.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known just now."""

    version: str
    system: str
    """The operating system with its version."""
    user: str
    """The name with which the user signs in to the computer; it is taken out of all the others."""
    screen: str
    """Size of the window and of the words, and the colours."""
    mode: str
    portal: str
    """'none', 'practice' or 'joined'; never where it is."""
    cameras: Sequence[str]
    microphones: Sequence[str]
    camera: str
    """The one that was used last; '' where none was."""
    microphone: str
    picture: str
    """What is asked of the camera: 1280x720 at 30."""
    peak_db: float
    """How loud it is just now, below full scale; -100 where nothing is heard or no microphone is open."""
    free_bytes: int | None
    """Room on the disk of the data folder; None where that cannot be told."""
    clips: Mapping[Stage, int]
    stays: Mapping[MayGo, int]
    """How many wanted clips may go, or why they stay."""
    wrong_settings: int


def count_clips(clips: Iterable[Clip]) -> dict[Stage, int]:
    """How many there are of each stage."""
    found: dict[Stage, int] = {}
    for clip in clips:
        found[clip.stage] = found.get(clip.stage, 0) + 1
    return found


def help_code(facts: Facts) -> str:
    """One line a subject."""
    free = "unknown" if facts.free_bytes is None else f"{facts.free_bytes / 1e9:.1f} GB free"
    level = "silent or closed" if facts.peak_db <= SILENCE_DB else f"peak {facts.peak_db:.0f} dB"
    return "\n".join(
        (
            f"Diary {facts.version}, {facts.system}",
            f"Window: {facts.screen}; mode {facts.mode}; portal {facts.portal}",
            f"Cameras: {_devices(facts.cameras, facts.camera, facts.user)}; {facts.picture}",
            f"Microphones: {_devices(facts.microphones, facts.microphone, facts.user)}; {level}",
            f"Disk: {free}",
            f"Clips: {_counts({stage.value: number for stage, number in facts.clips.items()})}",
            f"Queue: {_counts({why.name.lower(): number for why, number in facts.stays.items()})}",
            f"Wrong settings: {facts.wrong_settings}",
        )
    )


def _devices(names: Sequence[str], last: str, user: str) -> str:
    """The names, the one that was used last in brackets; that it is missing where it is."""
    shown = [f"[{plain(name, user)}]" if name == last else plain(name, user) for name in names[:MOST_DEVICES]]
    if len(names) > MOST_DEVICES:
        shown.append(f"and {len(names) - MOST_DEVICES} more")
    if last and last not in names:
        shown.append(f"missing: {plain(last, user)}")
    return ", ".join(shown) or "none"


def plain(name: str, user: str) -> str:
    """A device's name without the user's, without a path, and short."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    if user:
        printable = re.sub(re.escape(user), "…", printable, flags=re.IGNORECASE)
    without_path = re.sub(r"(?:[A-Za-z]:)?[\\/](?:[^\\/\s]*[\\/])*", "", printable)
    short = " ".join(without_path.split())
    return short if len(short) <= LONGEST_NAME else f"{short[: LONGEST_NAME - 1]}…"


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(numbers.items()) if number) or "none"
