"""Opens the booth and lives until the staff leave it, or the system ends us. GUI thread."""

import logging
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QApplication

from capture.state import Finishing, Recording
from diary_app.booth.consent import find_words
from diary_app.booth.visits import Visits
from diary_app.clip import ClipId, Stage
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.language import moment_words
from ui import booth_words as words
from ui.awake import Awake, way_of
from ui.booth_shell import BoothShell
from ui.booth_voice import SystemVoice, Voice
from ui.booth_window import BoothWindow
from ui.bridge import Bridge
from ui.caretaker import TAKE_S
from ui.connection import hear_of_connection
from ui.desk import Desk, Outside, Wanted
from ui.endings import Endings
from ui.first import Knock
from ui.front_door import FrontDoor
from ui.plugging import hear_of_devices
from ui.remembered import Remembered

log = logging.getLogger(__name__)


def title_of(event: str, agreed_at: datetime) -> str:
    """What a visitor's clip is called at the portal."""
    return words.TITLE.format(event=event or words.BOOTH, time=moment_words(agreed_at))


def make_visits(diary: Diary, folders: Folders, *, event: str, now: Callable[[], datetime]) -> Visits:
    """The visits of this booth, with the organisation's words. Reads a small file."""

    def problem(path: Path, why: str) -> None:
        log.warning("%s", words.WORDS_UNUSABLE.format(file=path.name, why=why))

    found = find_words(folders, problem)
    filled = found.filled(event=event or words.EVENT, audience=words.AUDIENCES[found.audience])
    return Visits(folders, diary, event=event, words=filled, title_of=title_of, me=words.ME, now=now)


def make_booth(
    diary: Diary,
    folders: Folders,
    wanted: Wanted,
    *,
    outside: Outside | None = None,
    voice: Voice | None = None,
) -> BoothShell:
    """The booth over an open diary; start() it when its window is shown."""
    read = diary.settings.read
    outside = outside or Outside()
    remembered = Remembered(folders.data, read)
    desk = Desk(diary, Bridge(diary), remembered, wanted, outside, read.settings)
    visits = make_visits(diary, folders, event=read.settings.event, now=outside.now)
    return BoothShell(desk, visits, voice or SystemVoice())


class Booth:
    """One run of the booth. end is called when the process is to end."""

    def __init__(
        self, diary: Diary, folders: Folders, wanted: Wanted, *, awake: Awake, end: Callable[[], None]
    ) -> None:
        self._diary = diary
        self._awake = awake
        self._end = end
        self.window = BoothWindow(make_booth(diary, folders, wanted))
        self.window.on_left = self.end

    def start(self) -> None:
        """Open it. The computer stays awake: a booth that sleeps calls nobody."""
        self._diary.start_devices()
        self._awake.hold()
        self.window.showFullScreen()
        self.window.shell.start()

    def end(self) -> None:
        """Close it, and end."""
        self._awake.let_go()
        self.window.end()
        self._end()

    def knocked(self, knock: Knock) -> str:
        """Another start of the app: the booth comes to the front, with the devices that it has."""
        if knock.token:
            os.environ["XDG_ACTIVATION_TOKEN"] = knock.token
        if knock.window:
            self.window.raise_()
            self.window.activateWindow()
        return ""

    def make_take_safe(self) -> None:
        """The system is about to end the session: close an open take first. Waits for the disk."""
        records = isinstance(self._diary.recorder_state, Recording | Finishing)
        taking = self._diary.library.at_stage(Stage.RECORDING) if records else []
        self._diary.release()
        ends = time.monotonic() + TAKE_S
        while taking and self._is_open(taking[-1].clip_id) and time.monotonic() < ends:
            time.sleep(0.02)

    def _is_open(self, clip_id: ClipId) -> bool:
        return any(clip.clip_id == clip_id for clip in self._diary.library.at_stage(Stage.RECORDING))


def live(app: QApplication, diary: Diary, folders: Folders, wanted: Wanted, *, door: FrontDoor) -> int:
    """From the first visitor to the end; returns the exit status."""

    def end() -> None:
        door.close()  # who knocks from now on waits, and is the next to be first
        app.exit(0)

    booth = Booth(diary, folders, wanted, awake=way_of(sys.platform), end=end)
    door.on_knock = booth.knocked
    endings = Endings(app, make_safe=booth.make_take_safe, end=booth.end)
    try:
        hear_of_connection(lambda metered: diary.sending.on_connection(metered=metered), app)  # before anything is sent
        diary.start_background(devices=False)
        if sys.platform == "darwin":
            hear_of_devices(diary.look_for_devices, app)
        booth.start()
        return app.exec()
    finally:
        endings.close()
