"""How the film strip paints its layers: pictures, wave, gaps, what is cut away, the bit about to be cut. GUI thread."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from diary_app.clip import KeptRange
from ui.design import CORNER
from ui.strip_view import StripView
from ui.style import colour
from ui.take_notes import Mark
from ui.widgets.outline import Outline

LEAST_MARK_PX = 6.0
"""A gap of a moment in a long take is seen all the same."""
ON_SCREEN = QColor("#F1EDE4")
"""The ink on the screen colour, the same in every palette but the one of high contrast, where it reads as well."""
WAVE = QColor("#7FD1C7")
BAR_PX = 4
FILM_SHARE = 0.62
"""Of the height, what the pictures take where there are any."""

Place = Callable[[float], float]
"""From a moment of the take in seconds to a place in pixels."""


def rounded(area: QRectF) -> QPainterPath:
    """The outline of the strip."""
    path = QPainterPath()
    path.addRoundedRect(area, CORNER, CORNER)
    return path


def paint_film(painter: QPainter, area: QRectF, outline: Outline, view: StripView) -> float:
    """Draw the pictures, for each place the nearest that is there already; returns the height that they took."""
    first = outline.nearest(view.left_s)
    if first is None:
        return 0.0
    height = area.height() * FILM_SHARE
    wide = height * first.width() / max(1, first.height())
    count = max(1, round(area.width() / wide))
    step = area.width() / count
    for number in range(count):
        picture = outline.nearest(view.left_s + (number + 0.5) / count * view.span_s) or first
        target = QRectF(area.left() + number * step, area.top(), step + 0.5, height)
        trim = (1 - min(1.0, step / wide)) / 2 * picture.width()
        painter.drawImage(target, picture, QRectF(picture.rect()).adjusted(trim, 0, -trim, 0))
    return height


def paint_wave(painter: QPainter, area: QRectF, outline: Outline, view: StripView) -> None:
    """Draw a bar for every few pixels."""
    bars = outline.bars(view, max(1, int(area.width() // BAR_PX)))
    if bars is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(WAVE)
    for number, loud in enumerate(bars.tolist()):
        high = max(2.0, math.sqrt(loud) * (area.height() - 4))  # a soft voice is to be seen too
        left = area.left() + number * area.width() / len(bars)
        painter.drawRoundedRect(QRectF(left, area.center().y() - high / 2, 2.8, high), 1, 1)


def paint_mark(painter: QPainter, widget: QWidget, area: QRectF, mark: Mark, x_of: Place) -> None:
    """Stripes of their own between two lines, and the word on a plate where there is room for it."""
    left = x_of(mark.start_s)
    right = max(x_of(mark.end_s), left + LEAST_MARK_PX)
    box = QRectF(QPointF(left, area.top()), QPointF(right, area.bottom()))
    painter.fillRect(box, colour(widget, "screen"))
    painter.fillRect(box, QBrush(ON_SCREEN, Qt.BrushStyle.DiagCrossPattern))
    painter.setPen(QPen(ON_SCREEN, 2))
    painter.drawLine(box.topLeft(), box.bottomLeft())
    painter.drawLine(box.topRight(), box.bottomRight())
    metrics = widget.fontMetrics()
    plate = QRectF(0, 0, metrics.horizontalAdvance(mark.word) + 12, metrics.height() + 4)
    if plate.width() > box.width():
        return
    plate.moveCenter(box.center())
    painter.fillRect(plate, colour(widget, "screen"))
    painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), mark.word)


def paint_cut(
    painter: QPainter, widget: QWidget, area: QRectF, gaps: Sequence[tuple[float, float]], x_of: Place
) -> None:
    """A veil and stripes over what is cut away."""
    veil = QColor(colour(widget, "paper"))
    veil.setAlpha(205)
    hatch = QColor(colour(widget, "edge"))
    for start_s, end_s in gaps:
        gap = QRectF(QPointF(x_of(start_s), area.top()), QPointF(x_of(end_s), area.bottom()))
        painter.fillRect(gap, veil)
        painter.fillRect(gap, QBrush(hatch, Qt.BrushStyle.BDiagPattern))


def paint_bit(painter: QPainter, widget: QWidget, area: QRectF, bit: tuple[float, float], x_of: Place) -> None:
    """The bit about to be cut: red, with stripes the other way."""
    red = QColor(colour(widget, "red"))
    box = QRectF(QPointF(x_of(bit[0]), area.top()), QPointF(x_of(bit[1]), area.bottom()))
    red.setAlpha(110)
    painter.fillRect(box, red)
    red.setAlpha(255)
    painter.fillRect(box, QBrush(red, Qt.BrushStyle.FDiagPattern))


def paint_kept_edges(painter: QPainter, widget: QWidget, area: QRectF, keep: Sequence[KeptRange], x_of: Place) -> None:
    """A line above and below what is kept."""
    painter.setPen(QPen(colour(widget, "accent"), 3))
    for part in keep:
        left, right = max(area.left(), x_of(part.start_s)), min(area.right(), x_of(part.end_s))
        if left < right:
            painter.drawLine(QPointF(left, area.top()), QPointF(right, area.top()))
            painter.drawLine(QPointF(left, area.bottom()), QPointF(right, area.bottom()))
