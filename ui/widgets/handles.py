"""The handles of the film strip: by mouse, by touch and by keyboard. GUI thread."""

from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEventPoint, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QTouchEvent
from PySide6.QtWidgets import QWidget

from diary_app import phrases
from ui import name_words, words
from ui.design import TARGET
from ui.style import colour
from ui.widgets.paint import painting, ring

HANDLE_PX = TARGET
"""Width of a handle; its bar is narrower, so that fingers have room."""
RING_PX = 30
"""Width of the ring round one that has the focus."""
SECOND_S = 1.0
LEAP_S = 10.0


class Grip(Enum):
    """Which handle."""

    PLACE = auto()
    START = auto()
    BIT_START = auto()
    BIT_END = auto()
    END = auto()
    NAME_START = auto()
    NAME_END = auto()


GRIP_WORDS = {
    Grip.PLACE: words.HANDLE_PLACE,
    Grip.START: words.HANDLE_START,
    Grip.BIT_START: words.HANDLE_BIT_START,
    Grip.BIT_END: words.HANDLE_BIT_END,
    Grip.END: words.HANDLE_END,
    Grip.NAME_START: name_words.HANDLE_START,
    Grip.NAME_END: name_words.HANDLE_END,
}
GRIP_NAMES = {
    Grip.PLACE: "handle-place",
    Grip.START: "handle-start",
    Grip.BIT_START: "handle-bit-start",
    Grip.BIT_END: "handle-bit-end",
    Grip.END: "handle-end",
    Grip.NAME_START: "handle-name-start",
    Grip.NAME_END: "handle-name-end",
}
HUES = {
    Grip.BIT_START: ("red_ink", "on_red"),
    Grip.BIT_END: ("red_ink", "on_red"),
    Grip.NAME_START: ("ink", "paper"),
    Grip.NAME_END: ("ink", "paper"),
}
"""The bar and the two lines on it; the others are of the accent."""


class Handle(QWidget):
    """One handle; it says where it wants to go, and the strip decides."""

    dragged = Signal(object, float)
    """Grip, and the x within the strip, while the button is down."""
    dropped = Signal(object)
    nudged = Signal(object, float)
    """Grip and seconds, by keyboard; 'a picture' is one frame."""
    reached = Signal(object)
    """Grip: it has the focus, so it is to be in sight."""

    def __init__(self, grip: Grip, parent: QWidget) -> None:
        super().__init__(parent)
        self.grip = grip
        self.frame_s = 1 / 30
        self._held = False
        self.setObjectName(GRIP_NAMES[grip])
        self.setAccessibleName(GRIP_WORDS[grip])
        self.setAccessibleDescription(words.HANDLE_HOW)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        if grip is Grip.PLACE:
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """Tall enough for a finger."""
        return QSize(HANDLE_PX, 72)

    def say_where(self, at_s: float) -> None:
        """Put the place into the name, for screen readers."""
        self.setAccessibleName(f"{GRIP_WORDS[self.grip]}, {phrases.spoken_tenths(at_s)}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        self._held = event.button() is Qt.MouseButton.LeftButton

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move along."""
        if self._held:
            self.dragged.emit(self.grip, self.mapToParent(event.position()).x())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        if self._held:
            self._held = False
            self.dropped.emit(self.grip)

    def event(self, event: QEvent) -> bool:
        """A finger moves it as the mouse does."""
        if isinstance(event, QTouchEvent) and len(event.points()) == 1 and self.grip is not Grip.PLACE:
            return self._touched(event, event.points()[0])
        return super().event(event)

    def _touched(self, event: QTouchEvent, finger: QEventPoint) -> bool:
        if event.type() is QEvent.Type.TouchUpdate and self._held:
            self.dragged.emit(self.grip, self.mapToParent(finger.position()).x())
        elif event.type() in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel) and self._held:
            self.dropped.emit(self.grip)
        self._held = event.type() in (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate)
        event.accept()
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes here by keyboard must see it."""
        super().focusInEvent(event)
        self.reached.emit(self.grip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows: a picture; with Shift: a second; Page keys: ten."""
        step = SECOND_S if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else self.frame_s
        steps = {
            Qt.Key.Key_Left: -step,
            Qt.Key.Key_Down: -step,
            Qt.Key.Key_Right: step,
            Qt.Key.Key_Up: step,
            Qt.Key.Key_PageDown: -LEAP_S,
            Qt.Key.Key_PageUp: LEAP_S,
            Qt.Key.Key_Home: -1e9,
            Qt.Key.Key_End: 1e9,
        }
        wanted = next((by for key, by in steps.items() if event.key() == key), None)
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self.nudged.emit(self.grip, wanted)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the handle."""
        with painting(self) as painter:
            if self.hasFocus():
                ring(painter, self, corner=8, width=RING_PX)
            if self.grip is Grip.PLACE:
                self._paint_place(painter)
            else:
                self._paint_bar(painter)

    def _paint_place(self, painter: QPainter) -> None:
        middle = self.width() / 2
        painter.setPen(QPen(colour(self, "paper"), 5))
        painter.drawLine(QPointF(middle, 8), QPointF(middle, self.height() - 3))
        painter.setPen(QPen(colour(self, "ink"), 3))
        painter.drawLine(QPointF(middle, 8), QPointF(middle, self.height() - 3))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self, "ink"))
        painter.drawEllipse(QPointF(middle, 12), 7, 7)

    def _paint_bar(self, painter: QPainter) -> None:
        token, on_token = HUES.get(self.grip, ("accent", "on_accent"))
        bar = QRectF(0, 6, 14, self.height() - 12)
        bar.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        painter.setPen(QPen(colour(self, "paper"), 2))
        painter.setBrush(colour(self, token))
        painter.drawRoundedRect(bar, 6, 6)
        painter.setPen(QPen(colour(self, on_token), 2))
        for offset in (-2.5, 2.5):
            x = bar.center().x() + offset
            painter.drawLine(QPointF(x, bar.center().y() - 9), QPointF(x, bar.center().y() + 9))
