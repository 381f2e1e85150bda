"""Welcome: the first start. Choose where clips go before anything is made. GUI thread."""

import threading
from functools import partial

from PySide6.QtWidgets import QWidget

from diary_app.delivery.pairing import Invitation
from diary_app.delivery.post_room import PostRoom
from diary_app.errors import Refused
from diary_app.news import News, PortalChanged
from ui import welcome_words, words
from ui.design import SPACE
from ui.desk import Desk
from ui.open_again import open_again
from ui.place import HOME, Place
from ui.screen import Screen
from ui.widgets.buttons import Button, Weight
from ui.widgets.join_card import JoinCard
from ui.widgets.language_line import LanguageLine
from ui.widgets.text import Card, label
from upload.errors import Stopped


def wait_for_staff(post_room: PostRoom, invitation: Invitation, stop: threading.Event) -> bool:
    """Wait until staff allowed the code: True then, False when stopped. Raises DeliveryError."""
    try:
        post_room.finish_join(invitation, stop=stop)
    except Stopped:
        return False
    return True


class Welcome(Screen):
    """Practice mode, or an organisation's portal by a short code."""

    help_words = words.HELP_WELCOME

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="welcome")
        self._stop = threading.Event()
        self._practise = Button(welcome_words.PRACTISE, name="practise", weight=Weight.PRIMARY, icon="practice")
        self._practise.clicked.connect(self._on_practise)
        self._busy = label(welcome_words.PRACTISE_STARTING, "body", name="practise-busy")
        self._busy.hide()
        card = Card(name="practise-card")
        card.column.setSpacing(SPACE * 2)
        card.column.addWidget(label(welcome_words.PRACTICE_MODE, "heading"))
        card.column.addWidget(label(welcome_words.PRACTISE_WHY, "body"))
        card.column.addWidget(self._practise)
        card.column.addWidget(self._busy)
        self._join = JoinCard()
        self._join.asked.connect(self._on_asked)
        self._join.cancelled.connect(self._on_cancelled)
        self._languages = LanguageLine()
        self._languages.chosen.connect(self._on_language)
        self.column.addWidget(self._languages)
        self.column.addWidget(label(welcome_words.WELCOME_LEAD, "lead"))
        self.column.addWidget(card)
        self.column.addWidget(self._join)
        self.column.addStretch(1)

    @property
    def heading(self) -> str:
        """The name of the screen."""
        return welcome_words.WELCOME

    def first(self) -> QWidget:
        """The practice button."""
        return self._practise

    def enter(self, place: Place) -> None:
        """Begin quietly."""
        super().enter(place)
        self._stop = threading.Event()
        self._busy.hide()
        self._join.show_form()
        self._join.propose(self.desk.settings.portal, fixed="portal" in self.desk.diary.settings.read.locked)
        # Only at the first start: nothing is going on that must not end.
        first = self.desk.diary.portal() is None and not place.note
        self._languages.setVisible(first and "language" not in self.desk.diary.settings.read.locked)
        self.banner.hush()
        if place.note:
            self.banner.say(place.note, kindly=True)

    def leave(self, towards: Place | None) -> None:
        """Nobody waits for a code any more."""
        super().leave(towards)
        self._stop.set()

    # -- another language -------------------------------------------------------------------------------------------

    def _on_language(self, language: str) -> None:
        try:
            self.desk.settings = self.desk.diary.settings.keep("language", language)
        except Refused as refused:
            self.banner.say(str(refused), focus=True)
            return
        open_again(self.window())

    # -- practice mode ----------------------------------------------------------------------------------------------

    def _on_practise(self) -> None:
        self.banner.hush()
        self._busy.show()
        self.desk.bridge.errand(self.desk.diary.use_practice_portal, lambda _nothing: None, self._on_no_practice)

    def _on_no_practice(self, sentence: str) -> None:
        if self.place is not None:
            self._busy.hide()
            self.banner.say(sentence, do=(words.TRY_AGAIN, self._on_practise), focus=True)

    def hear(self, news: News) -> None:
        """Go on as soon as there is a portal."""
        if not isinstance(news, PortalChanged):
            return
        if news.problem:
            self._on_no_practice(news.problem)
        elif self.desk.diary.portal() is not None:
            self.go.emit(HOME)

    # -- an organisation's portal -----------------------------------------------------------------------------------

    def _on_asked(self, address: str) -> None:
        if not address:
            self.banner.say(
                welcome_words.JOIN_NO_ADDRESS, do=(welcome_words.JOIN_ADDRESS, self._join.address.setFocus), focus=True
            )
            return
        self.banner.hush()
        self._join.show_asking()
        begin = partial(self.desk.diary.post_room.begin_join, address)
        self.desk.bridge.errand(begin, self._on_invited, self._on_not_joined)

    def _on_invited(self, invitation: Invitation) -> None:
        if self.place is None:
            return
        self._stop = threading.Event()
        self._join.show_code(invitation.code.user_code, invitation.code.address)
        wait = partial(wait_for_staff, self.desk.diary.post_room, invitation, self._stop)
        self.desk.bridge.errand(wait, lambda _joined: None, self._on_not_joined)

    def _on_not_joined(self, sentence: str) -> None:
        if self.place is not None:
            self._join.show_form()
            self.banner.say(sentence, do=(welcome_words.JOIN_ADDRESS, self._join.address.setFocus), focus=True)

    def _on_cancelled(self) -> None:
        self._stop.set()
        self._join.show_form()
        self._join.address.setFocus()
