"""Runs many sessions and counts what they broke."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from tests.simulation.checks import violations
from tests.simulation.plan import plan_of
from tests.simulation.session import Session


@dataclass(slots=True)
class Tally:
    """What so many sessions came to."""

    sessions: int = 0
    faults: int = 0
    violations: int = 0
    simulated_hours: float = 0.0
    broken: list[str] = field(default_factory=list)
    """Each violation, with the seed that repeats it."""

    def facts(self) -> dict[str, float]:
        """For the line of JSON."""
        facts = asdict(self)
        del facts["broken"]
        return {**facts, "simulated_hours": round(self.simulated_hours, 1)}


def seeds(key: str, first: int, count: int) -> Iterator[str]:
    """The seeds of the sessions `first` ... of a run."""
    return (f"{key}/{number}" for number in range(first, first + count))


def run_one(seed: str, tally: Tally) -> None:
    """One session, added to the tally."""
    session = Session(plan_of(seed))
    evidence = session.run()
    tally.sessions += 1
    tally.faults += len(evidence.faults) + session.child_failures
    tally.simulated_hours += session.simulated_s / 3600
    for what in violations(evidence):
        tally.violations += 1
        tally.broken.append(f"--only {seed}: {what}")


@contextmanager
def quick() -> Iterator[None]:
    """Without the log."""
    logged = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logged)


def run_many(key: str, first: int, count: int, *, progress: bool = False, until_broken: bool = False) -> Tally:
    """So many sessions; `until_broken`: fewer, when one of them breaks a promise."""
    tally = Tally()
    with quick():
        for seed in seeds(key, first, count):
            run_one(seed, tally)
            if until_broken and tally.violations:
                break
            if progress and tally.sessions % 100 == 0:
                print(f"\r{tally.sessions} sessions, {tally.violations} violations", end="", file=sys.stderr)
    if progress:
        print(file=sys.stderr)
    return tally
