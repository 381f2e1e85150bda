"""The renderer: makes the rendition of every clip that the user wants sent, one at a time.

A plain thread that finds its work by asking the catalogue, so that a crash anywhere is resumed by asking again. The
work itself is done in a child process of low priority (diary_app.editing.render_child), and rests while a take is
recorded: on a slow computer a low priority alone would still cost frames.
"""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from diary_app.catalogue import Catalogue, CatalogueError, UnknownClip
from diary_app.clip import Clip, ClipId, Kind, Rendition, Stage
from diary_app.editing.errors import EditError, EditStopped
from diary_app.editing.files import remove_leftovers
from diary_app.editing.finish import Asked
from diary_app.editing.render_child import RendererDied, render_apart
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News, Progress
from upload.files import locked

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 30.0
BREATH_S = 3.0
"""After the renderer died, before it is tried once more: what took the memory may be over."""


class Preparer:
    """Call start(), then wake() whenever a clip is wanted; close() stops an encode within a second."""

    def __init__(
        self, folders: Folders, catalogue: Catalogue, *, on_news: Callable[[News], None], on_ready: Callable[[], None]
    ) -> None:
        self._folders = folders
        self._catalogue = catalogue
        self._on_news = on_news
        self._on_ready = on_ready
        self._stop = threading.Event()
        self._rest = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier run left unfinished comes first."""
        self._thread.start()

    def _clear_up(self) -> None:
        try:
            remove_leftovers(self._folders.renditions)
            for lock in self._folders.renditions.glob("*.lock"):
                with locked(lock, give_up=lambda: True) as nobodys:
                    pass
                if nobodys:
                    _unlink(lock)
        except OSError:
            log.warning("what a killed edit left could not be removed", exc_info=True)

    def wake(self) -> None:
        """There may be work."""
        self._wake.set()

    def rest(self, recording: bool) -> None:
        """While a take is recorded no work is begun, and what was begun stands still. Never waits; any thread."""
        if recording:
            self._rest.set()
        else:
            self._rest.clear()

    def close(self) -> None:
        """Stop the work and the thread. Waits; the clip is prepared again at the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        self._clear_up()
        while not self._stop.is_set():
            for clip in self._wanted():
                if self._stop.is_set():
                    return
                self._try(clip.clip_id)
            self._wake.wait(LOOK_AGAIN_S)
            self._wake.clear()

    def _try(self, clip_id: ClipId) -> None:
        """A full disk is no reason to give up for good: this thread is the only one there is."""
        try:
            self.prepare(clip_id)
        except (CatalogueError, OSError):
            log.exception("%s could not be prepared just now; it is tried again", clip_id)

    def _wanted(self) -> list[Clip]:
        waiting = self._catalogue.at_stage(Stage.SAVED, Stage.PREPARING)
        return [clip for clip in waiting if clip.wanted and not clip.delivery.held]

    def prepare(self, clip_id: ClipId) -> Rendition | None:
        """Make one clip's rendition, on the caller's thread; None when it cannot be made (the clip says why)."""
        lock = self._folders.renditions / f"{clip_id}.lock"
        with locked(lock, give_up=self._stop.is_set) as held:
            rendition = self._prepare(clip_id) if held else None
        _unlink(lock)
        return rendition

    def _prepare(self, clip_id: ClipId) -> Rendition | None:
        try:
            clip = self._catalogue.clip(clip_id)
            if clip.rendition is not None:  # another process was quicker, or died at the very end
                return self._handed_on(clip, clip.rendition)
            self._move(clip_id, Stage.PREPARING)
            rendition = self._rendered(clip)
        except (EditStopped, UnknownClip):
            return None
        except EditError as error:
            self._failed(clip_id, str(error))
            return None
        return self._ready(clip, rendition)

    def _rendered(self, clip: Clip) -> Rendition:
        try:
            return self._render(clip)
        except RendererDied as error:
            log.warning("preparing %s broke off and is tried once more: %s", clip.clip_id, error.detail)
            self._stop.wait(BREATH_S)
            return self._render(clip)

    def _render(self, clip: Clip) -> Rendition:
        return render_apart(
            clip.take,
            self._out(clip),
            keep=clip.keep,
            preset=clip.about.preset,
            asked=Asked(clip.about.clean_sound, clip.about.title if clip.kind is Kind.SOUND else ""),
            on_progress=self._reporter(clip.clip_id),
            stop=self._stop,
            rest=self._rest,
        )

    def _out(self, clip: Clip) -> Path:
        return self._folders.renditions / f"{clip.clip_id}{'.mp4' if clip.kind is Kind.VIDEO else '.m4a'}"

    def _ready(self, before: Clip, rendition: Rendition) -> Rendition | None:
        """Keep the rendition, unless the clip was edited or binned meanwhile."""
        try:
            now = self._catalogue.clip(before.clip_id)
        except UnknownClip:
            rendition.path.unlink(missing_ok=True)
            return None
        if now.recipe != before.recipe:
            self._wake.set()
            return None
        self._catalogue.set_rendition(before.clip_id, rendition)
        return self._handed_on(now, rendition)

    def _handed_on(self, clip: Clip, rendition: Rendition) -> Rendition:
        if clip.stage in (Stage.SAVED, Stage.PREPARING):
            self._move(clip.clip_id, Stage.READY)
            self._on_ready()
        return rendition

    def _move(self, clip_id: ClipId, stage: Stage) -> None:
        self._catalogue.move(clip_id, stage)
        self._on_news(ClipChanged(clip_id))

    def _reporter(self, clip_id: ClipId) -> Callable[[float, float | None], None]:
        def report(fraction: float, seconds_left: float | None) -> None:
            self._on_news(Progress(clip_id, Stage.PREPARING, fraction, seconds_left))

        return report

    def _failed(self, clip_id: ClipId, sentence: str) -> None:
        log.warning("%s could not be prepared: %s", clip_id, sentence, exc_info=True)
        clip = self._catalogue.clip(clip_id)
        self._catalogue.set_delivery(clip_id, replace(clip.delivery, problem=sentence, held=True))
        self._move(clip_id, Stage.SAVED)


def _unlink(lock: Path) -> None:
    with contextlib.suppress(PermissionError):  # Windows: not while another process waits for it
        lock.unlink(missing_ok=True)
