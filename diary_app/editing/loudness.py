"""How loud a recording is, and what makes it as loud as podcasts are: one gain, and a limiter that takes the peaks.

Loudness is that of ITU-R BS.1770-4 with the gates of EBU R 128, and the true peak is found between the samples, at four
times the rate: ffmpeg's `ebur128`, in this process. Measuring and levelling run in the caller's thread, in constant
memory; the rest is arithmetic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, log10
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from diary_app.editing.frames import Piece
from diary_app.editing.progress import Meter
from diary_app.editing.sound import Sound, as_frame, layout_of, sound_of

TARGET_LUFS = -16.0
"""What podcasts are made to: loud enough for a telephone in a noisy kitchen."""
PEAK_DBTP = -1.5
ENOUGH_LU = 1.0
"""Nearer to the target than this, nobody hears the difference, and sound that could be copied is not encoded again."""
CLOSE_LU = 0.4
"""What is encoded anyway comes as near as this."""
EAGER = 1.25
"""Of what is lacking, how much is added: the limiter takes a part of it away again."""
SURE_DB = 0.3
"""Two ways of finding a true peak differ by this much: what we make stays as far below the promise."""
LIMIT_DBFS = -2.8
"""Where the limiter holds the samples: between them, and after AAC, speech rises by some 0.3 dB, at low rates by 2."""
LEAST_LIMIT_DBFS = -24.0
MOST_GAIN_DB, LEAST_GAIN_DB = 30.0, -36.0
"""A voice that lacks more than 30 dB is no louder than what a laptop's microphone hisses by itself (-50 dBFS and less):
the hiss would come out as loud as speech. The limiter's own range ends at -36 dB."""
LOST = 0.12
"""Of what the peaks lie above the limit, in dB: how much loudness of speech the limiter takes away, measured."""
GATE_LUFS = -70.0
"""The absolute gate of BS.1770: what lies below is silence."""

RATE = 48_000
STEP = RATE // 10
"""ebur128 speaks ten times a second."""
QUIET = RATE
"""Of unbroken digital silence, samples that are measured: with less than the gate's 400 ms a pause would be missed."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """What was measured."""

    lufs: float | None
    """Integrated, gated loudness; None where nothing rises above the gate, or it is shorter than 0.4 s."""
    peak_dbtp: float
    """The highest true peak of all channels, in dB of full scale; minus infinity for digital silence."""

    @property
    def is_level(self) -> bool:
        """True when it can stay as it is."""
        return self.peak_dbtp <= PEAK_DBTP and (self.lufs is None or abs(self.lufs - TARGET_LUFS) <= ENOUGH_LU)

    def __str__(self) -> str:
        loud = "silent" if self.lufs is None else f"{self.lufs:.1f} LUFS"
        return f"{loud}, peaks at {self.peak_dbtp:.1f} dBTP"


SILENCE = Loudness(None, -inf)


@dataclass(frozen=True, slots=True)
class Level:
    """What is done to the sound, the same from beginning to end."""

    gain_db: float
    limit_dbfs: float = LIMIT_DBFS

    @property
    def limiter(self) -> dict[str, str]:
        """The options of ffmpeg's `alimiter`: it looks 5 ms ahead, and `latency` takes that delay out again."""
        return {
            "level_in": f"{10 ** (self.gain_db / 20):.6f}",
            "limit": f"{10 ** (self.limit_dbfs / 20):.6f}",
            "attack": "5",
            "release": "50",
            "level": "0",
            "latency": "1",
        }

    def __str__(self) -> str:
        return f"{self.gain_db:+.1f} dB, held at {self.limit_dbfs:.1f} dBFS"


def level_for(heard: Loudness) -> Level:
    """What makes sound that was measured so level; silence keeps its level."""
    if heard.lufs is None:
        return Level(0.0)
    gain_db = TARGET_LUFS - heard.lufs
    return Level(_within(gain_db + LOST * max(0.0, heard.peak_dbtp + gain_db - LIMIT_DBFS)))


