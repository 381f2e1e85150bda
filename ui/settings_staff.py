"""The staff PIN: set or removed here, and asked for before what it guards. GUI thread."""

import json
import re
import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal

from diary_app.settings import SettingsDesk, pin_fits, pin_hash
from diary_app.shared.tries import Tries
from ui import settings_words as words
from ui.desk import Desk
from ui.remembered import Remembered
from ui.settings_parts import Decided, pin_line
from ui.widgets.buttons import Button
from ui.widgets.text import Card, label

LEFT = Qt.AlignmentFlag.AlignLeft
TRIES = "pin-tries"
"""Where wrong PINs are remembered from one start to the next."""


def is_pin(text: str) -> bool:
    """True for what may be a staff PIN."""
    return re.fullmatch(r"[0-9]{4,12}", text) is not None


def tries_of(remembered: Remembered) -> Tries:
    """The wrong PINs so far; none where nobody knows."""
    try:
        wrong, at = json.loads(remembered.read(TRIES))
        return Tries(max(0, int(wrong)), float(at))
    except (ValueError, TypeError):
        return Tries()


class Guard(Card):
    """Stands where the guarded settings are until somebody knows the PIN."""

    opened = Signal()
    failed = Signal(str)
    """A sentence."""

    def __init__(self, desk: Desk, *, now: Callable[[], float] = time.time) -> None:
        super().__init__("tint", name="settings-guard")
        self._desk, self._now = desk, now
        self._busy = False
        caption = label(words.GUARD_PIN, "label")
        self.line = pin_line(words.GUARD_PIN, name="guard-pin")
        caption.setBuddy(self.line)
        self._open = Button(words.GUARD_OPEN, name="guard-open")
        self._open.clicked.connect(self._try)
        self.line.returnPressed.connect(self._try)
        for part in (label(words.GUARD, "heading"), label(words.GUARD_WHY), caption, self.line):
            self.column.addWidget(part)
        self.column.addWidget(self._open, 0, LEFT)

    def _try(self) -> None:
        tries, pin = tries_of(self._desk.remembered), self.line.text()
        waits = tries.left_s(self._now())
        if waits > 0:
            self._say(words.GUARD_WAIT.of(round(waits + 0.5)))
        elif not self._busy:
            self._busy = True
            fits = partial(pin_fits, pin, self._desk.diary.settings.settings.pin)
            self._desk.bridge.errand(fits, self._on_answer, self._say)

    def _on_answer(self, fits: bool) -> None:
        self._busy = False
        remembered = self._desk.remembered
        tries = Tries() if fits else tries_of(remembered).one_more(self._now())
        remembered.write(TRIES, json.dumps([tries.wrong, tries.at]) if tries.wrong else "")
        waits = tries.left_s(self._now())
        if fits:
            self.line.clear()
            self.opened.emit()
        else:
            self._say(words.GUARD_WAIT.of(round(waits + 0.5)) if waits else words.GUARD_WRONG)

    def _say(self, sentence: str) -> None:
        self.line.clear()
        self.failed.emit(sentence)


class PinCard(Decided):
    """Sets, changes and removes the PIN."""

    kept = Signal(str)
    """A sentence: it is done."""
    failed = Signal(str)
    """A sentence."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(words.PIN, name="pin-card")
        self._desk = desk
        self._state = label("", name="pin-state")
        self._new, self._again = (pin_line(text, name=name) for text, name in self._lines())
        captions = [label(text, "label") for text, _ in self._lines()]
        for caption, line in zip(captions, (self._new, self._again), strict=True):
            caption.setBuddy(line)
        self._set = Button(words.PIN_KEEP, name="pin-keep")
        self._remove = Button(words.PIN_REMOVE, name="pin-remove")
        self._set.clicked.connect(self._on_set)
        self._again.returnPressed.connect(self._on_set)
        self._remove.clicked.connect(lambda: self._keep("", words.PIN_REMOVED))
        self.add("pin", self._state, captions[0], self._new, captions[1], self._again)
        self.column.addWidget(self._set, 0, LEFT)
        self.column.addWidget(self._remove, 0, LEFT)

    @staticmethod
    def _lines() -> tuple[tuple[str, str], tuple[str, str]]:
        return (words.PIN_NEW, "pin-new"), (words.PIN_AGAIN, "pin-again")

    def show_settings(self, settings: SettingsDesk) -> None:
        """Say whether there is one."""
        there = bool(settings.settings.pin)
        guarded = words.PIN_SET.format(computer=words.COMPUTER, portal=words.PORTAL)
        self._state.setText(guarded if there else words.PIN_NONE)
        self._remove.setVisible(there)
        self.show_decided(settings.read.locked)

    def _on_set(self) -> None:
        new, again = self._new.text(), self._again.text()
        self._new.clear()
        self._again.clear()
        if not is_pin(new):
            self._not_kept(words.PIN_BAD)
        elif new != again:
            self._not_kept(words.PIN_DIFFERS)
        else:
            self._keep(new, words.PIN_KEPT)

    def _keep(self, pin: str, done: str) -> None:
        def keep() -> None:
            self._desk.diary.settings.keep("pin", pin_hash(pin) if pin else "")

        self._desk.bridge.errand(keep, lambda _nothing: self._on_kept(done), self._not_kept)

    def _on_kept(self, done: str) -> None:
        self.show_settings(self._desk.diary.settings)
        self.kept.emit(done)

    def _not_kept(self, sentence: str) -> None:
        self._new.setFocus()
        self.failed.emit(sentence)
