"""A list of any number of clips as one column of rows, of which only those near the eye are made. GUI thread."""

import itertools
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from diary_app.clip import Clip, ClipId
from ui.design import SPACE
from ui.widgets.clip_row import ClipRow, row_height

FIRST_PX = 900
"""How much is made before anybody has seen how large the window is."""


class ClipList(QWidget):
    """read: the clips of these ids, in any order; dress: shows a clip in its row.

    The owner calls look() after scrolling. Rows are real buttons, for the keyboard and for screen readers, and reach a
    page beyond what is seen.
    """

    opened = Signal(object)
    """Somebody pressed the row of this ClipId."""
    reached = Signal(object)
    """The focus went to this row, which may be out of sight."""

    def __init__(
        self, read: Callable[[Sequence[ClipId]], Sequence[Clip]], dress: Callable[[ClipRow, Clip], None]
    ) -> None:
        super().__init__()
        self.setObjectName("clip-list")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._read = read
        self._dress = dress
        self._ids: list[ClipId] = []
        self._at: dict[ClipId, int] = {}
        self._rows: dict[ClipId, ClipRow] = {}
        self._span = range(0)
        self.after: tuple[QWidget, ...] = ()
        """What comes after the rows in the order of the keyboard's focus."""

    # -- what is in it ------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> list[ClipRow]:
        """The rows that are made, from top to bottom."""
        return [self._rows[clip_id] for clip_id in sorted(self._rows, key=self._at.__getitem__)]

    def __contains__(self, clip_id: object) -> bool:
        """True where this clip is in the list, seen or not."""
        return clip_id in self._at

    def show_ids(self, ids: Sequence[ClipId]) -> None:
        """These are the clips, from top to bottom; what is seen is read anew."""
        if list(ids) != self._ids:
            self._ids = list(ids)
            self._at = {clip_id: place for place, clip_id in enumerate(self._ids)}
            for clip_id in [each for each in self._rows if each not in self._at]:
                self._drop(clip_id)
            self._span = range(0)
            self.updateGeometry()
        self.look()
        self.show_anew(list(self._rows))

    def show_anew(self, clip_ids: Sequence[ClipId]) -> None:
        """Something about these clips has changed; those that nobody sees cost nothing."""
        here = [clip_id for clip_id in clip_ids if clip_id in self._rows]
        for clip in self._read(here) if here else ():
            self._dress(self._rows[clip.clip_id], clip)

    def row(self, clip_id: ClipId) -> ClipRow | None:
        """The row of this clip, if it is made."""
        return self._rows.get(clip_id)

    # -- what is seen -------------------------------------------------------------------------------------------------

    @property
    def _step(self) -> int:
        return row_height(self) + SPACE

    def sizeHint(self) -> QSize:
        """As high as all of them."""
        return QSize(320, max(0, len(self._ids) * self._step - SPACE))

    def minimumSizeHint(self) -> QSize:
        """Titles may be shortened at the end."""
        return QSize(200, self.sizeHint().height())

    def look(self) -> None:
        """Make the rows that are seen, and a page above and below; let the others go."""
        seen = self.visibleRegion().boundingRect()
        if seen.isEmpty():
            seen = QRect(0, 0, self.width(), FIRST_PX)
        page = max(seen.height(), self._step)
        near = self._places(seen.top() - page // 2, seen.bottom() + page // 2)
        if self._span and near.start >= self._span.start and near.stop <= self._span.stop:
            return
        self._make(self._places(seen.top() - page, seen.bottom() + page))

    def _places(self, top: int, bottom: int) -> range:
        most = len(self._ids)
        return range(min(most, max(0, top // self._step)), min(most, max(0, bottom // self._step + 1)))

    def _make(self, span: range) -> None:
        self._span = span
        wanted = self._ids[span.start : span.stop]
        for clip_id in [each for each in self._rows if self._at[each] not in span]:
            if not self._rows[clip_id].hasFocus():
                self._drop(clip_id)
        new = [clip_id for clip_id in wanted if clip_id not in self._rows]
        for clip in self._read(new) if new else ():
            made = ClipRow(clip, parent=self)
            made.clicked.connect(lambda _checked=False, clip_id=clip.clip_id: self.opened.emit(clip_id))
            self._dress(made, clip)
            self._rows[clip.clip_id] = made
        self._lay()
        if new:
            self._put_in_order()

    def _drop(self, clip_id: ClipId) -> None:
        row = self._rows.pop(clip_id)
        row.hide()
        row.setParent(None)
        row.deleteLater()

    def _lay(self) -> None:
        step, height = self._step, row_height(self)
        for clip_id, row in self._rows.items():
            row.setGeometry(0, self._at[clip_id] * step, self.width(), height)
            row.show()

    def _put_in_order(self) -> None:
        """For the keyboard, and for screen readers, who meet children in their order."""
        rows = self.rows
        for row in reversed(rows):
            row.lower()
        for before, after in itertools.pairwise((*rows, *self.after)):
            QWidget.setTabOrder(before, after)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows are as wide as the list."""
        super().resizeEvent(event)
        self._lay()
        self.look()

    def changeEvent(self, event: QEvent) -> None:
        """Larger words make higher rows."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._span = range(0)
            self.updateGeometry()
            self._lay()
            self.look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End lead to the first row and to the last one, which may have to be made."""
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._ids) - 1}
        place = ends.get(Qt.Key(event.key()))
        if place is None or not self._ids:
            super().keyPressEvent(event)
            return
        if place not in self._span:
            self._make(range(max(0, place - len(self._span)), min(len(self._ids), place + len(self._span) + 1)))
        row = self._rows[self._ids[place]]
        row.setFocus(Qt.FocusReason.TabFocusReason)
        self.reached.emit(row)
