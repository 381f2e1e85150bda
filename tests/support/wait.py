"""Waiting for a condition, never for the clock."""

import time
from collections.abc import Callable

LIMIT_S = 30.0


def until(condition: Callable[[], bool], *, what: str, limit_s: float = LIMIT_S, pause_s: float = 0.01) -> None:
    """Return as soon as the condition holds; raises AssertionError naming `what` if it never does."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(pause_s)
