"""The organisation's own words that a visitor agrees to: a text file beside the settings, or the words of the app.

    Version: 2026-11
    Audience: staff
    <empty line>
    The words, in paragraphs. {event} and {audience} may stand in them.

Both lines at the top may be left out: no version, and the team alone may watch. What was shown is kept beside the
journal under its SHA-256, so that anybody can read later what somebody has agreed to.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from diary_app.clip import Audience
from diary_app.folders import Folders
from diary_app.language import words_file
from upload.files import write_whole

NAME = "booth-consent.txt"
"""Beside the organisation's settings file, else in the data folder."""
LARGEST_BYTES = 20_000
"""Far more than anybody reads who stands there."""
_HEAD = re.compile(r"\A(?:(Version|Audience):[ \t]*([^\n]*)\n)")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """What is shown, word for word, and who may watch a clip whose visitor has agreed to it."""

    text: str
    version: str = ""
    audience: Audience = Audience.TEAM

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The words, a paragraph at a time."""
        return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", self.text) if part.strip())

    @property
    def sha256(self) -> str:
        """Of the words as they are shown."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def filled(self, **facts: str) -> "ConsentWords":
        """Fill in what the words leave open; a name that is unknown stays as it was written."""
        return replace(self, text=_PLACE.sub(lambda place: facts.get(place[1], place[0]), self.text))


def understood(text: str) -> ConsentWords:
    """The words of such a file. Raises ValueError with a sentence where they cannot be shown. Pure."""
    rest, heads = text.replace("\r\n", "\n"), dict[str, str]()
    while found := _HEAD.match(rest):
        heads[found[1]] = found[2].strip()
        rest = rest[found.end() :]
    if not rest.strip():
        raise ValueError("there are no words in it")
    audience = heads.get("Audience", Audience.TEAM)
    if audience not in tuple(Audience):
        raise ValueError(f"“{audience[:20]}” is no audience: it is “team” or “staff”")
    return ConsentWords(rest.strip(), heads.get("Version", ""), Audience(audience))


def find_words(folders: Folders, problem: Callable[[Path, str], object]) -> ConsentWords:
    """The organisation's words, else those of the app; problem is told of a file that cannot be used. Reads files."""
    places = (folders.machine.parent,) if folders.machine else ()
    for folder in (*places, folders.data):
        path = folder / NAME
        try:
            return understood(_read(path))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            problem(path, str(error))
    return understood(words_file("booth_consent.txt"))


def _read(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValueError("it is too long to be read by somebody who stands there")
    return content.decode("utf-8-sig")


def keep_words(folders: Folders, words: ConsentWords) -> None:
    """Lay them beside the journal, once. Raises OSError."""
    path = folders.data / "booth" / "words" / f"{words.sha256}.txt"
    if not path.exists():
        write_whole(path, words.text.encode())
