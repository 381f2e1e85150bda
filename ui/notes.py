"""The notes that move past beside the camera: how far they are, where that is on the screen, how a text file is read.

Pure; no Qt. How far is counted in words, so that other letters or another window leave the reader at the same word.
"""

import codecs
from bisect import bisect_right
from dataclasses import dataclass, replace
from pathlib import Path

from diary_app import phrases
from diary_app.errors import Refused
from ui import notes_words as words

PACES = range(60, 241, 10)
"""Words a minute. People read aloud at 130 or so, and talk to a camera a little slower."""
USUAL_PACE = 120
BREATH = 1.0
"""An empty line takes as long as so many words."""
LONGEST_WORDS = 10_000
"""More than an hour."""
LARGEST_BYTES = 1_000_000
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reader is; time is any clock's, in seconds."""

    pace: int = USUAL_PACE
    """Words a minute."""
    length: float = 0.0
    """Words in all, empty lines as breaths."""
    read: float = 0.0
    """Words, at the moment since_s."""
    since_s: float | None = None
    """From when on they move; None: they stand."""

    def at(self, now_s: float) -> float:
        """How many words are read by now."""
        moved = 0.0 if self.since_s is None else max(0.0, now_s - self.since_s) * self.pace / 60
        return min(self.length, self.read + moved)

    def go(self, now_s: float) -> "Reading":
        """Move from now on."""
        return replace(self, read=self.at(now_s), since_s=now_s)

    def stand(self, now_s: float) -> "Reading":
        """Stand still from now on."""
        return replace(self, read=self.at(now_s), since_s=None)

    def move_to(self, read: float, now_s: float) -> "Reading":
        """The reader wants to be at this word; they move on from there, if they do."""
        return replace(self, read=min(self.length, max(0.0, read)), since_s=None if self.since_s is None else now_s)

    def paced(self, pace: int, now_s: float) -> "Reading":
        """So many words a minute from now on; the nearest pace there is."""
        here = self.move_to(self.at(now_s), now_s)
        return replace(here, pace=min(PACES, key=lambda known: abs(known - pace)))

    def faster(self, now_s: float) -> "Reading":
        """A step faster."""
        return self.paced(self.pace + PACES.step, now_s)

    def slower(self, now_s: float) -> "Reading":
        """A step slower."""
        return self.paced(self.pace - PACES.step, now_s)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands on the screen."""

    top: float
    """Pixels below the beginning."""
    text: str

    @property
    def takes(self) -> float:
        """How long it takes, in words."""
        return float(len(self.text.split())) or BREATH


class Lines:
    """Where the words are: the lines of one width and size of letters, from the top, and where the last one ends."""

    def __init__(self, lines: tuple[Line, ...], height: float) -> None:
        self.lines, self.height = lines, height
        self._tops = [line.top for line in lines]
        self._begins: list[float] = []
        total = 0.0
        for line in lines:
            self._begins.append(total)
            total += line.takes
        self.length = total

    def line_at(self, read: float) -> int:
        """The line in which this word is."""
        return max(0, bisect_right(self._begins, read) - 1)

    def y_at(self, read: float) -> float:
        """How many pixels have moved past when so many words are read: steadily from line to line."""
        if not self.lines:
            return 0.0
        number = self.line_at(read)
        line, begin = self.lines[number], self._begins[number]
        bottom = self._tops[number + 1] if number + 1 < len(self.lines) else self.height
        return line.top + (bottom - line.top) * min(1.0, (read - begin) / line.takes)

    def top_at(self, read: float) -> float:
        """The same, a line at a time; at the very end all have moved past."""
        if read >= self.length:
            return self.height
        return self._tops[self.line_at(read)]

    def read_at(self, y: float) -> float:
        """How many words are read when so many pixels have moved past."""
        if not self.lines or y <= 0:
            return 0.0
        number = max(0, bisect_right(self._tops, y) - 1)
        line, begin = self.lines[number], self._begins[number]
        bottom = self._tops[number + 1] if number + 1 < len(self.lines) else self.height
        return begin + line.takes * min(1.0, (y - line.top) / max(1.0, bottom - line.top))

    def beside(self, read: float, lines: int) -> float:
        """The first word of the line so many lines further on (or back)."""
        if not self.lines:
            return 0.0
        number = min(len(self.lines) - 1, max(0, self.line_at(read) + lines))
        return self._begins[number]


def count(text: str) -> int:
    """How many words there are."""
    return len(text.split())


def takes(text: str, pace: int) -> str:
    """How many words, and how long they take, in words; '' for none."""
    found = count(text)
    return words.LENGTH.format(count=found, time=phrases.about(found * 60 / pace)) if found else ""


def read_file(path: Path) -> str:
    """The words in a plain text file. Waits for the disk. Raises Refused with a sentence for the user."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise Refused(words.NOT_READ.format(name=path.name)) from error
    is_text = data.startswith(UTF_16) or b"\0" not in data
    if is_text and len(data) > LARGEST_BYTES:
        raise Refused(_too_long(path))
    text = _decoded(data) if is_text else None
    if text is None:
        raise Refused(words.NOT_TEXT.format(name=path.name))
    if count(text) > LONGEST_WORDS:
        raise Refused(_too_long(path))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").strip("\n")


def _too_long(path: Path) -> str:
    return words.TOO_LONG.format(name=path.name, time=phrases.about(LONGEST_WORDS * 60 / USUAL_PACE))


def _decoded(data: bytes) -> str | None:
    """As Windows, Macs and Linux write text; None: it is something else."""
    for encoding in ("utf-16",) if data.startswith(UTF_16) else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text) else text
    return None
