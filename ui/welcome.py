"""Welcome: the first start. Choose where clips go before anything is made. GUI thread."""

from PySide6.QtWidgets import QWidget

from diary_app.news import News, PortalChanged
from ui import words
from ui.design import SPACE
from ui.desk import Desk
from ui.place import HOME, Place
from ui.screen import Screen
from ui.widgets.buttons import Button, Weight
from ui.widgets.text import Card, label


class Welcome(Screen):
    """One card: practice mode, which sends to a portal on this computer."""

    help_words = words.HELP_WELCOME

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="welcome")
        self._practise = Button(words.PRACTISE, name="practise", weight=Weight.PRIMARY, icon="practice")
        self._practise.clicked.connect(self._on_practise)
        self._busy = label(words.PRACTISE_STARTING, "body", name="practise-busy")
        self._busy.hide()
        card = Card(name="practise-card")
        card.column.setSpacing(SPACE * 2)
        card.column.addWidget(label(words.PRACTISE_WHY, "body"))
        card.column.addWidget(self._practise)
        card.column.addWidget(self._busy)
        self.column.addWidget(label(words.WELCOME_LEAD, "lead"))
        self.column.addWidget(card)
        self.column.addStretch(1)

    @property
    def heading(self) -> str:
        """The name of the screen."""
        return words.WELCOME

    def first(self) -> QWidget:
        """The one button."""
        return self._practise

    def _on_practise(self) -> None:
        self.banner.hush()
        self._busy.show()
        self.desk.bridge.errand(self.desk.diary.use_practice_portal, lambda _: None, self._on_failed)

    def _on_failed(self, sentence: str) -> None:
        self._busy.hide()
        self.banner.say(sentence, do=(words.TRY_AGAIN, self._on_practise), focus=True)

    def hear(self, news: News) -> None:
        """Go on as soon as there is a portal."""
        if not isinstance(news, PortalChanged):
            return
        if news.problem:
            self._on_failed(news.problem)
        elif self.desk.diary.portal() is not None:
            self.go.emit(HOME)

    def enter(self, place: Place) -> None:
        """Begin quietly."""
        super().enter(place)
        self._busy.hide()
        self.banner.hush()
