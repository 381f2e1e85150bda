"""The app's renderer alone, in a process that is meant to die, and the judge of what it leaves.

    python -m tests.support.doomed_preparer DATA          the app: prepares what is wanted, and ends when all is ready
    python -m tests.support.doomed_preparer --count N     a campaign of N kills; one line of JSON at the end

Linux alone.
"""

import argparse
import contextlib
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from diary_app.catalogue import Catalogue
from diary_app.clip import KeptRange, Kind, Stage, new_clip_id
from diary_app.editing.probe import probe
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News, Progress
from diary_app.preparing import Preparer
from tests.support.command_line import REPOSITORY
from tests.support.takes import make_sound, make_take, ticking, tone

LIMIT_S = 120.0
SOON_S = 0.4
"""A kill comes within so long of a piece of news: while the renderer starts, encodes, or hands on what it has made."""
DIES_S = 2.0


# -- the app ----------------------------------------------------------------------------------------------------------


def app(data: Path) -> None:
    """Prepare everything; every piece of news is one line."""
    folders = Folders(data).make()
    catalogue = Catalogue(folders.catalogue)
    preparer = Preparer(folders, catalogue, on_news=_tell, on_ready=lambda: None)
    preparer.start()
    while any(clip.stage is not Stage.READY for clip in catalogue.clips()):
        time.sleep(0.01)
    preparer.close()
    catalogue.close()


def _tell(news: News) -> None:
    if isinstance(news, Progress | ClipChanged):
        print(json.dumps({"clip": news.clip_id, "news": type(news).__name__}), flush=True)


# -- its queue, its death and its judge -------------------------------------------------------------------------------


def make_queue(data: Path) -> None:
    """A data folder in which one film and one sound, both cut, are wanted."""
    folders = Folders(data).make()
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        for kind in (Kind.VIDEO, Kind.SOUND):
            clip_id = new_clip_id()
            take = folders.takes / f"{clip_id}{'.mp4' if kind is Kind.VIDEO else '.m4a'}"
            if kind is Kind.VIDEO:
                make_take(take, ticking(60))
            else:
                make_sound(take, tone(2.0), extra=("-f", "mp4"))
            catalogue.add(clip_id, kind=kind, take=take, stage=Stage.SAVED, seconds=2.0)
            catalogue.set_keep(clip_id, [KeptRange(0.51, 1.51)])
            catalogue.want(clip_id)


@contextlib.contextmanager
def running(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """The app at work on this folder; killed when the block ends, if it still runs."""
    command = [sys.executable, "-m", "tests.support.doomed_preparer", str(data)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_somewhere(data: Path, rng: random.Random) -> list[str]:
    """Start the app and kill it at a random moment of its work; what of its processes outlived it."""
    with running(data) as process:
        assert process.stdout is not None
        for _ in range(rng.randint(1, 8)):
            if not process.stdout.readline():
                break
        time.sleep(rng.uniform(0.0, SOON_S))
        family = []
        with contextlib.suppress(psutil.Error):  # it was quicker
            family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
    end = time.monotonic() + DIES_S
    while any(map(_lives, family)) and time.monotonic() < end:
        time.sleep(0.01)
    return [f"process {child.pid} outlived the app" for child in family if _lives(child)]


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def finish(data: Path) -> list[str]:
    """Start the app once more, let it end by itself, and judge what it leaves."""
    with running(data) as process:
        said, _ = process.communicate(timeout=LIMIT_S)
        faults = [] if process.returncode == 0 else [f"status {process.returncode}: {said}"]
    folders = Folders(data)
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        clips = catalogue.clips()
    made = [clip.rendition.path for clip in clips if clip.rendition is not None]
    for clip in clips:
        if clip.stage is not Stage.READY or clip.rendition is None or clip.delivery.problem:
            faults.append(f"{clip.kind} is {clip.stage}: {clip.delivery.problem}")
            continue
        if hashlib.sha256(clip.rendition.path.read_bytes()).hexdigest() != clip.rendition.sha256:
            faults.append(f"{clip.kind}: the catalogue has another SHA-256 than the file")
        if abs(probe(clip.rendition.path).seconds - 1.0) > 0.1:
            faults.append(f"{clip.kind}: {probe(clip.rendition.path).seconds} s")
    left = sorted(path.name for path in folders.renditions.iterdir() if path not in made)
    return [*faults, *(f"left behind: {name}" for name in left)]


def main(words: list[str]) -> int:
    """The app, or a campaign; 1 where there is a violation."""
    parser = argparse.ArgumentParser(prog="doomed_preparer")
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--count", type=int, default=50, metavar="N")
    parser.add_argument("--seed", type=int, default=None, metavar="K")
    chosen = parser.parse_args(words)
    if chosen.data is not None:
        app(chosen.data)
        return 0
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    rng, killed, faults = random.Random(seed), 0, list[str]()
    with tempfile.TemporaryDirectory(prefix="doomed-preparer-") as folder:
        make_queue(Path(folder) / "fresh")
        while killed < chosen.count:
            data = Path(shutil.copytree(Path(folder) / "fresh", Path(folder) / "data"))
            for _ in range(rng.randint(1, 4)):
                faults += kill_somewhere(data, rng)
                killed += 1
            faults += finish(data)
            shutil.rmtree(data)
    print(json.dumps({"killed": killed, "violations": len(faults), "seed": seed, "which": faults[:20]}))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
