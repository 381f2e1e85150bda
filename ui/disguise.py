"""Show me as: a part of About it. What each choice does stands beside it. GUI thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from diary_app.clip import Kind, ShowAs
from diary_app.editing.errors import EditRefused
from diary_app.editing.seen_faces import check_faces_can_be_found
from ui import disguise_words as words
from ui.design import SPACE
from ui.widgets.buttons import Button
from ui.widgets.choices import LongChoice
from ui.widgets.text import label, row

FOR_SOUND = (ShowAs.AS_I_AM, ShowAs.DISGUISED_VOICE)
"""Where there is no picture."""


class ShowMe(QWidget):
    """The choices, and the way to what comes of them."""

    changed = Signal()
    watch = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._heading = label(words.SHOW_ME, "heading")
        self._group = QButtonGroup(self)
        self._choices = {shown: LongChoice(text, name=f"show-{shown}") for shown, text in words.CHOICES.items()}
        self._watch = Button(words.WATCH, name="watch-as-others", icon="play")
        self._watch.clicked.connect(self.watch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._heading)
        for choice in self._choices.values():
            self._group.addButton(choice)
            column.addWidget(choice)
        self._choices[ShowAs.AS_I_AM].setChecked(True)
        for choice in self._choices.values():
            choice.toggled.connect(self._on_toggled)
        column.addLayout(row(self._watch))

    def _on_toggled(self, on: bool) -> None:
        if on:
            self.changed.emit()

    def show_choice(self, kind: Kind, chosen: ShowAs) -> None:
        """What was chosen before for a clip of this kind."""
        for shown, choice in self._choices.items():
            choice.setVisible(kind is Kind.VIDEO or shown in FOR_SOUND)
        voice = words.CHOICES[ShowAs.DISGUISED_VOICE] if kind is Kind.VIDEO else words.DISGUISED_SOUND
        self._choices[ShowAs.DISGUISED_VOICE].say(voice)
        self._heading.setText(words.SHOW_ME if kind is Kind.VIDEO else words.HEARD_AS)
        self._choices[chosen].setChecked(True)
        self._watch.say(words.WATCH if kind is Kind.VIDEO else words.LISTEN)

    def choose(self, shown: ShowAs) -> None:
        """As if it were pressed, and with the focus there."""
        self._choices[shown].setChecked(True)
        self._choices[shown].setFocus()

    @property
    def chosen(self) -> ShowAs:
        """The choice."""
        return next(shown for shown, choice in self._choices.items() if choice.isChecked())

    @property
    def problem(self) -> str:
        """Why this computer cannot do what is chosen; empty where it can."""
        if self.chosen is ShowAs.BLURRED_FACE:
            try:
                check_faces_can_be_found()
            except EditRefused as refused:
                return str(refused)
        return ""
