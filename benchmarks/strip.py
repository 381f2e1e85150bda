"""How soon the film strip and the sound wave of half an hour are there, roughly and exactly.

The take is a real one: one minute through the options of the recorder's encoder, its 600 fragments written again and
again with later times. Beside it, in the same process: opening the file once, and decoding its sound once.
"""

import math
import statistics
import subprocess
import tempfile
import threading
import time
import wave
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from capture.encoder import FASTEST, output_options
from capture.model import SOUND_RATE, PictureFormat
from diary_app.editing.filmstrip import Peaks, Thumbnail
from diary_app.editing.frames import Piece
from diary_app.editing.media import open_media
from diary_app.editing.probe import MediaFacts, probe
from diary_app.editing.sound import sound_of
from tests.support.long_takes import repeat
from ui.opening import BUCKETS, PICTURES, draw_outline

PICTURE = PictureFormat(320, 180, 30.0)
MINUTES = 30
ROUNDS = 3
ENOUGH_PICTURES = 8
GOAL_S = 1.0


def _minute(folder: Path) -> Path:
    """One minute: a moving picture, and bursts of noise as long as words."""
    noise = np.random.default_rng(1)
    count = 60 * SOUND_RATE
    loud = np.interp(np.arange(count), np.arange(0, count + 1, SOUND_RATE // 5), noise.uniform(0, 1, 301) ** 3)
    with wave.open(str(folder / "minute.wav"), "wb") as file:
        file.setparams((1, 2, SOUND_RATE, count, "NONE", ""))
        file.writeframes((loud * noise.normal(0, 6000, count)).clip(-32000, 32000).astype("<i2").tobytes())
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "lavfi"]
    command += ["-i", f"testsrc2=size={PICTURE}:rate={PICTURE.fps:.0f}:duration=59.9", "-i", str(folder / "minute.wav")]
    take = folder / "minute.mp4"
    with take.open("wb") as out:
        subprocess.run([*command, *output_options(PICTURE, sound=True, preset=FASTEST)], stdout=out, check=True)
    return take


@dataclass(slots=True)
class _Screen:
    """Notes when what has come covers the whole width."""

    began_s: float = field(default_factory=time.perf_counter)
    pictures: int = 0
    known: set[int] = field(default_factory=set)
    rough_s: dict[str, float] = field(default_factory=dict)

    def on_picture(self, _found: Thumbnail) -> None:
        """One more."""
        self.pictures += 1
        if self.pictures == ENOUGH_PICTURES:
            self.rough_s["pictures"] = time.perf_counter() - self.began_s

    def on_peaks(self, found: Peaks) -> None:
        """All that is no longer unknown."""
        self.known |= {found.position + at for at, value in enumerate(found.values) if not math.isnan(value)}
        if len(self.known) == BUCKETS:
            self.rough_s.setdefault("wave", time.perf_counter() - self.began_s)


def _draw(take: Path, facts: MediaFacts | None) -> tuple[float, float]:
    """Seconds until it is there roughly, and until all is exact."""
    screen = _Screen()
    draw_outline(take, stop=threading.Event(), on_picture=screen.on_picture, on_peaks=screen.on_peaks, facts=facts)
    if screen.pictures != PICTURES or len(screen.rough_s) != 2:
        raise RuntimeError("the strip did not fill")
    return max(screen.rough_s.values()), time.perf_counter() - screen.began_s


def _open(take: Path) -> float:
    began_s = time.perf_counter()
    open_media(take).close()
    return time.perf_counter() - began_s


def _decode(take: Path, facts: MediaFacts) -> float:
    began_s = time.perf_counter()
    for _block in sound_of(take, (Piece(Fraction(0), Fraction(facts.seconds)),), rate=SOUND_RATE, channels=1):
        pass
    return time.perf_counter() - began_s


def run() -> dict[str, object]:
    """Medians of the rounds in seconds, and their ratios; `known`: with the facts that the player had to probe."""
    with tempfile.TemporaryDirectory() as name:
        take = repeat(_minute(Path(name)), Path(name) / "long.mp4", MINUTES)
        facts = probe(take)
        opened = [_open(take) for _ in range(ROUNDS)]
        decoded = [_decode(take, facts) for _ in range(ROUNDS)]
        fresh = [_draw(take, None) for _ in range(ROUNDS)]
        known = [_draw(take, facts) for _ in range(ROUNDS)]
    open_s, decode_s = statistics.median(opened), statistics.median(decoded)
    rough_s, exact_s = (statistics.median(times) for times in zip(*fresh, strict=True))
    known_s = statistics.median(rough for rough, _exact in known)
    return {
        "goal_s": GOAL_S,
        "minutes": round(facts.seconds / 60, 1),
        "rough_s": round(rough_s, 3),
        "rough_s_worst": round(max(rough for rough, _exact in fresh), 3),
        "rough_known_s": round(known_s, 3),
        "exact_s": round(exact_s, 2),
        "open_s": round(open_s, 3),
        "decode_s": round(decode_s, 2),
        "rough_over_open": round(rough_s / open_s, 2),
        "rough_known_over_open": round(known_s / open_s, 2),
        "rough_over_decode": round(rough_s / decode_s, 3),
        "exact_over_decode": round(exact_s / decode_s, 2),
        "rounds": ROUNDS,
    }
