"""What a rendition will cost before it is made: a few short stretches of the take are encoded as the whole would be.

The stretches begin at keyframes of the take, so that nothing is decoded in vain, and go through the very command of the
rendition. Their sizes stand for the rest in proportion to the bytes that the take itself spends: where nothing moves it
spends few. Sound has a fixed rate, and what is copied has the size that it has.

Runs in the caller's thread, with ffmpeg as a child process of low priority.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np

from diary_app.clip import KeptRange, Kind, Preset, ShowAs
from diary_app.editing import compress
from diary_app.editing.ffmpeg_child import run_ffmpeg
from diary_app.editing.ffmpeg_command import KEYFRAMES, encode_command
from diary_app.editing.finish import CLEANING, disguise_work
from diary_app.editing.frames import NO_FRAMES
from diary_app.editing.hidden_faces import cover_faces
from diary_app.editing.media import open_media
from diary_app.editing.probe import MediaFacts, probe
from diary_app.editing.progress import Meter
from diary_app.editing.ranges import Ranges, normalise
from diary_app.editing.source import Source, read_source
from diary_app.editing.stored_film import Flags, StoredFilm, stored_film, write_short_film

STRETCHES = ((854 * 480, 8), (1280 * 719, 5))
"""Up to so many dots a picture, so many stretches; small pictures are cheap."""
FEWEST = 3
STRETCH_S = 0.4
STRETCH_PICTURES = 12
"""Of each stretch, at least so many seconds and pictures."""
SETTLE_S = 0.13
"""The first pictures of a stretch cost otherwise than in the middle of a film: they are not counted."""
ALL_S = 2.0
"""What is no longer than this is encoded whole."""
STILL = 0.002
"""Of a keyframe: below it the size of a picture in the take says nothing more, it stands still."""
SHORT, COVERED = "short.mkv", "covered.mp4"
SHORT_RUN = 0.7
"""A long encode takes so much of the time for a picture that a short one does: the short one has to get going."""
HEARD_PER_S = 0.03
"""Seconds of work on the sound for each second of it: measured, levelled, measured again."""
COPIED_PER_BYTE = 2e-8
"""Seconds: a copy reads and writes 50 MB a second on a slow disk."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one rendition takes."""

    bytes: int
    work_s: float
    """How long it takes to make on this computer as busy as it is now."""


def promises(
    take: Path,
    *,
    keep: Sequence[KeptRange] = (),
    presets: Sequence[Preset] = tuple(Preset),
    clean: bool = False,
    show_as: ShowAs = ShowAs.AS_I_AM,
    meter: Meter | None = None,
) -> Iterator[tuple[Preset, Cost]]:
    """Yield each preset with what its rendition will cost, as soon as it is known; clean: without hum and hiss.

    Raises EditRefused, WorldError, EditStopped or EditFailed.
    """
    meter = meter or Meter()
    facts = probe(take)
    parts = normalise(keep, facts.seconds)
    heard_s = _seconds(parts) * HEARD_PER_S * (1 + CLEANING if clean else 1) if facts.has_sound else 0.0
    heard_s += disguise_work(facts, show_as) * _seconds(parts)
    if facts.kind is Kind.VIDEO and show_as is ShowAs.VOICE_ONLY:
        yield from ((preset, Cost(_bytes_of_voice(facts, parts, preset), heard_s)) for preset in presets)
        return
    if facts.kind is Kind.SOUND:
        yield from ((preset, Cost(_bytes_of_sound(facts, parts, preset), heard_s)) for preset in presets)
        return
    film = stored_film(take, facts, meter)
    with tempfile.TemporaryDirectory(prefix="diary-") as folder:
        sample: _Sample | None = None
        for preset in presets:
            if compress.meets(facts, preset) and show_as is not ShowAs.BLURRED_FACE:
                size = _bytes_of_copy(facts, film, parts)
                yield preset, Cost(size, size * COPIED_PER_BYTE + heard_s)
                continue
            if sample is None:
                chosen = _stretches(film, parts, _how_many(facts))
                short = Path(folder) / SHORT
                seams = write_short_film(take, film, chosen, short, meter)
                if show_as is ShowAs.BLURRED_FACE:
                    short = _without_faces(short, Path(folder) / COVERED, meter)
                sample = _Sample(short, facts, film, tuple(parts), tuple(chosen), seams, heard_s)
            yield preset, sample.cost(compress.encode_for(facts, compress.RECIPES[preset]), meter)


def _seconds(parts: Ranges) -> float:
    return sum(part.seconds for part in parts)


def _bytes_of_sound(facts: MediaFacts, parts: Ranges, preset: Preset) -> int:
    seconds = _seconds(parts)
    if compress.meets(facts, preset):
        return round(facts.bytes * seconds / facts.seconds)
    bps = compress.encode_for(facts, compress.RECIPES[preset]).sound_bps or 0
    return round(bps * seconds / 8 + compress.index_bytes(facts, seconds))


def _bytes_of_voice(facts: MediaFacts, parts: Ranges, preset: Preset) -> int:
    """Of a film: how large its packets of sound are is not known, so they count as encoded."""
    seconds, alone = _seconds(parts), replace(facts, kind=Kind.SOUND)
    bps = compress.encode_for(alone, compress.RECIPES[preset]).sound_bps or 0
    return round(bps * seconds / 8 + compress.index_bytes(replace(alone, fps=0.0), seconds))


def _without_faces(short: Path, covered: Path, meter: Meter) -> Path:
    """A short film with its faces covered, as the whole will be: what is covered costs hardly any bytes."""
    source = replace(read_source(short, (), meter), pieces=())
    cover_faces(source, covered, meter)
    return covered


