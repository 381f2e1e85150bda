"""The notes as they move past, the line to read near the top. GUI thread.

Lines are drawn once, a few screens of them at a time, into a picture that is then only copied; and only when it has
moved by a whole pixel. The recorder has the processor first.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import notes_words as words
from ui.design import CORNER, SPACE
from ui.notes import Line, Lines, Reading
from ui.style import colour
from ui.widgets.paint import painting, ring

TICK_MS = 33
LETTERS = (1.25, 1.75, 2.4, 3.25)
"""Sizes of the letters, as multiples of the body's: 20 to 52 pixels at 100 %."""
SPACED = 1.3
"""From line to line, in heights of a line."""
MARK_PX = 3 * SPACE
"""Room at the left for the mark beside the line to read."""
ROOMY_LINES = 4.0
"""From so many lines on one more is seen above the line to read."""
SMOOTH_LINES = 1.8
"""With less room than this whole lines follow each other, or the line to read would be cut off."""
LEAST_LINES = 1.2
DRAWN_SCREENS = 3
A_PAGE = 4
"""Lines that the Page keys move by."""


def lines_of(text: str, font: QFont, width: float) -> Lines:
    """Break the text into lines of this width; a word that is too long for one goes on in the next.

    Each word is measured once, which is several times faster than Qt's own layout: this is done while a take begins.
    """
    metrics = QFontMetricsF(font)

    @cache
    def measure(piece: str) -> float:
        return metrics.horizontalAdvance(piece)

    found: list[str] = []
    for paragraph in text.split("\n") if text.strip() else ():
        line, used = "", 0.0
        for word in paragraph.split():
            for piece in _pieces(word, measure, width):
                if line and used + measure(" ") + measure(piece) > width:
                    found.append(line)
                    line, used = "", 0.0
                glue = " " if line and piece is word else ""
                line, used = line + glue + piece, used + measure(glue) + measure(piece)
        found.append(line)
    step = metrics.height() * SPACED
    return Lines(tuple(Line(number * step, line) for number, line in enumerate(found)), len(found) * step)


