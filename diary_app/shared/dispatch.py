"""Prepares and sends somebody's clips while they are away: their catalogue, a renderer and an uploader, no recorder.

Opened to see whether anything is on its way; start() only then. Any thread.
"""

from pathlib import Path

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Stage
from diary_app.delivery.post_room import PostRoom
from diary_app.delivery.sending_rules import MayGo
from diary_app.folders import Folders
from diary_app.news import News
from diary_app.preparing import Preparer
from diary_app.shared.at_rest import Stays

GOING = (Stage.SAVED, Stage.PREPARING, Stage.READY, Stage.WAITING, Stage.SENDING)
"""The stages before the receipt."""
SCREENS = "window.ini"
"""What the window remembers, the speaker's notes among it: nobody who sends needs it."""


def _nobody(_news: News) -> None:
    """Nobody is there to be told; whoever comes back reads the catalogue."""


class Dispatch:
    """Raises CatalogueError or OSError where the catalogue cannot be opened."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders.make()
        self._catalogue = Catalogue(folders.catalogue)
        self._room = room = PostRoom(folders, self._catalogue, on_news=_nobody)
        self._preparer = Preparer(
            folders, self._catalogue, on_news=_nobody, on_ready=room.wake, seconds_for=room.seconds_for
        )
        self._started = False

    def going(self) -> list[Clip]:
        """The clips that go by themselves, now or with another connection. Raises CatalogueError."""
        return [clip for clip in self._catalogue.at_stage(*GOING) if self._goes(clip)]

    def _goes(self, clip: Clip) -> bool:
        may_go = self._room.when.may_go(clip)
        return clip.wanted and clip.receipt is None and may_go in (MayGo.YES, MayGo.METERED)

    def stays(self) -> Stays:
        """Which files stay open for that: takes until they are prepared, and all that others are not done with.

        Raises CatalogueError.
        """
        clips = self._catalogue.clips()
        going = [clip for clip in clips if clip.stage in GOING and self._goes(clip)]
        takes = {clip.take for clip in going if clip.rendition is None}
        done = {each.path for clip in clips if clip not in going for each in (clip.rendition, clip.small_copy) if each}
        folders = self._folders

        def stays(path: Path) -> bool:
            if path.parent == folders.takes:
                return path in takes
            # What is being written there, under a name of its own, is left alone.
            return path not in done and path.name != SCREENS

        return stays

    def start(self, *, metered: bool) -> None:
        """Begin, once; metered: the connection is paid for by the amount."""
        self.on_connection(metered=metered)
        if not self._started:
            self._started = True
            self._preparer.start()
            self._room.start()

    def on_connection(self, *, metered: bool) -> None:
        """There is another connection."""
        self._room.when.on_connection(metered=metered)

    def rest(self, recording: bool) -> None:
        """While somebody records, nothing is prepared."""
        self._preparer.rest(recording)

    def close(self) -> None:
        """Stop; what was on its way goes on from there another time. Waits."""
        self._preparer.close()
        self._room.close()
        self._catalogue.close()
