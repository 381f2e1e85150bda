"""Looks after the app as a whole: its window, what goes on without one, and its end. GUI thread.

ui/life.py says what may follow what; this carries it out. The window is made when somebody wants it, and is really
closed afterwards: without a window no device is open, and nothing is recorded.
"""

import logging
import os
import time
from collections.abc import Callable
from typing import assert_never

from PySide6.QtCore import QObject, Qt, QTimer

from capture.state import Finishing, Paused, Recording
from diary_app.catalogue import CatalogueError
from diary_app.clip import Clip, ClipId, Stage
from diary_app.diary import Diary
from diary_app.errors import Refused
from diary_app.news import ClipChanged, News, PortalChanged, Progress, RecorderChanged
from diary_app.start_at_login import LoginEntry, keep_in_step
from ui import background_words as words
from ui import life, on_its_way
from ui.awake import Awake, Vigil
from ui.bridge import Bridge
from ui.closing import ask_to_go_on
from ui.desk import Wanted
from ui.first import Knock
from ui.life import AfterClosing, Do, Life
from ui.remembered import Remembered
from ui.tray import TrayMaker
from ui.window import Window

log = logging.getLogger(__name__)

SOON_MS = 300
"""Several pieces of news are looked at together."""
LOOK_MS = 5_000
"""Without a window: another process of the app may deliver a clip, and tells nobody."""
UNSEEN_S = 12 * 3600.0
"""Without a window and without an icon: when nothing has moved for so long (an unreachable portal, say), the app ends
instead of staying for ever where nobody sees it, and goes on after the next sign-in."""
TAKE_S = 20.0
"""How long the system is kept waiting for a take to be closed."""


