"""Drafts of captions, made in the background for the clip whose form is open and for clips that are on their way.

A plain thread that finds its work by asking the catalogue, so that a crash anywhere is resumed by asking again. It does
nothing while a take is recorded. Where the model or its library is not installed it ends, and the screens say so.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from diary_app.captions.child import hear_apart
from diary_app.captions.layout import lines_of
from diary_app.captions.line import Heard, words_of
from diary_app.captions.whisper import is_there, seems_there
from diary_app.catalogue import Catalogue, CatalogueError, UnknownClip
from diary_app.clip import Captions, Clip, ClipId
from diary_app.editing.errors import EditError, EditRefused, EditStopped
from diary_app.editing.progress import OnProgress
from diary_app.news import ClipChanged, News

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 30.0


class Hear(Protocol):
    """What hears the words of a take (diary_app.captions.child.hear_apart)."""

    def __call__(
        self, take: Path, *, on_progress: OnProgress, stop: threading.Event, recording: Callable[[], bool]
    ) -> Sequence[Heard]:
        """The words. Waits; raises EditError."""


@dataclass(frozen=True, slots=True)
class Making:
    """How far a draft is."""

    fraction: float = 0.0
    """0 to 1."""
    seconds_left: float | None = None


class Maker:
    """Call start() once; expect() a clip whose form is open; close() ends a draft within a second."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        tell: Callable[[News], None],
        hear: Hear = hear_apart,
        seems_there: Callable[[], bool] = seems_there,
        is_there: Callable[[], bool] = is_there,
    ) -> None:
        self._catalogue, self._tell, self._hear = catalogue, tell, hear
        self._seems_there, self._is_there = seems_there, is_there
        self._guard = threading.Lock()
        self._expected: list[ClipId] = []
        self._making: tuple[ClipId, Making] | None = None
        self._failed: dict[ClipId, str] = {}
        self._able: bool | None = None
        self._stop, self._rest, self._wake = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="captions", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier run left unfinished comes first."""
        self._thread.start()

    def close(self) -> None:
        """End the work and the thread. Waits."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def rest(self, recording: bool) -> None:
        """While a take is recorded nothing is done. Never waits; any thread."""
        if recording:
            self._rest.set()
        else:
            self._rest.clear()

    def expect(self, clip_id: ClipId) -> None:
        """A draft for this clip is wanted before any other; a failure is tried again. Never waits; any thread."""
        with self._guard:
            self._failed.pop(clip_id, None)
            if clip_id not in self._expected:
                self._expected.append(clip_id)
        self._wake.set()

    @property
    def able(self) -> bool | None:
        """Whether this computer can make captions; None where it seems so, and none was made yet."""
        return self._able

    def making(self, clip_id: ClipId) -> Making | None:
        """How far the draft of this clip is, if it is being made or waits for that."""
        with self._guard:
            if self._making is not None and self._making[0] == clip_id:
                return self._making[1]
            return Making() if clip_id in self._expected else None

    def problem(self, clip_id: ClipId) -> str | None:
        """Why the draft of this clip could not be made."""
        with self._guard:
            return self._failed.get(clip_id)

    # -- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        if not self._seems_there():
            self._able = False
        while not self._stop.is_set() and self._able is not False:
            self._wake.clear()
            try:
                clip = self._next()
                if clip is not None:
                    self._able = self._able or self._is_there()
                    if self._able:
                        self._make(clip)
                    continue
            except CatalogueError:
                log.exception("no captions are made just now: the catalogue cannot be used")
            self._wake.wait(LOOK_AGAIN_S)
        if self._able is False:
            log.info("no captions are made: the model or its library is not on this computer, or its settings say so")

    def _next(self) -> Clip | None:
        while True:
            with self._guard:
                wished = self._expected[-1] if self._expected else None
            if wished is None:
                break
            with contextlib.suppress(UnknownClip):
                clip = self._catalogue.clip(wished)
                if _lacks_captions(clip):
                    return clip
            self._over(wished)
        waiting = [clip for clip in self._catalogue.to_caption() if _lacks_captions(clip)]
        with self._guard:
            return next((clip for clip in waiting if clip.clip_id not in self._failed), None)

    def _over(self, clip_id: ClipId, problem: str | None = None) -> None:
        with self._guard:
            self._making = None
            self._expected = [each for each in self._expected if each != clip_id]
            if problem is not None:
                self._failed[clip_id] = problem

    def _make(self, clip: Clip) -> None:
        def report(fraction: float, seconds_left: float | None) -> None:
            with self._guard:
                self._making = clip.clip_id, Making(fraction, seconds_left)

        report(0.0, None)
        problem = None
        try:
            heard = self._hear(clip.take, on_progress=report, stop=self._stop, recording=self._rest.is_set)
            self._keep(clip.clip_id, heard)
        except EditStopped:
            return
        except EditRefused:  # there is no sound in it
            self._keep(clip.clip_id, ())
        except EditError as error:
            log.warning("%s gets no captions: %s", clip.clip_id, error, exc_info=True)
            problem = str(error)
        finally:
            self._over(clip.clip_id, problem)
        self._tell(ClipChanged(clip.clip_id))

    def _keep(self, clip_id: ClipId, heard: Sequence[Heard]) -> None:
        with contextlib.suppress(UnknownClip):  # it was binned meanwhile
            if _lacks_captions(self._catalogue.clip(clip_id)):
                self._catalogue.set_captions(clip_id, lines_of(words_of(heard)), Captions.DRAFT)
                log.info("a draft of captions for %s: %d words", clip_id, len(heard))


def _lacks_captions(clip: Clip) -> bool:
    """And can get them: its take is whole and here."""
    return clip.captions is Captions.NONE and clip.seconds is not None and clip.removed_at is None
