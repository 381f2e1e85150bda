"""The one window: which screen, which clip, and the ways between them. GUI thread."""

from collections.abc import Callable
from typing import assert_never

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from capture.state import Finishing, Paused, Recording
from diary_app.news import News, PortalChanged
from ui import shortcuts, words
from ui.about import AboutIt
from ui.as_others import AsOthers
from ui.captions_screen import CaptionsScreen
from ui.clips import Clips
from ui.design import Look, Shade, larger, smaller
from ui.desk import Desk
from ui.get_ready import GetReady
from ui.help import HelpPanel
from ui.home import Home
from ui.place import HOME, Name, Place, back_from
from ui.question import Question
from ui.recording import RecordingScreen
from ui.screen import Screen
from ui.sending import Sending
from ui.settings_screen import PLACE as SETTINGS
from ui.settings_screen import SettingsScreen
from ui.style import apply_look, chosen_shade
from ui.top import PracticeLine, TopBar
from ui.watch_back import WatchBack
from ui.welcome import Welcome
from ui.widgets.buttons import Weight

HELP_WIDTH = 340
NARROW = 900
"""Below this many pixels (at 100 %) help takes the screen's place."""


def make_screen(name: Name, desk: Desk) -> Screen:
    """The screen of this name."""
    match name:
        case Name.WELCOME:
            return Welcome(desk)
        case Name.HOME:
            return Home(desk)
        case Name.GET_READY:
            return GetReady(desk)
        case Name.RECORDING:
            return RecordingScreen(desk)
        case Name.WATCH:
            return WatchBack(desk)
        case Name.ABOUT:
            return AboutIt(desk)
        case Name.AS_OTHERS:
            return AsOthers(desk)
        case Name.CAPTIONS:
            return CaptionsScreen(desk)
        case Name.SENDING:
            return Sending(desk)
        case Name.CLIPS:
            return Clips(desk)
        case Name.SETTINGS:
            return SettingsScreen(desk)
        case _:
            assert_never(name)


