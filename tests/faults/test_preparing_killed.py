"""The app killed while it prepares clips for sending: the next start goes on with the queue, and clears up."""

import random
from pathlib import Path

import pytest

from tests.support.doomed_preparer import finish, kill_somewhere, make_queue
from tests.support.reliability import Tally

KILLS = 3


@pytest.mark.fault(
    "The app is killed while it prepares clips for sending",
    made="SIGKILL at a random moment of the work on a queue of two clips, three times over, then one more start",
    holds="its children end with it; every clip is ready once, its SHA-256 is that of its file, nothing is left over",
)
def test_the_queue_goes_on_after_the_app_was_killed(tmp_path: Path, rng: random.Random, tally: Tally) -> None:
    make_queue(tmp_path / "data")
    violations = [fault for _ in range(KILLS) for fault in kill_somewhere(tmp_path / "data", rng)]
    tally.found(KILLS, violations + finish(tmp_path / "data"))
