"""Settings of the app: the organisation's file for this computer over the user's own. Any thread; no call ends badly.

Both files are TOML, one setting a line. What is wrong in a file becomes one sentence each in SettingsRead.problems, and
the rest of it counts. What the organisation's file sets well is locked. Cap, connections paid for by the amount, what
closing means and sign-in can be locked here too, but the user's own choice of them is kept elsewhere (KeptRules,
ui.remembered). The size of words is nobody's but the user's.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import stat
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from diary_app import settings_words as words
from diary_app.clip import Preset
from diary_app.errors import Refused
from diary_app.folders import Folders
from upload.files import write_whole

T = TypeVar("T")
MOST_BYTES = 64 * 1024
"""No settings file is larger."""
MOST_COMPLAINTS = 3
"""So many unknown names of a file are named; further ones are counted."""
LANGUAGES = ("", "en", "cy")
KEPT_ELSEWHERE = frozenset({"cap_kbit", "also_metered", "after_closing", "at_login"})
"""Counts in the organisation's file alone; the user's own choice is kept where it always was."""
PIN_COST, PIN_BLOCK, PIN_LANES = 2**14, 8, 1
"""scrypt's own numbers: each guess takes 16 MB for a moment."""


class Mode(StrEnum):
    """Whose computer this is."""

    PERSONAL = "personal"
    SHARED = "shared"
    """Several people use it: “Who are you?” comes first."""
    BOOTH = "booth"
    """It stands at an event: one full-screen window."""


class Scheme(StrEnum):
    """The colours."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts. A name of KEPT_ELSEWHERE means something only where it is locked."""

    language: str = ""
    """'en' or 'cy'; '' follows the system."""
    mode: Mode = Mode.PERSONAL
    portal: str = ""
    """Address of the portal to join."""
    event: str = ""
    question: str = ""
    """The booth's, or today's; '' takes one of our own."""
    booth_seconds: int = 90
    pin: str = ""
    """What pin_hash() made of the staff PIN; '' where none is set."""
    preset: Preset = Preset.NORMAL
    captions: bool = True
    look: Scheme = Scheme.SYSTEM
    cap_kbit: int = 0
    """How fast clips may go out, in kilobits a second; 0: as fast as they can."""
    also_metered: bool = False
    after_closing: str = "ask"
    """'ask', 'go-on' or 'stop'."""
    at_login: bool = False


NAMES = frozenset(field.name for field in fields(Settings))


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """What both files say."""

    settings: Settings = Settings()
    locked: frozenset[str] = frozenset()
    """Names that the organisation's file fixes."""
    problems: tuple[str, ...] = ()
    """One plain sentence for each mistake."""


def read_settings(folders: Folders, *, machine: Path | None = None) -> SettingsRead:
    """Read the organisation's file (machine, else folders.machine) and the user's own. Reads two small files."""
    problems: list[str] = []
    theirs_at = machine or folders.machine
    theirs = _table(theirs_at, words.THEIRS, problems) if theirs_at else {}
    ours = _table(folders.own_settings, words.OURS, problems)
    for name in sorted(KEPT_ELSEWHERE & ours.keys()):
        problems.append(words.ELSEWHERE.format(name=name, file=words.OURS))
        del ours[name]
    reader = _Reader(((words.THEIRS, theirs), (words.OURS, ours)), problems)
    settings = reader.settings()
    return SettingsRead(settings, frozenset(reader.locked), tuple(problems))


