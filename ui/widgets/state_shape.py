"""What the recorder does just now, as a shape beside the word. GUI thread."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture.state import Paused, Recording, State
from ui.style import colour
from ui.widgets.paint import painting


class StateShape(QWidget):
    """A red disc while recording, two bars while paused, a square while finishing: a shape, not colour alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.state: type[State] = Recording

    def sizeHint(self) -> QSize:
        """As tall as the word beside it."""
        px = round(self.fontMetrics().height() * 1.2)
        return QSize(px, px)

    def become(self, state: type[State]) -> None:
        """Show another state."""
        self.state = state
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shape."""
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        with painting(self) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(self, "red" if self.state is Recording else "ink"))
            if self.state is Recording:
                painter.drawEllipse(area)
            elif self.state is Paused:
                bar = QSize(round(area.width() * 0.3), round(area.height()))
                for left in (area.left() + 1, area.right() - bar.width() - 1):
                    painter.drawRoundedRect(QRectF(QPointF(left, area.top()), bar), 2, 2)
            else:
                painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), 3, 3)
