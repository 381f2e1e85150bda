"""Wrong PINs: after five in a row, waits that grow, to a quarter of an hour and never for ever. Pure; any thread.

They hold back whoever stands at the screen. Against somebody with the disk only the cost of each guess helps.
"""

from dataclasses import dataclass

FREE = 5
"""So many wrong PINs in a row cost nothing."""
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 900.0


@dataclass(frozen=True, slots=True)
class Tries:
    """How often in a row a PIN was wrong, and when it was last, in seconds of the wall clock."""

    wrong: int = 0
    at: float = 0.0

    @property
    def left(self) -> int:
        """How many more may be wrong before anybody waits."""
        return max(0, FREE - self.wrong)

    @property
    def wait_s(self) -> float:
        """How long to wait after the last one."""
        if self.wrong < FREE:
            return 0.0
        doubled = min(self.wrong - FREE, 10)
        return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**doubled)

    def left_s(self, now: float) -> float:
        """How long to wait still. A clock that was set back makes nobody wait longer than one wait."""
        return max(0.0, min(self.wait_s, self.at + self.wait_s - now))

    def one_more(self, now: float) -> "Tries":
        """Another one is wrong."""
        return Tries(self.wrong + 1, now)
