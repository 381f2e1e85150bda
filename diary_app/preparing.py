"""The renderer: makes the rendition of every clip that the user wants sent, one at a time; and ahead, of the one whose
form is being filled in, so that it is ready when Send is pressed. A long film first gets a small copy (decision 25).

What is made ahead changes nothing that anybody sees and lets nothing leave: a clip goes on its way only when it is
wanted. It ends as soon as it no longer fits, and gives way to what is wanted.

A plain thread that finds its work by asking the catalogue, so that a crash anywhere is resumed by asking again. The
work itself is done in a child process of low priority (diary_app.editing.render_child), and rests while a take is
recorded: on a slow computer a low priority alone would still cost frames.
"""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from diary_app.catalogue import Catalogue, CatalogueError, UnknownClip
from diary_app.clip import Clip, ClipId, Kind, Rendition, Stage
from diary_app.editing.errors import EditError, EditStopped
from diary_app.editing.finish import Asked
from diary_app.editing.progress import OnProgress
from diary_app.editing.render_child import RendererDied, render_apart
from diary_app.folders import Folders
from diary_app.news import ClipChanged, MadeAhead, News, Progress
from diary_app.small_copies import SmallCopies, remove
from upload.files import locked

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 30.0
BREATH_S = 3.0
"""After the renderer died, before it is tried once more: what took the memory may be over."""
QUIET_S = 2.0
"""After the last change of a form, before its clip is made ahead again: who clicks through the sizes starts one."""
LET_GO_S = 5.0
"""Longest wait for a renderer that was stopped to let go of its files; it takes a second."""
SMALL_SHARE = 0.15
"""Of the work on a film and its small copy, the share of the copy."""


@dataclass(frozen=True, slots=True)
class _Expected:
    """The clip that is likely to be sent soon."""

    clip_id: ClipId
    recipe: tuple[object, ...]
    due_s: float
    """When to begin, by the clock; infinite after a failure, until it is changed."""


@dataclass(slots=True)
class _Job:
    """What is being made just now."""

    clip: Clip
    """As it was when it was begun."""
    stop: threading.Event
    ahead: bool
    """True while nobody has pressed Send: then its stage stays as it is."""
    over: threading.Event = field(default_factory=threading.Event)


