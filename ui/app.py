"""Starts the window: the application, the typeface, the diary, the bridge. GUI thread."""

import logging
import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from diary_app.catalogue import CatalogueError
from diary_app.diary import Diary
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.language import shown
from diary_app.logbook import catch_bugs, keep_log
from diary_app.opening import open_diary
from diary_app.settings import Mode, Settings, read_settings
from diary_app.start_at_login import login_entry
from ui import awake, words
from ui.app_icon import app_icon
from ui.bridge import Bridge
from ui.caretaker import Caretaker
from ui.connection import hear_of_connection
from ui.desk import Desk, Outside, Wanted
from ui.endings import Endings
from ui.first import Claim
from ui.front_door import FrontDoor
from ui.life import Life
from ui.plugging import hear_of_devices
from ui.remembered import Remembered
from ui.roles import install_roles
from ui.shared_app import run_shared
from ui.style import load_fonts
from ui.tray import Icon
from ui.window import Window

log = logging.getLogger(__name__)


def make_app(argv: list[str]) -> QApplication:
    """The one QApplication, with our typeface and without the platform's own look."""
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(argv)
    app.setApplicationName("diary")
    app.setDesktopFileName("diary")
    app.setWindowIcon(app_icon())
    dress_app(app)
    return app


def dress_app(app: QApplication) -> None:
    """Put the same plain style under our own on every system, and load our typeface."""
    app.setStyle("Fusion")
    install_roles()
    load_fonts()


def make_window(diary: Diary, folders: Folders, *, wanted: Wanted, outside: Outside) -> Window:
    """The window over an open diary."""
    remembered = Remembered(folders.data, diary.settings.read)
    return Window(Desk(diary, Bridge(diary), remembered, wanted, outside, diary.settings.settings))


def _say_why(error: CatalogueError | OSError | Refused, folders: Folders, *, background: bool) -> int:
    """The diary cannot be opened: say so on stderr, and on the screen to whoever wants the window."""
    sentence = words.NO_FOLDER.format(folder=folders.data) if isinstance(error, OSError) else shown(str(error))
    sys.stderr.write(f"{sentence}\n")
    if not background:
        QMessageBox.critical(None, words.APP, sentence)
    return 1


def run(folders: Folders, wanted: Wanted, *, claim: Claim, background: bool = False) -> int:
    """Open the window, or send without one, and stay until there is nothing to do; returns the exit status.

    claim: this process is the first of its data folder. Errors are one sentence on stderr.
    """
    app = make_app(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    catch_bugs()
    settings = read_settings(folders).settings
    if settings.mode is Mode.SHARED:
        return _run_shared(app, folders, wanted, settings, claim=claim, background=background)
    try:
        keep_log(folders)
        if claim.problem:
            log.warning(claim.problem)
        diary = open_diary(folders)
    except (CatalogueError, OSError) as error:
        return _say_why(error, folders, background=background)
    door = FrontDoor()
    try:
        if claim.name:
            door.listen(claim.name)
        return _live(app, diary, folders, wanted, door=door, background=background)
    finally:
        door.close()
        diary.close()


def _run_shared(
    app: QApplication, folders: Folders, wanted: Wanted, settings: Settings, *, claim: Claim, background: bool
) -> int:
    """The same on a computer that several people share: “Who are you?” comes first."""
    door = FrontDoor()
    try:
        keep_log(folders)
        if claim.problem:
            log.warning(claim.problem)
        if claim.name:
            door.listen(claim.name)
        return run_shared(app, folders, wanted, settings, door=door, background=background)
    except (OSError, Refused) as error:
        return _say_why(error, folders, background=background)
    finally:
        door.close()


def _live(
    app: QApplication, diary: Diary, folders: Folders, wanted: Wanted, *, door: FrontDoor, background: bool
) -> int:
    """From the first window, or none, to the end."""
    if diary.settings.settings.mode is Mode.BOOTH:
        from ui.booth import live  # with the computer's voice, which nobody else needs

        return live(app, diary, folders, wanted, door=door)
    caretaker = make_caretaker(app, diary, folders, wanted, door=door)
    endings = Endings(app, make_safe=caretaker.make_take_safe, end=caretaker.end)
    try:
        hear_of_connection(lambda metered: diary.sending.on_connection(metered=metered), app)  # before anything is sent
        diary.start_background(devices=False)
        if sys.platform == "darwin":
            hear_of_devices(diary.look_for_devices, app)
        app.styleHints().colorSchemeChanged.connect(lambda _scheme: caretaker.follow_system())
        caretaker.start(background=background)
        return 0 if caretaker.state is Life.ENDED else app.exec()
    finally:
        endings.close()


def make_caretaker(
    app: QApplication,
    diary: Diary,
    folders: Folders,
    wanted: Wanted,
    *,
    door: FrontDoor,
    outside: Outside | None = None,
) -> Caretaker:
    """Whoever looks after the window, its absence and the end of the process."""

    def open_window(wanted: Wanted) -> Window:
        diary.start_devices()
        return make_window(diary, folders, wanted=wanted, outside=outside or Outside())

    def end() -> None:
        door.close()  # who knocks from now on waits, and is the next to be first
        app.exit(0)

    caretaker = Caretaker(
        diary,
        Remembered(folders.data, diary.settings.read),
        open_window=open_window,
        make_tray=Icon,
        at_login=login_entry(folders),
        awake=awake.way_of(sys.platform),
        end=end,
        wanted=wanted,
    )
    door.on_knock = caretaker.knocked
    return caretaker
