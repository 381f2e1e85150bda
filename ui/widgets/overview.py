"""The line above the film strip that shows which part of the recording is seen, while that is a part. GUI thread."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from diary_app import phrases
from ui import name_words
from ui.strip_view import StripView
from ui.style import colour
from ui.widgets.paint import painting

HEIGHT = 24
LEAST_PX = 10.0
"""However little is seen, the frame is as wide as this."""


class Overview(QWidget):
    """Hidden while everything is seen. A press goes there; the keys of the strip's handles go there too."""

    wanted = Signal(float)
    """The moment (seconds of the take) that somebody wants in the middle."""

    def __init__(self, *, name: str = "overview") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._view = StripView.whole(1.0)
        self._place_s = 0.0
        self.hide()

    def sizeHint(self) -> QSize:
        """A line that a mouse can hit."""
        return QSize(320, HEIGHT)

    def show_view(self, view: StripView) -> None:
        """Show what part this is; hide where it is all."""
        self._view = view
        times = {key: phrases.clock(at_s) for key, at_s in (("start", view.left_s), ("end", view.right_s))}
        self.setAccessibleName(name_words.OVERVIEW.format(**times, whole=phrases.clock(view.seconds)))
        self.setVisible(not view.is_whole)
        self.update()

    def show_place(self, take_s: float) -> None:
        """Where the player is."""
        if self.isVisible() and round(self._x(take_s)) != round(self._x(self._place_s)):
            self.update()
        self._place_s = take_s

    def _x(self, at_s: float) -> float:
        return at_s / self._view.seconds * self.width()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.wanted.emit(event.position().x() / max(1, self.width()) * self._view.seconds)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """And follow while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.wanted.emit(event.position().x() / max(1, self.width()) * self._view.seconds)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A line, the part that is seen as a frame on it, and the place of the player."""
        with painting(self) as painter:
            middle = self.height() / 2
            painter.setPen(QPen(colour(self, "edge"), 4))
            painter.drawLine(2, round(middle), self.width() - 2, round(middle))
            left, right = self._x(self._view.left_s), self._x(self._view.right_s)
            wide = max(LEAST_PX, right - left)
            box = QRectF(min(left, self.width() - wide), 4, wide, self.height() - 8).adjusted(1, 0, -1, 0)
            painter.setPen(QPen(colour(self, "accent"), 2))
            painter.setBrush(colour(self, "tint"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QPen(colour(self, "ink"), 2))
            x = min(max(1.0, self._x(self._place_s)), self.width() - 1.0)
            painter.drawLine(round(x), 2, round(x), self.height() - 2)
