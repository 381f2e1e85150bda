"""Permission cards: one for the speaker, one for everybody else who can be seen or heard. GUI thread."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from diary_app.clip import Person
from ui import words
from ui.design import SPACE
from ui.widgets.buttons import Button, Weight
from ui.widgets.choices import Tick
from ui.widgets.text import Card, label, row


class PersonCard(Card):
    """One person: a name (the speaker is 'Me') and one unticked box."""

    changed = Signal()
    removed = Signal()

    def __init__(self, person: Person, *, number: int) -> None:
        super().__init__(name=f"card-{number}")
        self._name: QLineEdit | None = None
        self._remove: Button | None = None
        if number == 0:
            self.column.addWidget(label(words.ME, "strong"))
        else:
            self._add_name(person, number)
        self._agrees = Tick(words.AGREE_OTHER if number else words.AGREE_ME, name=f"agree-{number}")
        self._agrees.setChecked(person.agrees)
        self._agrees.toggled.connect(lambda _on: self.changed.emit())
        self.column.addWidget(self._agrees)

    def _add_name(self, person: Person, number: int) -> None:
        caption = label(words.PERSON_NAME, "label", wrap=False)
        self._name = QLineEdit(person.name)
        self._name.setObjectName(f"person-{number}")
        self._name.setAccessibleName(words.PERSON_NAME)
        self._name.setMaxLength(100)
        self._name.textChanged.connect(lambda _text: self.changed.emit())
        caption.setBuddy(self._name)
        self._remove = remove = Button(words.REMOVE, name=f"remove-{number}", weight=Weight.QUIET, icon="close")
        remove.clicked.connect(self.removed.emit)
        line = row(stretch=False)
        line.addWidget(self._name, 1)
        line.addWidget(remove)
        self.column.addWidget(caption)
        self.column.addLayout(line)

    @property
    def stops(self) -> list[QWidget]:
        """What Tab visits, in order."""
        return [stop for stop in (self._name, self._remove, self._agrees) if stop is not None]

    @property
    def person(self) -> Person:
        """The answers as they stand."""
        return Person(self._name.text().strip() if self._name else words.ME, self._agrees.isChecked())


class People(QWidget):
    """All the cards, and the button that adds one; Tab comes to them from the widget before them, `after`."""

    changed = Signal()

    def __init__(self, *, after: QWidget) -> None:
        super().__init__()
        self._after = after
        self._cards: list[PersonCard] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE)
        add = Button(words.SOMEONE_ELSE, name="someone-else", icon="plus")
        add.clicked.connect(self._on_add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(self._list)
        column.addLayout(row(add))
        self._add = add

    @property
    def people(self) -> tuple[Person, ...]:
        """The answers, the speaker first."""
        return tuple(card.person for card in self._cards)

    def show_people(self, people: tuple[Person, ...]) -> None:
        """Show these people; nobody yet means the speaker alone, unticked."""
        for card in self._cards:
            self._drop(card)
        self._cards = []
        for person in people or (Person(words.ME, agrees=False),):
            self._put(person)

    def _put(self, person: Person) -> PersonCard:
        card = PersonCard(person, number=len(self._cards))
        card.changed.connect(self.changed)
        card.removed.connect(partial(self._on_remove, card))
        self._cards.append(card)
        self._list.addWidget(card)
        self._order()
        return card

    def _order(self) -> None:
        """Tab goes through the cards from the top, then to the button."""
        before = self._after
        for stop in (*(stop for card in self._cards for stop in card.stops), self._add):
            QWidget.setTabOrder(before, stop)
            before = stop

    def _on_add(self) -> None:
        card = self._put(Person("", agrees=False))
        self.changed.emit()
        name = card.findChild(QLineEdit)
        if isinstance(name, QLineEdit):
            name.setFocus()

    def _on_remove(self, card: PersonCard) -> None:
        people = [other.person for other in self._cards if other is not card]
        self.show_people(tuple(people))
        self._add.setFocus()
        self.changed.emit()

    def _drop(self, card: PersonCard) -> None:
        self._list.removeWidget(card)
        card.hide()
        card.setParent(None)
        card.deleteLater()
