"""One person's time at a shared computer: their diary, their window, and whether they are still there. GUI thread."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

from capture.state import Finishing, Paused, Recording
from diary_app import phrases
from diary_app.diary import Diary
from diary_app.language import day_words
from diary_app.news import News, RecorderChanged
from diary_app.playback import PlayerState
from diary_app.settings import SettingsRead
from ui import shared_words as words
from ui.awake import Awake
from ui.bridge import Bridge
from ui.caretaker import Caretaker
from ui.desk import Desk, Outside, Wanted
from ui.life import AfterClosing
from ui.on_its_way import Notice
from ui.place import Name
from ui.question import Question
from ui.remembered import Remembered
from ui.shared_idle import Idling, Verdict
from ui.shared_screen import Came
from ui.watch_back import WatchBack
from ui.window import Window

TOUCHES = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)
"""What shows that somebody is there."""
LOOK_MS = 1000


class NoTray:
    """Sending goes on without this person's window, and nobody else is told of it."""

    linger_ms = 0

    def show(self) -> None:
        """Nothing is shown."""

    def hide(self) -> None:
        """Nothing is shown."""

    def say(self, line: str) -> None:
        """Nobody is told."""

    def tell(self, notice: Notice) -> None:
        """Nobody is told."""


class NoEntry:
    """Nothing starts for one of several people when the computer's account is signed in to."""

    def put(self) -> None:
        """Nothing is written."""

    def remove(self) -> None:
        """Nothing is there."""


def of_everybody(read: SettingsRead) -> SettingsRead:
    """Settings of a computer that is not one person's: closing the window is leaving, and sending goes on anyway."""
    settings = replace(read.settings, after_closing=AfterClosing.STOP.value, at_login=False)
    return replace(read, settings=settings, locked=read.locked | {"after_closing", "at_login"})


class StillThere(Question):
    """Asks, and counts down; any touch is the answer."""

    def __init__(self, parent: Window) -> None:
        super().__init__(parent, words.IDLE, words.IDLE_WHY.format(time=phrases.spoken(60)))
        self.answer(words.STILL_HERE, name="still-here")

    def count(self, left_s: float) -> None:
        """So much time is left."""
        self.say_why(words.IDLE_WHY.format(time=phrases.spoken(left_s)))


class Session(QObject):
    """begin() it once. over() is called when the window is closed, with the diary open still: somebody closes it.

    recording(True) is called while a take is open, on any thread.
    """

    def __init__(
        self,
        came: Came,
        diary: Diary,
        *,
        wanted: Wanted,
        outside: Outside,
        awake: Awake,
        over: Callable[["Session"], None],
        recording: Callable[[bool], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.came = came
        self.diary = diary
        self._outside = outside
        self._over = over
        self._recording = recording
        self._clock = clock
        self._idling = Idling(clock())
        self._question: StillThere | None = None
        self._remembered = Remembered(came.folders.data, of_everybody(diary.settings.read))
        self.caretaker = Caretaker(
            diary,
            self._remembered,
            open_window=self._open_window,
            make_tray=lambda _open, _end: NoTray(),
            at_login=NoEntry(),
            awake=awake,
            end=self._end,
            wanted=wanted,
        )
        self._unsubscribe = diary.subscribe(self._hear)
        self._second = QTimer(self, interval=LOOK_MS)
        self._second.timeout.connect(self.look)

    @property
    def window(self) -> Window | None:
        """Their window, while there is one."""
        return self.caretaker.window

    def begin(self) -> None:
        """Open their window."""
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self._on_focus)
        self.caretaker.start(background=False)
        self._second.start()
        if self.came.renewed_at and self.window is not None:
            day = day_words(datetime.fromisoformat(self.came.renewed_at).astimezone().date())
            self.window.screen_shown.banner.say(words.PIN_RENEWED.format(day=day), focus=True)

    def _open_window(self, wanted: Wanted) -> Window:
        diary = self.diary
        diary.start_devices()
        desk = Desk(diary, Bridge(diary), self._remembered, wanted, self._outside, diary.settings.settings)
        window = Window(desk)
        window.belongs_to(self.came.owner.name)
        return window

    def _hear(self, news: News) -> None:
        """On any thread."""
        if isinstance(news, RecorderChanged):
            self._recording(isinstance(news.state, Recording | Paused | Finishing))

    def _end(self) -> None:
        """The caretaker has closed everything but the diary."""
        self._second.stop()
        self._unsubscribe()
        self._recording(False)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.disconnect(self._on_focus)
        self._over(self)

    # -- is anybody there? ------------------------------------------------------------------------------------------

    def _on_focus(self, window: QWindow | None) -> None:
        """Whatever window of ours has the keyboard is listened to."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """A key or the mouse; the event goes on its way."""
        if event.type() in TOUCHES:
            self.touched()
        return False

    def touched(self) -> None:
        """Somebody is there."""
        self._idling.touched(self._clock())
        self._put_away()

    def look(self) -> None:
        """Once a second."""
        if self.window is None:
            return
        now = self._clock()
        match self._idling.look(now, busy=self._is_busy(self.window)):
            case Verdict.STAY:
                self._put_away()
            case Verdict.WARN:
                self._ask(self.window)
                if self._question is not None:
                    self._question.count(self._idling.left_s(now))
            case Verdict.OUT:
                self.caretaker.end()

    def _is_busy(self, window: Window) -> bool:
        if isinstance(self.diary.recorder_state, Recording | Paused | Finishing):
            return True
        screen = window.screens[Name.WATCH]
        player = screen.view.player if isinstance(screen, WatchBack) else None
        return player is not None and player.state is PlayerState.PLAYING

    def _ask(self, window: Window) -> None:
        if self._question is None:
            self._question = StillThere(window)
            self._question.finished.connect(self._on_answered)
            self._question.open()

    def _on_answered(self, _result: int) -> None:
        self._question = None
        self._idling.touched(self._clock())

    def _put_away(self) -> None:
        if self._question is not None:
            self._question.accept()