class Preparer:
    """Call start(), then wake() whenever a clip is wanted; close() stops an encode within a second.

    clock: monotonic seconds. seconds_for: how long so many bytes take to the portal, or None while that is not known.
    """

    def __init__(
        self,
        folders: Folders,
        catalogue: Catalogue,
        *,
        on_news: Callable[[News], None],
        on_ready: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        seconds_for: Callable[[int], float | None] = lambda _size: None,
    ) -> None:
        self._folders = folders
        self._catalogue = catalogue
        self._small = SmallCopies(folders.renditions, catalogue, seconds_for)
        self._on_news = on_news
        self._on_ready = on_ready
        self._clock = clock
        # Held while a rendition is noted, and while a clip is edited: what is noted is what was asked for.
        self._guard = threading.RLock()
        self._expected: _Expected | None = None
        self._early: _Job | None = None
        self._stop = threading.Event()
        self._rest = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier run left unfinished comes first."""
        self._thread.start()

    def wake(self) -> None:
        """A clip may be wanted. What is ready already goes on at once, whatever else is being made. Any thread."""
        with self._guard:
            wanted = self._wanted()
            for clip in wanted:
                if clip.rendition is not None:
                    self._handed_on(clip, clip.rendition)
            self._make_room([clip for clip in wanted if clip.rendition is None])
        self._wake.set()

    def _make_room(self, wanted: Sequence[Clip]) -> None:
        """What is made ahead is what is wanted from now on, or gives way to it. Under the guard."""
        early = self._early
        if early is None or not early.ahead or not wanted:
            return
        if any(clip.clip_id == early.clip.clip_id for clip in wanted):
            early.ahead = False
            self._move(early.clip.clip_id, Stage.PREPARING)
            if self._catalogue.clip(early.clip.clip_id).small_copy is not None:
                self._on_ready()
        else:
            early.stop.set()

    def rest(self, recording: bool) -> None:
        """While a take is recorded no work is begun, and what was begun stands still. Never waits; any thread."""
        if recording:
            self._rest.set()
        else:
            self._rest.clear()

    def close(self) -> None:
        """Stop the work and the thread. Waits; the clip is prepared again at the next start."""
        self._stop.set()
        with self._guard:
            if self._early is not None:
                self._early.stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        self._small.clear_up()
        while not self._stop.is_set():
            for clip in self._wanted():
                if self._stop.is_set():
                    return
                self._try(clip.clip_id)
            self._wake.wait(self._make_ahead())
            self._wake.clear()

    def _try(self, clip_id: ClipId) -> None:
        """A full disk is no reason to give up for good: this thread is the only one there is."""
        try:
            self.prepare(clip_id)
        except (CatalogueError, OSError):
            log.exception("%s could not be prepared just now; it is tried again", clip_id)

    def _wanted(self) -> list[Clip]:
        return [clip for clip in self._catalogue.at_stage(Stage.SAVED, Stage.PREPARING) if _is_sent(clip)]

    # -- ahead of Send ------------------------------------------------------------------------------------------------

    def expect(self, clip_id: ClipId | None) -> None:
        """Send is likely to be pressed for this clip soon, or for none. What was begun goes on while it fits."""
        with self._guard:
            clip = None if clip_id is None else self._catalogue.clip(clip_id)
            self._expected = None if clip is None else _Expected(clip.clip_id, clip.recipe, self._clock())
        self._wake.set()

    def make_way(self, clip_id: ClipId) -> None:
        """Something about this clip is worked out: nothing is made ahead for another one. Never waits; any thread."""
        with self._guard:
            if self._early is not None and self._early.ahead and self._early.clip.clip_id != clip_id:
                self._early.stop.set()

    def drop(self, clip_id: ClipId) -> None:
        """Make nothing ahead for this clip; its files are let go when this returns, after a second at most."""
        with self._guard:
            if self._expected is not None and self._expected.clip_id == clip_id:
                self._expected = None
            early = self._early if self._early is not None and self._early.clip.clip_id == clip_id else None
        if early is not None:
            early.stop.set()
            early.over.wait(LET_GO_S)

    @contextlib.contextmanager
    def edit(self, clip_id: ClipId) -> Iterator[None]:
        """While the block changes a clip, no rendition of it is noted; then what no longer fits is stopped and removed,
        and another is begun when the form has been quiet for a while. Raises UnknownClip.
        """
        with self._guard:
            before = self._catalogue.clip(clip_id)
            yield
            now = self._catalogue.clip(clip_id)
            if before.rendition is not None and now.rendition is None:
                remove(before.rendition.path)
            if before.small_copy is not None and now.small_copy is None:
                remove(before.small_copy.path)
            self._follow(now)

    def _follow(self, now: Clip) -> None:
        early, expected = self._early, self._expected
        if early is not None and early.clip.clip_id == now.clip_id and early.clip.recipe != now.recipe:
            early.stop.set()
        if expected is not None and expected.clip_id == now.clip_id and expected.recipe != now.recipe:
            self._expected = _Expected(now.clip_id, now.recipe, self._clock() + QUIET_S)
            self._wake.set()

    def _make_ahead(self) -> float:
        """Make what is expected, when it is time; return for how long there is nothing to do then, in seconds."""
        early = self._begin_early()
        if early is not None:
            try:
                self._make_early(early)
            except (CatalogueError, OSError):
                log.exception("%s could not be prepared ahead", early.clip.clip_id)
                self._give_up_ahead(early.clip)
            finally:
                with self._guard:
                    self._early = None
                early.over.set()
        with self._guard:
            left_s = self._expected.due_s - self._clock() if self._expected is not None else 0.0
        return min(LOOK_AGAIN_S, left_s) if left_s > 0 else LOOK_AGAIN_S

    def _begin_early(self) -> _Job | None:
        with self._guard:
            expected = self._expected
            if expected is None or self._clock() < expected.due_s or self._stop.is_set() or self._wanted():
                return None
            try:
                clip = self._catalogue.clip(expected.clip_id)
            except UnknownClip:
                return None
            nameless = clip.sent_kind is Kind.SOUND and not clip.about.title.strip()  # the title is inside the file
            if clip.stage is not Stage.SAVED or clip.rendition is not None or nameless:
                return None
            self._early = _Job(clip, threading.Event(), ahead=True)
            return self._early

    def _make_early(self, early: _Job) -> None:
        lock = self._lock(early.clip.clip_id)
        with locked(lock, give_up=lambda: True) as held:
            if held:
                self._prepare(early)
        if held:
            remove(lock)

    def _give_up_ahead(self, clip: Clip) -> None:
        """Until the clip is changed, or Send is pressed: then it is tried again, and said why not."""
        with self._guard:
            if self._expected is not None and self._expected.clip_id == clip.clip_id:
                self._expected = _Expected(clip.clip_id, clip.recipe, math.inf)

    # -- one clip -----------------------------------------------------------------------------------------------------

    def prepare(self, clip_id: ClipId) -> Rendition | None:
        """Make one clip's rendition, on the caller's thread; None when it cannot be made (the clip says why)."""
        lock = self._lock(clip_id)
        with locked(lock, give_up=self._stop.is_set) as held:
            rendition = self._prepare_wanted(clip_id) if held else None
        remove(lock)
        return rendition

    def _lock(self, clip_id: ClipId) -> Path:
        return self._folders.renditions / f"{clip_id}.lock"

    def _prepare_wanted(self, clip_id: ClipId) -> Rendition | None:
        try:
            clip = self._catalogue.clip(clip_id)
            if clip.rendition is not None:  # it was made ahead, another process was quicker, or died at the very end
                return self._handed_on(clip, clip.rendition)
            self._move(clip_id, Stage.PREPARING)
        except UnknownClip:
            return None
        return self._prepare(_Job(clip, self._stop, ahead=False))

    def _prepare(self, job: _Job) -> Rendition | None:
        try:
            rendition = self._rendered(job, since=SMALL_SHARE if self._with_small_copy(job) else 0.0)
        except EditStopped:
            return None
        except EditError as error:
            self._failed(job, str(error))
            return None
        return self._ready(job.clip, rendition)

    def _with_small_copy(self, job: _Job) -> bool:
        """Make the small copy first, where that helps; True where some of the time went into that. Raises EditStopped.

        Where it cannot be made the clip goes without.
        """
        clip = job.clip
        if not self._small.is_to_be_made(clip):
            return False
        try:
            made = self._render(job, self._small.path(clip.clip_id), self._reporter(job, 0.0, SMALL_SHARE), small=True)
        except EditStopped:
            raise
        except EditError:
            log.warning("%s has no small copy", clip.clip_id, exc_info=True)
            return True
        with self._guard:
            now = self._now(clip)
            if now is None:
                remove(made.path)
                raise EditStopped  # and no rendition is wanted either
            self._small.keep(clip.clip_id, made)
            if _is_sent(now):
                self._on_ready()
        return True

    def _now(self, before: Clip) -> Clip | None:
        """The clip as it is now; None where it was edited or binned meanwhile. Under the guard."""
        try:
            now = self._catalogue.clip(before.clip_id)
        except UnknownClip:
            return None
        if now.recipe != before.recipe:
            self._wake.set()
            return None
        return now

    def _rendered(self, job: _Job, *, since: float) -> Rendition:
        out, report = self._out(job.clip), self._reporter(job, since, 1.0)
        try:
            return self._render(job, out, report)
        except RendererDied as error:
            log.warning("preparing %s broke off and is tried once more: %s", job.clip.clip_id, error.detail)
            job.stop.wait(BREATH_S)
            return self._render(job, out, report)

    def _render(self, job: _Job, out: Path, report: OnProgress, *, small: bool = False) -> Rendition:
        clip = job.clip
        return render_apart(
            clip.take,
            out,
            keep=clip.keep,
            preset=clip.about.preset,
            asked=Asked.of(clip),
            small=small,
            on_progress=report,
            stop=job.stop,
            rest=self._rest,
        )

    def _out(self, clip: Clip) -> Path:
        return self._folders.renditions / f"{clip.clip_id}{'.mp4' if clip.sent_kind is Kind.VIDEO else '.m4a'}"

    def _ready(self, before: Clip, rendition: Rendition) -> Rendition | None:
        """Keep the rendition, unless the clip was edited or binned meanwhile."""
        with self._guard:
            now = self._now(before)
            if now is None:
                rendition.path.unlink(missing_ok=True)
                return None
            self._catalogue.set_rendition(before.clip_id, rendition)
            if not _is_sent(now):
                self._on_news(MadeAhead(before.clip_id, 1.0))
            return self._handed_on(now, rendition)

    def _handed_on(self, clip: Clip, rendition: Rendition) -> Rendition:
        if _is_sent(clip) and clip.stage in (Stage.SAVED, Stage.PREPARING):
            self._move(clip.clip_id, Stage.READY)
            self._on_ready()
        return rendition

    def _move(self, clip_id: ClipId, stage: Stage) -> None:
        self._catalogue.move(clip_id, stage)
        self._on_news(ClipChanged(clip_id))

    def _reporter(self, job: _Job, since: float, until: float) -> OnProgress:
        """For a file with this share of all the work; the time left is that of the last one."""

        def report(fraction: float, seconds_left: float | None) -> None:
            done, left_s = since + fraction * (until - since), seconds_left if until == 1.0 else None
            about = job.clip.clip_id
            news = MadeAhead(about, done, left_s) if job.ahead else Progress(about, Stage.PREPARING, done, left_s)
            self._on_news(news)

        return report

    def _failed(self, job: _Job, sentence: str) -> None:
        clip_id = job.clip.clip_id
        log.warning("%s could not be prepared: %s", clip_id, sentence, exc_info=True)
        with self._guard:
            clip = self._catalogue.clip(clip_id)
            if job.ahead and not _is_sent(clip):  # nobody asked for it yet
                self._give_up_ahead(job.clip)
                self._on_news(MadeAhead(clip_id, 0.0, problem=sentence))
                return
            self._catalogue.set_delivery(clip_id, replace(clip.delivery, problem=sentence, held=True))
            self._move(clip_id, Stage.SAVED)


def _is_sent(clip: Clip) -> bool:
    """The user pressed Send, and nothing holds it."""
    return clip.wanted and not clip.delivery.held