class Caretaker(QObject):
    """start() it once; `end` is called when the process is to end, with nothing open any more.

    open_window makes a window for these devices; at_login is written and removed; awake is held while recording.
    now: a clock in seconds that never goes back.
    """

    def __init__(
        self,
        diary: Diary,
        remembered: Remembered,
        *,
        open_window: Callable[[Wanted], Window],
        make_tray: TrayMaker,
        at_login: LoginEntry,
        awake: Awake,
        end: Callable[[], None],
        wanted: Wanted | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._diary = diary
        self._remembered = remembered
        self._open_window = open_window
        self._at_login = at_login
        self._end = end
        self._wanted = wanted or Wanted()
        self.state = Life.ENDED
        self.window: Window | None = None
        self._vigil = Vigil(awake)
        self._tray = make_tray(self.open, self.end)
        self._clips: list[Clip] = []
        self._going: list[Clip] = []
        self._followed: set[ClipId] = set()
        self._seen: on_its_way.Seen = {}
        self._reached: dict[ClipId, float] = {}
        self._now = now
        self._moved_at = now()
        self._returns = False
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self.look)
        self._often = QTimer(self, interval=LOOK_MS)
        self._often.timeout.connect(self.look)
        self._bridge = Bridge(diary)
        self._bridge.news.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    # -- what happens -----------------------------------------------------------------------------------------------

    def start(self, *, background: bool) -> None:
        """With a window, or without one after the user signed in to the computer."""
        self._enter(life.begin(background=background))
        self.look()

    def open(self) -> None:
        """Somebody wants the window."""
        self._step(life.OpenAsked())

    def end(self) -> None:
        """Stop, whatever goes on: an open take is closed and kept, and what is not sent yet goes at the next start."""
        self._step(life.EndAsked())

    def knocked(self, knock: Knock) -> str:
        """Another start of the app: what to tell whoever made it."""
        if not knock.window:
            return ""
        if knock.token:
            os.environ["XDG_ACTIVATION_TOKEN"] = knock.token
        named = Wanted(knock.camera, knock.microphone)
        told = words.IN_FRONT
        if named != Wanted():
            told = self._use(named)
        self.open()
        return told

    def _use(self, named: Wanted) -> str:
        """These devices from now on: a new window takes the place of one that knows others."""
        if self._records:
            return words.NOT_WHILE_RECORDING
        self._wanted = named
        self._step(life.Stayed())
        self._close_window()
        return words.IN_FRONT

    def _hear(self, news: News) -> None:
        match news:
            case RecorderChanged(state):
                self._vigil.see(state)
            case Progress() if self.window is None:
                self._see_move(news)
                self._tray.say(on_its_way.line(self._going, news))
            case ClipChanged() | PortalChanged() if self.window is None or self._remembered.at_login:
                self._soon.start()
            case _:
                pass

    def _see_move(self, progress: Progress) -> None:
        """Only what gets further counts: a portal that is out of reach is asked again and again."""
        if progress.fraction > self._reached.get(progress.clip_id, 0.0):
            self._moved_at = self._now()
        self._reached[progress.clip_id] = progress.fraction

    def _asked_to_close(self) -> bool:
        """The window asks whether it may close; never at once, as a window that is closing cannot be closed."""
        QTimer.singleShot(0, self, self._on_close)
        return False

    def _on_close(self) -> None:
        self._take_stock()
        self._step(life.CloseAsked(bool(self._going), self._remembered.after_closing))

    def _answered(self, go_on: bool) -> None:
        try:
            self._remembered.after_closing = AfterClosing.GO_ON if go_on else AfterClosing.STOP
        except Refused:
            log.warning("the answer could not be kept, so the question comes again", exc_info=True)
        self._step(life.Answered(go_on))

    def follow_system(self) -> None:
        """The system is light or dark now."""
        if self.window is not None:
            self.window.follow_system()

    def make_take_safe(self) -> None:
        """The system is about to end the session: close an open take first. Waits for the disk."""
        taking = self._diary.library.at_stage(Stage.RECORDING) if self._records else []
        open_take = taking[-1].clip_id if taking else None
        self._diary.release()
        ends = time.monotonic() + TAKE_S
        while open_take is not None and self._is_open(open_take) and time.monotonic() < ends:
            time.sleep(0.02)

    def _is_open(self, clip_id: ClipId) -> bool:
        """Until the take is whole and the catalogue knows it."""
        return any(clip.clip_id == clip_id for clip in self._diary.library.at_stage(Stage.RECORDING))

    @property
    def _records(self) -> bool:
        return isinstance(self._diary.recorder_state, Recording | Paused | Finishing)

    # -- what is done -----------------------------------------------------------------------------------------------

    def _step(self, event: life.Event) -> None:
        self._enter(life.transition(self.state, event))

    def _enter(self, found: life.Next) -> None:
        before, (self.state, todo) = self.state, found
        if before is not self.state:
            log.info("the app is %s", self.state.name)
        for each in todo:
            self._carry_out(each)

    def _carry_out(self, what: Do) -> None:
        match what:
            case Do.ASK:
                self._ask()
            case Do.CLOSE:
                self._close_window()
            case Do.OPEN:
                self._show_window()
            case Do.SHOW_ICON:
                self._leave_window()
            case Do.HIDE_ICON:
                self._often.stop()
                self._tray.hide()
            case Do.SAY_FAREWELL:
                self._say_farewell()
            case Do.END:
                self._finish()
            case _:
                assert_never(what)

    def _ask(self) -> None:
        if self.window is not None:
            ask_to_go_on(self.window, answered=self._answered, stayed=lambda: self._step(life.Stayed()))

    def _show_window(self) -> None:
        if self.window is None:
            self.window = self._open_window(self._wanted)
            self.window.may_close = self._asked_to_close
            self.window.desk.remembered.on_rule = self._soon.start
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def _close_window(self) -> None:
        if self.window is not None:
            self.window.end()
            self.window.deleteLater()
            self.window = None

    def _leave_window(self) -> None:
        """No window from now on: look after what goes out."""
        self._followed = set()
        self._seen = {}
        self._reached = {}
        self._moved_at = self._now()
        self._tray.show()
        self._often.start()
        self._soon.start()

    def _say_farewell(self) -> None:
        notice = on_its_way.farewell(self._clips, self._followed)
        if notice is not None:
            self._tray.tell(notice)
        QTimer.singleShot(self._tray.linger_ms if notice else 0, self, lambda: self._step(life.FarewellOver()))

    def _finish(self) -> None:
        self._soon.stop()
        self._vigil.end()
        self._take_stock()
        self._bridge.close()
        self._end()

    # -- clips on their way -----------------------------------------------------------------------------------------

    def look(self) -> None:
        """See what goes out, and say what is new."""
        if not self._take_stock() or self.window is not None:
            return
        self._tray.show()
        self._tray.say(on_its_way.line(self._going, None))
        self._step(life.SomeGo() if self._going else life.NoneGoes())
        if self._is_forgotten():
            log.info("nothing has moved for hours, and nobody sees that the app is here: it goes on after a sign-in")
            self._returns = not self._remembered.decided("at_login")
            self._step(life.Unseen())

    def _is_forgotten(self) -> bool:
        seen = self._tray.linger_ms > 0
        return bool(self._going) and not seen and self._now() - self._moved_at > UNSEEN_S

    def _take_stock(self) -> bool:
        """Read the catalogue; False, and the app ends where there is no window to say it in, when that cannot be."""
        try:
            # Beside a window, which must not stand still, only what is on its way is asked for.
            self._clips = clips = (
                self._diary.clips() if self.window is None else self._diary.library.at_stage(*on_its_way.GOING)
            )
            joined = self._diary.portal() is not None
        except (CatalogueError, OSError):
            log.exception("nobody knows what is on its way")
            if self.window is None:
                self._step(life.EndAsked())
            return False
        may_go = self._diary.sending.may_go
        self._going = on_its_way.going(clips, may_go) if joined else []
        self._keep_login(waiting=bool(on_its_way.wanted(clips)))
        if self.window is None:
            for notice in on_its_way.news_of(clips, self._seen):
                self._tray.tell(notice)
            self._seen = on_its_way.see(clips)
            self._followed |= {clip.clip_id for clip in self._going}
        return True

    def _keep_login(self, *, waiting: bool) -> None:
        try:
            wanted = self._remembered.at_login or self._returns
            keep_in_step(self._at_login, wanted=wanted, waiting=waiting)
        except OSError:
            log.warning("what happens at sign-in could not be set", exc_info=True)