def _pieces(word: str, measure: Callable[[str], float], width: float) -> list[str]:
    """The word itself, or as many pieces as it needs."""
    if measure(word) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and measure(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


class Prompter(QWidget):
    """Shows one text; moves while it may, and at once to where the reader wants it."""

    paced = Signal(int)
    """Another pace, in words a minute."""

    def __init__(self, *, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now_s = now_s
        self._text, self._size, self._by_line = "", 1, False
        self._broken, self._broken_for = Lines((), 0.0), ("", 0, 0)
        self.reading = Reading()
        self._drawn: QPixmap | None = None
        self._drawn_from = 0
        self._shown_y = 0
        self._held_at: tuple[float, float] | None = None
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self.setObjectName("prompter")
        self.setAccessibleName(words.NOTES)
        self.setToolTip(words.HOW)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # -- what is shown ----------------------------------------------------------------------------------------------

    def show_notes(self, text: str, *, size: int, pace: int, by_line: bool) -> None:
        """Show this text from its beginning, and stand; size: which of LETTERS, pace: words a minute."""
        self._text, self._size, self._by_line = text, size, by_line
        self.setAccessibleDescription(text)
        self._tick.stop()
        self.reading = Reading(pace)
        self._show_anew()

    def letters(self) -> QFont:
        """The font of the notes."""
        font = QFont(self.font())
        font.setPixelSize(round(self.fontInfo().pixelSize() * LETTERS[self._size]))
        return font

    @property
    def line_px(self) -> float:
        """From line to line, in pixels."""
        return QFontMetricsF(self.letters()).height() * SPACED

    @property
    def line(self) -> str:
        """The line to read now."""
        lines = self._lines.lines
        return lines[self._lines.line_at(self.reading.at(self._now_s()))].text if lines else ""

    @property
    def _lines(self) -> Lines:
        """The lines of the moment; broken anew when the words, their size or the width are others."""
        width = max(1, self.width() - MARK_PX - 3 * SPACE)
        asked = (self._text, self.letters().pixelSize(), width)
        if asked != self._broken_for:
            self._broken_for = asked
            self._broken = lines_of(self._text, self.letters(), width)
            self.reading = replace(self.reading, length=self._broken.length)
        return self._broken

    def _show_anew(self) -> None:
        """Everything looks different; the reader stays at the same word."""
        self._drawn = None
        self.update()

    def sizeHint(self) -> QSize:
        """It takes what the screen has left."""
        return QSize(320, round(4 * self.line_px))

    def minimumSizeHint(self) -> QSize:
        """The line to read."""
        return QSize(160, round(LEAST_LINES * self.line_px))

    # -- moving -----------------------------------------------------------------------------------------------------

    @property
    def moving(self) -> bool:
        """True while it moves by itself."""
        return self.reading.since_s is not None

    def move_on(self) -> None:
        """Move by itself from now on."""
        if not self.moving:
            self.reading = self.reading.go(self._now_s())
            self._tick.start()

    def stand(self) -> None:
        """Stand still from now on."""
        self._tick.stop()
        self.reading = self.reading.stand(self._now_s())
        self._on_tick()

    def faster(self) -> None:
        """A step faster."""
        self._pace(self.reading.faster(self._now_s()))

    def slower(self) -> None:
        """A step slower."""
        self._pace(self.reading.slower(self._now_s()))

    def _pace(self, reading: Reading) -> None:
        self.reading = reading
        self.paced.emit(reading.pace)

    def by_lines(self, lines: int) -> None:
        """So many lines on, or back."""
        now_s = self._now_s()
        self._move_to(self._lines.beside(self.reading.at(now_s), lines))

    def back_s(self, seconds: float) -> None:
        """Where it was so many seconds of reading ago."""
        self._move_to(self.reading.at(self._now_s()) - seconds * self.reading.pace / 60)

    def _move_to(self, read: float) -> None:
        self.reading = self.reading.move_to(read, self._now_s())
        self._on_tick()

    def _y(self) -> int:
        """How many pixels have moved past."""
        lines, read = self._lines, self.reading.at(self._now_s())
        return round(lines.y_at(read) if self._is_smooth else lines.top_at(read))

    def _on_tick(self) -> None:
        if self._y() != self._shown_y:
            self._shown_y = self._y()
            self.update()

    # -- by hand ----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows: a line; Page keys: a few; Home and End."""
        far = len(self._lines.lines)
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -A_PAGE,
            Qt.Key.Key_PageDown: A_PAGE,
            Qt.Key.Key_Home: -far,
            Qt.Key.Key_End: far,
        }
        wanted = next((by for key, by in steps.items() if event.key() == key), None)
        if wanted is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        else:
            self.by_lines(wanted)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A notch is a line."""
        pixels = event.pixelDelta().y() or event.angleDelta().y() / 120 * self.line_px
        self._move_to(self._lines.read_at(self._lines.y_at(self.reading.at(self._now_s())) - pixels))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the text; a finger is a mouse here."""
        self._held_at = (event.position().y(), self._lines.y_at(self.reading.at(self._now_s())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move along."""
        if self._held_at is not None:
            pressed, y = self._held_at
            self._move_to(self._lines.read_at(y - (event.position().y() - pressed)))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._held_at = None

    # -- drawing ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines of another width."""
        super().resizeEvent(event)
        self._show_anew()

    def changeEvent(self, event: QEvent) -> None:
        """Another palette, or another size of words."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._show_anew()

    @property
    def _mark_at_px(self) -> int:
        """Where the line to read stands: second where there is room, so that the last one is not gone at once."""
        lines = 1.0 if self.height() >= ROOMY_LINES * self.line_px else 0.5 if self._is_smooth else 0.1
        return round(lines * self.line_px)

    @property
    def _is_smooth(self) -> bool:
        return not self._by_line and self.height() >= SMOOTH_LINES * self.line_px

    @property
    def _top_px(self) -> int:
        """The pixel of the text at the upper edge; a line that moves is at the mark when it is half read."""
        return self._shown_y - self._mark_at_px - (round(self.line_px / 2) if self._is_smooth else 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the lines that are in sight, and mark the one to read."""
        self._shown_y = self._y()
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.fillRect(self.rect(), colour(self, "paper"))
            area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.setBrush(colour(self, "card"))
            painter.setPen(QPen(colour(self, "edge"), 1))
            painter.drawRoundedRect(area, CORNER, CORNER)
            painter.setClipRect(self.rect().adjusted(2, 2, -2, -2))
            self._paint_lines(painter)
            self._paint_mark(painter)
            painter.setClipping(False)
            if self.hasFocus():
                ring(painter, self, corner=CORNER)

    def _paint_lines(self, painter: QPainter) -> None:
        top = self._top_px
        drawn = self._drawn_for(top)
        painter.drawPixmap(QPoint(MARK_PX + SPACE, self._drawn_from - top), drawn)

    def _drawn_for(self, top: int) -> QPixmap:
        """A picture in which everything from this pixel on is drawn that is in sight."""
        drawn, times = self._drawn, self.devicePixelRatioF()
        height = DRAWN_SCREENS * max(1, self.height())
        begins = self._drawn_from <= top and top + self.height() <= self._drawn_from + height
        if drawn is None or not begins or drawn.devicePixelRatioF() != times:
            self._drawn_from = top - self.height() // 2
            drawn = QPixmap(QSize(max(1, self.width() - MARK_PX - 3 * SPACE), height) * times)
            drawn.setDevicePixelRatio(times)
            drawn.fill(colour(self, "card"))
            self._draw_lines(drawn, QRect(0, self._drawn_from, drawn.width(), height))
            self._drawn = drawn
        return drawn

    def _draw_lines(self, drawn: QPixmap, part: QRect) -> None:
        font, step = self.letters(), self.line_px
        ascent = QFontMetricsF(font).ascent()
        painter = QPainter(drawn)
        painter.setFont(font)
        painter.setPen(colour(self, "ink"))
        for line in self._lines.lines:
            if part.top() - step <= line.top <= part.bottom():
                painter.drawText(QPointF(0, line.top - part.top() + ascent), line.text)
        painter.end()

    def _paint_mark(self, painter: QPainter) -> None:
        """A shape at the left, which points at the line to read."""
        middle = self._mark_at_px + QFontMetricsF(self.letters()).height() / 2
        px = MARK_PX / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self, "accent"))
        painter.drawPolygon(
            QPolygonF([QPointF(SPACE, middle - px), QPointF(SPACE + px * 1.4, middle), QPointF(SPACE, middle + px)])
        )
