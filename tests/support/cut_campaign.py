"""Random cuts of films of every kind, each judged from the outside: ./scripts/cut-campaign --count N [--seed K].

Each cut is made from its number and the seed alone, so that one can be made again: --only N keeps it. The last line is
JSON. A cut that is not exact is printed with the words that repeat it, and the command ends with 1.
"""

import argparse
import functools
import json
import logging
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from diary_app.clip import KeptRange
from diary_app.editing.errors import EditFailed, EditRefused
from diary_app.editing.render import trim
from tests.support.cut_judge import expected_parts, faults
from tests.support.film_reading import Original, read_original
from tests.support.foreign import KINDS, film

LEAST_S = 0.000_01
NEVER_ENCODED = ("take", "take with a pause")
"""Kinds of which a full encode is a fault: whole groups must be copied."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut of the campaign and how it ended."""

    number: int
    kind: str
    keep: tuple[KeptRange, ...]
    way: str
    """copied, encoded, or refused (rightly, because there is not one picture in it)."""
    faults: tuple[str, ...]


@functools.cache
def original(kind: str) -> Original:
    """The film of this kind, decoded; once for a process."""
    return read_original(film(kind))


# -- chance ------------------------------------------------------------------------------------------------------------


def random_keep(rng: random.Random, film: Original) -> tuple[KeptRange, ...]:
    """One to four ranges: anywhere, at pictures, beside them, of a few pictures, touching, overlapping, to the ends."""
    if rng.random() < 0.02:
        return ()
    parts = [_range(rng, film) for _ in range(rng.choice((1, 1, 2, 3)))]
    if rng.random() < 0.6:
        edges = sorted(_moment(rng, film) for _ in range(2 * rng.randint(1, 4)))
        apart = [KeptRange(*pair) for pair in zip(edges[::2], edges[1::2], strict=True) if pair[1] - pair[0] > 0.02]
        parts = apart or parts
    if rng.random() < 0.15:
        end_s = min(parts[0].end_s, film.seconds - 0.1)
        parts.append(KeptRange(max(0.0, end_s - rng.choice((0.0, 0.0, 0.1))), min(film.seconds, end_s + 0.4)))
    return tuple(part for part in parts if part.start_s < film.seconds and part.seconds > LEAST_S) or (
        KeptRange(0.0, film.seconds),
    )


def _range(rng: random.Random, film: Original) -> KeptRange:
    times = film.pictures.times
    if times and rng.random() < 0.2:  # one to three pictures
        first = rng.randrange(len(times))
        stop = first + rng.randint(1, 3)
        end_s = times[stop] if stop < len(times) else film.seconds
        return KeptRange(max(0.0, times[first]), max(end_s, times[first] + 0.02))
    one, other = sorted((_moment(rng, film), _moment(rng, film)))
    one = min(one, film.seconds - 0.1)
    return KeptRange(one, max(other, one + 0.1))


def _moment(rng: random.Random, film: Original) -> float:
    chance = rng.random()
    if chance < 0.12:
        return 0.0
    if chance < 0.24:
        return film.seconds
    if chance < 0.6 and film.pictures.times:
        beside = rng.choice((0.0, 0.0, 1e-6, -1e-6, 0.0009))
        return min(film.seconds, max(0.0, rng.choice(film.pictures.times) + beside))
    return rng.uniform(0.0, film.seconds)


# -- one cut -----------------------------------------------------------------------------------------------------------


