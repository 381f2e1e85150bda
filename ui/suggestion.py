"""The cut that is suggested where nobody speaks at the start or the end: looked for, then offered once. GUI thread."""

import logging
import threading
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from diary_app import phrases
from diary_app.clip import ClipId, KeptRange
from diary_app.editing.speech_span import AFTER_S, BEFORE_S
from ui import words
from ui.announce import announce
from ui.desk import Desk
from ui.trim import Trim
from ui.widgets.offer import Offer

log = logging.getLogger(__name__)


class Suggestion(Offer):
    """Hidden until something is found; never comes back for a clip that it was answered for. Cuts nothing itself."""

    agreed = Signal(object)
    """This KeptRange is to be kept, and nothing else."""

    def __init__(self, desk: Desk, *, afterwards: QWidget) -> None:
        super().__init__(name="suggestion", no=words.SUGGEST_NO, icon="cut")
        self._desk = desk
        self._afterwards = afterwards
        self._stop = threading.Event()
        self._trim: Trim | None = None
        self._clip_id: ClipId | None = None
        self._found: KeptRange | None = None
        self._answered: set[ClipId] = set()
        self.taken.connect(self._on_taken)
        self.declined.connect(self._on_declined)

    def rest(self) -> None:
        """Another clip, or none: stop looking, and say nothing."""
        self._stop.set()
        self._trim = self._clip_id = self._found = None
        self.hide()

    def look(self, clip_id: ClipId, trim: Trim) -> None:
        """Look for a cut to suggest, in the background; nobody waits for it."""
        self.rest()
        if clip_id in self._answered or not trim.untouched:
            return
        self._clip_id, self._trim = clip_id, trim
        stop = self._stop = threading.Event()

        def on_found(found: KeptRange | None) -> None:
            if found is not None and not stop.is_set():
                self._offer(found)

        search = partial(self._desk.diary.suggest_trim, clip_id, stop)
        self._desk.bridge.errand(search, on_found, lambda sentence: log.info("no cut is suggested: %s", sentence))

    def follow(self, trim: Trim) -> None:
        """The trim as it is now: whoever has begun to trim needs no suggestion."""
        self._trim = trim
        if not trim.untouched:
            self._withdraw()

    def _offer(self, found: KeptRange) -> None:
        if self._trim is not None and self._trim.untouched:
            self._found = found
            self.make(in_words(found, self._trim.seconds), yes_for(found, self._trim.seconds))

    def _on_taken(self) -> None:
        found = self._found
        self._close()
        self.agreed.emit(found)
        if self._trim is not None and not self._trim.is_whole:  # it was not refused
            announce(self._afterwards, words.SUGGEST_TAKEN)

    def _on_declined(self) -> None:
        self._close()

    def _close(self) -> None:
        """It was answered."""
        if self._clip_id is not None:
            self._answered.add(self._clip_id)
        self._withdraw()

    def _withdraw(self) -> None:
        if self.has_focus():
            self._afterwards.setFocus()
        self.hide()


def in_words(keep: KeptRange, seconds: float) -> str:
    """What would be cut off a take of so many seconds, and the question."""
    before, after = _length(keep.start_s + BEFORE_S), _length(seconds - keep.end_s + AFTER_S)
    match keep.start_s > 0, keep.end_s < seconds:
        case True, True:
            return words.SUGGEST.format(before=before, after=after)
        case True, False:
            return words.SUGGEST_START.format(before=before)
        case _:
            return words.SUGGEST_END.format(after=after)


def yes_for(keep: KeptRange, seconds: float) -> str:
    """What the button says: there are two parts to cut off, or one."""
    return words.SUGGEST_YES if keep.start_s > 0 and keep.end_s < seconds else words.SUGGEST_YES_ONE


def _length(seconds: float) -> str:
    return phrases.spoken(round(seconds))
