"""How the captions of a clip stand, with a button that leads to them: on About it and on Sending. GUI thread."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.captions.desk import How, Standing
from diary_app.clip import ClipId, Stage
from ui import caption_words as words
from ui.design import SPACE
from ui.desk import Desk
from ui.widgets.buttons import Button
from ui.widgets.text import label, row

LOOK_MS = 500


def standing_words(standing: Standing) -> str:
    """How they stand, in a sentence."""
    match standing.how:
        case How.MAKING if standing.making.seconds_left is not None:
            return words.MAKING_LEFT.format(time=phrases.about(standing.making.seconds_left))
        case How.DRAFT if standing.to_check:
            return words.TO_CHECK.of(standing.lines, check=standing.to_check)
        case How.DRAFT:
            return words.LINES.of(standing.lines)
        case How.APPROVED:
            return words.APPROVED.of(standing.lines)
    return {
        How.CANNOT: words.CANNOT,
        How.NOT_YET: words.NOT_YET,
        How.MAKING: words.MAKING,
        How.FAILED: words.FAILED,
        How.SILENT: words.SILENT,
    }[standing.how]


SENT = (How.MAKING, How.DRAFT, How.APPROVED)
"""What matters of a clip that is on its way: the rest is the portal's."""


class CaptionPart(QWidget):
    """open() it with a clip, rest() when its screen is left. sent: the clip is on its way, or has arrived."""

    check = Signal()
    """The user wants to look at them."""

    def __init__(self, desk: Desk, *, sent: bool = False) -> None:
        super().__init__()
        self._desk = desk
        self._sent = sent
        self._clip_id: ClipId | None = None
        self._shown: Standing | None = None
        self._says = label("", "body", name="captions-say")
        self._note = label("", "soft", name="captions-note")
        self._button = Button(words.CHECK, name="captions-check", icon="tick")
        self._button.clicked.connect(self._on_pressed)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._on_look)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(label(words.CAPTIONS, "strong" if sent else "heading"))
        if not sent:
            column.addWidget(label(words.WHY, "soft"))
        column.addWidget(self._says)
        column.addLayout(row(self._button))
        column.addWidget(self._note)

    def open(self, clip_id: ClipId) -> None:
        """Say how those of this clip stand, from now on."""
        self._clip_id, self._shown = clip_id, None
        self._on_look()
        self._look.start()

    def rest(self) -> None:
        """No clip is shown."""
        self._clip_id = None
        self._look.stop()

    def _on_look(self) -> None:
        if self._clip_id is None:
            return
        standing = self._desk.diary.captions.standing(self._clip_id)
        if standing != self._shown:
            self._shown = standing
            self._show(standing)

    def _show(self, standing: Standing) -> None:
        if self._sent and self._clip_id is not None:
            withdrawn = self._desk.diary.clip(self._clip_id).stage is Stage.WITHDRAWN
            self.setVisible(standing.how in SENT and not withdrawn)
        text = standing_words(standing)
        if text != self._says.text():
            self._says.setText(text)
        buttons = {How.DRAFT: words.CHECK, How.APPROVED: words.LOOK_AGAIN, How.FAILED: words.TRY_AGAIN}
        pressed = buttons.get(standing.how)
        self._button.setVisible(pressed is not None)
        if pressed is not None:
            self._button.say(pressed)
            self._button.setAccessibleName(f"{words.CAPTIONS}: {pressed}")
        need_not = words.CHECK_LATER if self._sent else words.NEED_NOT
        note = need_not if standing.how is How.DRAFT else ""
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _on_pressed(self) -> None:
        if self._clip_id is not None and self._shown is not None and self._shown.how is How.FAILED:
            self._desk.diary.captions.begin(self._clip_id)
            self._on_look()
        else:
            self.check.emit()
