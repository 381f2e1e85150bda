"""Three, two, one, each with a soft tone. GUI thread.

A take begins with the second before the command (decision 15). So the last number stays until that second has nothing
of a tone in it (decision 32).
"""

import math

from PySide6.QtCore import QObject, QTimer, Signal

from capture.preroll import PREROLL_S
from diary_app.playback.tones import Tones
from ui.desk import Desk

FROM = 3
TONE_HZ = {3: 587.33, 2: 587.33, 1: 880.0}
"""The same note twice, and a higher one: whoever does not look hears which is the last."""
ECHO_S = 0.2
"""A room and a slow loudspeaker go on sounding after the last sample."""


class Countdown(QObject):
    """Emits number(3), number(2), number(1), then done."""

    number = Signal(int)
    done = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._left = 0
        self._tones: Tones | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_step)

    @property
    def running(self) -> bool:
        """True between start and done or stop."""
        return self._timer.isActive()

    def start(self, *, first_ms: int = 0, tones: Tones | None = None) -> None:
        """Begin at three, which stays for at least first_ms; tones: ring them, too."""
        self._left = FROM
        self._tones = tones
        if tones is not None:
            self._desk.bridge.errand(tones.run, lambda _nothing: None, lambda _sentence: None)
        self._timer.start(max(first_ms, self._desk.outside.count_ms))
        self._tell()

    def stop(self) -> None:
        """End without done."""
        self._timer.stop()
        if self._tones is not None:
            self._tones.end()
            self._tones = None

    def _tell(self) -> None:
        if self._tones is not None:
            self._tones.ring(TONE_HZ[self._left])
        self.number.emit(self._left)

    def _on_step(self) -> None:
        self._left = max(0, self._left - 1)
        if self._left:
            self._timer.start(self._desk.outside.count_ms)
            self._tell()
        elif wait_ms := self._wait_ms():
            self._timer.start(wait_ms)
        else:
            self.stop()
            self.done.emit()

    def _wait_ms(self) -> int:
        """How long until the second before a take has no tone in it."""
        quiet_s = math.inf if self._tones is None else self._tones.quiet_for_s()
        return math.ceil(1000 * max(0.0, PREROLL_S + ECHO_S - quiet_s))
