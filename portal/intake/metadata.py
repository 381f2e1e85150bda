"""Reading Upload-Metadata: keys and base64 values, checked one by one. Pure."""

import base64
import binascii
import json
import math
import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from portal import words

Fact = TypeVar("Fact")
MOST_NAMES = 500
SHOWN = ("as_i_am", "voice_only", "disguised_voice", "blurred_face")
MOST_SENDINGS = 1000
"""Nobody sends one clip so often: a larger number is a mistake."""


class BadMetadata(Exception):
    """A fact is missing or wrong; the text is a sentence for the user, `key` its name."""

    def __init__(self, key: str) -> None:
        super().__init__(words.BAD_METADATA[key])
        self.key = key


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What the app says about a clip."""

    clip_id: uuid.UUID
    sha256: str
    filetype: str
    title: str
    audience: str
    seconds: float
    recorded: datetime
    people: tuple[Mapping[str, object], ...]
    names_said: tuple[tuple[float, float], ...] = ()
    copy: str = "full"
    show_as: str = "as_i_am"
    sending: int = 1


def read_pairs(header: str) -> dict[str, str]:
    """The pairs of an Upload-Metadata header (tus 1.0.0, creation); raises BadMetadata."""
    pairs: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in header.split(","))):
        key, _, value = part.partition(" ")
        if key in pairs:
            raise BadMetadata("")
        try:
            pairs[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadMetadata(key if key in words.BAD_METADATA else "") from error
    return pairs


def read_facts(header: str, *, accepts: tuple[str, ...]) -> ClipFacts:
    """The facts of a clip; accepts are the file types that the portal takes. Raises BadMetadata."""
    pairs = read_pairs(header)
    if pairs.get("copy", "full") not in ("full", "small"):
        raise BadMetadata("")
    return ClipFacts(
        clip_id=_fact(pairs, "clipid", _uuid),
        sha256=_fact(pairs, "sha256", _sha256),
        filetype=_fact(pairs, "filetype", lambda text: _one_of(text, accepts)),
        title=_fact(pairs, "title", _title),
        audience=_fact(pairs, "audience", lambda text: _one_of(text, ("team", "staff"))),
        seconds=_fact(pairs, "seconds", _seconds),
        recorded=_fact(pairs, "recorded", _moment),
        people=_fact(pairs, "people", _people),
        names_said=_fact(pairs, "names_said", _names) if "names_said" in pairs else (),
        copy=pairs.get("copy", "full"),
        show_as=_fact(pairs, "show_as", lambda text: _one_of(text, SHOWN)) if "show_as" in pairs else "as_i_am",
        sending=_fact(pairs, "sending", _sending) if "sending" in pairs else 1,
    )


def _fact(pairs: Mapping[str, str], key: str, read: Callable[[str], Fact]) -> Fact:
    try:
        return read(pairs[key])
    except (KeyError, ValueError, RecursionError) as error:
        raise BadMetadata(key) from error


def _uuid(text: str) -> uuid.UUID:
    found = uuid.UUID(text)
    if str(found) != text:
        raise ValueError("not a UUID in lower case")
    return found


def _sha256(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise ValueError("not a SHA-256")
    return text


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise ValueError(f"not one of {allowed}")
    return text


def _title(text: str) -> str:
    cleaned = " ".join(text.split())
    if not cleaned or len(cleaned) > 200 or not cleaned.isprintable():
        raise ValueError("not a title")
    return cleaned


def _seconds(text: str) -> float:
    found = float(text)
    if not math.isfinite(found) or found < 0:
        raise ValueError("not a length")
    return found


def _sending(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text) or int(text) > MOST_SENDINGS:
        raise ValueError("not the number of a sending")
    return int(text)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found.astimezone(UTC)


def _people(text: str) -> tuple[Mapping[str, object], ...]:
    found = json.loads(text)
    if not isinstance(found, list):
        raise ValueError("not a list")
    return tuple(_person(each) for each in found)


def _names(text: str) -> tuple[tuple[float, float], ...]:
    found = json.loads(text)
    if not isinstance(found, list) or len(found) > MOST_NAMES:
        raise ValueError("not a list, or a very long one")
    return tuple(_stretch(each) for each in found)


def _stretch(found: object) -> tuple[float, float]:
    match found:
        case [int() | float() as start, int() | float() as end] if 0 <= start < end < math.inf:
            return float(start), float(end)
        case _:
            raise ValueError("not from one second to another")


def _person(found: object) -> Mapping[str, object]:
    match found:
        case {"name": str(name), "agrees": bool(agrees)} if _clean(name) and len(name) <= 200:
            return {"name": _clean(name), "agrees": agrees}
        case _:
            raise ValueError("not a person")


def _clean(name: str) -> str:
    """Without what no name has, and PostgreSQL does not keep: NUL, and half a surrogate pair."""
    return "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cs")).strip()
