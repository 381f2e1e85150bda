"""Real small recordings of every container that the app takes, spoiled by chance: ./scripts/mutate-media.

Each spoiled file is made from its number and the seed alone, so that one can be made again: --only N keeps it. The
hand-made files of tests/support/hostile.py come first. The last line is JSON. A crash is any end but a plain sentence
or a file that was opened; it is printed, its file is kept, and the command ends with 1.
"""

import argparse
import json
import random
import re
import shutil
import struct
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.hostile import Bait, faults, hostile_files
from tests.support.media_trial import Trial, Trials, in_plain_words, trials
from tests.support.takes import Look, convert, make_sound, make_take, ticking, tone

FRAMES = 24
SMALL = Look(width=96, height=64)
CONVERSIONS = {
    "front.mp4": ("-c", "copy", "-movflags", "+faststart"),
    "take.mov": ("-c", "copy"),
    "phone.mov": ("-c:v", "libx264", "-bf", "2", "-c:a", "pcm_s16le"),
    "take.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
    "take.mkv": ("-c", "copy"),
    "take.avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "take.ts": ("-c", "copy"),
    "take.mp3": ("-vn", "-metadata", "title=A day", "-metadata", "artist=Me"),
    "take.wav": ("-vn", "-ar", "8000"),
    "take.flac": ("-vn", "-ar", "8000"),
    "take.ogg": ("-vn", "-c:a", "libvorbis"),
    "take.asf": ("-c:v", "msmpeg4v3", "-c:a", "wmav2"),
    "take.aac": ("-vn",),
    "take.aiff": ("-vn", "-ar", "8000"),
    "take.caf": ("-vn", "-c:a", "alac"),
}
WORDS = (0, 1, 7, 8, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers at which programs count wrong."""
MARKS = re.compile(rb"[a-z][a-z0-9]{3}|RIFF|LIST|ID3|OggS|\x1a\x45\xdf\xa3|\x15\x49\xa9\x66|\x16\x54\xae\x6b")
"""Names of boxes and chunks; their sizes stand beside them."""
HEAD = 2048


def recordings(folder: Path) -> dict[str, bytes]:
    """One small file of each container, under a second long."""
    take = make_take(folder / "take.mp4", ticking(FRAMES, jitter_s=0.003), look=SMALL)
    files = {"take.mp4": take, "sound.m4a": make_sound(folder / "sound.m4a", tone(0.8), extra=("-f", "mp4"))}
    files |= {name: convert(take, folder / name, *options) for name, options in CONVERSIONS.items()}
    return {name: path.read_bytes() for name, path in files.items()}


# -- ways to spoil -----------------------------------------------------------------------------------------------------

Spoil = Callable[[bytearray, random.Random, Sequence[bytes]], None]


def _place(data: bytearray, rng: random.Random) -> int:
    """Anywhere, and half of the time near the beginning or the end, where headers are."""
    near = min(HEAD, len(data))
    choice = rng.random()
    if choice < 0.25:
        return rng.randrange(near)
    return len(data) - 1 - rng.randrange(near) if choice < 0.5 else rng.randrange(len(data))


def _flip(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    for _turn in range(rng.choice((1, 1, 4, 40))):
        data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _noise(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    at = _place(data, rng)
    length = min(len(data) - at, rng.choice((1, 8, 200)))
    data[at : at + length] = rng.randbytes(length)


def _number(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    form = rng.choice((">H", ">I", ">Q", "<I", "<Q"))
    size = struct.calcsize(form)
    at = _place(data, rng)
    word = (rng.choice((*WORDS, len(data))) << rng.choice((0, 0, 32))) % (1 << 8 * size)
    data[at : at + size] = struct.pack(form, word)


def _length(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    """The size of a box or chunk: a little more or less, or something quite else."""
    found = [match.start() for match in MARKS.finditer(bytes(data)) if match.start() >= 4]
    if not found:
        return
    at = rng.choice(found) + rng.choice((-4, -4, 4))
    form = rng.choice((">I", ">I", "<I"))
    old = int.from_bytes(data[at : at + 4], "big" if form == ">I" else "little")
    new = rng.choice((old + 1, old - 1, old + 8, old - 8, 2 * old, old // 2, rng.choice(WORDS)))
    data[at : at + 4] = struct.pack(form, new % (1 << 32))


def _truncate(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    del data[_place(data, rng) + 1 :]


def _stretch(data: bytearray, rng: random.Random) -> tuple[int, int]:
    at = _place(data, rng)
    return at, at + rng.choice((1, 4, 16, 500, 5000))


def _drop(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    at, end = _stretch(data, rng)
    if at or end < len(data):
        del data[at:end]


def _repeat(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    at, end = _stretch(data, rng)
    data[at:at] = data[at:end] * rng.choice((1, 1, 3, 50))


def _zeros(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    at, end = _stretch(data, rng)
    data[at:end] = bytes(min(end, len(data)) - at)


def _splice(data: bytearray, rng: random.Random, others: Sequence[bytes]) -> None:
    other = rng.choice(others)
    start = rng.randrange(len(other))
    piece = other[start : start + rng.choice((16, 500, 5000, 50_000))]
    at, end = _stretch(data, rng)
    data[at : end if rng.random() < 0.5 else at] = piece


SPOILS: tuple[Spoil, ...] = (_flip, _noise, _number, _length, _length, _truncate, _drop, _repeat, _zeros, _splice)


def spoiled(files: dict[str, bytes], *, seed: int, number: int) -> tuple[str, bytes]:
    """The name and the bytes of spoiled file `number`."""
    rng = random.Random(f"{seed} {number}")
    name = rng.choice(sorted(files))
    data, others = bytearray(files[name]), [files[other] for other in sorted(files)]
    for _ in range(rng.choice((1, 1, 2, 4))):
        if data:
            rng.choice(SPOILS)(data, rng, others)
    return name, bytes(data)


# -- the campaign ------------------------------------------------------------------------------------------------------


def run(
    numbers: Sequence[int], files: dict[str, bytes], server: Trials, folder: Path, *, seed: int
) -> list[tuple[int, Trial]]:
    """Try these spoiled files, one after the other; those that end badly stay in the folder."""
    found: list[tuple[int, Trial]] = []
    for number in numbers:
        name, data = spoiled(files, seed=seed, number=number)
        path = folder / f"{number}-{name}"
        path.write_bytes(data)
        trial = server.of(path)
        found.append((number, trial))
        if in_plain_words(trial):
            path.unlink()
        else:
            print(f"{path}: {trial.outcome}\n{trial.says}", file=sys.stderr)
    return found


def _worker(numbers: Sequence[int], files: dict[str, bytes], folder: Path, seed: int) -> list[tuple[int, Trial]]:
    with trials() as server:
        return run(numbers, files, server, folder, seed=seed)


def _hostile(folder: Path) -> list[str]:
    """First all the files that mean harm, the dear ones too."""
    wrong: list[str] = []
    path, bait = folder / "holiday.mp4", Bait(folder / "secret.mp4", "http://127.0.0.1:9/secret.mp4")
    with trials() as server:
        for hostile in hostile_files():
            path.write_bytes(hostile.make(bait))
            wrong += faults(hostile, server.of(path))
    path.unlink()
    return wrong


def totals(found: Sequence[tuple[int, Trial]]) -> dict[str, float]:
    """The line that the campaign ends with."""
    outcomes = [
        trial.outcome if in_plain_words(trial) else trial.outcome.replace("refused", "crash") for _, trial in found
    ]
    counts = {"files": len(found), "refused": outcomes.count("refused"), "taken": outcomes.count("taken")}
    ends = {"crashes": outcomes.count("crash"), "hangs": outcomes.count("hang")}
    worst = {
        "worst_s": round(max(trial.cpu_s for _, trial in found), 2),
        "worst_mb": round(max(trial.mb for _, trial in found)),
    }
    return {**counts, **ends, **worst}


def main(words: list[str]) -> int:
    """Run it; 1 where a file ended badly."""
    parser = argparse.ArgumentParser(
        prog="mutate-media", description="Open real recordings that were spoiled by chance."
    )
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="how many files")
    parser.add_argument("--seed", type=int, default=None, metavar="K")
    parser.add_argument("--workers", type=int, default=2, metavar="W")
    parser.add_argument("--only", type=int, default=None, metavar="N", help="make this one file again, and keep it")
    chosen = parser.parse_args(words)
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    folder = Path(tempfile.mkdtemp(prefix="mutate-media-"))
    originals = folder / "originals"
    originals.mkdir()
    files = recordings(originals)
    if chosen.only is not None:
        name, data = spoiled(files, seed=seed, number=chosen.only)
        (folder / name).write_bytes(data)
        print(folder / name)
        return 0
    wrong = _hostile(folder)
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    shares = [range(first, chosen.count, chosen.workers) for first in range(chosen.workers)]
    with ThreadPoolExecutor(chosen.workers) as pool:
        parts = pool.map(lambda share: _worker(share, files, folder, seed), shares)
        found = [trial for part in parts for trial in part]
    for name in ("cpu_s", "mb"):
        number, trial = max(found, key=lambda each: getattr(each[1], name))
        print(f"most {name}: number {number}, {trial}", file=sys.stderr)
    told = totals(found)
    print(json.dumps({**told, "hostile_wrong": len(wrong), "seed": seed}))
    if told["crashes"] or told["hangs"] or wrong:
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
