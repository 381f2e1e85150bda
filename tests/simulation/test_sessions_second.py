"""The second half of the ten thousand sessions that every test run simulates; the other half has a file of its own."""

import pytest

from tests.simulation.running import run_many

SESSIONS = 5000
KEY = "suite"
"""The same sessions in every run, so that it is the code that makes a difference; ./scripts/simulate has others."""


@pytest.mark.timeout(1500)  # a minute and a half of a core that has nothing else to do
def test_no_session_breaks_a_promise() -> None:
    """`./scripts/simulate --only SEED` repeats one that does."""
    tally = run_many(KEY, 5000, SESSIONS)
    assert tally.sessions == SESSIONS
    assert tally.faults > SESSIONS / 2
    assert tally.broken == []
