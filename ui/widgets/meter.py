"""How loud it is: a bar of segments and a word beside it. GUI thread; fed by the screen's timer."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture.model import Level
from ui import words
from ui.design import SPACE
from ui.style import colour
from ui.widgets.paint import painting

FLOOR_DB = -60.0
"""The left end of the bar."""
QUIET_DB = -34.0
"""Speech whose peaks stay under this is hard to hear."""
LOUD_DB = -1.5
"""Peaks above this are clipped, or nearly."""
SILENT_DB = -58.0
"""A working microphone in a quiet room is louder than this."""
HOLD = 45
"""Readings that the word looks back on: a second and a half, so that it does not flicker between syllables."""
SEGMENTS = 24


@dataclass(frozen=True, slots=True)
class Loudness:
    """The word for the loudness of the last second and a half."""

    word: str
    silent: bool


def loudness(peaks_db: list[float]) -> Loudness:
    """Judge the peaks of the last readings, in dB below full scale."""
    loudest = max(peaks_db, default=-100.0)
    if loudest > LOUD_DB:
        return Loudness(words.TOO_LOUD, silent=False)
    if loudest < SILENT_DB:
        return Loudness(words.NO_SOUND, silent=True)
    return Loudness(words.QUIET if loudest < QUIET_DB else words.GOOD, silent=False)


class LevelMeter(QWidget):
    """The bar and the word."""

    def __init__(self, *, name: str = "level") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words.SOUND_LEVEL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shown_db = -100.0
        self._peaks: list[float] = []
        self.word = ""
        self._drawn: tuple[int, str] = (0, "")
        self._bars: tuple[QPixmap, QPixmap] | None = None
        self._room_px = 0

    def sizeHint(self) -> QSize:
        """A line of text high, and wide enough for the longest word beside a bar."""
        return QSize(self._word_px() + 180, self.fontMetrics().height() + SPACE)

    def minimumSizeHint(self) -> QSize:
        """The bar may shrink, the word may not."""
        return QSize(self._word_px() + 80, self.sizeHint().height())

    def _word_px(self) -> int:
        if not self._room_px:
            metrics = self.fontMetrics()
            self._room_px = max(metrics.horizontalAdvance(word) for word in words.LEVEL_WORDS) + 2 * SPACE
        return self._room_px

    def feed(self, level: Level) -> Loudness:
        """Take a reading (about thirty a second); the bar falls slowly, as meters do."""
        self._shown_db = max(level.peak_db, self._shown_db - 1.2)
        self._peaks = [*self._peaks[-HOLD + 1 :], level.peak_db]
        judged = loudness(self._peaks)
        if judged.word != self.word:
            self.word = judged.word
            self.setAccessibleName(f"{words.SOUND_LEVEL}: {judged.word}")
        if (self._lit(), self.word) != self._drawn:
            self.update()
        return judged

    def rest(self) -> None:
        """Forget what was heard."""
        self._shown_db, self._peaks, self.word = -100.0, [], ""
        self.update()

    def _lit(self) -> int:
        """How many segments are lit."""
        return max(0, min(SEGMENTS, math.ceil((self._shown_db - FLOOR_DB) / -FLOOR_DB * SEGMENTS)))

    def changeEvent(self, event: QEvent) -> None:
        """Another palette or typeface: the segments are drawn anew."""
        self._bars, self._room_px = None, 0
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the segments, which are drawn once for each size, and write the word."""
        words_px = self._word_px()
        step = (self.width() - words_px) / SEGMENTS
        self._drawn = (self._lit(), self.word)
        with painting(self) as painter:
            for bar, first, past in zip(self._both_bars(step), (0, self._lit()), (self._lit(), SEGMENTS), strict=True):
                where = QRectF(first * step, 0, (past - first) * step, self.height())
                pixels = bar.devicePixelRatio()
                painter.drawPixmap(where, bar, QRectF(where.topLeft() * pixels, where.size() * pixels))
            painter.setPen(colour(self, "ink"))
            area = QRectF(self.width() - words_px + SPACE, 0, words_px, self.height())
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.word)

    def _both_bars(self, step: float) -> tuple[QPixmap, QPixmap]:
        """All segments lit, and none."""
        pixels = self.devicePixelRatioF()
        size = QSize(math.ceil(self.width() * pixels), math.ceil(self.height() * pixels))
        if self._bars is None or self._bars[0].size() != size:
            self._bars = (self._bar("accent", size, step), self._bar("line", size, step))
        return self._bars

    def _bar(self, hue: str, size: QSize, step: float) -> QPixmap:
        bar = QPixmap(size)
        bar.setDevicePixelRatio(self.devicePixelRatioF())
        bar.fill(Qt.GlobalColor.transparent)
        height = self.fontMetrics().height() * 0.8
        painter = QPainter(bar)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self, hue))
        for number in range(SEGMENTS):
            painter.drawRoundedRect(QRectF(number * step, (self.height() - height) / 2, step - 3, height), 2, 2)
        painter.end()
        return bar
