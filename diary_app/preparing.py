"""The renderer: makes the rendition of every clip that the user wants sent, one at a time.

A plain thread that finds its work by asking the catalogue, so that a crash anywhere is resumed by asking again. The
encoding itself runs in a child process at low priority (diary_app.editing).
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from diary_app.catalogue import Catalogue, UnknownClip
from diary_app.clip import Clip, ClipId, Kind, Rendition, Stage
from diary_app.editing.errors import EditError, EditStopped
from diary_app.editing.files import remove_leftovers
from diary_app.editing.render import render
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News, Progress
from upload.files import locked

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 30.0


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
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier run left unfinished comes first."""
        self._thread.start()

    def _clear_up(self) -> None:
        try:
            remove_leftovers(self._folders.renditions, now=time.time())
        except OSError:
            log.warning("what a killed edit left could not be removed", exc_info=True)

    def wake(self) -> None:
        """There may be work."""
        self._wake.set()

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
                self.prepare(clip.clip_id)
            self._wake.wait(LOOK_AGAIN_S)
            self._wake.clear()

    def _wanted(self) -> list[Clip]:
        waiting = self._catalogue.at_stage(Stage.SAVED, Stage.PREPARING)
        return [clip for clip in waiting if clip.wanted and not clip.rendition and not clip.delivery.held]

    def prepare(self, clip_id: ClipId) -> Rendition | None:
        """Make one clip's rendition, on the caller's thread; None when it cannot be made (the clip says why)."""
        lock = self._folders.renditions / f"{clip_id}.lock"
        with locked(lock, give_up=self._stop.is_set) as held:
            rendition = self._prepare(clip_id) if held else None
        lock.unlink(missing_ok=True)
        return rendition

    def _prepare(self, clip_id: ClipId) -> Rendition | None:
        try:
            clip = self._catalogue.clip(clip_id)
            if clip.rendition is not None:  # another process was quicker
                return clip.rendition
            self._move(clip_id, Stage.PREPARING)
            rendition = render(
                clip.take,
                self._out(clip),
                keep=clip.keep,
                preset=clip.about.preset,
                on_progress=self._reporter(clip_id),
                stop=self._stop,
            )
        except (EditStopped, UnknownClip):
            return None
        except EditError as error:
            self._failed(clip_id, str(error))
            return None
        return self._ready(clip, rendition)

    def _out(self, clip: Clip) -> Path:
        return self._folders.renditions / f"{clip.clip_id}{'.mp4' if clip.kind is Kind.VIDEO else '.m4a'}"

    def _ready(self, before: Clip, rendition: Rendition) -> Rendition | None:
        """Keep the rendition, unless the clip was edited or binned meanwhile."""
        try:
            now = self._catalogue.clip(before.clip_id)
        except UnknownClip:
            rendition.path.unlink(missing_ok=True)
            return None
        if now.keep != before.keep or now.about.preset is not before.about.preset:
            self._wake.set()
            return None
        self._catalogue.set_rendition(before.clip_id, rendition)
        self._move(before.clip_id, Stage.READY)
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
