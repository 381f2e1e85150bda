"""The app on a shared computer: the tiles, one person's session at a time, and what goes on while nobody is here.

ui/shared_life.py says what may follow what; this carries it out. GUI thread.
"""

import logging
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import assert_never

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from diary_app.catalogue import CatalogueError
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.opening import open_diary
from diary_app.settings import Settings
from diary_app.shared.house import House
from diary_app.shared.owner import OwnerId
from ui import background_words
from ui import shared_words as words
from ui.awake import Awake, way_of
from ui.connection import hear_of_connection
from ui.desk import Outside, Wanted
from ui.endings import Endings
from ui.first import Knock
from ui.front_door import FrontDoor
from ui.remembered import Remembered
from ui.shared_life import Closed, Do, Event, Happens, Life, Next, begin, transition
from ui.shared_screen import Came, WhoAreYou
from ui.shared_session import Session
from ui.tray import Icon, TrayMaker

log = logging.getLogger(__name__)

LOOK_MS = 2000


class SharedApp(QObject):
    """start() it once; end is called when the process is to end, with nothing open any more.

    open_diary makes the diary of somebody's folders; raises CatalogueError and OSError.
    """

    def __init__(
        self,
        folders: Folders,
        settings: Settings,
        *,
        make_tray: TrayMaker,
        awake: Awake,
        end: Callable[[], None],
        wanted: Wanted | None = None,
        outside: Outside | None = None,
        make_house: Callable[[Callable[[], None]], House] | None = None,
        open_diary: Callable[[Folders], Diary] = open_diary,
    ) -> None:
        super().__init__()
        self._awake = awake
        self._end = end
        self._wanted = wanted or Wanted()
        self._outside = outside or Outside()
        self._open_diary = open_diary
        self._metered = False
        self.state = Life.ENDED
        self.session: Session | None = None
        self.house = make_house(self._on_porter) if make_house else House(folders, tell=self._on_porter)
        self.tiles = WhoAreYou(self.house, Remembered(folders.data), settings)
        self.tiles.came.connect(self._on_came)
        self.tiles.asked_to_close.connect(self._on_close)
        self._tray = make_tray(self.open, self.end)
        self._often = QTimer(self, interval=LOOK_MS)
        self._often.timeout.connect(self.look)

    # -- what happens -----------------------------------------------------------------------------------------------

    def start(self, *, background: bool) -> None:
        """With the tiles, or without a window."""
        self.house.start()
        self._enter(begin(background=background))
        self._often.start()

    def open(self) -> None:
        """Somebody wants the window."""
        self._step(Happens.WANTED)

    def end(self) -> None:
        """Stop, whatever goes on: an open take is closed and kept, the rest goes on at the next start."""
        self._step(Happens.END)

    def knocked(self, knock: Knock) -> str:
        """Another start of the app: what to tell whoever made it."""
        if not knock.window:
            return ""
        if knock.token:
            os.environ["XDG_ACTIVATION_TOKEN"] = knock.token
        self.open()
        return background_words.IN_FRONT

    def on_connection(self, metered: bool) -> None:
        """There is another connection; metered: it is paid for by the amount."""
        self._metered = metered
        self.house.porter.on_connection(metered=metered)
        if self.session is not None:
            self.session.diary.sending.on_connection(metered=metered)

    def make_take_safe(self) -> None:
        """The system is about to end the session: close an open take first. Waits for the disk."""
        if self.session is not None:
            self.session.caretaker.make_take_safe()

    def follow_system(self) -> None:
        """The system is light or dark now."""
        if self.session is not None:
            self.session.caretaker.follow_system()
        else:
            self.tiles.follow_system()

    def _on_porter(self) -> None:
        """On the porter's thread."""
        self.tiles.bridge.later(self.look)

    def _on_close(self) -> None:
        self._step(Closed(busy=self.house.porter.busy))

    def look(self) -> None:
        """What goes on for those who are away."""
        people = self.house.porter.sending_for
        self.tiles.people.show_sending(people)
        if self.state is Life.AWAY:
            self._tray.show()
            self._tray.say(words.SENDING_AWAY.of(people) if people else words.BUSY)
            if not self.house.porter.busy:
                self._step(Happens.QUIET)

    # -- somebody comes, somebody goes --------------------------------------------------------------------------------

    def _on_came(self, came: Came) -> None:
        try:
            diary = self._open_diary(came.folders)
        except (CatalogueError, OSError) as error:
            log.exception("the diary of %s could not be opened", came.owner.owner_id)
            self.house.leave(came.owner.owner_id)
            self.tiles.begin()
            sentence = str(error) if isinstance(error, CatalogueError) else words.NOT_OPENED
            self.tiles.people.banner.say(sentence, focus=True)
            return
        diary.sending.on_connection(metered=self._metered)
        diary.start_background(devices=False)
        self.session = Session(
            came,
            diary,
            wanted=self._wanted,
            outside=self._outside,
            awake=self._awake,
            over=self._on_over,
            recording=self.house.porter.rest,
        )
        self.session.begin()
        self._step(Happens.OPENED)

    def _on_over(self, session: Session) -> None:
        """Their window is gone; the diary is closed off this thread, and then sealed."""
        self.session = None
        close = partial(_shut, session.diary, self.house, session.came.owner.owner_id)
        self.tiles.bridge.errand(close, lambda _done: None, self.tiles.people.banner.say)
        session.deleteLater()
        self._step(Happens.LEFT)

    # -- what is done -----------------------------------------------------------------------------------------------

    def _step(self, event: Event) -> None:
        self._enter(transition(self.state, event))

    def _enter(self, found: Next) -> None:
        self.state, todo = found
        for each in todo:
            self._carry_out(each)

    def _carry_out(self, what: Do) -> None:
        match what:
            case Do.SHOW_TILES:
                self._show_tiles()
            case Do.HIDE_TILES:
                self.tiles.hide()
            case Do.FRONT:
                if self.session is not None:
                    self.session.caretaker.open()
            case Do.SHUT:
                if self.session is not None:
                    self.session.caretaker.end()
            case Do.SHOW_ICON:
                self._tray.show()
                self.look()
            case Do.HIDE_ICON:
                self._tray.hide()
            case Do.END:
                self._finish()
            case _:
                assert_never(what)

    def _show_tiles(self) -> None:
        if not self.tiles.isVisible():
            self.tiles.dress()
            self.tiles.begin()
        self.tiles.show()
        self.tiles.raise_()
        self.tiles.activateWindow()

    def _finish(self) -> None:
        self._often.stop()
        self.tiles.end()
        self.house.close()
        self._end()


def _shut(diary: Diary, house: House, owner_id: OwnerId) -> None:
    """On an errand: a diary takes a second or two to close."""
    diary.close()
    house.leave(owner_id)


def run_shared(
    app: QApplication, folders: Folders, wanted: Wanted, settings: Settings, *, door: FrontDoor, background: bool
) -> int:
    """From the tiles, or no window, to the end; returns the exit status. Raises OSError where the folder is unusable.

    door: this process is the first of the data folder.
    """

    def end() -> None:
        door.close()  # who knocks from now on waits, and is the next to be first
        app.exit(0)

    shared = SharedApp(folders, settings, make_tray=Icon, awake=way_of(sys.platform), end=end, wanted=wanted)
    endings = Endings(app, make_safe=shared.make_take_safe, end=shared.end)
    door.on_knock = shared.knocked
    try:
        hear_of_connection(shared.on_connection, app)
        app.styleHints().colorSchemeChanged.connect(lambda _scheme: shared.follow_system())
        shared.start(background=background)
        return 0 if shared.state is Life.ENDED else app.exec()
    finally:
        endings.close()
