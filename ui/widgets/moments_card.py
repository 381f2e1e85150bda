"""The moments that a note speaks of: a button that leads to each, with its words beside it. GUI thread."""

from PySide6.QtCore import Qt, Signal

from diary_app.clip import Kind
from ui import news_words
from ui.design import SPACE
from ui.moments import Moment
from ui.widgets.buttons import Button
from ui.widgets.text import Card, clear, label, row


class MomentsCard(Card):
    """Hidden where there are none."""

    chosen = Signal(object)
    """Somebody wants to be at this Moment."""

    def __init__(self) -> None:
        super().__init__("tint", name="moments")
        self._shown: tuple[tuple[Moment, ...], Kind] = (), Kind.VIDEO
        self.buttons: list[Button] = []
        self.hide()

    def show_moments(self, moments: tuple[Moment, ...], kind: Kind) -> None:
        """Show these; quick where they are shown already, and the focus stays where it is."""
        if (moments, kind) == self._shown:
            return
        self._shown = moments, kind
        clear(self.column)
        self.buttons = [self._add(place, moment, kind) for place, moment in enumerate(moments)]
        self.setVisible(bool(moments))

    def _add(self, place: int, moment: Moment, kind: Kind) -> Button:
        if place == 0:
            self.column.addWidget(label(news_words.MOMENTS, "heading"))
        text = news_words.MOMENT[kind].format(time=moment.time)
        button = Button(text, name=f"moment-{place}", icon="play")
        if moment.text:
            button.setAccessibleName(news_words.MOMENT_SPOKEN.format(button=text, text=moment.text))
        button.clicked.connect(lambda: self.chosen.emit(moment))
        line = row(button, spacing=SPACE * 2, stretch=False)
        line.addWidget(label(moment.text, "body", name=f"moment-{place}-text"), 1, Qt.AlignmentFlag.AlignVCenter)
        self.column.addLayout(line)
        return button
