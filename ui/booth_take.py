"""The booth around a take: getting ready with the countdown, and recording with the time left. GUI thread."""

import math

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from capture.state import Finishing, Recording
from diary_app import phrases
from diary_app.booth import nouns as n
from diary_app.clip import Kind
from diary_app.diary import Diary
from diary_app.language import shown
from ui import booth_words as words
from ui.booth_page import BoothButton, BoothPage
from ui.design import SPACE
from ui.notices import NoticeBoard
from ui.widgets.buttons import Weight
from ui.widgets.low_preview import LowPreview
from ui.widgets.meter import LevelMeter
from ui.widgets.preview import WHILE_RECORDING
from ui.widgets.state_shape import StateShape
from ui.widgets.text import label, redress, row

TICK_MS = 66
LEAST_PREVIEW = 96
QUIET_S = 3.0
"""What is wrong with the sound is said when there has been time to begin."""
SOON_S = 10.0
"""The last seconds are counted one by one, those before in tens."""


def left_words(left_s: float) -> str:
    """The time left, in words: in steps of ten seconds, so that it does not run before somebody's eyes."""
    whole = math.ceil(max(0.0, left_s))
    steps = whole if whole <= SOON_S else math.ceil(whole / 10) * 10
    return words.LEFT.format(time=phrases.spoken(steps))


class _TakePage(BoothPage):
    """A preview that follows the camera while the page is shown."""

    def __init__(self, name: str, diary: Diary, *, most_a_second: float | None) -> None:
        super().__init__(name, wide=True)
        self.diary = diary
        self.preview = LowPreview(LEAST_PREVIEW, name=f"{name}-preview", most_a_second=most_a_second)
        self._look = QTimer(self, interval=TICK_MS)
        self._look.timeout.connect(self.on_look)

    def on_look(self) -> None:
        """The newest picture, if there is a camera."""
        frame = self.diary.latest_frame()
        self.preview.show_picture(frame.image if frame else None)

    def show_state(self, state: n.State) -> None:
        """Follow the camera."""
        super().show_state(state)
        if not self._look.isActive():
            self._look.start()

    def leave(self) -> None:
        """No picture of one visitor waits for the next."""
        self._look.stop()
        self.preview.show_picture(None)
        self.preview.count("")


class ReadyPage(_TakePage):
    """The devices open, then three, two, one."""

    def __init__(self, diary: Diary) -> None:
        super().__init__("ready", diary, most_a_second=None)
        self.heading.setText(words.READY)
        self._what = label("", "lead", name="ready-what")
        self.words.column.addWidget(self._what)
        self.words.column.addWidget(self.preview, 1)
        self.kind = Kind.VIDEO
        self.cancel = BoothButton(words.CANCEL, name="cancel", icon="close")
        self.buttons(self.wants(self.cancel, n.Declined()))

    def show_state(self, state: n.State) -> None:
        """Opening, or counting."""
        sound = self.kind is Kind.SOUND
        if isinstance(state, n.CountingDown):
            self._what.setText(words.COUNTING_SOUND if sound else words.COUNTING)
        else:
            self._what.setText(words.OPENING_SOUND if sound else words.OPENING)
        self.preview.explain(words.SOUND_ONLY if sound else "", icon="microphone" if sound else "")
        super().show_state(state)

    def count(self, number: int) -> None:
        """A number of the countdown."""
        self.preview.count(str(number))

    def first(self) -> QWidget:
        """The way back."""
        return self.cancel

    @property
    def spoken(self) -> str:
        """Heading and line."""
        return f"{words.READY}. {self._what.text()}"


class TakePage(_TakePage):
    """The word, a shape, the time left, the question, how loud it is, and one button."""

    def __init__(self, diary: Diary, question: str) -> None:
        super().__init__("take", diary, most_a_second=WHILE_RECORDING)
        self.heading.setText(question or words.QUESTION)
        self.heading.setProperty("role", "heading")
        self._shape = StateShape()
        self._word = label(words.RECORDING, "danger", name="recording-word", wrap=False)
        self.left = label("", "clock", name="time-left")
        self._level = LevelMeter()
        top = row(self._shape, self._word, spacing=SPACE * 2, stretch=False)
        top.addWidget(self.left, 1)
        self.words.column.insertLayout(0, top)
        self._notice = label("", "lead-strong", name="take-notice")
        self.words.column.addWidget(self._notice)
        self.words.column.addWidget(self.preview, 1)
        self.foot.addWidget(self._level)
        self.kind = Kind.VIDEO
        self.done = BoothButton(words.DONE, name="done", weight=Weight.PRIMARY, icon="stop")
        self.buttons(self.wants(self.done, n.Finished()))
        self._board = NoticeBoard()
        self._said = ""
        self._seen_s = 0.0

    def show_state(self, state: n.State) -> None:
        """Recording with so much time left, or saving."""
        super().show_state(state)
        recording = isinstance(state, n.Recording)
        self._shape.become(Recording if recording else Finishing)
        self._word.setText(words.RECORDING if recording else words.SAVING)
        redress(self._word, role="danger" if recording else "lead-strong")
        self._level.setVisible(recording)
        self.left.setVisible(recording)
        self.done.setVisible(recording)
        sound = self.kind is Kind.SOUND
        self.preview.explain("" if not sound else words.SOUND_ONLY, icon="microphone" if sound else "")
        if isinstance(state, n.Recording):
            self._say_left(state.left_s)
            self._said = shown(state.said)
        else:
            self.preview.explain(words.SAVING_WHY)
            self.preview.show_picture(None)

    def _say_left(self, left_s: float) -> None:
        text = left_words(left_s)
        if text != self.left.text():
            self.left.setText(text)

    def on_look(self) -> None:
        """The picture, the level, and what is wrong with the sound."""
        if not isinstance(self.diary.recorder_state, Recording):
            return
        super().on_look()
        self._level.feed(self.diary.level())
        heard = self.diary.sound_trouble() if self.diary.recorded_s() > QUIET_S else None
        notice = self._board.now(heard, None)
        text = self._said or (notice.what if notice else "")
        if text != self._notice.text():
            self._notice.setText(text)
        self._notice.setVisible(bool(text))

    def leave(self) -> None:
        """Nothing of this visitor is shown to the next."""
        super().leave()
        self._level.rest()
        self._said = ""
        self._notice.clear()

    def first(self) -> QWidget:
        """I have finished."""
        return self.done

    @property
    def spoken(self) -> str:
        """Nothing: it would be heard in the take."""
        return ""
