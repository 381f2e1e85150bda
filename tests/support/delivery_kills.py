"""Kills the app and the portal while they deliver: ./scripts/kill-delivery --count N [--seed K]. One line of JSON.

Both are real processes, with a line between them that counts what passes: SIGKILL comes at an event of the line (a
head, a block, an answer) and some milliseconds that the seed chooses. Every other clip sends a small copy ahead. After
each kill the catalogue must not say more than the portal holds; at the end every clip is in its queue once, whole, no
small copy is left beside it, and nothing has been deleted here.
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.chaos_desk import AT_PORTAL, ChaosDesk, chaos_desk
from tests.support.diary_files import add_small_copy
from tests.support.portal_client import PortalClient, received
from tests.support.portal_process import REPOSITORY, PortalProcess
from tests.support.portal_rows import rows
from tests.support.wait import until

SIZE = 1_000_000
SMALL_SIZE = 300_000
LARGE = 500_000
"""A clip with more bytes is one that may have a small copy."""
EVENTS = 34
"""About so many events has one delivery of a clip of that size."""
AFTER_S = 0.03
HURRY = 20.0
SMALL_CAME = "A small copy. The full one follows."
"""What the portal's history says of one."""
IN_LINE = 2
"""Clips that wait, at least: there is always something to kill."""
LIMIT_S = 90.0


@dataclass
class Kills:
    """A campaign: the two processes, and what was found. Used by one thread."""

    desk: ChaosDesk
    rng: random.Random
    app: int = 0
    portal: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._events = 0
        self._at = 0
        self._now = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._looked_at: set[str] = set()
        self.desk.line.on_event = self._count

    def _count(self) -> None:
        self._events += 1
        if self._events >= self._at:
            self._now.set()

    def kill(self, whom: str) -> None:
        """One death, at a moment that the seed chooses, and a look at what is left."""
        self._feed()
        self._start_app()
        self._now.clear()
        self._at = self._events + self.rng.randint(1, EVENTS)
        ends_s = time.monotonic() + LIMIT_S
        while not self._now.wait(0.2):
            self._feed()  # it may have delivered everything before the moment came
            self._start_app()
            assert time.monotonic() < ends_s, f"nothing moves any more: {self._stand()}"
        time.sleep(self.rng.uniform(0, AFTER_S))
        if whom == "app":
            self.app += self._end_app()
        else:
            self.portal += 1
            self.desk.client.portal.kill()
            self.desk.client.portal.start()
        self._look()

    def _stand(self) -> str:
        """For whoever has to find out why nothing moves."""
        queue = [(clip.stage.value, clip.delivery) for clip in self.desk.catalogue.queue()]
        log = self.desk.folders.log.read_text().splitlines()[-12:] if self.desk.folders.log.exists() else []
        last = [(one.line, one.status) for one in self.desk.line.seen[-8:]]
        return f"{self.app} + {self.portal} killed; {queue}; {last}; {log}; {self.desk.client.portal.errors}"

    def _feed(self) -> None:
        for _ in range(IN_LINE - len(self.desk.catalogue.queue())):
            ready = self.desk.ready(SIZE)
            if len(self.desk.made) % 2:
                add_small_copy(
                    self.desk.folders, self.desk.catalogue, ready.clip_id, size=SMALL_SIZE, rng=self.desk.rng
                )

    def _start_app(self) -> None:
        if self._child is None or self._child.poll() is not None:
            told = (self.desk.folders.data, HURRY, 0, LARGE)
            self._child = subprocess.Popen(
                [sys.executable, "-m", "tests.support.uploader_child", *map(str, told)],
                cwd=REPOSITORY,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def _end_app(self) -> int:
        """Kill it; 1 where it lived until then."""
        child, self._child = self._child, None
        if child is None:
            return 0
        alive = child.poll() is None
        child.kill()
        child.wait()
        return int(alive)

    def _look(self) -> None:
        """Whoever is called received since the last look is so; each clip is looked at once."""
        for clip in self.desk.catalogue.clips():
            if clip.clip_id not in self._looked_at:
                self.desk.look_at(clip)
                if clip.stage in AT_PORTAL:
                    self._looked_at.add(clip.clip_id)

    def finish(self) -> list[str]:
        """Let the app deliver the rest; everything that is wrong."""
        self._start_app()
        until(lambda: not self.desk.catalogue.queue(), what="the rest of the clips", limit_s=LIMIT_S)
        self._look()
        kept, clips = len(received(self.desk.client.portal)), len(self.desk.made)
        return self.desk.judged() + ([f"{kept} files for {clips} clips"] if kept != clips else [])

    @property
    def went_ahead(self) -> int:
        """How many small copies the portal held before their clips."""
        with rows(self.desk.client.portal) as database:
            asked = "SELECT count(*) FROM portal_event WHERE note = ?"
            (count,) = database.execute(asked, (SMALL_CAME,)).fetchone()
        return int(count)

    def close(self) -> None:
        """End the app."""
        self._end_app()


@contextmanager
def kills(folder: Path, rng: random.Random) -> Iterator[Kills]:
    """An app that is joined to a portal of its own, over a line."""
    with PortalProcess(folder / "portal", practice=False) as portal:
        client = PortalClient(portal)
        with chaos_desk(folder / "app", client, rng) as desk:
            desk.line.bytes_per_s = 40_000_000
            desk.join()
            with contextlib.closing(Kills(desk, rng)) as campaign:
                yield campaign


def main(words: list[str]) -> int:
    """Run it; 1 where there is a violation."""
    parser = argparse.ArgumentParser(
        prog="kill-delivery", description="Kill the app and the portal while they deliver."
    )
    parser.add_argument("--count", type=int, default=200, metavar="N", help="how often each of them is killed")
    parser.add_argument("--seed", type=int, default=None, metavar="K")
    chosen = parser.parse_args(words)
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="kill-delivery-") as folder, kills(Path(folder), rng) as campaign:
        while campaign.app < chosen.count or campaign.portal < chosen.count:
            left = ["app"] * (chosen.count - campaign.app) + ["portal"] * (chosen.count - campaign.portal)
            campaign.kill(rng.choice(left))
        faults = campaign.finish()
        made, up, ahead = len(campaign.desk.made), campaign.desk.line.up, campaign.went_ahead
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    said = {"kills": campaign.app + campaign.portal, "app": campaign.app, "portal": campaign.portal, "clips": made}
    over_size = round(up / (made * SIZE + ahead * SMALL_SIZE), 3)
    print(json.dumps({**said, "small": ahead, "violations": len(faults), "sent_over_size": over_size, "seed": seed}))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