def write_setting(folders: Folders, name: str, value: str | int | bool, *, machine: Path | None = None) -> Settings:
    """Keep one setting in the user's own file, whole or not at all; returns what counts then. Waits for the disk.

    Raises Refused with a sentence where the organisation's file fixes it, where it is no value for this setting, and
    where the file cannot be written.
    """
    if name in read_settings(folders, machine=machine).locked:
        raise Refused(words.LOCKED)
    problems: list[str] = []
    _Reader((("", {name: value}),), problems).settings()
    if name in KEPT_ELSEWHERE or name not in NAMES:
        raise ValueError(f"{name} is not kept in this file")
    if problems:
        raise Refused(problems[0])
    lost: list[str] = []
    before = _table(folders.own_settings, words.OURS, lost)
    if words.UNREADABLE.format(file=words.OURS) in lost:  # what it holds would be gone
        raise Refused(words.NOT_KEPT)
    kept = {key: old for key, old in before.items() if isinstance(old, str | int)}
    lines = [f"{_quoted(key)} = {_written(each)}\n" for key, each in sorted({**kept, name: value}.items())]
    try:
        write_whole(folders.own_settings, "".join(lines).encode())
    except OSError as error:
        raise Refused(words.NOT_KEPT) from error
    return read_settings(folders, machine=machine).settings


class SettingsDesk:
    """The settings of a running app: read when it starts, and changed by one screen.

    On a shared computer everybody's are the same, as they say what this computer is.
    """

    def __init__(self, folders: Folders) -> None:
        self._folders = folders.common
        self.read = read_settings(folders.common)
        self.told = False
        """True once somebody has seen what is wrong with them."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self._folders.data

    @property
    def settings(self) -> Settings:
        """What counts now."""
        return self.read.settings

    def keep(self, name: str, value: str | int | bool) -> Settings:
        """Keep one setting of the user's own; returns what counts then. Waits for the disk. Raises Refused."""
        write_setting(self._folders, name, value)
        self.read = read_settings(self._folders)
        return self.read.settings


# -- the staff PIN --------------------------------------------------------------------------------------------------


def pin_hash(pin: str) -> str:
    """What is kept of a PIN: scrypt's numbers, a salt and the hash. Takes a moment: not on the GUI thread."""
    salt = os.urandom(16)
    made = _scrypt(pin, salt)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def pin_fits(pin: str, hashed: str) -> bool:
    """True where this PIN made that hash; False for what is no hash. Takes a moment: not on the GUI thread."""
    parts = _pin_parts(hashed)
    return parts is not None and hmac.compare_digest(_scrypt(pin, parts[0]), parts[1])


def _scrypt(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        pin.encode(errors="replace"), salt=salt, n=PIN_COST, r=PIN_BLOCK, p=PIN_LANES, maxmem=2**26, dklen=32
    )


def _pin_parts(hashed: str) -> tuple[bytes, bytes] | None:
    """The salt and the hash."""
    kind, _, rest = hashed.partition("$")
    salt, _, made = rest.partition("$")
    try:
        parts = base64.b64decode(salt, validate=True), base64.b64decode(made, validate=True)
    except (binascii.Error, ValueError):
        return None
    return parts if kind == "scrypt" and (len(parts[0]), len(parts[1])) == (16, 32) else None


# -- reading --------------------------------------------------------------------------------------------------------


