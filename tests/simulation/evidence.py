"""What a session left on its disk and what it said meanwhile, ready for the checks."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from capture.fragments import HEAD_BYTES, PICTURE_HZ, PRIMING, SOUND_HZ, box_at, children, tracks_of
from capture.recorder import RecorderNews
from capture.state import Event
from tests.simulation.devices import CameraTraits, MicrophoneTraits
from tests.simulation.muxing import MASK

Stretch = tuple[float, float]
"""From one moment of the world's clock to another."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a file."""

    number: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Sound:
    """A packet of sound in a file: one value for every EVERY samples."""

    at_s: float
    """When its first sample is played."""
    samples: int
    values: tuple[int, ...]


@dataclass(slots=True)
class Media:
    """What a take's file holds."""

    pictures: list[Picture] = field(default_factory=list)
    """With the times that the encoder child was given."""
    untrue: list[Picture] = field(default_factory=list)
    """Those of them that have another time in the file."""
    sounds: list[Sound] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Why a player would not play all of it."""
    whole_bytes: int = 0
    picture_end_s: float = 0.0
    sound_end_s: float = 0.0

    @property
    def numbers(self) -> list[int]:
        """The camera's pictures; a black one has no number."""
        return [picture.number for picture in self.pictures if picture.number]


def media_of(data: bytes) -> Media:
    """Read a file as a player does: one head, then fragments, each joined to the one before."""
    media, tracks, ends = Media(), dict[int, bytes](), dict[int, int]()
    at, moof, heads = 0, b"", 0
    while (found := box_at(data[at : at + HEAD_BYTES], at)) is not None:
        if found.end > len(data):
            break
        body = data[at : found.end]
        if found.kind == b"moov":
            heads += 1
            tracks = tracks_of(body)
        elif found.kind == b"moof":
            moof = body
        elif found.kind == b"mdat" and moof:
            _fragment(media, tracks, ends, moof, body[8:])
            moof = b""
            media.whole_bytes = found.end
        elif found.kind not in (b"ftyp", b"free"):
            media.faults.append(f"a box {found.kind!r} at {at}")
        at = found.end
    if at != len(data) or moof:
        media.faults.append(f"the end of the file is half a fragment ({len(data) - at} bytes)")
    if heads != 1:
        media.faults.append(f"{heads} heads")
    return media


def _fragment(media: Media, tracks: dict[int, bytes], ends: dict[int, int], moof: bytes, payload: bytes) -> None:
    at = 0
    for number, start, packets in _runs(moof):
        if start < ends.get(number, 0):
            media.faults.append(f"{tracks.get(number)!r} runs back from {ends[number]} to {start}")
        # A picture may stand into the next piece, which then cuts it short; sound may not.
        last = packets[-1][0] - 1 if tracks.get(number) == b"vide" else 0
        ends[number] = start + sum(duration for duration, _ in packets) - last
        moment = start
        for duration, length in packets:
            _packet(media, tracks.get(number, b""), moment, duration, payload[at : at + length])
            moment, at = moment + duration, at + length
    if at != len(payload):
        media.faults.append("a fragment whose payload has another length than it says")


def _packet(media: Media, kind: bytes, moment: int, duration: int, payload: bytes) -> None:
    if kind == b"vide":
        number, at = struct.unpack(">IQ", payload)
        if media.pictures and at / PICTURE_HZ <= media.pictures[-1].at_s:
            media.faults.append(f"picture {number} is not later than the one before it")
        media.pictures.append(Picture(number, at / PICTURE_HZ))
        if moment != at:
            media.untrue.append(media.pictures[-1])
        media.picture_end_s = (moment + duration) / PICTURE_HZ
    else:
        values = tuple(value ^ MASK for value in struct.unpack(f">{len(payload) // 2}h", payload))
        media.sounds.append(Sound((moment - PRIMING) / SOUND_HZ, duration, values))
        media.sound_end_s = (moment + duration - PRIMING) / SOUND_HZ


def _runs(moof: bytes) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    for kind, start, end in children(moof):
        if kind != b"traf":
            continue
        traf = moof[start - 8 : end]
        number = moment = 0
        for name, at, _ in children(traf):
            if name == b"tfhd":
                number = struct.unpack_from(">I", traf, at + 4)[0]
            elif name == b"tfdt":
                moment = struct.unpack_from(">Q", traf, at + 4)[0]
            elif name == b"trun":
                count = struct.unpack_from(">I", traf, at + 4)[0]
                yield number, moment, [struct.unpack_from(">II", traf, at + 12 + 8 * each) for each in range(count)]


@dataclass(frozen=True, slots=True)
class Claim:
    """What the screen said in the moment before the end."""

    take: Path | None
    safe_s: float
    recorded_s: float
    recording: bool
    since_s: float
    """When the take was begun."""
    before: Media
    """What the file held, synced or not."""


@dataclass(slots=True)
class Evidence:
    """Everything about one session that a check may look at."""

    camera: CameraTraits | None
    microphone: MicrophoneTraits | None
    late: bool
    """True when threads were woken late."""
    posted: list[tuple[float, Event]] = field(default_factory=list)
    news: list[tuple[float, RecorderNews]] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    stalls: list[Stretch] = field(default_factory=list)
    """When the world kept the recorder from working: slow syncs, stopped processes, devices that were gone."""
    faults: list[tuple[float, str]] = field(default_factory=list)
    lasted: dict[tuple[float, str], float] = field(default_factory=dict)
    """How long each of the faults was there, in seconds."""
    end: str = "closed"
    """How the app ended."""
    ended_s: float = 0.0
    claim: Claim | None = None
    finished: dict[Path, bytes] = field(default_factory=dict)
    """The takes that were told as done before the end."""
    takes: dict[Path, Media] = field(default_factory=dict)
    """What is there under final names, after the restart."""
    contents: dict[Path, bytes] = field(default_factory=dict)
    parts: dict[Path, Media] = field(default_factory=dict)
    """What is left under names of takes that were cut short."""
    trouble: list[str] = field(default_factory=list)
    left_running: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)
    suspect: list[str] = field(default_factory=list)
    failed_syncs: int = 0
    longest_queue: int = 0

    def stalled_s(self, start_s: float, end_s: float) -> float:
        """How much of this stretch was stalled."""
        return measure(self.stalls, start_s, end_s)


def measure(stretches: list[Stretch], start_s: float, end_s: float) -> float:
    """How much of a stretch is covered by others."""
    total, until_s = 0.0, start_s
    for begun_s, over_s in sorted(stretches):
        covered_s = min(over_s, end_s) - max(begun_s, until_s)
        if covered_s > 0:
            total += covered_s
            until_s = min(over_s, end_s)
    return total
