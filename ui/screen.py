"""What all screens share: they scroll, hold one column of reading, and can be entered, left and told the news."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from diary_app.news import News
from ui.design import COLUMN, SPACE
from ui.desk import Desk
from ui.place import Place
from ui.widgets.banner import Banner


class Screen(QScrollArea):
    """One screen of the journey. Subclasses fill self.column."""

    go = Signal(object)
    """The user wants to be at this Place."""
    retitled = Signal()
    """The heading has changed."""
    help_words: tuple[str, ...] = ()
    banner_line: QWidget | None = None
    """What stands at the top in place of a heading."""

    def __init__(self, desk: Desk, *, name: str, wide: bool = False) -> None:
        super().__init__()
        self.desk = desk
        self.place: Place | None = None
        self._measure = COLUMN * (1.55 if wide else 1.0)
        self.setObjectName(f"screen-{name}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.banner = Banner(name=f"{name}-banner")
        self._middle = QWidget()
        self.column = QVBoxLayout(self._middle)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE * 2)
        self.column.addWidget(self.banner)
        self._lay_out()

    def _lay_out(self) -> None:
        page = QWidget()
        page.setObjectName("page")
        line = QHBoxLayout(page)
        line.setContentsMargins(SPACE * 3, SPACE, SPACE * 3, SPACE * 3)
        line.addWidget(self._middle, 1)
        self._line = line
        self.setWidget(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column at a comfortable measure, in the middle."""
        measure = round(self._measure * self.fontMetrics().height() / 19)
        side = max(SPACE * 2 if self.width() < COLUMN else SPACE * 3, (self.width() - measure) // 2)
        self._line.setContentsMargins(side, SPACE, side, SPACE * 3)
        super().resizeEvent(event)

    @property
    def heading(self) -> str:
        """What stands at the top."""
        return ""

    def enter(self, place: Place) -> None:
        """The user arrives."""
        self.place = place

    def leave(self, towards: Place | None) -> None:
        """The user goes on to another place; None when the window closes."""
        self.place = None

    def hear(self, news: News) -> None:
        """News, while this screen is shown."""

    def escape(self) -> bool:
        """End what is going on just now, before anybody goes back; True when there was something."""
        return False

    def first(self) -> QWidget | None:
        """What has the focus on arrival."""
        return None
