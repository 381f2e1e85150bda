"""A diary without devices and without a renderer, over the real catalogue, that can be killed at any of its steps."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from diary_app.booth.consent import ConsentWords
from diary_app.booth.journal import Journal, Line
from diary_app.booth.nouns import Outcome, VisitId
from diary_app.booth.visits import Visits
from diary_app.catalogue import Catalogue
from diary_app.clip import About, Audience, Clip, ClipId, Kind, Receipt, Rendition, Stage, new_clip_id
from diary_app.folders import Folders

EVENT = "Care Day"
WORDS = ConsentWords("We record you at Care Day.", "7", Audience.TEAM)
TAKE_S = 9.0


class Killed(BaseException):
    """The process is gone."""


class Doom:
    """Lets so many steps happen; the next one is cut short, before or after it was done."""

    def __init__(self, step: int | None, *, done: bool) -> None:
        self._step, self._done = step, done
        self.steps = 0

    def around(self, work: Callable[[], object], half: Callable[[], object] = lambda: None) -> None:
        """half: what a step that was cut short leaves behind."""
        self.steps += 1
        if self.steps - 1 != self._step:
            work()
            return
        (work if self._done else half)()
        raise Killed


class DoomedClips:
    """What a Diary does to clips, with the real catalogue and files; no device, no encoder.

    written: every take that there ever was.
    """

    def __init__(self, folders: Folders, doom: Doom, written: set[str]) -> None:
        self._doom = doom
        self._written = written
        self._catalogue = Catalogue(folders.make().catalogue)
        self.close = self._catalogue.close

    def start(self, kind: Kind, out: Path | None = None) -> ClipId:
        assert out is not None
        clip_id = new_clip_id()
        self._doom.around(lambda: self._catalogue.add(clip_id, kind=kind, take=out, stage=Stage.RECORDING))
        self._doom.around(lambda: self._write(out))
        return clip_id

    def _write(self, out: Path) -> None:
        out.write_bytes(b"a take")
        self._written.add(out.stem)

    def finish(self, clip_id: ClipId) -> None:
        """The recorder closes the take."""
        self._doom.around(lambda: self._catalogue.finish_take(clip_id, seconds=TAKE_S))

    def clip(self, clip_id: ClipId) -> Clip:
        return self._catalogue.clip(clip_id)

    def clips(self) -> list[Clip]:
        return self._catalogue.clips()

    def set_about(self, clip_id: ClipId, about: About) -> None:
        self._doom.around(lambda: self._catalogue.set_about(clip_id, about))

    def send(self, clip_id: ClipId) -> None:
        about = self.clip(clip_id).about
        assert about.title
        assert [person.agrees for person in about.people] == [True]
        self._doom.around(lambda: self._catalogue.want(clip_id))

    def bin(self, clip_id: ClipId) -> None:
        take = self.clip(clip_id).take
        self._doom.around(lambda: self._catalogue.forget(clip_id))
        take.unlink(missing_ok=True)

    def unfinished(self) -> list[Clip]:
        for clip in self._catalogue.at_stage(Stage.RECORDING):
            if clip.take.exists():
                self._catalogue.set_seconds(clip.clip_id, TAKE_S)
            else:  # nothing of it was written
                self._catalogue.forget(clip.clip_id)
        return self._catalogue.at_stage(Stage.RECORDING)

    def keep_unfinished(self, clip_id: ClipId) -> None:
        self._doom.around(lambda: self._catalogue.finish_take(clip_id, seconds=TAKE_S))

    def deliver(self, clip_id: ClipId) -> None:
        """The portal has it."""
        clip = self.clip(clip_id)
        made = Rendition(clip.take, "5" * 64, 6, TAKE_S)
        self._catalogue.set_rendition(clip_id, made)
        receipt = Receipt(clip_id, made.sha256, made.bytes, "2026-11-02T19:30:00+00:00", "https://portal.test/1")
        self._doom.around(lambda: self._catalogue.set_receipt(receipt))


class DoomedJournal(Journal):
    """Killed in the midst of a line, it leaves half of it."""

    def __init__(self, path: Path, doom: Doom) -> None:
        super().__init__(path)
        self._at = path
        self._doom = doom

    def add(self, line: Line) -> None:
        self._doom.around(lambda: super(DoomedJournal, self).add(line), self._half)

    def _half(self) -> None:
        self._at.parent.mkdir(parents=True, exist_ok=True)
        with self._at.open("ab") as file:
            file.write(json.dumps({"what": "received", "visit": "é" * 9}).encode()[:-7])


def booth_visits(folders: Folders, clips: DoomedClips, doom: Doom, now: Callable[[], datetime]) -> Visits:
    """The visits of one start of the booth."""
    visits = Visits(
        folders,
        clips,
        event=EVENT,
        words=WORDS,
        title_of=lambda event, at: f"{event}: {at:%H:%M}",
        me="Me",
        now=now,
    )
    visits.journal = DoomedJournal(folders.data / "booth" / "visits.jsonl", doom)
    return visits


def one_visit(visits: Visits, clips: DoomedClips, wanted: Outcome | None) -> VisitId:
    """A stranger comes, records and decides, or walks away."""
    visit = str(uuid.uuid4())
    visits.agree(visit, " Ann ")
    clip_id = visits.begin(visit, Kind.VIDEO)
    clips.finish(clip_id)
    visits.closed(visit, clip_id)
    if wanted is not None:
        visits.settle(wanted, visit, clip_id)
    return visit
