"""A message in three parts: what happened, that the recording is safe, and one thing to do. GUI thread."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from diary_app.language import shown
from ui.announce import announce
from ui.design import CORNER, SPACE
from ui.icons import paint_icon
from ui.style import colour
from ui.widgets.buttons import Button
from ui.widgets.paint import painting, ring
from ui.widgets.text import WordsBeside, label, redress


class Mark(QWidget):
    """An icon as a shape beside words; it says nothing by itself."""

    def __init__(self, icon: str, *, hue: str = "ink", px: float = 1.5) -> None:
        super().__init__()
        self._icon, self._hue, self._times = icon, hue, px
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_icon(self, icon: str, hue: str) -> None:
        """Show another icon."""
        self._icon, self._hue = icon, hue
        self.update()

    def sizeHint(self) -> QSize:
        """As tall as the words beside it."""
        px = round(self.fontMetrics().height() * self._times)
        return QSize(px, px)

    def minimumSizeHint(self) -> QSize:
        """As the hint."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the icon at the top left."""
        px = self.sizeHint().width()
        with painting(self) as painter:
            paint_icon(painter, self._icon, QRectF(0, 0, px, px), colour(self, self._hue))


class Banner(QFrame):
    """Hidden until there is something to say; takes the focus, or is announced to screen readers."""

    def __init__(self, *, name: str = "banner") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("surface", "warn")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._act: Callable[[], None] = lambda: None
        self._mark = Mark("warning")
        self._what = label("", "strong", name=f"{name}-what")
        self._safe = label("", "body", name=f"{name}-safe")
        self._button = Button("", name=f"{name}-do")
        self._button.clicked.connect(self._do)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(SPACE // 2)
        words.addWidget(self._what)
        words.addWidget(self._safe)
        self._beside = WordsBeside(words, self._button)
        line = QHBoxLayout(self)
        line.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE * 2)
        line.setSpacing(SPACE * 2)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(self._beside, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn where the width asks for it."""
        self._beside.turn(self.width())
        super().resizeEvent(event)

    @property
    def text(self) -> str:
        """What it says just now; empty while hidden."""
        return "" if self.isHidden() else self.accessibleName()

    def say(
        self,
        what: str,
        *,
        safe: str = "",
        do: tuple[str, Callable[[], None]] | None = None,
        kindly: bool = False,
        icon: str = "",
        focus: bool = False,
    ) -> None:
        """Show the message, in the language of the screens; do is the label and deed of its one button."""
        what, safe = shown(what), shown(safe)
        self._what.setText(what)
        self._safe.setText(safe)
        self._safe.setVisible(bool(safe))
        self._button.setVisible(do is not None)
        if do:
            self._button.say(do[0])
            self._act = do[1]
        self._mark.show_icon(icon or ("safe" if kindly else "warning"), "accent" if kindly else "ink")
        redress(self, surface="ok" if kindly else "warn")
        self.setAccessibleName(f"{what} {safe}".strip())
        self.show()
        if focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            announce(self, self.accessibleName())

    def has_focus(self) -> bool:
        """True when it, or its button, has the keyboard's focus."""
        return self.hasFocus() or self._button.hasFocus()

    def hush(self) -> None:
        """Hide the message."""
        self.hide()

    def _do(self) -> None:
        self._act()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style sheet's box, and the ring when it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            with painting(self) as painter:
                ring(painter, self, corner=CORNER * 2)
