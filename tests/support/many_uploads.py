"""So many uploads at once to one real portal process: ./scripts/many-uploads --count N [--seed K].

Every request is open, with half of its bytes sent, before any of them may end. Then each clip must be there exactly
once with its SHA-256, nothing else may be left, and the portal's memory must stay bounded. One line of JSON at the end;
the command ends with 1 where something is wrong.
"""

import argparse
import asyncio
import hashlib
import json
import math
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.support.crowd import Meeting, Place, Sender, random_clips
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import rows

EACH = 100
"""What one account may have unfinished (portal/settings.py, UNFINISHED)."""
SIZE = 600_000
PATIENT = {"DIARY_PORTAL_READ_TIMEOUT": "600"}
"""Here everybody waits for everybody on purpose, for minutes on a busy computer."""
MOST_MB = 600
"""A thousand open requests: 256 KiB each before they are written, as much again from their sockets, and the portal."""


@dataclass(frozen=True, slots=True)
class Report:
    """What happened; told_to_wait: answers 429 and 503 that were tried again."""

    uploads: int
    seconds: float
    told_to_wait: int
    start_mb: int
    peak_mb: int


async def _all(senders: Sequence[Sender]) -> None:
    meeting = Meeting(len(senders))
    async with asyncio.TaskGroup() as group:
        for sender in senders:
            group.create_task(sender.deliver(half_way=meeting))


def run(portal: PortalProcess, tokens: Sequence[str], *, count: int, size: int, rng: random.Random) -> Report:
    """Send them all and look at what became of them; raises AssertionError (Broken or Unexpected in a group)."""
    senders = [
        Sender(Place(portal.url, tokens[number % len(tokens)]), clip)
        for number, clip in enumerate(random_clips(count, size=size, rng=rng))
    ]
    start_mb, began = _peak_mb(portal.pid), time.monotonic()
    asyncio.run(_all(senders))
    seconds = time.monotonic() - began
    judge(portal, senders)
    return Report(count, round(seconds, 1), sum(sender.busy for sender in senders), start_mb, _peak_mb(portal.pid))


def judge(portal: PortalProcess, senders: Sequence[Sender]) -> None:
    """Each clip exactly once, with its bytes; nothing under a temporary name. Raises AssertionError."""
    with rows(portal) as database:
        clips = dict(database.execute("SELECT clip_id, media_name FROM portal_clip"))
        known = Counter(name for (name,) in database.execute("SELECT clip_id FROM portal_upload WHERE received"))
        told = Counter(name for (name,) in database.execute("SELECT clip_id FROM portal_event WHERE what = 'received'"))
        half = database.execute("SELECT COUNT(*) FROM portal_upload WHERE NOT received").fetchone()
    for sender in senders:
        key = sender.clip.clip_id.replace("-", "")
        assert (known[key], told[key]) == (1, 1), f"{sender.clip.title}: {known[key]} uploads, {told[key]} events"
        found = hashlib.sha256((portal.data / "media" / clips[key]).read_bytes()).hexdigest()
        assert found == sender.clip.sha256, f"{sender.clip.title} is not what was sent"
        assert sender.receipt is not None
    assert half == (0,)
    assert len(list((portal.data / "media").iterdir())) == len(clips), "files that are no clips"
    assert list((portal.data / "incoming").iterdir()) == []


def _peak_mb(pid: int) -> int:
    """The most memory that the process has had so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise AssertionError("the system does not tell how much memory a process uses")


def main(words: list[str]) -> int:
    """Run it; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="many-uploads", description="Send many clips at once to one portal.")
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="how many uploads (1000)")
    parser.add_argument("--size", type=int, default=SIZE, metavar="BYTES", help=f"at most so large ({SIZE})")
    parser.add_argument("--seed", type=int, default=None, metavar="K")
    chosen = parser.parse_args(words)
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, chosen.count + 256), hard), hard))
    with tempfile.TemporaryDirectory(prefix="many-uploads-") as folder:
        portal = PortalProcess(Path(folder) / "data", environment=PATIENT)
        try:
            accounts = range(math.ceil(chosen.count / EACH))
            tokens = [portal.run("token", "crowd", "--user", f"carer{number}").strip() for number in accounts]
            report = run(portal, tokens, count=chosen.count, size=chosen.size, rng=random.Random(seed))
        finally:
            portal.kill()
        errors = portal.errors
    print(errors, end="", file=sys.stderr)
    print(json.dumps({**asdict(report), "seed": seed}))
    return 1 if errors or report.peak_mb > MOST_MB else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
