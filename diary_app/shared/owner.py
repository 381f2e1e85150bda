"""One of the people who share a computer: what is known of them while their diary is shut. Pure; any thread."""

import base64
import binascii
import itertools
import json
import re
from dataclasses import asdict, dataclass
from typing import NewType

from diary_app.errors import Refused
from diary_app.shared.errors import Broken
from diary_app.shared.keys import PinLock

OwnerId = NewType("OwnerId", str)
"""A UUID as text; the name of their folder."""
LONGEST_NAME = 40
FEWEST_DIGITS, MOST_DIGITS = 4, 8
MARKS = 8
"""So many looks a tile can have."""
BAD_PIN = "A PIN has 4 to 8 digits."
EASY_PIN = "That PIN is too easy to guess. Choose one that is not a row of numbers, or the same number again and again."
NO_NAME = "Type your name first."
LONG_NAME = "That name is too long for a tile. Type a shorter one."


@dataclass(frozen=True, slots=True)
class Owner:
    """A tile, and the keys behind it."""

    owner_id: OwnerId
    name: str
    mark: int
    """Which look their tile has: 0 to MARKS - 1."""
    public: bytes
    """Their files are sealed to this key."""
    lock: PinLock
    """The private key behind the PIN."""
    by_words: bytes
    """The private key, sealed to the recovery key that the six words open (an age file)."""
    removed: bool = False
    """No tile any more; what is sealed stays."""
    renewed_at: str = ""
    """When staff gave them a new PIN, until they have been told: ISO 8601, UTC."""

    @property
    def initials(self) -> str:
        """One or two letters for the tile."""
        return initials(self.name)


def initials(name: str) -> str:
    """The first letters of the first and the last name, as capitals."""
    words = [word for word in re.split(r"[\s\-]+", name) if word]
    chosen = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0].upper() for word in chosen) or "?"


def tidy_name(name: str) -> str:
    """The name with single spaces; raises Refused where it is none."""
    tidied = " ".join("".join(letter for letter in name if letter.isprintable()).split())
    if not tidied:
        raise Refused(NO_NAME)
    if len(tidied) > LONGEST_NAME:
        raise Refused(LONG_NAME)
    return tidied


def check_pin(pin: str) -> None:
    """Raise Refused where this is no PIN, or one that everybody tries first."""
    if not (pin.isascii() and pin.isdigit() and FEWEST_DIGITS <= len(pin) <= MOST_DIGITS):
        raise Refused(BAD_PIN)
    steps = {(int(later) - int(earlier)) % 10 for earlier, later in itertools.pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise Refused(EASY_PIN)


def to_json(owner: Owner) -> bytes:
    """As it is written beside their diary."""
    facts = asdict(owner) | {
        "public": _text(owner.public),
        "lock": asdict(owner.lock) | {"sealed": _text(owner.lock.sealed)},
        "by_words": _text(owner.by_words),
    }
    return json.dumps(facts, indent=2).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def from_json(content: bytes) -> Owner:
    """What to_json wrote. Raises Broken."""
    try:
        facts = json.loads(content)
        lock = facts["lock"]
        found = Owner(
            OwnerId(str(facts["owner_id"])),
            str(facts["name"]),
            int(facts["mark"]) % MARKS,
            _raw(facts["public"]),
            PinLock(str(lock["account"]), str(lock["mark"]), _raw(lock["sealed"])),
            _raw(facts["by_words"]),
            removed=facts["removed"] is True,
            renewed_at=str(facts["renewed_at"]),
        )
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise Broken from error
    if len(found.public) != 32:
        raise Broken
    return found
