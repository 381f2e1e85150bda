"""The picture of the camera, and beside it the notes with what changes their pace. GUI thread.

Without notes the picture has all of the room. With them they stand in the middle, below the camera itself, with the
picture on one side and the buttons on the other; where there is little room, both stand below the notes.
"""

from PySide6.QtCore import QEvent, QRect, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import notes_words as words
from ui import shortcuts
from ui.design import SPACE
from ui.notes_kept import NotesKept
from ui.widgets.buttons import Button
from ui.widgets.flow import flow
from ui.widgets.low_preview import LowPreview
from ui.widgets.prompter import Prompter
from ui.widgets.text import label

SIDE_SHARE = 6
WIDE_LETTERS = 92
"""As wide as two columns of reading."""


class NotesView(QWidget):
    """Holds the screen's own preview."""

    paced = Signal(int)
    """Another pace was chosen, in words a minute."""

    def __init__(self, preview: LowPreview) -> None:
        super().__init__()
        self._preview = preview
        self._moving = self._held = False
        self.prompter = Prompter()
        self.prompter.paced.connect(self._on_paced)
        self._slower = Button("", name="notes-slower", icon="minus")
        self._hold = Button("", name="notes-hold", icon="pause")
        self._faster = Button("", name="notes-faster", icon="plus")
        self._pace = label("", "soft", name="notes-pace", wrap=False)
        self._controls = flow(self._slower, self._hold, self._faster, self._pace)
        self._slower.clicked.connect(self.prompter.slower)
        self._hold.clicked.connect(self.hold)
        self._faster.clicked.connect(self.prompter.faster)
        for part in (preview, self.prompter, self._controls):
            part.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.prompter.hide()
        self._controls.hide()

    def bind(self, screen: QWidget) -> None:
        """Let the keys of the table work while this screen is seen."""
        for key, do in (
            (shortcuts.NOTES_FASTER, self.prompter.faster),
            (shortcuts.NOTES_SLOWER, self.prompter.slower),
            (shortcuts.NOTES_BACK, lambda: self.prompter.by_lines(-1)),
            (shortcuts.NOTES_ON, lambda: self.prompter.by_lines(1)),
            (shortcuts.NOTES_HOLD, self.hold),
        ):
            shortcuts.bind(key, screen, do)

    # -- what is shown ----------------------------------------------------------------------------------------------

    def begin(self, kept: NotesKept) -> None:
        """Show the notes from their beginning, standing; or the picture alone."""
        text = kept.text if kept.shown else ""
        self._moving = self._held = False
        self.prompter.show_notes(text, size=kept.size, pace=kept.pace, by_line=kept.by_line)
        shown = bool(text.strip())
        self.prompter.setVisible(shown)
        self._controls.setVisible(shown)
        self._say_pace(kept.pace)
        self._show_hold()
        self.updateGeometry()
        self._arrange()

    @property
    def shows_notes(self) -> bool:
        """True while there are notes."""
        return not self.prompter.isHidden()

    def may_move(self, *, moving: bool) -> None:
        """The take goes on, or it does not."""
        self._moving = moving
        self._follow()

    def hold(self) -> None:
        """The speaker holds the notes, or lets them move on."""
        self._held = not self._held
        self._show_hold()
        self._follow()

    def _follow(self) -> None:
        if self._moving and not self._held and self.shows_notes:
            self.prompter.move_on()
        else:
            self.prompter.stand()

    def _show_hold(self) -> None:
        self._hold.say(words.GO_ON if self._held else words.HOLD, icon="play" if self._held else "pause")
        for button in (self._slower, self._hold, self._faster):  # all as wide as the widest, whatever it says
            button.setMinimumWidth(0)
        widest = max(button.sizeHint().width() for button in (self._slower, self._hold, self._faster))
        for button in (self._slower, self._hold, self._faster):
            button.setMinimumWidth(widest)
        self._hold.setAccessibleName(words.GO_ON_SPOKEN if self._held else words.HOLD_SPOKEN)
        self._arrange()

    def _on_paced(self, pace: int) -> None:
        self._say_pace(pace)
        self.paced.emit(pace)

    def _say_pace(self, pace: int) -> None:
        self._slower.say(words.SLOWER)
        self._faster.say(words.FASTER)
        self._slower.setAccessibleName(words.SLOWER_SPOKEN.format(pace=pace))
        self._faster.setAccessibleName(words.FASTER_SPOKEN.format(pace=pace))
        self._pace.setText(words.PACE.format(pace=pace))

    # -- where it stands --------------------------------------------------------------------------------------------

    @property
    def _wide(self) -> bool:
        return self.width() >= WIDE_LETTERS * self.fontMetrics().averageCharWidth()

    def _show_pace(self) -> None:
        """Where there is little room, only the buttons' names tell it."""
        self._pace.setVisible(self._wide)

    def _side_px(self) -> int:
        """Width of what stands beside the notes on either side."""
        return max(self._controls.minimumSizeHint().width(), self.width() // SIDE_SHARE)

    def _below_px(self) -> int:
        """Height of the buttons below the notes, where the picture stands beside them."""
        return max(self._least().height(), self._controls.heightForWidth(self.width() - self._small_px() - SPACE))

    def _least(self) -> QSize:
        return self._preview.minimumSizeHint()

    def _small_px(self) -> int:
        """Width of the picture below the notes."""
        return round(self._slower.sizeHint().height() * 16 / 9)

    def sizeHint(self) -> QSize:
        """Little: it takes what the screen has left."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """The picture may be very low; of the notes the line to read is seen, and every button."""
        if not self.shows_notes:
            return self._least()
        notes, wide = self.prompter.minimumSizeHint().height(), self._side_px()
        if self._wide:
            return QSize(3 * wide, max(notes, self._controls.heightForWidth(wide)))
        return QSize(wide, notes + SPACE + self._below_px())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put everything in its place."""
        super().resizeEvent(event)
        self._show_pace()
        self._arrange()
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Words of another size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._show_pace()
            self.updateGeometry()
            self._arrange()

    def _arrange(self) -> None:
        whole = self.rect()
        if not self.shows_notes:
            self._preview.setGeometry(whole)
        elif self._wide:
            self._arrange_beside(whole, self._side_px(), 2 * SPACE)
        else:
            self._arrange_below(whole, self._below_px(), self._small_px())

    def _arrange_beside(self, whole: QRect, side: int, gap: int) -> None:
        """The notes in the middle."""
        height = min(whole.height(), max(self._least().height(), round(side * 9 / 16)))
        self._preview.setGeometry(0, 0, side, height)
        self.prompter.setGeometry(side + gap, 0, whole.width() - 2 * (side + gap), whole.height())
        self._controls.setGeometry(whole.width() - side, 0, side, whole.height())

    def _arrange_below(self, whole: QRect, below: int, small: int) -> None:
        top = whole.height() - below
        self.prompter.setGeometry(0, 0, whole.width(), max(1, top - SPACE))
        self._preview.setGeometry(0, top, small, below)
        self._controls.setGeometry(small + SPACE, top, whole.width() - small - SPACE, below)
