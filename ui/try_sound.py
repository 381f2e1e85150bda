"""“Try your sound”: say your name, hear it, and read how it was. Nothing of it is kept. GUI thread."""

import math
import threading
from functools import partial

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from capture.sound_guard import SoundTrouble
from capture.sound_verdict import SoundFault, SoundVerdict
from capture.state import Ready
from diary_app import phrases
from diary_app.sound_try import TRY_S, SoundTry
from ui import words
from ui.design import SPACE
from ui.desk import Desk
from ui.widgets.buttons import Button
from ui.widgets.hint_line import HintLine

TICK_MS = 200
IN_READY = (SoundTrouble.SILENT, SoundTrouble.CLIPPING, SoundTrouble.QUIET)
"""Said before a recording; that nobody speaks yet is no trouble."""


def verdict_words(verdict: SoundVerdict) -> str:
    """How it was, and one thing to do."""
    if verdict.fault is None:
        return f"{words.TRY_HEARD} {words.TRY_DO_NOTHING}"
    return " ".join(words.TRY_VERDICTS[verdict.fault])


class TrySound(QWidget):
    """A button, and one line that says what to do, and then how it was."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._round = 0
        self._hush = threading.Event()
        """Of this try; what an earlier one brings is dropped."""
        self._busy = False
        self._verdict = ""
        self._good = True
        self._since = QElapsedTimer()
        self._left = QTimer(self, interval=TICK_MS)
        self._left.timeout.connect(self._on_left)
        self._button = Button(words.TRY_SOUND, name="try-sound", icon="microphone")
        self._button.clicked.connect(self._on_press)
        said = [" ".join(text) for table in (words.TRY_VERDICTS, words.TROUBLES) for text in table.values()]
        self._line = HintLine((words.SAY_SOMETHING, *said), name="tip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._line)
        column.addWidget(self._button)

    def rest(self) -> None:
        """Forget what was tried: the microphone is another one, or the screen is left."""
        self._round += 1
        self._hush.set()
        self._busy, self._verdict = False, ""
        self._left.stop()
        self._button.say(words.TRY_SOUND, icon="microphone")
        self._line.advise(words.SAY_SOMETHING, warn=False)

    def look(self, trouble: SoundTrouble | None) -> None:
        """Say this trouble, or the verdict of the last try; pulled by the screen's timer."""
        if self._busy:
            return
        if trouble in IN_READY:
            self._line.advise(" ".join(words.TROUBLES[trouble]), warn=True)
        elif self._verdict:
            self._line.advise(self._verdict, warn=not self._good)
        else:
            self._line.advise(words.SAY_SOMETHING, warn=False)

    def _on_press(self) -> None:
        if self._busy:
            return
        if not isinstance(self._desk.diary.recorder_state, Ready):
            self._verdict, self._good = words.NOT_READY, False
            self.look(None)
            return
        self._round += 1
        self._busy = True
        self._button.say(words.TRY_SAY)
        self._since.start()
        self._left.start()
        self._on_left()
        number = self._round
        self._desk.bridge.errand(
            self._desk.diary.try_sound, partial(self._on_heard, number), partial(self._on_failed, number)
        )

    def _on_left(self) -> None:
        left = max(1, math.ceil(TRY_S - self._since.elapsed() / 1000))
        self._line.advise(words.TRY_LEFT.format(seconds=phrases.spoken(left)), warn=False)

    def _on_heard(self, number: int, heard: SoundTry) -> None:
        if number != self._round:
            return
        self._left.stop()
        if heard.verdict.fault is SoundFault.SILENT:  # there is nothing to hear
            self._judge(number, heard.verdict)
            return
        self._button.say(words.TRY_PLAYING, icon="play")
        self._line.advise(words.TRY_PLAY, warn=False)
        self._hush = threading.Event()
        self._desk.bridge.errand(
            partial(self._desk.diary.play, heard.samples, self._hush),
            lambda _nothing: self._judge(number, heard.verdict),
            lambda sentence: self._judge(number, heard.verdict, sentence),
        )

    def _judge(self, number: int, verdict: SoundVerdict, unplayed: str = "") -> None:
        """Say how it was; and why it could not be played, if that is so."""
        self._end(number, f"{verdict_words(verdict)} {unplayed}".strip(), good=verdict.fault is None)

    def _on_failed(self, number: int, sentence: str) -> None:
        self._end(number, sentence, good=False)

    def _end(self, number: int, text: str, *, good: bool) -> None:
        if number != self._round:
            return
        self._left.stop()
        self._busy = False
        self._verdict, self._good = text, good
        self._button.say(words.TRY_SOUND_AGAIN, icon="again")
        self.look(None)
        if good:
            self._line.tell()
