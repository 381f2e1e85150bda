"""One attempt's way of telling: the bytes that went out become progress news and a lease that does not run out."""

from collections.abc import Callable

from diary_app.clip import Clip, Stage
from diary_app.delivery.pacer import Pacer
from diary_app.news import News, Progress
from upload.errors import Stopped
from upload.speed import SpeedEstimate

NEWS_S = 0.1
"""Progress is told ten times a second at most."""
CAP_S = 0.5
"""So often the user's cap is asked for, in seconds."""


class LeaseLost(Stopped):
    """Another process took this clip over; this one lets go."""


class Trip:
    """Told about the bytes of one file of a clip, on the uploader's thread. clock: seconds, monotonic.

    total: bytes of this file; before, after: of the clip's other files, which the progress counts with it.
    prolong: prolongs the lease and says whether it is still ours; called every prolong_s. cap: bytes a second, or None.
    pause: waits so many seconds and says whether the trip must end instead.
    """

    def __init__(
        self,
        clip: Clip,
        *,
        total: int,
        before: int = 0,
        after: int = 0,
        tell: Callable[[News], None],
        prolong: Callable[[], bool],
        prolong_s: float,
        clock: Callable[[], float],
        cap: Callable[[], int | None],
        pause: Callable[[float], bool],
    ) -> None:
        self._clip_id = clip.clip_id
        self.total = total
        self._before = before
        self._whole = before + total + after
        self._tell = tell
        self._prolong = prolong
        self._prolong_s = prolong_s
        self._clock = clock
        self._ask_cap = cap
        self._pause = pause
        self._cap = cap()
        self._asked_s = clock()
        self._pacer = Pacer()
        self._held_back = False
        self._speed = SpeedEstimate()
        self._told_s = -1.0
        self._prolonged_s = clock()
        self.held = 0
        """Bytes that the portal held for certain when it was asked last."""

    def went_out(self, sent: int) -> None:
        """sent bytes of the file are on their way or there; waits until more may go. Raises LeaseLost and Stopped."""
        self._keep_to_cap(sent)
        at = self._clock()
        self._speed.note(at, sent)
        if at - self._prolonged_s >= self._prolong_s:
            self._prolonged_s = at
            if not self._prolong():
                raise LeaseLost
        if self._told_s < 0 or at - self._told_s >= NEWS_S or sent == self.total:
            self._told_s = at
            fraction = (self._before + sent) / self._whole
            self._tell(Progress(self._clip_id, Stage.SENDING, fraction, self._seconds_left(sent)))

    def _keep_to_cap(self, sent: int) -> None:
        at = self._clock()
        if at - self._asked_s >= CAP_S:
            self._asked_s, before, self._cap = at, self._cap, self._ask_cap()
            if self._cap != before:
                self._speed, self._held_back = SpeedEstimate(), False
        wait_s = self._pacer.wait_s(at, sent, self._cap)
        if wait_s > 0 and sent < self.total:
            self._held_back = True
            if self._pause(wait_s):
                raise Stopped

    def _seconds_left(self, sent: int) -> float | None:
        """As fast as it went, but no faster than the cap."""
        left = self._whole - self._before - sent
        left_s = self._speed.seconds_left(left)
        return left_s if left_s is None or self._cap is None else max(left_s, left / self._cap)

    def holds(self, held: int) -> None:
        """The portal holds so many bytes for certain."""
        self.held = held

    @property
    def bytes_per_s(self) -> float | None:
        """How fast the connection is; None while too little is known, also where the cap held the bytes back."""
        return None if self._held_back else self._speed.bytes_per_s
