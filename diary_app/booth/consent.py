"""The organisation's own words that a visitor agrees to: a text file, its version and its SHA-256.

    Version: 2026-11
    <empty line>
    The words, in paragraphs. {event} and {audience} may stand in them.

The version is optional. What was shown is kept beside the journal under its SHA-256, so that anybody can read later
what somebody has agreed to.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from diary_app.folders import Folders
from upload.files import write_whole

LARGEST_BYTES = 20_000
"""More than anybody reads in ten seconds, by far."""
_VERSION = re.compile(r"\AVersion:[ \t]*(\S[^\r\n]*)\r?\n")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """What is shown, word for word."""

    text: str
    version: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The words, a paragraph at a time."""
        return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", self.text) if part.strip())

    @property
    def sha256(self) -> str:
        """Of the words as they are shown."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def own_words() -> str:
    """The words that come with the app."""
    return resources.files("assets").joinpath("words", "booth_consent.txt").read_text(encoding="utf-8")


def read_words(path: Path) -> str:
    """The organisation's words. Raises OSError, and ValueError where this is no text that can be shown."""
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValueError("too long to be read by somebody who stands there")
    text = content.decode("utf-8-sig")
    if not _VERSION.sub("", text).strip():
        raise ValueError("empty")
    return text


def consent_words(template: str, **facts: str) -> ConsentWords:
    """Fill in what the words leave open; a name that is unknown stays as it was written. Pure."""
    found = _VERSION.match(template)
    version = found[1].strip() if found else ""
    text = template[found.end() :] if found else template
    return ConsentWords(_PLACE.sub(lambda place: facts.get(place[1], place[0]), text).strip(), version)


def keep_words(folders: Folders, words: ConsentWords) -> None:
    """Lay them beside the journal, once. Raises OSError."""
    path = folders.data / "booth" / "words" / f"{words.sha256}.txt"
    if not path.exists():
        write_whole(path, words.text.encode())
