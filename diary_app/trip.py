"""One attempt's way of telling: the bytes that went out become progress news and a lease that does not run out."""

from collections.abc import Callable

from diary_app.clip import Clip, Stage
from diary_app.news import News, Progress
from upload.errors import Stopped
from upload.speed import SpeedEstimate

NEWS_S = 0.1
"""Progress is told ten times a second at most."""


class LeaseLost(Stopped):
    """Another process took this clip over; this one lets go."""


class Trip:
    """Told about the bytes of one clip, on the uploader's thread. clock: seconds, monotonic.

    prolong: prolongs the lease and says whether it is still ours; called every prolong_s.
    """

    def __init__(
        self,
        clip: Clip,
        *,
        total: int,
        tell: Callable[[News], None],
        prolong: Callable[[], bool],
        prolong_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._clip_id = clip.clip_id
        self._total = total
        self._tell = tell
        self._prolong = prolong
        self._prolong_s = prolong_s
        self._clock = clock
        self._speed = SpeedEstimate()
        self._told_s = -1.0
        self._prolonged_s = clock()
        self.held = 0
        """Bytes that the portal held for certain when it was asked last."""

    def went_out(self, sent: int) -> None:
        """sent bytes of the file are on their way or there. Raises LeaseLost."""
        at = self._clock()
        self._speed.note(at, sent)
        if at - self._prolonged_s >= self._prolong_s:
            self._prolonged_s = at
            if not self._prolong():
                raise LeaseLost
        if self._told_s < 0 or at - self._told_s >= NEWS_S or sent == self._total:
            self._told_s = at
            left = self._speed.seconds_left(self._total - sent)
            self._tell(Progress(self._clip_id, Stage.SENDING, sent / self._total, left))

    def holds(self, held: int) -> None:
        """The portal holds so many bytes for certain."""
        self.held = held

    @property
    def bytes_per_s(self) -> float | None:
        """How fast it went; None while too little is known."""
        return self._speed.bytes_per_s
