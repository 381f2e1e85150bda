"""The ten thousand sessions that every test run simulates, in parts that are run side by side."""

import pytest

from tests.simulation.running import run_many

SESSIONS, PARTS = 10_000, 20
KEY = "suite"
"""The same sessions in every run, so that it is the code that makes a difference; ./scripts/simulate has others."""


@pytest.mark.timeout(1200)  # 8 seconds of a core; ./scripts/test gives it only what other tests leave
@pytest.mark.parametrize("part", range(PARTS))
def test_no_session_breaks_a_promise(part: int) -> None:
    """`./scripts/simulate --only SEED` repeats one that does."""
    count = SESSIONS // PARTS
    tally = run_many(KEY, part * count, count)
    assert tally.sessions == count
    assert tally.faults > count / 2
    assert tally.broken == []