class _Told(logging.Handler):
    """Remembers what the log said."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def make_cut(kind: str, keep: tuple[KeptRange, ...], out: Path, *, number: int = 0) -> Cut:
    """Trim a film of this kind to `out`, and judge what came out."""
    film = original(kind)
    parts = expected_parts(film, keep or (KeptRange(0.0, film.seconds),))
    told, log = _Told(), logging.getLogger("diary_app.editing")
    log.addHandler(told)
    before = log.level
    log.setLevel(logging.INFO)
    try:
        trim(film.path, out, keep=keep)
    except EditRefused as error:
        return Cut(number, kind, keep, "refused", (f"refused: {error}",) if parts else ())
    except EditFailed as error:
        return Cut(number, kind, keep, "failed", (f"failed: {error} {error.detail[-300:]}",))
    finally:
        log.setLevel(before)
        log.removeHandler(told)
    whole = any("encoded whole" in line for line in told.lines)
    wrong = faults(film, parts, out) if parts else ["not one picture is in it, and it was not refused"]
    if whole and kind in NEVER_ENCODED:
        wrong.append(f"encoded whole: {told.lines}")
    return Cut(number, kind, keep, "encoded" if whole else "copied", tuple(wrong))


def numbered_cut(seed: int, number: int, folder: Path, *, kinds: Sequence[str] = KINDS) -> Cut:
    """Cut `number` of a seed; its file is left in the folder where it is wrong."""
    rng = random.Random(f"{seed} {number}")
    kind = kinds[number % len(kinds)]
    out = folder / f"{number}.{'mp4' if original(kind).pictures.times else 'm4a'}"
    cut = make_cut(kind, random_keep(rng, original(kind)), out, number=number)
    if not cut.faults:
        out.unlink(missing_ok=True)
    return cut


# -- the campaign ------------------------------------------------------------------------------------------------------


def totals(cuts: Sequence[Cut], seed: int) -> dict[str, object]:
    """The line that the campaign ends with."""
    ways = {way: Counter(cut.kind for cut in cuts if cut.way == way) for way in ("copied", "encoded", "refused")}
    counts: dict[str, object] = {way: dict(kinds) for way, kinds in ways.items()}
    return {"cuts": len(cuts), "inexact": sum(bool(cut.faults) for cut in cuts), **counts, "seed": seed}


def _share(numbers: Sequence[int], seed: int, folder: Path, kinds: Sequence[str]) -> list[Cut]:
    cuts: list[Cut] = []
    for number in numbers:
        try:
            cuts.append(numbered_cut(seed, number, folder, kinds=kinds))
        finally:
            if not cuts or cuts[-1].number != number:  # it ended in an error
                print(_again(number, seed, kinds), file=sys.stderr, flush=True)
        if cuts[-1].faults:
            _print(cuts[-1], seed, kinds)
    return cuts


def _again(number: int, seed: int, kinds: Sequence[str]) -> str:
    """The words that repeat one cut."""
    only = "" if tuple(kinds) == KINDS else f" --kinds {' '.join(repr(kind) for kind in kinds)}"
    return f"./scripts/cut-campaign --seed {seed} --only {number}{only}"


def _print(cut: Cut, seed: int, kinds: Sequence[str]) -> None:
    print(f"{cut.kind}: {_again(cut.number, seed, kinds)}", file=sys.stderr)
    print(f"  keep {[(part.start_s, part.end_s) for part in cut.keep]}, {cut.way}", file=sys.stderr)
    print(*(f"  {fault}" for fault in cut.faults), sep="\n", file=sys.stderr, flush=True)


def _campaign(chosen: argparse.Namespace, seed: int, folder: Path) -> list[Cut]:
    kinds = tuple(chosen.kinds)
    if chosen.only is not None:
        cut = numbered_cut(seed, chosen.only, folder, kinds=kinds)
        _print(cut, seed, kinds)
        return [cut]
    # Each worker makes its films itself: those of its own kinds only, as far as that can be.
    by_kind = [[n for n in range(chosen.count) if n % len(kinds) == at] for at in range(len(kinds))]
    shares = [[n for numbers in by_kind[first :: chosen.workers] for n in numbers] for first in range(chosen.workers)]
    with ProcessPoolExecutor(chosen.workers) as pool:
        futures = [pool.submit(_share, share, seed, folder, kinds) for share in shares]
        return [cut for future in futures for cut in future.result()]


def main(words: list[str]) -> int:
    """Run it; 1 where a cut is not exact."""
    parser = argparse.ArgumentParser(prog="cut-campaign", description="Cut films of every kind at random places.")
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="how many cuts")
    parser.add_argument("--seed", type=int, default=None, metavar="K")
    parser.add_argument("--workers", type=int, default=2, metavar="W")
    parser.add_argument("--only", type=int, default=None, metavar="N", help="make this one cut again, and keep it")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND")
    chosen = parser.parse_args(words)
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    folder = Path(tempfile.mkdtemp(prefix="cut-campaign-"))
    cuts = _campaign(chosen, seed, folder)
    print(json.dumps(totals(cuts, seed)))
    if any(cut.faults for cut in cuts):
        print(f"The files are in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