def mended(level: Level, made: Loudness) -> Level | None:
    """Another level to try, where what one has made is not as promised; None where it is, or nothing more can be done.

    The limiter takes loudness away with the peaks, and AAC adds to the peaks: only the finished sound tells how much.
    """
    gain_db, limit_dbfs = level.gain_db, level.limit_dbfs
    if (over_db := made.peak_dbtp - (PEAK_DBTP - SURE_DB)) > 0:
        limit_dbfs = max(LEAST_LIMIT_DBFS, limit_dbfs - over_db - SURE_DB)
    if made.lufs is not None and abs(lacking := TARGET_LUFS - made.lufs) > CLOSE_LU:
        gain_db = _within(gain_db + EAGER * lacking)
    again = Level(gain_db, limit_dbfs)
    return None if again == level else again


def best(tried: Sequence[tuple[Level, Loudness]]) -> Level:
    """The level that came nearest: peaks as promised before all, then loudness."""

    def shortfall(one: tuple[Level, Loudness]) -> tuple[float, float]:
        made = one[1]
        return max(0.0, made.peak_dbtp - PEAK_DBTP), abs(TARGET_LUFS - (GATE_LUFS if made.lufs is None else made.lufs))

    return min(tried, key=shortfall)[0]


def _within(gain_db: float) -> float:
    return max(LEAST_GAIN_DB, min(MOST_GAIN_DB, gain_db))


# -- sound ----------------------------------------------------------------------------------------------------------


def measure(take: Path, pieces: Sequence[Piece], *, channels: int, meter: Meter) -> Loudness:
    """How loud the pieces of a take are, heard one after the other in one or two channels.

    Raises EditStopped when the meter says so, and as sound_of() does.
    """
    graph = _graph(("ebur128", {"metadata": "1", "peak": "true"}), rate=RATE, channels=channels)
    total = max(1, round(sum(piece.length for piece in pieces) * RATE))
    read = given = silent = 0
    lufs = GATE_LUFS
    for block in sound_of(take, pieces, rate=RATE, channels=channels):
        meter.report(read / total)
        read += block.shape[1]
        silent = 0 if block.any() else silent + block.shape[1]
        if silent > QUIET:
            continue
        for frame in _fed(graph, block, at=given, rate=RATE):
            lufs = float(frame.metadata[LUFS])
        given += block.shape[1]
    peak = 0.0
    for frame in _fed(graph, np.zeros((channels, 2 * STEP), np.float32), at=given, rate=RATE):
        peak = float(frame.metadata[PEAK])  # of all that was heard; the silence only brings its last moment out
    return Loudness(lufs if GATE_LUFS < lufs < inf else None, 20 * log10(peak) if peak > 0 else -inf)


LUFS, PEAK = "lavfi.r128.I", "lavfi.r128.true_peak"


def levelled(blocks: Iterator[Sound], level: Level, *, rate: int, channels: int) -> Iterator[Sound]:
    """The same sound with the level set: as many samples, each at its own place."""
    graph = _graph(("alimiter", level.limiter), ("aformat", {"sample_fmts": "fltp"}), rate=rate, channels=channels)
    at = 0
    for block in blocks:
        for frame in _fed(graph, block, at=at, rate=rate):
            yield frame.to_ndarray().astype(np.float32, copy=False)
        at += block.shape[1]
    graph.push(None)
    for frame in _ready(graph):
        yield frame.to_ndarray().astype(np.float32, copy=False)


def _graph(*filters: tuple[str, dict[str, str]], rate: int, channels: int) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(sample_rate=rate, format="fltp", layout=layout_of(channels), time_base=Fraction(1, rate))
    chain = [graph.add(name, ":".join(f"{key}={value}" for key, value in options.items())) for name, options in filters]
    graph.link_nodes(source, *chain, graph.add("abuffersink")).configure()
    return graph


def _fed(graph: Graph, block: Sound, *, at: int, rate: int) -> Iterator[AudioFrame]:
    """Give a graph one block; what comes out at once."""
    if block.shape[1]:
        graph.push(as_frame(block, at=at, rate=rate))
        yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield frame
