"""One line of advice that changes while somebody reads the screen, and moves nothing when it does. GUI thread."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.announce import announce
from ui.design import SPACE
from ui.widgets.banner import Mark
from ui.widgets.text import label, redress


class HintLine(QWidget):
    """Keeps room for the longest of its texts."""

    def __init__(self, texts: Iterable[str], *, name: str) -> None:
        super().__init__()
        self._texts = tuple(texts)
        self._mark = Mark("warning", px=1.2)
        self._mark.hide()
        self._label = label("", "soft", name=name)
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._label, 1)

    def advise(self, text: str, *, warn: bool) -> None:
        """Show this; a warning has a mark, and is announced to screen readers."""
        if text == self._label.text():
            return
        self._label.setText(text)
        self._mark.setVisible(warn)
        redress(self._label, role="strong" if warn else "soft")
        if warn:
            self.tell()

    def tell(self) -> None:
        """Announce what stands there to screen readers."""
        announce(self._label, self._label.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The room that is kept depends on the width ..."""
        super().resizeEvent(event)
        self._keep_room()

    def changeEvent(self, event: QEvent) -> None:
        """... and on the size of the words."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._keep_room()

    def _keep_room(self) -> None:
        metrics = self._label.fontMetrics()
        width = max(80, self.width() - self._mark.sizeHint().width() - SPACE)
        area, flags = QRect(0, 0, round(width * 0.94), 10_000), int(Qt.TextFlag.TextWordWrap)
        tallest = max(metrics.boundingRect(area, flags, text).height() for text in self._texts)
        self.setMinimumHeight(tallest)
