"""From a visitor's yes to a clip, and what an earlier run left half done. Any thread; waits for the disk.

Each step is a line in the journal first, and then done; recover() does at the next start what a kill came between. So
the yes is on disk before the first frame, and what was binned is binned.
"""

import glob
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from diary_app.booth.consent import ConsentWords, keep_words
from diary_app.booth.journal import Journal, Line, Visit, What
from diary_app.booth.nouns import Outcome, VisitId
from diary_app.booth.sheet import Sheet, by_visit, sheet
from diary_app.clip import About, Clip, ClipId, Kind, Person, Preset, Stage
from diary_app.errors import Refused
from diary_app.folders import Folders

log = logging.getLogger(__name__)


LONGEST_NAME = 60
"""Letters."""


class Clips(Protocol):
    """What the visits need of the diary."""

    def start(self, kind: Kind, out: Path | None = None) -> ClipId:
        """Begin a take."""

    def clip(self, clip_id: ClipId) -> Clip:
        """One clip."""

    def clips(self) -> list[Clip]:
        """All of them."""

    def set_about(self, clip_id: ClipId, about: About) -> None:
        """Keep what was said about it."""

    def send(self, clip_id: ClipId) -> None:
        """Prepare and deliver it."""

    def bin(self, clip_id: ClipId) -> None:
        """Delete it from this computer."""

    def unfinished(self) -> list[Clip]:
        """Takes that were cut short."""

    def keep_unfinished(self, clip_id: ClipId) -> None:
        """Keep such a one."""


class Visits:
    """event: what this day is called; words: what visitors agree to.

    title_of(event, agreed_at): of a clip; me: the name of a visitor who gave none.
    """

    def __init__(
        self,
        folders: Folders,
        clips: Clips,
        *,
        event: str,
        words: ConsentWords,
        title_of: Callable[[str, datetime], str],
        me: str,
        now: Callable[[], datetime],
    ) -> None:
        self._folders = folders
        self._clips = clips
        self._event = event
        self.words = words
        self._title_of = title_of
        self._me = me
        self._now = now
        self.journal = Journal(folders.data / "booth" / "visits.jsonl")

    # -- a visit --------------------------------------------------------------------------------------------------

    def agree(self, visit: VisitId, name: str) -> None:
        """The visitor said yes to the words. Raises OSError: without a line there is no recording."""
        words = self.words
        keep_words(self._folders, words)
        called, at = name.strip()[:LONGEST_NAME], self._at()
        self.journal.add(Line(What.AGREED, visit, at, self._event, called, words.version, words.sha256))

    def begin(self, visit: VisitId, kind: Kind) -> ClipId:
        """Begin its take, which bears the visit's name. Raises Refused, OSError, CatalogueError."""
        ending = ".mp4" if kind is Kind.VIDEO else ".m4a"
        return self._clips.start(kind, self._folders.takes / f"{visit}{ending}")

    def closed(self, visit: VisitId, clip_id: ClipId) -> None:
        """Its take is whole: note it, and let the yes go with the clip. Raises OSError, CatalogueError, Refused."""
        told = self.journal.read().visits
        self.journal.add(Line(What.RECORDED, visit, self._at()))
        self._clips.set_about(clip_id, self._about(told.get(visit, Visit(visit, self._at()))))

    def settle(self, outcome: Outcome, visit: VisitId, clip_id: ClipId) -> None:
        """Do what the visitor, or the staff, want. Raises OSError, CatalogueError, Refused."""
        if outcome is Outcome.KEEP:
            self.journal.add(Line(What.KEPT, visit, self._at()))
            self._clips.send(clip_id)
        else:
            self.journal.add(Line(What.BINNED, visit, self._at()))
            self._clips.bin(clip_id)

    def received(self, clip_id: ClipId) -> None:
        """Something is new about this clip: where the portal has it now, note that. Raises OSError, CatalogueError."""
        self._note_received(self.journal.read().visits, [self._clips.clip(clip_id)])

    def _note_received(self, told: dict[VisitId, Visit], clips: Iterable[Clip]) -> None:
        for visit, clip in by_visit(clips).items():
            if visit in told and clip.receipt is not None and not told[visit].received:
                self.journal.add(Line(What.RECEIVED, visit, self._at()))

    def sheet(self) -> Sheet:
        """Count. Raises OSError, CatalogueError."""
        return sheet(self.journal.read(), self._clips.clips(), event=self._event, now=self._now())

    # -- after a kill ---------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Once, before the first visitor: keep what was cut short, and do what was decided and not done.

        Nobody is asked: what has no “Keep it” stays, undecided. Raises OSError, CatalogueError.
        """
        for clip in self._clips.unfinished():
            self._clips.keep_unfinished(clip.clip_id)
        told = self.journal.read().visits
        clips = by_visit(self._clips.clips())
        self._note_received(told, clips.values())
        for visit in told.values():
            found = clips.get(visit.visit)
            if found is None and visit.binned:
                self._remove_take(visit.visit)
            elif found is not None and found.stage is not Stage.RECORDING:
                self._finish(visit, found)

    def _remove_take(self, visit: VisitId) -> None:
        """The bin forgets a clip before it removes its file: a kill between the two leaves the file."""
        for path in self._folders.takes.glob(f"{glob.escape(visit)}.*"):
            path.unlink(missing_ok=True)

    def _finish(self, visit: Visit, clip: Clip) -> None:
        try:
            if not visit.recorded:
                self.journal.add(Line(What.RECORDED, visit.visit, self._at()))
            if not clip.about.people and not clip.wanted:
                self._clips.set_about(clip.clip_id, self._about(visit))
            if visit.binned and clip.receipt is None:
                self._clips.bin(clip.clip_id)
            elif visit.kept and not clip.wanted and clip.receipt is None and clip.sending == 1:
                self._clips.send(clip.clip_id)
        except Refused:
            log.warning("the clip of visit %s stays as it is", visit.visit, exc_info=True)

    def _about(self, visit: Visit) -> About:
        agreed_at = datetime.fromisoformat(visit.agreed_at)
        return About(
            title=self._title_of(visit.event, agreed_at),
            audience=self.words.audience,
            people=(Person(visit.name or self._me, agrees=True),),
            preset=Preset.SMALLER,
        )

    def _at(self) -> str:
        return self._now().isoformat(timespec="milliseconds")
