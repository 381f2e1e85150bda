"""Which portal this app is joined to, leaving it, and joining another one. GUI thread."""

from PySide6.QtCore import Qt, Signal

from ui import settings_words as words
from ui.desk import Desk
from ui.place import Name, Place
from ui.question import Question
from ui.widgets.buttons import Button, Weight
from ui.widgets.text import Card, label


class PortalCard(Card):
    """Says where clips go."""

    go = Signal(object)
    """The user is to be at this Place."""
    failed = Signal(str)
    """A sentence."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(name="portal-card")
        self._desk = desk
        self._state = label("", name="portal-state")
        self._join = Button(words.JOIN_ANOTHER, name="portal-join")
        self._leave = Button(words.LEAVE, name="portal-leave")
        self._join.clicked.connect(self._on_join)
        self._leave.clicked.connect(self._on_leave)
        self.column.addWidget(label(words.PORTAL, "heading"))
        self.column.addWidget(self._state)
        self.column.addWidget(self._join, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self._leave, 0, Qt.AlignmentFlag.AlignLeft)

    def show_portal(self) -> None:
        """Say what is so now."""
        portal = self._desk.diary.portal()
        if portal is None:
            self._state.setText(words.PORTAL_NONE)
        elif portal.practice:
            self._state.setText(words.PORTAL_PRACTICE)
        else:
            self._state.setText(words.PORTAL_JOINED.format(name=portal.name, address=portal.url))
        self._join.say(words.JOIN_ANOTHER if portal else words.JOIN_ONE)
        self._leave.setVisible(portal is not None)

    def _on_join(self) -> None:
        portal = self._desk.diary.portal()
        note = words.JOIN_NOTE.format(name=portal.name) if portal else ""
        self.go.emit(Place(Name.WELCOME, note=note))

    def _on_leave(self) -> None:
        question = Question(self.window(), words.LEAVE_ASK, words.LEAVE_WHY)
        question.answer(words.LEAVE_NO, name="leave-no")
        yes = question.answer(words.LEAVE, name="leave-yes", weight=Weight.DANGER)
        yes.clicked.connect(self._on_sure)
        question.open()

    def _on_sure(self) -> None:
        leave = self._desk.diary.post_room.leave
        self._desk.bridge.errand(leave, lambda _nothing: self.go.emit(Place(Name.WELCOME)), self.failed.emit)
