"""Kills a real portal while several apps send to it: ./scripts/kill-portal --count N [--seed K].

After each kill -9 the portal starts again on the same files, and the apps go on: no offset may be less than the portal
acknowledged before (tests/support/crowd.py notes every one), and no receipt may be taken back. At the end every clip is
there exactly once, with its bytes. One line of JSON; the command ends with 1 where something is wrong.
"""

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.support.crowd import Broken, Place, Sender, random_clips
from tests.support.many_uploads import judge
from tests.support.portal_process import PortalProcess

AT_ONCE = 6
SIZE = 1_500_000
LONGEST_S = 2.0
"""A kill comes at most so long after the first bytes were acknowledged of a clip that is not whole yet."""


@dataclass(frozen=True, slots=True)
class Report:
    """What happened; half_way: how many clips were partly acknowledged when a kill came, over all kills."""

    kills: int
    clips: int
    half_way: int


class Campaign:
    """Senders that begin anew as soon as one has its receipt, and a portal that dies under them."""

    def __init__(
        self, portal: PortalProcess, token: str, *, rng: random.Random, size: int = SIZE, longest_s: float = LONGEST_S
    ) -> None:
        self._portal, self._token, self._rng, self._size, self._longest_s = portal, token, rng, size, longest_s
        self._senders = [self._new() for _ in range(AT_ONCE)]
        self._finished: list[Sender] = []
        self._half_way = 0

    def run(self, kills: int) -> Report:
        """Kill it so often, then let everybody finish, and judge; raises AssertionError (in a group)."""
        for number in range(1, kills + 1):
            asyncio.run(self._until_killed())
            self._portal.start()
            if number % 20 == 0:
                print(f"{number} kills, {len(self._finished)} clips received", file=sys.stderr, flush=True)
        asyncio.run(self._to_the_end())
        judge(self._portal, self._finished)
        return Report(kills, len(self._finished), self._half_way)

    def _new(self) -> Sender:
        (clip,) = random_clips(1, size=self._size, rng=self._rng)
        return Sender(Place(self._portal.url, self._token), clip)

    async def _until_killed(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(AT_ONCE):
                group.create_task(self._send_on(number))
            while not self._partly():
                await asyncio.sleep(0.001)
            await asyncio.sleep(self._rng.uniform(0, self._longest_s))
            await asyncio.to_thread(self._portal.kill)
        self._half_way += self._partly()

    def _partly(self) -> int:
        return sum(0 < sender.acknowledged < sender.length for sender in self._senders)

    async def _send_on(self, number: int) -> None:
        """Deliver one clip after the other, until the portal is gone."""
        with contextlib.suppress(Broken):
            while True:
                await self._senders[number].deliver(pieces=self._rng)
                self._finished.append(self._senders[number])
                self._senders[number] = self._new()

    async def _to_the_end(self) -> None:
        async with asyncio.TaskGroup() as group:
            for sender in (*self._senders, *self._finished):
                group.create_task(sender.deliver(pieces=self._rng))
        self._finished += self._senders


def main(words: Sequence[str]) -> int:
    """Run it; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="kill-portal", description="Kill a portal under many senders.")
    parser.add_argument("--count", type=int, default=200, metavar="N", help="how many kills (200)")
    parser.add_argument("--seed", type=int, default=None, metavar="K")
    chosen = parser.parse_args(words)
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    print(f"seed: {seed}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="kill-portal-") as folder:
        portal = PortalProcess(Path(folder) / "data")
        try:
            token = portal.run("token", "campaign").strip()
            report = Campaign(portal, token, rng=random.Random(seed)).run(chosen.count)
        finally:
            portal.kill()
    print(json.dumps({**asdict(report), "seed": seed}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
