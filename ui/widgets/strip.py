"""The film strip and the sound wave of a take, what is kept of it, and the handles that change that. GUI thread."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture.model import Image
from diary_app.clip import KeptRange
from ui import words
from ui.design import CORNER
from ui.style import colour
from ui.take_notes import Mark
from ui.widgets.handles import HANDLE_PX, Grip, Handle
from ui.widgets.paint import painting
from ui.widgets.preview import as_qimage

LEAST_MARK_PX = 6.0
"""A gap of a moment in a long take is seen all the same."""
ON_SCREEN = QColor("#F1EDE4")
"""The ink on the screen colour, the same in every palette but the one of high contrast, where it reads as well."""
TOP_PX = 18
"""The lane above the strip in which the knob of the place runs."""
CALM_MS = 100
"""Pictures and peaks that come within so long of each other are shown together: hundreds come within seconds."""


class Strip(QWidget):
    """Draws the take from left to right; take time is its only unit."""

    moved = Signal(object, float)
    """Grip and take time in seconds, while it is being moved."""
    settled = Signal(object)
    """Grip: it was let go, or moved by keyboard."""

    def __init__(self, *, name: str = "strip") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words.STRIP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._seconds = 1.0
        self._pictures: dict[int, tuple[QImage, Image]] = {}
        self._count = 1
        self._wave: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._keep: tuple[KeptRange, ...] = (KeptRange(0.0, 1.0),)
        self._place_s = 0.0
        self._bit: tuple[float, float] | None = None
        self._marks: tuple[Mark, ...] = ()
        self._under: QPixmap | None = None
        self._soon = QTimer(self, singleShot=True, interval=CALM_MS)
        self._soon.timeout.connect(self.update)
        self._handles = {grip: self._make(grip) for grip in Grip}
        self.rest()

    def _make(self, grip: Grip) -> Handle:
        handle = Handle(grip, self)
        handle.dragged.connect(self._on_dragged)
        handle.dropped.connect(self.settled)
        handle.nudged.connect(self._on_nudged)
        return handle

    def sizeHint(self) -> QSize:
        """Room for pictures above the wave."""
        return QSize(640, TOP_PX + 88)

    def minimumSizeHint(self) -> QSize:
        """May be narrow."""
        return QSize(240, TOP_PX + 88)

    @property
    def filled(self) -> tuple[int, bool]:
        """How many pictures it shows, and whether it shows the sound."""
        return len(self._pictures), bool((self._wave > 0).any())

    def handle(self, grip: Grip) -> Handle:
        """The handle, for focus."""
        return self._handles[grip]

    # -- what is shown ----------------------------------------------------------------------------------------------

    def rest(self) -> None:
        """No take is open: nothing can be moved yet."""
        self._pictures = {}
        self._wave = np.zeros(0, dtype=np.float32)
        self._under = None
        self._bit = None
        self.show_marks(())
        for handle in self._handles.values():
            handle.hide()
        self.update()

    def show_take(self, seconds: float, *, frame_s: float, read_only: bool) -> None:
        """A take of this many seconds; one picture lasts frame_s. read_only hides the trim's handles."""
        self.rest()
        self._seconds = max(seconds, 1e-3)
        for grip, handle in self._handles.items():
            handle.frame_s = frame_s
            handle.setVisible(grip is Grip.PLACE or (grip in (Grip.START, Grip.END) and not read_only))
        self._put_handles()

    def add_picture(self, position: int, picture: Image, *, of: int) -> None:
        """A small picture (height x width x 3, BGR), at this position of as many at even distances over the take."""
        self._count = of
        self._pictures[position] = (as_qimage(picture), picture)
        self._sharpen()

    def add_peaks(self, position: int, values: Sequence[float], *, of: int) -> None:
        """Peaks of the sound, 0 to 1, from this position on, of as many at even distances over the take.

        NaN is what nobody knows yet. Later peaks take the place of earlier ones, which were heard less closely.
        """
        if len(self._wave) != of:
            self._wave = np.full(of, np.nan, dtype=np.float32)
        self._wave[position : position + len(values)] = values
        self._sharpen()

    def _sharpen(self) -> None:
        """Show what has come, with all that comes until then."""
        self._under = None
        if not self._soon.isActive():
            self._soon.start()

    def show_keep(self, keep: Sequence[KeptRange]) -> None:
        """What is kept: at least one range."""
        self._keep = tuple(keep)
        self._put_handles()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Where the camera, the microphone or the computer was away."""
        self._marks = tuple(marks)
        self.setAccessibleDescription(" ".join(mark.sentence for mark in marks))
        self.update()

    def show_place(self, take_s: float) -> None:
        """Where the player is."""
        if abs(take_s - self._place_s) > 1e-4:
            self._place_s = take_s
            self._put(Grip.PLACE, take_s)

    def show_bit(self, bit: tuple[float, float] | None) -> None:
        """The bit that is about to be cut, or none."""
        self._bit = bit
        for grip in (Grip.BIT_START, Grip.BIT_END):
            self._handles[grip].setVisible(bit is not None)
        self._put_handles()

    # -- time and place ---------------------------------------------------------------------------------------------

    def x_of(self, take_s: float) -> float:
        """Where a moment lies, in pixels."""
        return HANDLE_PX / 2 + take_s / self._seconds * (self.width() - HANDLE_PX)

    def time_at(self, x: float) -> float:
        """Which moment lies there, in seconds of the take."""
        share = (x - HANDLE_PX / 2) / max(1, self.width() - HANDLE_PX)
        return min(self._seconds, max(0.0, share * self._seconds))

    def time_of(self, grip: Grip) -> float:
        """Where a handle stands, in seconds of the take."""
        bit = self._bit or (0.0, 0.0)
        return {
            Grip.PLACE: self._place_s,
            Grip.START: self._keep[0].start_s,
            Grip.END: self._keep[-1].end_s,
            Grip.BIT_START: bit[0],
            Grip.BIT_END: bit[1],
        }[grip]

    def _put_handles(self) -> None:
        for grip in Grip:
            self._put(grip, self.time_of(grip))
        self.update()

    def _put(self, grip: Grip, at_s: float) -> None:
        handle = self._handles[grip]
        top = 0 if grip is Grip.PLACE else TOP_PX
        left = round(self.x_of(at_s) - HANDLE_PX / 2)
        handle.setGeometry(left, top, HANDLE_PX, self.height() - top)
        handle.say_where(at_s)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The handles move with the width."""
        super().resizeEvent(event)
        self._put_handles()

    # -- moving -----------------------------------------------------------------------------------------------------

    def _on_dragged(self, grip: Grip, x: float) -> None:
        self.moved.emit(grip, self.time_at(x))

    def _on_nudged(self, grip: Grip, by_s: float) -> None:
        self.moved.emit(grip, min(self._seconds, max(0.0, self.time_of(grip) + by_s)))
        self.settled.emit(grip)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the strip goes there."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.moved.emit(Grip.PLACE, self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """And follows while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.moved.emit(Grip.PLACE, self.time_at(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Arrived."""
        self.settled.emit(Grip.PLACE)

    # -- drawing ----------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Pictures, wave, what is cut away, and the bit about to be cut."""
        area = self._area
        with painting(self) as painter:
            painter.drawPixmap(0, 0, self._painted_under())
            painter.setClipPath(_rounded(area))
            for mark in self._marks:
                self._paint_mark(painter, area, mark)
            self._paint_cut(painter, area)
            if self._bit:
                self._paint_bit(painter, area, self._bit)
            painter.setClipping(False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour(self, "edge"), 1))
            painter.drawRoundedRect(area, CORNER, CORNER)
            self._paint_kept_edges(painter, area)

    @property
    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(HANDLE_PX / 2, TOP_PX + 6, -HANDLE_PX / 2, -6)

    def _painted_under(self) -> QPixmap:
        """Pictures and wave, painted when they change: the handle above them moves with every picture played."""
        times, under = self.devicePixelRatioF(), self._under
        if under is None or under.size() != self.size() * times or under.devicePixelRatio() != times:
            under = QPixmap(self.size() * times)
            under.setDevicePixelRatio(times)
            under.fill(Qt.GlobalColor.transparent)
            painter = QPainter(under)
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(_rounded(self._area))
            painter.fillRect(self._area, colour(self, "screen"))
            film = self._paint_film(painter, self._area)
            self._paint_wave(painter, self._area.adjusted(0, film, 0, 0))
            painter.end()
            self._under = under
        return under

    def changeEvent(self, event: QEvent) -> None:
        """Other colours are other pixels."""
        self._under = None
        super().changeEvent(event)

    def _paint_film(self, painter: QPainter, area: QRectF) -> float:
        """Draw the pictures, for each place the nearest that is there already; returns the height that they took."""
        if not self._pictures:
            return 0.0
        height = area.height() * 0.62
        first = next(iter(self._pictures.values()))[0]
        wide = height * first.width() / max(1, first.height())
        count = max(1, round(area.width() / wide))
        step = area.width() / count
        for number in range(count):
            picture = self._nearest((number + 0.5) / count * self._count - 0.5)
            target = QRectF(area.left() + number * step, area.top(), step + 0.5, height)
            trim = (1 - min(1.0, step / wide)) / 2 * picture.width()
            painter.drawImage(target, picture, QRectF(picture.rect()).adjusted(trim, 0, -trim, 0))
        return height

    def _nearest(self, position: float) -> QImage:
        return self._pictures[min(self._pictures, key=lambda known: abs(known - position))][0]

    def _paint_wave(self, painter: QPainter, area: QRectF) -> None:
        known = np.flatnonzero(~np.isnan(self._wave))
        if not len(known):
            return
        wave = np.interp(np.arange(len(self._wave)), known, self._wave[known])  # a guess, until it is heard
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#7FD1C7"))
        bars = max(1, int(area.width() // 4))
        for number in range(bars):
            begin = int(number / bars * len(wave))
            part = wave[begin : max(begin + 1, int((number + 1) / bars * len(wave)))]
            high = max(2.0, math.sqrt(float(part.max())) * (area.height() - 4))  # a soft voice is to be seen too
            left = area.left() + number * area.width() / bars
            painter.drawRoundedRect(QRectF(left, area.center().y() - high / 2, 2.5, high), 1, 1)

    def _paint_cut(self, painter: QPainter, area: QRectF) -> None:
        veil = QColor(colour(self, "paper"))
        veil.setAlpha(205)
        hatch = QColor(colour(self, "edge"))
        for start_s, end_s in self._cut_away():
            gap = QRectF(QPointF(self.x_of(start_s), area.top()), QPointF(self.x_of(end_s), area.bottom()))
            painter.fillRect(gap, veil)
            painter.fillRect(gap, QBrush(hatch, Qt.BrushStyle.BDiagPattern))

    def _paint_mark(self, painter: QPainter, area: QRectF, mark: Mark) -> None:
        """Stripes of their own between two lines, and the word on a plate where there is room for it."""
        left, right = self.x_of(mark.start_s), self.x_of(mark.end_s)
        right = max(right, left + LEAST_MARK_PX)
        box = QRectF(QPointF(left, area.top()), QPointF(right, area.bottom()))
        painter.fillRect(box, colour(self, "screen"))
        painter.fillRect(box, QBrush(ON_SCREEN, Qt.BrushStyle.DiagCrossPattern))
        painter.setPen(QPen(ON_SCREEN, 2))
        painter.drawLine(box.topLeft(), box.bottomLeft())
        painter.drawLine(box.topRight(), box.bottomRight())
        metrics = self.fontMetrics()
        plate = QRectF(0, 0, metrics.horizontalAdvance(mark.word) + 12, metrics.height() + 4)
        if plate.width() > box.width():
            return
        plate.moveCenter(box.center())
        painter.fillRect(plate, colour(self, "screen"))
        painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), mark.word)

    def _cut_away(self) -> list[tuple[float, float]]:
        edges = [0.0, *(edge for part in self._keep for edge in (part.start_s, part.end_s)), self._seconds]
        return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > 1e-6]

    def _paint_bit(self, painter: QPainter, area: QRectF, bit: tuple[float, float]) -> None:
        red = QColor(colour(self, "red"))
        box = QRectF(QPointF(self.x_of(bit[0]), area.top()), QPointF(self.x_of(bit[1]), area.bottom()))
        red.setAlpha(110)
        painter.fillRect(box, red)
        red.setAlpha(255)
        painter.fillRect(box, QBrush(red, Qt.BrushStyle.FDiagPattern))

    def _paint_kept_edges(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(colour(self, "accent"), 3))
        for part in self._keep:
            left, right = self.x_of(part.start_s), self.x_of(part.end_s)
            painter.drawLine(QPointF(left, area.top()), QPointF(right, area.top()))
            painter.drawLine(QPointF(left, area.bottom()), QPointF(right, area.bottom()))


def _rounded(area: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(area, CORNER, CORNER)
    return path
