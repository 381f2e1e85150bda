"""How soon the film strip and the sound wave of half an hour are there, roughly and exactly.

The take is a real one: one minute through the options of the recorder's encoder, its 600 fragments written again and
again with later times. Beside it, in the same process and round: opening the file, and decoding its sound once.
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
from diary_app.editing.frames import Piece, exactly
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


@dataclass(frozen=True, slots=True)
class _Moment:
    """On the wall's clock and on the processor's, in seconds."""

    wall_s: float
    processor_s: float

    @classmethod
    def now(cls) -> "_Moment":
        """This one."""
        return cls(time.perf_counter(), time.process_time())

    def since(self, began: "_Moment") -> "_Moment":
        """What lies between."""
        return _Moment(self.wall_s - began.wall_s, self.processor_s - began.processor_s)


@dataclass(slots=True)
class _Screen:
    """Notes when what has come covers the whole width."""

    stop_when_rough: bool
    stop: threading.Event = field(default_factory=threading.Event)
    began: _Moment = field(default_factory=_Moment.now)
    pictures: int = 0
    known: set[int] = field(default_factory=set)
    rough: _Moment | None = None

    def on_picture(self, _found: Thumbnail) -> None:
        """One more."""
        self.pictures += 1
        self._look()

    def on_peaks(self, found: Peaks) -> None:
        """All that is no longer unknown."""
        self.known |= {found.position + at for at, value in enumerate(found.values) if not math.isnan(value)}
        self._look()

    def _look(self) -> None:
        if self.rough is None and self.pictures >= ENOUGH_PICTURES and len(self.known) == BUCKETS:
            self.rough = _Moment.now().since(self.began)
            if self.stop_when_rough:
                self.stop.set()


def _draw(take: Path, facts: MediaFacts | None, *, stop_when_rough: bool) -> tuple[_Moment, _Moment]:
    """What it takes until all is there roughly, and until all is exact."""
    screen = _Screen(stop_when_rough)
    draw_outline(take, stop=screen.stop, on_picture=screen.on_picture, on_peaks=screen.on_peaks, facts=facts)
    if screen.rough is None or not (stop_when_rough or screen.pictures == PICTURES):
        raise RuntimeError("the strip did not fill")
    return screen.rough, _Moment.now().since(screen.began)


def _open(take: Path) -> _Moment:
    began = _Moment.now()
    open_media(take).close()
    return _Moment.now().since(began)


def _decode(take: Path, facts: MediaFacts) -> _Moment:
    began = _Moment.now()
    for _block in sound_of(take, (Piece(Fraction(0), exactly(facts.seconds)),), rate=SOUND_RATE, channels=1):
        pass
    return _Moment.now().since(began)


def run() -> dict[str, object]:
    """Medians of the rounds in seconds, and their ratios, by the wall's clock and by the processor's.

    `known` is with the facts of the take that the player had to find out before.
    """
    spent: dict[str, list[_Moment]] = {name: [] for name in ("open", "decode", "rough", "exact", "known")}
    with tempfile.TemporaryDirectory() as name:
        take = repeat(_minute(Path(name)), Path(name) / "long.mp4", MINUTES)
        facts = probe(take)
        for _ in range(ROUNDS):
            spent["open"].append(_open(take))
            spent["known"].append(_draw(take, facts, stop_when_rough=True)[0])
            spent["decode"].append(_decode(take, facts))
            rough, exact = _draw(take, None, stop_when_rough=False)
            spent["rough"].append(rough)
            spent["exact"].append(exact)
    found: dict[str, object] = {"goal_s": GOAL_S, "minutes": round(facts.seconds / 60, 1), "rounds": ROUNDS}
    for clock in ("wall_s", "processor_s"):
        each = {key: statistics.median(getattr(one, clock) for one in ones) for key, ones in spent.items()}
        found |= {f"{key}_{clock}": round(value, 3) for key, value in each.items()}
        kind = clock.removesuffix("_s")
        found |= {
            f"rough_over_open_{kind}": round(each["rough"] / each["open"], 2),
            f"known_over_open_{kind}": round(each["known"] / each["open"], 2),
            f"rough_over_decode_{kind}": round(each["rough"] / each["decode"], 3),
            f"known_over_decode_{kind}": round(each["known"] / each["decode"], 3),
            f"exact_over_decode_{kind}": round(each["exact"] / each["decode"], 2),
        }
    return found
