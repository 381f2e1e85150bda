"""What the booth's pages share: words that scroll above, large buttons at the bottom, in reach of a wheelchair.

GUI thread.
"""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from diary_app.booth import nouns as n
from ui import booth_words as words
from ui.design import COLUMN, SPACE
from ui.widgets.banner import Mark
from ui.widgets.buttons import Button
from ui.widgets.text import label


class BoothButton(Button):
    """A button for whoever stands, sits, or has an unsteady hand."""

    def sizeHint(self) -> QSize:
        """Twice as high as elsewhere, and never narrow."""
        usual, line = super().sizeHint(), self.fontMetrics().height()
        return QSize(usual.width() + 2 * SPACE, max(usual.height() + SPACE, round(3.2 * line)))

    def minimumSizeHint(self) -> QSize:
        """Less high where the screen is small and the words are large, but never so narrow that words are lost."""
        usual = super().sizeHint()
        return QSize(usual.width(), usual.height())


class Answers(QWidget):
    """Buttons of one width beside each other where there is room for their words, else below each other."""

    def __init__(self, *buttons: Button) -> None:
        super().__init__()
        self._buttons = buttons
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(SPACE * 2)
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._line.addWidget(button, 1)

    def minimumSizeHint(self) -> QSize:
        """As wide as one of them, at least."""
        return QSize(self._widest, self._line.minimumSize().height())

    @property
    def _shown(self) -> list[Button]:
        return [button for button in self._buttons if not button.isHidden()]

    @property
    def _widest(self) -> int:
        return max((button.sizeHint().width() for button in self._shown), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn where the width asks for it."""
        count = len(self._shown)
        wide = self.width() >= count * self._widest + max(0, count - 1) * SPACE * 2
        turned = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if turned != self._line.direction():
            self._line.setDirection(turned)
        super().resizeEvent(event)


class Words(QScrollArea):
    """A column of words that scrolls, also by keyboard, where there is not room for all of it."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        page = QWidget()
        page.setObjectName("page")
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(0, 0, SPACE, 0)
        self.column.setSpacing(SPACE * 2)
        self.setWidget(page)

    def _on_range(self, _least: int, most: int) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if most else Qt.FocusPolicy.NoFocus)


class BoothPage(QWidget):
    """One page. wanted carries what its visitor wants (an event of the machine)."""

    wanted = Signal(object)

    def __init__(self, name: str, heading: str = "", *, wide: bool = False) -> None:
        super().__init__()
        self.setObjectName(f"booth-{name}")
        self._measure = COLUMN * (1.5 if wide else 1.15)
        self.heading = label(heading, "title", name=f"{name}-heading")
        self.words = Words(name=f"{name}-words")
        self.words.column.addWidget(self.heading)
        self._still = label(words.STILL_THERE, "lead-strong", name=f"{name}-still")
        self._still_line = QWidget()
        line = QHBoxLayout(self._still_line)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE)
        line.addWidget(Mark("warning", px=1.4))
        line.addWidget(self._still, 1)
        self._still_line.hide()
        self.foot = QVBoxLayout()
        self.foot.setSpacing(SPACE * 2)
        self.foot.addWidget(self._still_line)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(SPACE * 2)
        self._column.addWidget(self.words, 1)
        self._column.addLayout(self.foot)

    def say(self, text: str, role: str = "lead", *, name: str = "") -> QWidget:
        """Add a paragraph; returns its label."""
        made = label(text, role, name=name)
        self.words.column.addWidget(made)
        return made

    def buttons(self, *buttons: Button) -> None:
        """The large buttons at the bottom, in the order of reading."""
        self.foot.addWidget(Answers(*buttons))

    def wants(self, button: Button, event: n.Event) -> Button:
        """Pressing it means this."""
        button.clicked.connect(lambda: self.wanted.emit(event))
        return button

    def show_state(self, state: n.State) -> None:
        """The booth is in this state, which is this page's."""
        asked = isinstance(state, n.Question | n.Consent | n.Choice) and state.asked
        self._still_line.setVisible(asked)

    def leave(self) -> None:
        """Another page is shown from now on."""

    def first(self) -> QWidget | None:
        """What has the focus on arrival."""
        return None

    @property
    def spoken(self) -> str:
        """What a screen reader says on arrival."""
        return self.heading.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column at a comfortable measure, in the middle."""
        measure = round(self._measure * self.fontMetrics().height() / 19)
        side = max(SPACE * 3, (self.width() - measure) // 2)
        self._column.setContentsMargins(side, SPACE * 4, side, SPACE * 4)
        super().resizeEvent(event)
