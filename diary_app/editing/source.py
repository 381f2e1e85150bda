"""A take as it is about to be edited: its facts, its frames, what is kept of it, and where its samples lie."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from diary_app.clip import KeptRange, Kind
from diary_app.editing.frames import NO_FRAMES, FrameIndex, Piece, exactly, index_frames, index_of, is_all, snap
from diary_app.editing.mp4.read import Tracks
from diary_app.editing.probe import MediaFacts, probe_with_tables
from diary_app.editing.progress import Meter
from diary_app.editing.ranges import normalise
from diary_app.editing.songs import M4A, Song
from diary_app.editing.sound import FADE_S


@dataclass(frozen=True, slots=True)
class Source:
    """A take and what is kept of it; no pieces means all of it."""

    take: Path
    facts: MediaFacts
    index: FrameIndex
    pieces: tuple[Piece, ...]
    tracks: Tracks | None = None
    """Where its samples lie, if that is certain: what the exact cut needs."""
    cleaned: Path | None = None
    """The sound of the pieces without hum and hiss, in a file of its own, which is then taken instead of the take's."""
    song: Song | None = None
    """How it is finished; only where it is of sound alone."""

    @property
    def kept(self) -> tuple[Piece, ...]:
        """The pieces; all of the take as one."""
        return self.pieces or (Piece(Fraction(0), exactly(self.facts.seconds), 0, len(self.index.ticks)),)

    @property
    def seconds(self) -> float:
        """How long what is kept lasts."""
        return float(sum(piece.length for piece in self.kept))

    @property
    def sound(self) -> tuple[Path, tuple[Piece, ...]]:
        """The file that its sound is to be taken from, and the pieces of that file."""
        if self.cleaned is None:
            return self.take, self.kept
        return self.cleaned, (Piece(Fraction(0), sum((piece.length for piece in self.kept), Fraction(0))),)

    @property
    def fades(self) -> list[tuple[bool, bool]]:
        """Whether the sound of each piece fades in and out: where something was cut away."""
        end_s, last = self.facts.seconds - FADE_S, len(self.kept) - 1
        return [(piece.start > 0, at < last or piece.end < end_s) for at, piece in enumerate(self.kept)]

    @property
    def may_be_copied(self) -> bool:
        """False for an MP3, which is always encoded."""
        return self.song is None or self.song.muxer == M4A

    @property
    def origin(self) -> Fraction:
        """The file's first moment on its own clock, in seconds: take time 0."""
        return exactly(self.facts.origin_s)

    @property
    def sound_of_it(self) -> "Source":
        """The sound of the take alone, cut as the film is."""
        return replace(self, facts=replace(self.facts, kind=Kind.SOUND))


def read_source(take: Path, keep: Sequence[KeptRange], meter: Meter) -> Source:
    """Look a take over, and snap what is kept to its frames. Raises EditRefused, WorldError, EditStopped, OSError."""
    meter.check()
    facts, tracks = probe_with_tables(take)
    parts = normalise(keep, facts.seconds)
    index = _index(take, facts, tracks, meter)
    pieces = snap(parts, index, facts)
    return Source(take, facts, index, () if is_all(pieces, index, facts) else pieces, tracks)


def _index(take: Path, facts: MediaFacts, tracks: Tracks | None, meter: Meter) -> FrameIndex:
    """From the file's own tables where they say it all, or else packet by packet."""
    if facts.kind is Kind.SOUND:
        return NO_FRAMES
    pictures = tracks.pictures if tracks else None
    return (index_of(pictures, exactly(facts.origin_s)) if pictures else None) or index_frames(take, meter)
