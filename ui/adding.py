"""Adds files that the user has already, one after the other: chosen with the button, or dropped on the screen.

GUI thread; each file is copied by an errand.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from diary_app.clip import ClipId
from ui import adding_words, words
from ui.dropping import DropScreen
from ui.place import Name, Place, place_of


class Adding(QObject):
    """For one screen: shows what happens in its banner, and leads to what was added."""

    def __init__(self, screen: DropScreen) -> None:
        super().__init__(screen)
        self._screen = screen
        self._left: list[Path] = []
        self._count = 0
        self._refused: list[str] = []
        self._added: list[ClipId] = []
        screen.dropped.connect(self.on_dropped)

    def choose(self) -> None:
        """Let the user choose a file, and add it."""
        chosen = self._screen.desk.outside.choose_file()
        if chosen is not None:
            self.add((chosen,))

    def on_dropped(self, files: tuple[Path, ...]) -> None:
        """These files were dropped; none: something else was."""
        if files:
            self.add(files)
        else:
            self._screen.banner.say(adding_words.NO_FILE, do=(words.ADD_FAILED_DO, self.choose), focus=True)

    def add(self, files: tuple[Path, ...]) -> None:
        """Add these, after those that are on their way."""
        busy = bool(self._left)
        if not busy:
            self._count, self._refused, self._added = 0, [], []
        self._left += files
        self._count += len(files)
        if not busy:
            self._next()

    def _next(self) -> None:
        file = self._left[0]
        text = words.ADDING if self._count == 1 else adding_words.ADDING_ONE_OF
        number = self._count - len(self._left) + 1
        if self._screen.place is not None:
            said = text.format(name=file.name, number=number, count=self._count)
            self._screen.banner.say(said, kindly=True)
        add = partial(self._screen.desk.diary.add_file, file)
        self._screen.desk.bridge.errand(add, self._on_added, self._on_refused)

    def _on_added(self, clip_id: ClipId) -> None:
        self._added.append(clip_id)
        self._go_on()

    def _on_refused(self, sentence: str) -> None:
        self._refused.append(sentence)
        self._go_on()

    def _go_on(self) -> None:
        del self._left[0]
        if self._left:
            self._next()
        elif self._screen.place is not None:
            self._end()

    def _end(self) -> None:
        """One file is watched; of several the list is shown, and what was refused is said."""
        if self._refused:
            why = " ".join(dict.fromkeys(self._refused))
            said = adding_words.ADDED_SOME.format(count=len(self._added), all=self._count, why=why)
            self._screen.banner.say(said if self._added else why, do=(words.ADD_FAILED_DO, self.choose), focus=True)
        elif self._count == 1:
            clip = self._screen.desk.diary.clip(self._added[0])
            # A file that was handed in before may have left this computer since.
            self._screen.go.emit(Place(Name.WATCH, clip.clip_id) if clip.removed_at is None else place_of(clip))
        else:
            said = adding_words.ADDED_ALL.of(self._count)
            self._screen.banner.say(said, kindly=True, focus=True)
