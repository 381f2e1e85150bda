"""A long campaign of deaths: ./scripts/kill-campaign --count N [--seed K]. One line of JSON at the end.

First every system call of tests/faults, N-th call by N-th call, until each runs clean, for the app alone and for app
and encoder child together; then --count random instants. ffmpeg plays every take that is left. A violation is printed
with its plan, its folder is kept, and the command ends with 1.
"""

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.doomed import Casualty, DoomedRecorders, Verdict, doomed_recorders, judge_all
from tests.support.doomed_app import Plan, Signal

APP_CALLS = [
    ("syncer", "fdatasync", 1),
    ("syncer", "write", 1),
    ("syncer", "fdatasync", 2),
    ("encoder", "write", 1),
    ("encoder", "fsync", 1),
    ("encoder", "ftruncate", 1),
    ("encoder", "fdatasync", 1),
    ("encoder", "rename", 1),
    ("encoder", "fdatasync", 2),
    ("encoder", "fsync", 2),
    ("encoder", "rename", 2),
    ("recorder", "openat", 1),
    ("recorder", "fsync", 1),
]
"""Thread, call, and which of the threads of that name: the first serves the first take, and so on."""
CHILD_WRITES = [("child", "write", number) for number in (1, 2, 3)]
SESSION_S = 2.0
"""A whole session of tests.support.doomed_app lasts about so long."""
AT_A_TIME = 60


def random_plan(rng: random.Random) -> Plan:
    """App, child or both are killed at any moment of a session."""
    to = rng.choice(("app", "both", "child"))
    return Plan(signals=(Signal(rng.uniform(0, SESSION_S), to, signal.SIGKILL),), alone=to != "both")


def _campaign(recorders: DoomedRecorders, count: int, rng: random.Random) -> Iterator[tuple[str, list[Casualty]]]:
    yield "app killed at every call", recorders.sweep(APP_CALLS)
    yield "app and child killed at every call", recorders.sweep(APP_CALLS, alone=False)
    yield "child killed at every write", recorders.sweep(CHILD_WRITES)
    for done in range(0, count, AT_A_TIME):
        plans = [random_plan(rng) for _ in range(min(AT_A_TIME, count - done))]
        yield f"random instants, from {done}", recorders.run(plans)


def main(words: list[str]) -> int:
    """Run it; 1 where there is a violation."""
    parser = argparse.ArgumentParser(prog="kill-campaign", description="Kill real recorders, and judge their takes.")
    parser.add_argument("--count", type=int, default=200, metavar="N", help="how many random instants")
    parser.add_argument("--seed", type=int, default=None, metavar="K")
    chosen = parser.parse_args(words)
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    folder = Path(tempfile.mkdtemp(prefix="kill-campaign-"))
    verdicts: list[Verdict] = []
    with doomed_recorders(folder) as recorders:
        for name, casualties in _campaign(recorders, chosen.count, random.Random(seed)):
            judged = judge_all(casualties, ffmpeg_every=1)
            verdicts += judged
            print(f"{name}: {len(casualties)} killed", file=sys.stderr)
            for casualty, verdict in zip(casualties, judged, strict=True):
                print(*verdict.faults, sep="\n", end="\n" if verdict.faults else "", file=sys.stderr)
                if not verdict.faults:
                    casualty.forget()
    violations = sum(len(verdict.faults) for verdict in verdicts)
    lost_ms = round(max(verdict.lost_s for verdict in verdicts) * 1000)
    print(json.dumps({"killed": len(verdicts), "violations": violations, "lost_ms": lost_ms, "seed": seed}))
    if not violations:
        shutil.rmtree(folder)
    return 1 if violations else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
