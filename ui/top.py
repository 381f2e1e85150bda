"""The two lines above every screen: practice mode when it is, then Back, where you are, and Help. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from ui import settings_words, shared_words, words
from ui.design import SPACE
from ui.widgets.banner import Mark
from ui.widgets.buttons import Button, Weight
from ui.widgets.text import label, row


class PracticeLine(QFrame):
    """Says on every screen that nothing real is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("practice-line")
        self.setProperty("surface", "practice")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        line = QHBoxLayout(self)
        line.setContentsMargins(SPACE * 3, SPACE // 2, SPACE * 3, SPACE // 2)
        line.setSpacing(SPACE)
        line.addWidget(Mark("practice", hue="accent", px=1.2), 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(label(words.PRACTICE_LINE, "body"), 1)


class TopBar(QWidget):
    """Back, the heading, Settings on Home, Help."""

    back = Signal()
    settings = Signal()
    help = Signal()
    done = Signal()
    """Whoever shares this computer with others is done."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("top-bar")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._back = Button(words.BACK, name="back", weight=Weight.QUIET, icon="back")
        self._settings = Button(settings_words.SETTINGS, name="open-settings", icon="settings")
        self._done = Button(shared_words.DONE, name="im-done", icon="tick")
        self._done.hide()
        self._help = Button(words.HELP, name="help", icon="help")
        self._heading = label("", "title", name="heading", wrap=False)
        self._heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._in_place = QStackedWidget()
        self._in_place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._back.clicked.connect(self.back)
        self._settings.clicked.connect(self.settings)
        self._done.clicked.connect(self.done)
        self._help.clicked.connect(self.help)
        place = row(self._back, stretch=False)
        place.addWidget(self._heading, 1)
        place.addWidget(self._in_place, 1)
        self._ways = QHBoxLayout()
        self._ways.addStretch(1)
        for way in (self._settings, self._done, self._help):
            self._ways.addWidget(way)
        line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        line.setContentsMargins(SPACE * 2, SPACE, SPACE * 2, 0)
        line.setSpacing(SPACE)
        line.addLayout(place, 1)
        line.addLayout(self._ways)
        self._line = line

    def offer_done(self) -> None:
        """On a shared computer: the way out is always in sight."""
        self._done.show()
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where you are comes before the ways out."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        """With three ways out, these stand below where the width is not enough for all words."""
        if self._done.isHidden():
            return
        in_place = None if self._in_place.isHidden() else self._in_place.currentWidget()
        words_shown = in_place or self._heading
        buttons = (self._back, self._settings, self._done, self._help)
        pressed = sum(button.sizeHint().width() + SPACE for button in buttons if not button.isHidden())
        below = words_shown.sizeHint().width() + pressed + 5 * SPACE > self.width()
        turned = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if turned != self._line.direction():
            self._line.setDirection(turned)

    def hold(self, line: QWidget) -> None:
        """Take a line that stands in place of the heading on some screen."""
        self._in_place.addWidget(line)

    def show_place(self, heading: str, *, back: bool, line: QWidget | None = None, settings: bool = False) -> None:
        """Say where the user is, and whether there is a way back."""
        self._heading.setVisible(line is None)
        self._in_place.setVisible(line is not None)
        if line is not None:
            self._in_place.setCurrentWidget(line)
        self._heading.setText(heading)
        self._heading.setToolTip(heading)
        self._back.setVisible(back)
        self._settings.setVisible(settings)
        self._line.setContentsMargins(SPACE * (2 if back else 3), SPACE, SPACE * 2, 0)
        self._turn()

    def focus_help(self) -> None:
        """Put the focus back where it came from."""
        self._help.setFocus()