class Window(QMainWindow):
    """Holds the screens and the one state: where the user is."""

    def __init__(self, desk: Desk, *, shade: Shade | None = None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.desk = desk
        self._fixed_shade = shade
        self.look = Look(shade or chosen_shade(desk.settings.look), desk.remembered.scale)
        self._may_close = False
        self._take_may_end = False
        self.may_close: Callable[[], bool] = lambda: True
        """Its owner's word; False: something is to be asked first, and the owner closes it with end()."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_look(app, self.look)  # before anything measures its words
        self._practice = PracticeLine()
        self._top = TopBar()
        self._help = HelpPanel(desk)
        self._stack = QStackedWidget()
        self.screens = {name: make_screen(name, desk) for name in Name}
        self.place = HOME
        self._lay_out()
        self._connect()
        self.setMinimumSize(480, 320)
        if not self.restoreGeometry(desk.remembered.place):
            self.resize(1180, 800)
        self._show_portal()
        self.go(HOME if desk.diary.portal() else Place(Name.WELCOME))

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self._help)
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._practice)
        column.addWidget(self._top)
        column.addLayout(middle, 1)
        for screen in self.screens.values():
            self._stack.addWidget(screen)
            if screen.banner_line is not None:
                self._top.hold(screen.banner_line)
        self.setCentralWidget(page)

    def _connect(self) -> None:
        for screen in self.screens.values():
            screen.go.connect(self.go)
            screen.retitled.connect(self._show_place)
        self._top.back.connect(self.back)
        self._top.help.connect(self.toggle_help)
        self._top.settings.connect(lambda: self.go(SETTINGS))
        settings = self.screens[Name.SETTINGS]
        if isinstance(settings, SettingsScreen):
            settings.looks.connect(self.follow_system)
            settings.scale.connect(self.set_scale)
        self._help.closed.connect(self.toggle_help)
        self._help.larger.connect(self._on_larger)
        self._help.smaller.connect(self._on_smaller)
        self.desk.bridge.news.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        shortcuts.bind(shortcuts.HELP, self, self.toggle_help)
        shortcuts.bind(shortcuts.LARGER, self, self._on_larger)
        shortcuts.bind(shortcuts.SMALLER, self, self._on_smaller)
        shortcuts.bind(shortcuts.BACK, self, self.back)

    def belongs_to(self, name: str) -> None:
        """On a shared computer: whose diary this is; it can be left from every screen."""
        home = self.screens[Name.HOME]
        if isinstance(home, Home):
            home.owner_name = name
        self._top.done.connect(self.close)
        self._top.offer_done()
        self._show_place()

    # -- where the user is ------------------------------------------------------------------------------------------

    @property
    def screen_shown(self) -> Screen:
        """The screen that is shown."""
        return self.screens[self.place.name]

    def go(self, place: Place) -> None:
        """Leave the screen that is shown, and enter another."""
        before = self.screen_shown
        if before.place is not None:
            before.leave(place)
        self.place = place
        screen = self.screen_shown
        self._stack.setCurrentWidget(screen)
        screen.verticalScrollBar().setValue(0)
        screen.enter(place)
        self._show_place()
        self._help.explain(screen.help_words, place.name)
        first = screen.first()
        if first is not None and not self._help.isVisible():
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_place(self) -> None:
        heading = self.screen_shown.heading
        self._top.show_place(
            heading,
            back=back_from(self.place) is not None,
            line=self.screen_shown.banner_line,
            settings=self.place.name is Name.HOME,
        )
        self.screen_shown.setAccessibleName(heading)
        self.setWindowTitle(f"{heading} – {words.APP}")

    def back(self) -> None:
        """One screen back; ends what is going on there first."""
        if self.screen_shown.escape():
            return
        towards = back_from(self.place)
        if towards is not None:
            self.go(towards)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round from Help to the first control of the screen, which may be out of sight."""
        moved = super().focusNextPrevChild(forward)
        now = self.focusWidget()
        if moved and now is not None and self.screen_shown.isAncestorOf(now):
            self.screen_shown.ensureWidgetVisible(now)
        return moved

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes help, or goes back."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._help.isVisible():
            self.toggle_help()
        else:
            self.back()

    def _hear(self, news: News) -> None:
        if isinstance(news, PortalChanged):
            self._show_portal()
        if self.screen_shown.place is not None:
            self.screen_shown.hear(news)

    def _show_portal(self) -> None:
        portal = self.desk.diary.portal()
        self._practice.setVisible(portal is not None and portal.practice)

    # -- help and looks ---------------------------------------------------------------------------------------------

    def toggle_help(self) -> None:
        """Open or close help."""
        if self._help.isVisible():
            self._help.hide()
            self._stack.show()
            self._top.focus_help()
        else:
            self._help.begin()
        self._make_room_for_help()

    def _make_room_for_help(self) -> None:
        narrow = self.width() < NARROW * self.look.scale
        width = round(HELP_WIDTH * self.look.scale)
        self._help.setMinimumWidth(0 if narrow else width)
        self._help.setMaximumWidth(16_777_215 if narrow else width)
        self._stack.setVisible(not (narrow and self._help.isVisible()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Help stands beside the screen where there is room."""
        super().resizeEvent(event)
        self._make_room_for_help()

    def dress(self) -> None:
        """Put the look of the moment on."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_look(app, self.look)
        self._make_room_for_help()

    def follow_system(self) -> None:
        """Take the system's light, dark or high contrast, unless one was fixed or chosen."""
        self.take_shade(self._fixed_shade or chosen_shade(self.desk.settings.look))

    def take_shade(self, shade: Shade) -> None:
        """Show light, dark or high contrast."""
        if shade != self.look.shade:
            self.look = Look(shade, self.look.scale)
            self.dress()

    def changeEvent(self, event: QEvent) -> None:
        """The system's theme may change while we run."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange:
            self.follow_system()

    def set_scale(self, scale: float) -> None:
        """Another size of text; remembered."""
        if scale != self.look.scale:
            self.look = Look(self.look.shade, scale)
            self.desk.remembered.scale = scale
            self.dress()

    def _on_larger(self) -> None:
        self.set_scale(larger(self.look.scale))

    def _on_smaller(self) -> None:
        self.set_scale(smaller(self.look.scale))

    # -- closing ----------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while recording, then the owner; else leave cleanly: a take that is open ends here and is kept."""
        if not self._may_close and not (self._take_is_safe() and self.may_close()):
            event.ignore()
            return
        if self.screen_shown.place is not None:
            self.screen_shown.leave(None)
        self.desk.remembered.place = self.saveGeometry()
        self.desk.bridge.close()
        super().closeEvent(event)

    def _take_is_safe(self) -> bool:
        """False, and the question is asked, while something is recorded that nobody has said may end."""
        recording = isinstance(self.desk.diary.recorder_state, Recording | Paused | Finishing)
        if recording and not self._take_may_end:
            self._ask_to_close()
            return False
        return True

    def _ask_to_close(self) -> None:
        question = Question(self, words.CLOSE_ASK, words.CLOSE_WHY)
        question.answer(words.CLOSE_STAY, name="close-stay")
        stop = question.answer(words.CLOSE_STOP, name="close-stop", weight=Weight.DANGER, icon="stop")
        stop.clicked.connect(self._end_take)
        question.open()

    def _end_take(self) -> None:
        self._take_may_end = True
        self.close()
        self._take_may_end = False

    def end(self) -> None:
        """Close without asking; a recording ends here and is kept."""
        self._may_close = True
        self.close()
