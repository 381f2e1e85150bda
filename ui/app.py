"""Starts the window: the application, the typeface, the diary, the bridge. GUI thread."""

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from diary_app.catalogue import CatalogueError
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.logbook import catch_bugs, keep_log
from ui import words
from ui.bridge import Bridge
from ui.connection import hear_of_connection
from ui.desk import Desk, Outside, Wanted
from ui.plugging import hear_of_devices
from ui.remembered import Remembered
from ui.style import load_fonts
from ui.window import Window


def make_app(argv: list[str]) -> QApplication:
    """The one QApplication, with our typeface and without the platform's own look."""
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(argv)
    app.setApplicationName("diary")
    app.setDesktopFileName("diary")
    dress_app(app)
    return app


def dress_app(app: QApplication) -> None:
    """Put the same plain style under our own on every system, and load our typeface."""
    app.setStyle("Fusion")
    load_fonts()


def make_window(diary: Diary, folders: Folders, *, wanted: Wanted, outside: Outside) -> Window:
    """The window over an open diary."""
    return Window(Desk(diary, Bridge(diary), Remembered(folders.data), wanted, outside))


def _say_why(error: CatalogueError | OSError, folders: Folders) -> int:
    """The diary cannot be opened: say so on the screen and on stderr."""
    sentence = str(error) if isinstance(error, CatalogueError) else words.no_folder(folders.data)
    sys.stderr.write(f"{sentence}\n")
    QMessageBox.critical(None, words.APP, sentence)
    return 1


def run(folders: Folders, wanted: Wanted) -> int:
    """Open the window and stay until it is closed; returns the exit status. Errors are one sentence on stderr."""
    app = make_app(sys.argv[:1])
    catch_bugs()
    try:
        keep_log(folders)
        diary = Diary(folders)
    except (CatalogueError, OSError) as error:
        return _say_why(error, folders)
    try:
        hear_of_connection(lambda metered: diary.sending.on_connection(metered=metered), app)  # before anything is sent
        diary.start_background()
        window = make_window(diary, folders, wanted=wanted, outside=Outside())
        if sys.platform == "darwin":
            hear_of_devices(diary.look_for_devices, window)
        app.styleHints().colorSchemeChanged.connect(lambda _scheme: window.follow_system())
        window.show()
        return app.exec()
    finally:
        diary.close()
