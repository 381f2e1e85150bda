"""Files dragged over a screen: a target that covers all of it while they are there, and their paths once dropped.

Whatever can be dragged has a button and a key that do the same. GUI thread.
"""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from ui import adding_words as words
from ui.design import CORNER, SPACE
from ui.icons import paint_icon
from ui.style import colour
from ui.widgets.paint import painting

VEIL = 235
"""How little is seen through the target, of 255."""


def local_files(mime: QMimeData) -> tuple[Path, ...]:
    """The files of this computer that are dragged; folders too, which adding refuses in words."""
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())


def _take_copy(event: QDropEvent) -> None:
    """What is dragged stays where it is."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


class DropTarget(QWidget):
    """Hidden until something is dragged over the screen."""

    dropped = Signal(object)
    """A tuple of Paths; empty when what was dropped is no file of this computer."""

    def __init__(self, screen: QAbstractScrollArea) -> None:
        super().__init__(screen)
        self.setObjectName("drop-target")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._viewport = screen.viewport()
        self._viewport.setAcceptDrops(True)
        self._viewport.installEventFilter(self)
        self._words = words.DROP_HERE
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """What happens over the screen."""
        if isinstance(event, QDragEnterEvent):
            self._on_enter(event)
        elif event.type() == QEvent.Type.DragLeave:
            self.hide()
        elif isinstance(event, QDragMoveEvent):
            _take_copy(event)
        elif isinstance(event, QDropEvent):
            self._on_drop(event)
        else:
            return False
        return True

    def _on_enter(self, event: QDragEnterEvent) -> None:
        """Show the target, and say on it what a drop does."""
        if not event.mimeData().hasUrls():
            event.ignore()
            return
        count = len(local_files(event.mimeData()))
        self._words = words.DROP_MANY.format(count=count) if count > 1 else words.DROP_HERE
        self.setAccessibleName(self._words)
        self.setGeometry(self._viewport.geometry())
        self.raise_()
        self.show()
        _take_copy(event)

    def _on_drop(self, event: QDropEvent) -> None:
        self.hide()
        _take_copy(event)
        self.dropped.emit(local_files(event.mimeData()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A dashed box with words, over what stands there."""
        veil = QColor(colour(self, "paper"))
        veil.setAlpha(VEIL)
        area = QRectF(self.rect()).adjusted(2 * SPACE, 2 * SPACE, -2 * SPACE, -2 * SPACE)
        with painting(self) as painter:
            painter.fillRect(self.rect(), veil)
            painter.setBrush(colour(self, "tint"))
            painter.setPen(QPen(colour(self, "accent"), 4, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(area, 2 * CORNER, 2 * CORNER)
            px = min(96.0, area.height() / 4)
            spot = QRectF(area.center().x() - px / 2, area.center().y() - px, px, px)
            paint_icon(painter, "add", spot, colour(self, "accent"))
            font = self.font()
            font.setBold(True)
            font.setPixelSize(round(self.fontInfo().pixelSize() * 1.25))
            painter.setFont(font)
            painter.setPen(colour(self, "ink"))
            below = QRectF(area.left() + 2 * SPACE, spot.bottom() + SPACE, area.width() - 4 * SPACE, area.height())
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(below, int(flags), self._words)
