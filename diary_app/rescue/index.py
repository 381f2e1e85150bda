"""The index of a rescue folder: what each sealed file is, and everything about each clip. Pure; any thread.

It is sealed with the words, and all the same nothing in it is believed before it was checked: whoever made a folder
also knows its words.
"""

import json
import math
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from diary_app.clip import About, Audience, ClipId, KeptRange, Kind, Person, Preset, ShowAs
from diary_app.editing.ranges import in_result
from diary_app.rescue.errors import Damaged, TooNew
from diary_app.rescue.parts import NAME

FORMAT, VERSION = "diary rescue", 3
PLAIN, WITH_NAMES = 1, 2
"""The versions of an index without what an app must know of before it may send a clip: names to bleep, and how its
speaker wants to be shown. Each app reads what it knows all of."""
FOR_PORTAL = (
    "clip_id", "kind", "created_at", "title", "audience", "people", "wanted", "held", "rendition", "show_as", "sending",
)  # fmt: skip
"""What a delivery tells of a clip, too."""
MOST_BYTES = 16_000_000
MOST_CLIPS = 5_000
MOST_PARTS = 10_000
"""Kept ranges of a clip."""
MOST_PEOPLE = 1_000
MOST_SENDINGS = 1_000
LONGEST_TEXT = 10_000
LONGEST_REPORT = 1_000_000
MOST_FILE_BYTES = 2**42
LONGEST_S = 30 * 24 * 3600.0
SUFFIX = re.compile(r"\.[a-z0-9]{1,5}", re.ASCII)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file on the stick: what it is called there, and what must come out of it."""

    name: str
    key: str
    """What it is sealed with."""
    bytes: int
    """How long it is when it is unsealed, in bytes; so is the SHA-256."""
    sha256: str
    suffix: str


@dataclass(frozen=True, slots=True)
class PackedClip:
    """A clip as it travels."""

    clip_id: ClipId
    kind: Kind
    created_at: datetime
    seconds: float
    keep: tuple[KeptRange, ...]
    about: About
    wanted: bool
    held: bool
    """Its owner said that it is not to go out yet."""
    report: str
    """What became of every frame of the take, as the catalogue keeps it."""
    take: SealedFile
    rendition: SealedFile | None = None
    rendition_seconds: float = 0.0
    names_said: tuple[KeptRange, ...] = ()
    sending: int = 1

    @property
    def version(self) -> int:
        """The oldest version of an index that can hold it."""
        if self.about.show_as is not ShowAs.AS_I_AM or self.sending > 1:
            return VERSION
        return WITH_NAMES if self.names_said else PLAIN

    @property
    def files(self) -> tuple[SealedFile, ...]:
        """The one or two files."""
        return (self.take,) if self.rendition is None else (self.take, self.rendition)

    @property
    def bytes(self) -> int:
        """How much it is, unsealed."""
        return sum(file.bytes for file in self.files)


def write_index(clips: Sequence[PackedClip]) -> bytes:
    """The index as JSON, UTF-8."""
    return _written(clips, [_clip_facts(clip) for clip in clips])


def write_portal_index(clips: Sequence[PackedClip]) -> bytes:
    """The index that the portal may open by itself: what a delivery would tell it, and no way to any recording.

    Of a clip that nobody has sent, or that is not made yet, it says only that there is one.
    """
    return _written(clips, [_portal_facts(clip) for clip in clips])


def _written(clips: Sequence[PackedClip], facts: Sequence[dict[str, object]]) -> bytes:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    version = max((clip.version for clip in clips), default=PLAIN)
    index = {"format": FORMAT, "version": version, "made_at": made, "clips": facts}
    return json.dumps(index, ensure_ascii=False, allow_nan=False).encode()


def _portal_facts(clip: PackedClip) -> dict[str, object]:
    if not clip.wanted or clip.held or clip.rendition is None:
        return {"wanted": False}
    facts = _clip_facts(clip)
    return {name: facts[name] for name in FOR_PORTAL if name in facts}


def _clip_facts(clip: PackedClip) -> dict[str, object]:
    return {
        "clip_id": clip.clip_id,
        "kind": clip.kind.value,
        "created_at": clip.created_at.isoformat(),
        "seconds": clip.seconds,
        "keep": _pairs(clip.keep),
        "title": clip.about.title,
        "audience": clip.about.audience.value,
        "people": [{"name": person.name, "agrees": person.agrees} for person in clip.about.people],
        "preset": clip.about.preset.value,
        "clean_sound": clip.about.clean_sound,
        "wanted": clip.wanted,
        "held": clip.held,
        "report": clip.report,
        "take": _file_facts(clip.take),
        "rendition": None if clip.rendition is None else _rendition_facts(clip, clip.rendition),
        **({"names_said": _pairs(clip.names_said)} if clip.names_said else {}),
        **({"show_as": clip.about.show_as.value} if clip.about.show_as is not ShowAs.AS_I_AM else {}),
        **({"sending": clip.sending} if clip.sending > 1 else {}),
    }


def _rendition_facts(clip: PackedClip, file: SealedFile) -> dict[str, object]:
    """names_said: in the rendition's own time, as a delivery tells it; in the clip it is the take's."""
    told = _pairs(in_result(clip.keep, clip.names_said))
    return {**_file_facts(file), "seconds": clip.rendition_seconds, **({"names_said": told} if told else {})}


def _pairs(ranges: Sequence[KeptRange]) -> list[list[float]]:
    return [[each.start_s, each.end_s] for each in ranges]


def _file_facts(file: SealedFile) -> dict[str, object]:
    return {"file": file.name, "key": file.key, "bytes": file.bytes, "sha256": file.sha256, "suffix": file.suffix}


def read_index(raw: bytes) -> tuple[PackedClip, ...]:
    """The clips of an index. Raises Damaged where anything in it is not as we write it, TooNew for a later version."""
    try:
        facts = _Facts(json.loads(raw, parse_constant=_refuse))
        if facts.get("format") != FORMAT:
            raise Damaged
        if facts.number("version", most=1e9) > VERSION:
            raise TooNew
        clips = tuple(_read_clip(_Facts(each)) for each in facts.list("clips", most=MOST_CLIPS))
    except (ValueError, KeyError, RecursionError) as error:
        raise Damaged from error
    names = [file.name for clip in clips for file in clip.files]
    if len(set(names)) < len(names) or len({clip.clip_id for clip in clips}) < len(clips):
        raise Damaged
    return clips


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of ours")


class _Facts:
    """One JSON object, read field by field. Raises KeyError and ValueError."""

    def __init__(self, found: object) -> None:
        if not isinstance(found, dict):
            raise ValueError("not an object")
        self._found: dict[str, object] = found

    def get(self, name: str) -> object:
        return self._found[name]

    def text(self, name: str, *, most: int = LONGEST_TEXT) -> str:
        found = self._found[name]
        if not isinstance(found, str) or len(found) > most:
            raise ValueError(f"{name} is no text of ours")
        return found

    def like(self, name: str, pattern: str) -> str:
        found = self.text(name)
        if not re.fullmatch(pattern, found, re.ASCII):
            raise ValueError(f"{name} is not as we write it")
        return found

    def flag(self, name: str) -> bool:
        found = self._found[name]
        if not isinstance(found, bool):
            raise ValueError(f"{name} is neither true nor false")
        return found

    def number(self, name: str, *, most: float) -> float:
        return _number(self._found[name], most=most)

    def list(self, name: str, *, most: int) -> Sequence[object]:
        found = self._found[name]
        if not isinstance(found, list) or len(found) > most:
            raise ValueError(f"{name} is no list of ours")
        return found

    def list_if_any(self, name: str, *, most: int) -> Sequence[object]:
        return self.list(name, most=most) if name in self._found else ()

    def text_if_any(self, name: str, otherwise: str) -> str:
        return self.text(name) if name in self._found else otherwise

    def count_if_any(self, name: str, *, most: int) -> int:
        """1 and up; 1 where there is none."""
        found = self._found.get(name, 1)
        if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= most:
            raise ValueError(f"{name} is no number of ours")
        return found

    def inner(self, name: str, read: "Callable[[_Facts], T]") -> T | None:
        found = self._found[name]
        return None if found is None else read(_Facts(found))


def _number(found: object, *, most: float) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= most:
        raise ValueError("no number of ours")
    if not math.isfinite(found):
        raise ValueError("no number at all")
    return found


def _read_clip(facts: _Facts) -> PackedClip:
    rendition = facts.inner("rendition", lambda inner: (_read_file(inner), inner.number("seconds", most=LONGEST_S)))
    take = facts.inner("take", _read_file)
    if take is None:
        raise ValueError("no take")
    return PackedClip(
        clip_id=ClipId(_uuid(facts.text("clip_id"))),
        kind=Kind(facts.text("kind")),
        created_at=_moment(facts.text("created_at")),
        seconds=float(facts.number("seconds", most=LONGEST_S)),
        keep=tuple(_range(each) for each in facts.list("keep", most=MOST_PARTS)),
        about=_read_about(facts),
        wanted=facts.flag("wanted"),
        held=facts.flag("held"),
        report=facts.text("report", most=LONGEST_REPORT),
        take=take,
        rendition=None if rendition is None else rendition[0],
        rendition_seconds=0.0 if rendition is None else float(rendition[1]),
        names_said=tuple(_range(each) for each in facts.list_if_any("names_said", most=MOST_PARTS)),
        sending=facts.count_if_any("sending", most=MOST_SENDINGS),
    )


def _read_about(facts: _Facts) -> About:
    people = (_Facts(each) for each in facts.list("people", most=MOST_PEOPLE))
    return About(
        title=facts.text("title"),
        audience=Audience(facts.text("audience")),
        people=tuple(Person(person.text("name"), person.flag("agrees")) for person in people),
        preset=Preset(facts.text("preset")),
        clean_sound=facts.flag("clean_sound"),
        show_as=ShowAs(facts.text_if_any("show_as", ShowAs.AS_I_AM)),
    )


def _read_file(facts: _Facts) -> SealedFile:
    size = facts.number("bytes", most=MOST_FILE_BYTES)
    if not isinstance(size, int):
        raise ValueError("half a byte")
    return SealedFile(
        name=facts.like("file", NAME.pattern),
        key=facts.text("key"),
        bytes=size,
        sha256=facts.like("sha256", "[0-9a-f]{64}"),
        suffix=facts.like("suffix", SUFFIX.pattern),
    )


def _uuid(text: str) -> str:
    if str(uuid.UUID(text)) != text:
        raise ValueError("not a UUID in lower case")
    return text


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found


def _range(found: object) -> KeptRange:
    if not isinstance(found, list) or len(found) != 2:
        raise ValueError("not a stretch of time")
    return KeptRange(_number(found[0], most=LONGEST_S), _number(found[1], most=LONGEST_S))