def _bytes_of_copy(facts: MediaFacts, film: StoredFilm, parts: Ranges) -> int:
    """The pictures that are kept, and their share of everything else in the file."""
    pictures = int(film.sizes[film.kept(parts)].sum())
    others = (facts.bytes - int(film.sizes.sum())) * _seconds(parts) / facts.seconds
    return min(facts.bytes, round(pictures + others))


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """A short film of a few stretches, which stands for what is kept of a take."""

    short: Path
    facts: MediaFacts
    """Of the take, as is `film`."""
    film: StoredFilm
    parts: Ranges
    chosen: tuple[range, ...]
    seams: tuple[float, ...]
    """Seconds of the short film: where each stretch begins, and where the last one ends."""
    heard_s: float
    """Seconds of work on the sound of all that is kept."""

    def cost(self, encode: compress.Encode, meter: Meter) -> Cost:
        """Encode the short film, and tell from it what the whole will cost."""
        length_s, made = max(0.01, self.seams[-1]), self.short.with_name("made.mp4")
        container = "mov" if self.short.name == COVERED else "matroska"
        short = replace(self.facts, seconds=length_s, container=container, origin_s=0.0, sound_codec=None)
        command = encode_command(Source(self.short, short, NO_FRAMES, ()), made, encode)
        began_s = time.monotonic()
        run_ffmpeg(command, seconds=length_s, meter=meter)
        gone_s = time.monotonic() - began_s
        work_s = SHORT_RUN * gone_s * _seconds(self.parts) / length_s
        return Cost(self._bytes(made, encode), work_s + self.heard_s)

    def _bytes(self, made: Path, encode: compress.Encode) -> int:
        seconds, kept = _seconds(self.parts), self.film.kept(self.parts)
        pictures = max(1, int(kept.sum()) if encode.fps is None else round(seconds * encode.fps))
        keys = ceil(pictures / KEYFRAMES)
        key, ordinary = _sizes(made, self.seams[:-1] if seconds > ALL_S else ())
        weight = _weight(self.film, kept, self.chosen) if seconds > ALL_S else 1.0
        video = key * keys + ordinary * weight * (pictures - keys)
        if encode.video_bps:
            video = min(video, encode.video_bps * seconds / 8)
        return round(video + (encode.sound_bps or 0) * seconds / 8 + compress.index_bytes(self.facts, seconds))


def _sizes(made: Path, seams: Sequence[float]) -> tuple[float, float]:
    """Bytes of a keyframe and of any other picture, on average."""
    keys, ordinary = list[int](), list[int]()
    with open_media(made) as media:
        for packet in media.demux(media.streams.video[0]):
            if not packet.size or packet.pts is None:
                continue
            at_s = float(packet.pts * packet.time_base)
            if packet.is_keyframe:
                keys.append(packet.size)
            elif not any(0 <= at_s - seam_s < SETTLE_S for seam_s in seams):
                ordinary.append(packet.size)
    return float(np.mean(keys or [0])), float(np.mean(ordinary or keys or [0]))


def _how_many(facts: MediaFacts) -> int:
    return next((many for dots, many in STRETCHES if facts.width * facts.height <= dots), FEWEST)


def _stretches(film: StoredFilm, parts: Ranges, many: int) -> list[range]:
    """Pictures to try, in the order of decoding: each stretch from a keyframe on."""
    kept = film.kept(parts)
    keys = np.flatnonzero(film.keys & kept)
    if not len(keys):
        keys = np.flatnonzero(film.keys) if film.keys.any() else np.array([0])
    seconds, count = _seconds(parts), max(1, int(kept.sum()))
    many = 1 if seconds <= ALL_S else many
    places = [_take_time(parts, (at + 0.5) * seconds / many if many > 1 else 0.0) for at in range(many)]
    starts = sorted({int(keys[np.argmin(np.abs(film.at_s[keys] - place))]) for place in places})
    each = max(STRETCH_PICTURES, ceil(STRETCH_S * count / seconds)) * many // len(starts) if many > 1 else count
    ends = [*starts[1:], len(film.sizes)]
    return [range(start, min(start + each, end)) for start, end in zip(starts, ends, strict=True)]


def _take_time(parts: Ranges, at_s: float) -> float:
    """The moment of the take that lies at_s into what is kept."""
    for part in parts:
        if at_s <= part.seconds:
            return part.start_s + at_s
        at_s -= part.seconds
    return parts[-1].end_s


def _weight(film: StoredFilm, kept: Flags, chosen: Sequence[range]) -> float:
    """Bytes of an ordinary picture of all that is kept, for each byte of those that the sample counts.

    Only where pictures are stored as they are shown, as our recorder does. Elsewhere their sizes say which kind they
    are, and what the camera's own rate allowed, rather than what is in them.
    """
    if np.any(np.diff(film.at_s) < 0):
        return 1.0
    counted = np.zeros(len(film.sizes), np.bool_)
    for stretch in chosen:
        at_s = film.at_s[stretch.start : stretch.stop]
        counted[stretch.start : stretch.stop] = at_s - at_s.min() >= SETTLE_S
    ordinary, sampled = kept & ~film.keys, counted & ~film.keys
    if not ordinary.any() or not sampled.any():
        return 1.0
    still = STILL * float(film.sizes[film.keys].mean()) if film.keys.any() else 1.0
    return (float(film.sizes[ordinary].mean()) + still) / (float(film.sizes[sampled].mean()) + still)
