"""How long somebody waits after wrong PINs: nothing at first, then longer and longer. Pure: it asks no clock."""

from dataclasses import dataclass

FREE_TRIES = 2
"""Everybody slips."""
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 300.0


def wait_after(wrong: int) -> float:
    """Seconds to wait after so many wrong PINs in a row."""
    return 0.0 if wrong <= FREE_TRIES else min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(wrong - FREE_TRIES - 1, 10))


@dataclass(slots=True)
class PinDoor:
    """Counts the wrong PINs in a row, also over going away and coming back. now_s: monotonic seconds."""

    wrong: int = 0
    shut_until_s: float = 0.0

    def waits_s(self, now_s: float) -> float:
        """How much longer nobody may try."""
        return max(0.0, self.shut_until_s - now_s)

    def was_wrong(self, now_s: float) -> float:
        """Another wrong one; returns how long to wait now."""
        self.wrong += 1
        wait_s = wait_after(self.wrong)
        self.shut_until_s = now_s + wait_s
        return wait_s

    def was_right(self) -> None:
        """Begin to count anew."""
        self.wrong, self.shut_until_s = 0, 0.0