def _table(path: Path, file: str, problems: list[str]) -> dict[str, object]:
    """What a file holds; empty where there is none, and where it is no settings file, which is said."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would never end
            raise OSError(f"{path} is no file")
        with path.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError:
        problems.append(words.UNREADABLE.format(file=file))
        return {}
    if len(content) > MOST_BYTES:
        problems.append(words.TOO_LONG.format(file=file))
        return {}
    return _understood(content, file, problems)


def _understood(content: bytes, file: str, problems: list[str]) -> dict[str, object]:
    try:
        found: dict[str, object] = tomllib.loads(content.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        lines = content.count(b"\n") + 1
        problems.append(words.NOT_TOML.format(file=file, line=where.group(1) if where else lines))
        return {}
    except (ValueError, RecursionError):  # no text; thousands of brackets; a number of thousands of digits
        problems.append(words.NO_TEXT.format(file=file))
        return {}
    unknown = sorted(found.keys() - NAMES)
    for name in unknown[:MOST_COMPLAINTS]:
        shown = "".join(letter for letter in name[:40] if letter.isprintable())
        problems.append(words.UNKNOWN.format(name=shown, file=file))
    if len(unknown) > MOST_COMPLAINTS:
        problems.append(words.UNKNOWN_MANY.format(number=len(unknown) - MOST_COMPLAINTS, file=file))
    return found


class _Reader:
    """Takes each setting from the first file that holds a good value for it."""

    def __init__(self, files: Sequence[tuple[str, Mapping[str, object]]], problems: list[str]) -> None:
        self._files = files
        self._problems = problems
        self.locked: set[str] = set()

    def settings(self) -> Settings:
        usual = Settings()
        return Settings(
            language=self._choice("language", LANGUAGES, usual.language),
            mode=Mode(self._choice("mode", tuple(Mode), usual.mode)),
            portal=self._address("portal"),
            event=self._text("event", 100),
            question=self._text("question", 300),
            booth_seconds=self._number("booth_seconds", 10, 1800, usual.booth_seconds),
            pin=self._pin("pin"),
            preset=Preset(self._choice("preset", tuple(Preset), usual.preset)),
            captions=self._yes_no("captions", usual.captions),
            look=Scheme(self._choice("look", tuple(Scheme), usual.look)),
            cap_kbit=self._number("cap_kbit", 0, 10_000_000, usual.cap_kbit),
            also_metered=self._yes_no("also_metered", usual.also_metered),
            after_closing=self._choice("after_closing", ("ask", "go-on", "stop"), usual.after_closing),
            at_login=self._yes_no("at_login", usual.at_login),
        )

    def _take(self, name: str, good: Callable[[object], T | None], wanted: str, usual: T) -> T:
        """good: the value, or None where it is none. wanted: what it has to be."""
        for file, table in self._files:
            if name not in table:
                continue
            found = good(table[name])
            if found is None:
                sentence = words.WRONG if file else words.WRONG_HERE
                self._problems.append(sentence.format(name=name, file=file, wanted=wanted))
                continue
            if file == words.THEIRS:
                self.locked.add(name)
            return found
        return usual

    def _choice(self, name: str, choices: Sequence[str], usual: str) -> str:
        def good(value: object) -> str | None:
            return value if isinstance(value, str) and value in choices else None

        named = ", ".join(f"“{choice}”" for choice in choices if choice)
        return self._take(name, good, words.WANTED_CHOICE.format(choices=named), usual)

    def _text(self, name: str, most: int) -> str:
        def good(value: object) -> str | None:
            text = " ".join(value.split()) if isinstance(value, str) else "\0"
            plain = not any(unicodedata.category(each) in ("Cc", "Cs") for each in text)
            return text if plain and len(text) <= most else None

        return self._take(name, good, words.WANTED_TEXT.format(most=most), "")

    def _address(self, name: str) -> str:
        def good(value: object) -> str | None:
            if not isinstance(value, str) or not value.isprintable():
                return None
            return value if re.fullmatch(r"(https?://[^\s/]\S{0,2000})?", value) else None

        return self._take(name, good, words.WANTED_ADDRESS, "")

    def _pin(self, name: str) -> str:
        def good(value: object) -> str | None:
            return value if isinstance(value, str) and (not value or _pin_parts(value) is not None) else None

        return self._take(name, good, words.WANTED_PIN, "")

    def _number(self, name: str, lowest: int, highest: int, usual: int) -> int:
        def good(value: object) -> int | None:
            if not isinstance(value, int) or isinstance(value, bool):
                return None
            return value if lowest <= value <= highest else None

        return self._take(name, good, words.WANTED_NUMBER.format(lowest=lowest, highest=highest), usual)

    def _yes_no(self, name: str, usual: bool) -> bool:
        return self._take(name, lambda value: value if isinstance(value, bool) else None, words.WANTED_YES_NO, usual)


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    escaped = "".join(
        letter if letter.isprintable() and letter not in '"\\' else f"\\U{ord(letter):08x}" for letter in text
    )
    return f'"{escaped}"'


def _written(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _quoted(value)
