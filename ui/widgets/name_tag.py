"""A name that was said, on the film strip: a button with a shape and a word of its own. GUI thread."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from diary_app import phrases
from diary_app.clip import KeptRange
from ui import name_words
from ui.design import TARGET
from ui.style import colour
from ui.widgets.buttons import Pressable
from ui.widgets.paint import painting, ring
from ui.widgets.strip_paint import FILM_SHARE

TOOTH_PX = 8.0
"""Width of one tooth of the zigzag that means a bleep."""


class NameTag(Pressable):
    """Pressing it gives the name its handles. As wide as the name, but never too narrow for a finger."""

    def __init__(self, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"name-{number}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._true = QRectF()

    def sizeHint(self) -> QSize:
        """A finger's width."""
        return QSize(TARGET, TARGET)

    def lay(self, name: KeptRange, left: float, right: float, area: QRectF) -> None:
        """Stand over a name that goes from left to right in the strip's pixels; area is where the strip draws."""
        wide = max(right - left, self._plate_px, float(TARGET))
        self.setGeometry(QRectF((left + right - wide) / 2, area.top(), wide, area.height()).toAlignedRect())
        inside = self.geometry().left()
        self._true = QRectF(left - inside, 0, max(3.0, right - left), area.height())
        where = name_words.TAG_WHERE
        start, end = phrases.spoken_tenths(name.start_s), phrases.spoken_tenths(name.end_s)
        self.setAccessibleName(where.format(start=start, end=end))

    @property
    def _plate_px(self) -> float:
        return float(self.fontMetrics().horizontalAdvance(name_words.TAG) + 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a dark box with a zigzag over the pictures of the name, and a frame round its sound; and the word."""
        with painting(self) as painter:
            box = self._true
            film = box.adjusted(0, 0, 0, -box.height() * (1 - FILM_SHARE))
            painter.fillRect(film, colour(self, "ink"))
            painter.setPen(QPen(colour(self, "paper"), 2))
            painter.setClipRect(film)
            painter.drawPath(_zigzag(film))
            painter.setClipping(False)
            painter.drawRect(box.adjusted(1, 1, -1, -1))
            self._paint_plate(painter, box)
            if self.hasFocus():
                ring(painter, self, corner=8)

    def _paint_plate(self, painter: QPainter, box: QRectF) -> None:
        plate = QRectF(0, 4, self._plate_px, self.fontMetrics().height() + 4)
        plate.moveLeft((self.width() - plate.width()) / 2)
        painter.setBrush(colour(self, "ink"))
        painter.setPen(QPen(colour(self, "paper"), 1))
        painter.drawRoundedRect(plate, 4, 4)
        painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), name_words.TAG)


def _zigzag(box: QRectF) -> QPainterPath:
    """From side to side at the bottom of the pictures."""
    middle, path = box.bottom() - TOOTH_PX, QPainterPath()
    x, up = box.left() - TOOTH_PX, True
    path.moveTo(QPointF(x, middle))
    while x < box.right() + TOOTH_PX:
        x += TOOTH_PX
        path.lineTo(QPointF(x, middle - TOOTH_PX / 2 if up else middle + TOOTH_PX / 2))
        up = not up
    return path
