"""Files dragged over a screen: a target that covers all of it while they are there, and their paths once dropped.

Whatever can be dragged has a button and a key that do the same. GUI thread.
"""

from pathlib import Path

from PySide6.QtCore import QMimeData, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from ui import adding_words as words
from ui.design import CORNER, SPACE
from ui.desk import Desk
from ui.icons import paint_icon
from ui.screen import Screen
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
    """What is seen while files are dragged over a screen; drags go through it to the screen below."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self.setObjectName("drop-target")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = words.DROP_HERE.of(1)
        self.hide()

    def show_over(self, area: QRect, count: int) -> None:
        """Cover this part of the screen, and say what a drop does with so many files."""
        self._words = words.DROP_HERE.of(count)
        self.setAccessibleName(self._words)
        self.setGeometry(area)
        self.raise_()
        self.show()

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


class DropScreen(Screen):
    """A screen on which files can be dropped. Qt sends it what is dragged over its viewport."""

    dropped = Signal(object)
    """A tuple of Paths; empty when what was dropped is no file of this computer."""

    def __init__(self, desk: Desk, *, name: str, wide: bool = False) -> None:
        super().__init__(desk, name=name, wide=wide)
        self._target = DropTarget(self)
        self.viewport().setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show where files go."""
        if event.mimeData().hasUrls():
            self._target.show_over(self.viewport().geometry(), len(local_files(event.mimeData())))
            _take_copy(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Anywhere on the screen will do."""
        _take_copy(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They go elsewhere."""
        self._target.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """They are here."""
        self._target.hide()
        _take_copy(event)
        self.dropped.emit(local_files(event.mimeData()))
