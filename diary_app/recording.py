"""Takes and the catalogue: the row before the first frame, the report after the last, and takes that were cut short.

A file lock beside the take tells a recording that is running (in whatever process) from one that was cut short: the
system frees it when the process dies, however it dies.
"""

import contextlib
import json
import logging
from dataclasses import asdict
from pathlib import Path

from capture.clock import MonotonicClock
from capture.disk import RealDisk
from capture.encoder import part_path
from capture.errors import CaptureError
from capture.model import Gap, Lost, Missing, TakeReport
from capture.recovery import make_whole
from capture.sound_verdict import SoundFault, SoundVerdict
from capture.state import Refusal, Start, State, transition
from diary_app.catalogue import Catalogue, CatalogueError
from diary_app.clip import Clip, ClipId, Kind, Stage, new_clip_id
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.settings import SettingsDesk
from upload.files import locked

log = logging.getLogger(__name__)


def _at_once() -> bool:
    return True


class TakeDesk:
    """Begins takes with a row, ends them with a report. Its methods are called by the owner of the recorder."""

    def __init__(self, folders: Folders, catalogue: Catalogue, settings: SettingsDesk) -> None:
        self._folders = folders
        self._catalogue = catalogue
        self._settings = settings
        self._locks: dict[ClipId, contextlib.ExitStack] = {}

    def take_path(self, clip_id: ClipId, kind: Kind) -> Path:
        """Where the library keeps a take."""
        return self._folders.takes / f"{clip_id}{'.mp4' if kind is Kind.VIDEO else '.m4a'}"

    def begin(self, state: State, kind: Kind, out: Path | None = None) -> Clip:
        """Write the row of a take that the recorder, in this state, can begin. Raises Refused with its sentence."""
        clip_id = new_clip_id()
        take = out or self.take_path(clip_id, kind)
        step = transition(state, Start(take))
        if isinstance(step, Refusal):
            raise Refused(step.sentence)
        stack = contextlib.ExitStack()
        if not stack.enter_context(locked(self._lock_path(clip_id), give_up=_at_once)):
            raise Refused("Another recording is using this name. Please try again.")
        try:
            preset = self._settings.settings.preset
            clip = self._catalogue.add(clip_id, kind=kind, take=take, stage=Stage.RECORDING, preset=preset)
        except CatalogueError:
            stack.close()
            self._lock_path(clip_id).unlink(missing_ok=True)
            raise
        self._locks[clip_id] = stack
        return clip

    def finish(self, clip: Clip, report: TakeReport) -> bool:
        """Note the closed take; False when nothing was recorded (no row is left), or the catalogue cannot be written.

        Called on the recorder thread, which must live on: a take that the catalogue does not learn of is found at the
        next start.
        """
        try:
            if not clip.take.exists():
                self._forget_unless_kept(clip)
                return False
            self._catalogue.finish_take(clip.clip_id, seconds=report.seconds, report=json.dumps(asdict(report)))
            return True
        except (CatalogueError, OSError):
            log.exception("the take of %s is closed, and could not be noted", clip.clip_id)
            return False
        finally:
            self._unlock(clip.clip_id)

    def report(self, clip_id: ClipId) -> TakeReport | None:
        """The report of a closed take, read back; None where there is none."""
        text = self._catalogue.report(clip_id)
        return report_from_json(text) if text else None

    def _forget_unless_kept(self, clip: Clip) -> None:
        """A take that could not get its name stays in the catalogue, to be made whole at the next start."""
        part = part_path(clip.take)
        if not part.exists():
            self._catalogue.forget(clip.clip_id)

    def _lock_path(self, clip_id: ClipId) -> Path:
        return self._folders.takes / f"{clip_id}.lock"

    def _unlock(self, clip_id: ClipId) -> None:
        if stack := self._locks.pop(clip_id, None):
            stack.close()
            self._lock_path(clip_id).unlink(missing_ok=True)

    # -- takes that were cut short -----------------------------------------------------------------------------------

    def find_cut_short(self) -> list[Clip]:
        """Make whole every take that no process is recording any more; return those that hold something.

        Their stage stays RECORDING until the user keeps or bins them; their length is known. Waits for the disk.
        """
        found = [clip for clip in self._catalogue.at_stage(Stage.RECORDING) if clip.clip_id not in self._locks]
        return [mended for clip in found if (mended := self._mend(clip)) is not None]

    def _mend(self, clip: Clip) -> Clip | None:
        with locked(self._lock_path(clip.clip_id), give_up=_at_once) as held:
            if not held or not self._still_cut_short(clip.clip_id):
                return None  # another process is recording it just now, or has seen to it
            mended = self._made_whole(clip)
            with contextlib.suppress(PermissionError):  # Windows: not while it is open
                self._lock_path(clip.clip_id).unlink(missing_ok=True)
        return mended

    def _still_cut_short(self, clip_id: ClipId) -> bool:
        """Ask again under the lock: the process that recorded it may have closed it since the list was read."""
        return any(clip.clip_id == clip_id for clip in self._catalogue.at_stage(Stage.RECORDING))

    def _made_whole(self, clip: Clip) -> Clip | None:
        try:
            mended = make_whole(clip.take, RealDisk(), MonotonicClock())
            if mended is None:
                log.info("nothing of %s can be played: it ended before its first fragment", clip.clip_id)
                part_path(clip.take).unlink(missing_ok=True)
                self._catalogue.forget(clip.clip_id)
                return None
            self._catalogue.set_seconds(clip.clip_id, mended.seconds)
        except (CaptureError, OSError):
            log.exception("the take of %s could not be made whole; it is kept", clip.clip_id)
            return None
        return self._catalogue.clip(clip.clip_id)

    def keep_cut_short(self, clip_id: ClipId) -> None:
        """The user keeps it: a saved clip like any other."""
        clip = self._catalogue.clip(clip_id)
        if clip.seconds is None:
            raise Refused("This recording is not ready yet. Please try again in a moment.")
        self._catalogue.finish_take(clip_id, seconds=clip.seconds)


def report_from_json(text: str) -> TakeReport:
    """What json.dumps(asdict(report)) wrote. A field that an older version did not write keeps its default."""
    facts = json.loads(text)
    facts["lost"] = Lost(**facts.get("lost", {}))
    facts["gaps"] = tuple(Gap(**{**gap, "missing": Missing(gap["missing"])}) for gap in facts.get("gaps", ()))
    sound = facts.get("sound")
    facts["sound"] = None if sound is None else SoundVerdict(**{**sound, "fault": _fault(sound["fault"])})
    return TakeReport(**facts)


def _fault(name: str | None) -> SoundFault | None:
    return None if name is None else SoundFault(name)
