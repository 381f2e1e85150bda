"""Holds bytes back so that no more go out in a second than the user allows. Pure: moments are passed in."""

LATE_S = 0.25
"""What was not sent for so long may be caught up with; more may not, or a pause would end in a burst."""


class Pacer:
    """For one file on its way. Not shared between threads."""

    def __init__(self) -> None:
        self._cap: int | None = None
        self._from_s = 0.0
        self._from_byte = 0

    def wait_s(self, at_s: float, sent: int, cap: int | None) -> float:
        """How long to wait, at the moment at_s with `sent` bytes gone out, before the next one may; in seconds.

        cap: bytes a second, or None. Another cap begins anew.
        """
        if cap is None or cap != self._cap:
            self._begin(at_s, sent, cap)
            return 0.0
        due_s = self._from_s + (sent - self._from_byte) / cap
        if at_s - due_s > LATE_S:
            self._begin(at_s, sent, cap)
        return max(0.0, due_s - at_s)

    def _begin(self, at_s: float, sent: int, cap: int | None) -> None:
        self._cap = cap
        self._from_s = at_s
        self._from_byte = sent
