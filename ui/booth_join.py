"""Joining the organisation's portal from the booth's staff page, where nobody has done it yet. GUI thread."""

import threading
from functools import partial

from PySide6.QtCore import Signal

from diary_app.delivery.pairing import Invitation
from diary_app.language import shown
from ui.desk import Desk
from ui.welcome import wait_for_staff
from ui.welcome_words import JOIN_NO_ADDRESS
from ui.widgets.join_card import JoinCard


class BoothJoin(JoinCard):
    """Hidden once the booth has a portal. told carries a sentence about what went wrong."""

    told = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._stop = threading.Event()
        self.asked.connect(self._on_asked)
        self.cancelled.connect(self.rest)
        self.hide()

    def offer(self) -> None:
        """Show it where there is no portal, with the address that the settings name."""
        self.setVisible(self._desk.diary.portal() is None)
        settings = self._desk.diary.settings.read
        self.propose(settings.settings.portal, fixed="portal" in settings.locked)

    def rest(self) -> None:
        """Nobody waits for a code any more."""
        self._stop.set()
        self.show_form()

    def _on_asked(self, address: str) -> None:
        if not address:
            self._on_not_joined(JOIN_NO_ADDRESS)
            return
        self._stop = stop = threading.Event()
        self.show_asking()
        begin = partial(self._desk.diary.post_room.begin_join, address)
        self._desk.bridge.errand(begin, partial(self._on_invited, stop), self._on_not_joined)

    def _on_invited(self, stop: threading.Event, invitation: Invitation) -> None:
        if stop.is_set():
            return
        self.show_code(invitation.code.user_code, invitation.code.address)
        wait = partial(wait_for_staff, self._desk.diary.post_room, invitation, stop)
        self._desk.bridge.errand(wait, lambda _joined: None, self._on_not_joined)

    def _on_not_joined(self, sentence: str) -> None:
        self.show_form()
        self.told.emit(shown(sentence))
