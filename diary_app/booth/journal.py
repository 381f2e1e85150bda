"""What became of every visit, a line at a time: JSON, and on disk before anything is done about it (decision 38).

Lines are only ever added. A kill can leave half a line at the end: it is no line, and the next one takes its place.
"""

import json
import os
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from diary_app.booth.nouns import VisitId

LONGEST_LINE = 4096
"""Bytes; the longest that is written has some 800."""


class What(StrEnum):
    """What a line says of its visit."""

    AGREED = "agreed"
    """The visitor said yes; a take may follow."""
    RECORDED = "recorded"
    """There is a take, and it is whole."""
    KEPT = "kept"
    """Keep it: it is to be sent."""
    BINNED = "binned"
    """It is to be binned."""
    RECEIVED = "received"
    """The portal has it whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Of event, name, version and words only AGREED tells."""

    what: What
    visit: VisitId
    at: str
    """Local time with its offset, ISO 8601."""
    event: str = ""
    name: str = ""
    """The visitor's first name, if they gave one."""
    version: str = ""
    """Of the words that they agreed to."""
    words: str = ""
    """SHA-256 of those words; they lie beside the journal under this name."""


@dataclass(frozen=True, slots=True)
class Visit:
    """All that the journal says of one visit."""

    visit: VisitId
    agreed_at: str
    event: str = ""
    name: str = ""
    recorded: bool = False
    kept: bool = False
    binned: bool = False
    received: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The journal as it was read."""

    visits: dict[VisitId, Visit]
    damaged: int = 0
    """Lines that cannot be read: the count may lack something."""


class Journal:
    """Any thread. add() returns when the line is on disk; raises OSError, and then there is no line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()

    def add(self, line: Line) -> None:
        """Write it down."""
        content = json.dumps({key: value for key, value in asdict(line).items() if value}, ensure_ascii=False)
        with self._guard:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            try:
                _cut_half_line(number)
                _write_all(number, content.encode() + b"\n")
                os.fsync(number)
            finally:
                os.close(number)

    def read(self) -> Told:
        """Every visit, oldest first. Raises OSError."""
        with self._guard:
            try:
                content = self._path.read_bytes()
            except FileNotFoundError:
                return Told({})
        lines = [_understood(each) for each in content.split(b"\n")[:-1] if each]  # after the last break: half a line
        return Told(fold(line for line in lines if line is not None), sum(line is None for line in lines))


def _write_all(number: int, content: bytes) -> None:
    """A disk that is full takes a part: what it took is cut off again, and the caller hears why."""
    before = os.fstat(number).st_size
    try:
        while content:
            content = content[os.write(number, content) :]
    except OSError:
        os.ftruncate(number, before)
        raise


def _cut_half_line(number: int) -> None:
    """What a kill left at the end was never a line: nothing was done about it."""
    size = os.fstat(number).st_size
    os.lseek(number, max(0, size - LONGEST_LINE), os.SEEK_SET)
    end = os.read(number, LONGEST_LINE)
    half = len(end) - (end.rfind(b"\n") + 1)
    if half:
        os.ftruncate(number, size - half)


def _understood(content: bytes) -> Line | None:
    try:
        facts = json.loads(content)
        texts = {key: facts.get(key, "") for key in ("visit", "at", "event", "name", "version", "words")}
        if not all(isinstance(text, str) for text in texts.values()) or not texts["visit"]:
            return None
        return Line(What(facts["what"]), **texts)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def fold(lines: Iterable[Line]) -> dict[VisitId, Visit]:
    """What the lines say of each visit, oldest first. Pure."""
    visits: dict[VisitId, Visit] = {}
    for line in lines:
        before = visits.get(line.visit, Visit(line.visit, line.at))
        if line.what is What.AGREED:
            visits[line.visit] = replace(before, agreed_at=line.at, event=line.event, name=line.name)
        else:
            visits[line.visit] = replace(
                before,
                recorded=before.recorded or line.what is What.RECORDED,
                kept=before.kept or line.what is What.KEPT,
                binned=before.binned or line.what is What.BINNED,
                received=before.received or line.what is What.RECEIVED,
            )
    return visits
