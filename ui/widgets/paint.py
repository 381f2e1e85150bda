"""What painted widgets share: an antialiased painter, the focus ring, rounded boxes. GUI thread."""

import contextlib
from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ui.design import CORNER, RING
from ui.style import colour

GAP = RING + 2
"""Room that the face leaves on every side for the focus ring, in pixels."""


@contextlib.contextmanager
def painting(widget: QWidget) -> Iterator[QPainter]:
    """A smooth painter for the length of one paintEvent."""
    painter = QPainter(widget)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    try:
        yield painter
    finally:
        painter.end()


def inside(widget: QWidget) -> QRectF:
    """The widget's face: all of it, or what the ring leaves when it has the focus."""
    gap = GAP if widget.hasFocus() else 0
    return QRectF(widget.rect()).adjusted(gap, gap, -gap, -gap)


def box(painter: QPainter, area: QRectF, *, fill: QColor, edge: QColor | None = None, width: float = 2) -> None:
    """Draw a box with the corners of the house."""
    painter.setBrush(fill)
    painter.setPen(QPen(edge, width) if edge else Qt.PenStyle.NoPen)
    inset = width / 2 if edge else 0
    painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), CORNER, CORNER)


def ring(painter: QPainter, widget: QWidget, *, corner: float = CORNER + 4, width: int | None = None) -> None:
    """Draw the focus ring round the whole widget, or round its middle, of this width in pixels."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour(widget, "ink"), RING))
    edge = RING / 2
    aside = edge if width is None else (widget.width() - width) / 2
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(aside, edge, -aside, -edge), corner, corner)
