"""The way of finished clips to the portal: one thread, one file at a time, small ones first.

The queue is a table of the catalogue, so a crash anywhere is resumed by asking again; that a clip arrives exactly once
is the portal's promise for one clip id. Nothing is deleted here.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from types import TracebackType

from diary_app.catalogue import Catalogue, CatalogueError
from diary_app.clip import Clip, ClipId, Goes, Receipt, Stage
from diary_app.delivery.courier import Courier, Delivered, Elsewhere, Failed, Stayed, WentAhead, held_by_owner
from diary_app.delivery.rounds import CHANGING, Rounds
from diary_app.delivery.small_first import next_bytes
from upload.errors import DeliveryError, Stopped, World
from upload.retry import is_due

log = logging.getLogger(__name__)

HELD = "The clip was held in the app meanwhile."
REST_S = 1.0
"""After an attempt that failed, no clip is tried for so long: a portal that refuses is not asked by the whole queue."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the uploader looks, in seconds."""

    look_s: float = 5.0
    """For clips that another process put into the queue; our own wake it at once."""
    stage_s: float = 20.0
    """For news from the portal about clips that it has, while they change; more seldom while nothing happens."""
    longest_stage_s: float = 300.0


class Uploader:
    """The uploader's thread: start() it once; stop() ends it, in the middle of a block if need be.

    stays: True for a clip that may not go out by itself just now (sending_rules.may_go).
    """

    def __init__(
        self,
        catalogue: Catalogue,
        courier: Courier,
        *,
        stays: Callable[[Clip], bool] = held_by_owner,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._catalogue = catalogue
        self._courier = courier
        self._stays = stays
        self._pace = pace or Pace()
        self._clock = clock
        self._now = now
        self._rest_until_s = clock()
        self._rounds = Rounds(clock, shortest_s=self._pace.stage_s, longest_s=self._pace.longest_stage_s)
        self._stop = Event()
        self._wake = Event()
        # A daemon: what matters is in the catalogue, and the end of the program need not wait for a name server.
        self._thread = threading.Thread(target=self._run, name="uploader", daemon=True)

    def start(self) -> None:
        """Begin to deliver what the catalogue has."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it: half a second, longer only for a name server or a handshake that is slow."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def wake(self) -> None:
        """Something new may be in the queue. Any thread; returns at once."""
        self._wake.set()

    def send_now(self, clip_id: ClipId) -> None:
        """Try a waiting or held clip again at once. Any thread; one write to the catalogue."""
        self._catalogue.try_again(clip_id)
        self._wake.set()

    def send_all_now(self) -> None:
        """Try everything again, because the user signed in or the network is back. Any thread."""
        self._catalogue.try_again()
        self._wake.set()

    @property
    def bytes_per_s(self) -> float | None:
        """The speed of the connection as it was last seen; None while nothing is known of it."""
        return self._courier.bytes_per_s

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                if self.deliver_next():
                    continue
                self._ask_for_stages()
            except Stopped:
                return
            except CatalogueError:
                log.exception("the catalogue cannot be used just now; the clips stay where they are")
            self._wake.wait(min(self._pace.look_s, max(0.05, self._rounds.wait_s), self._rest_s))

    @property
    def _rest_s(self) -> float:
        """How long nothing is tried yet, in seconds; as long as anything where that is over."""
        left_s = self._rest_until_s - self._clock()
        return left_s if left_s > 0 else self._pace.look_s

    def deliver_next(self) -> bool:
        """Try the first clip that is due; False where there is none, other processes have them all, or it is too soon.

        One step of the uploader's thread. Raises Stopped and CatalogueError.
        """
        if self._clock() < self._rest_until_s:
            return False
        queue = self._catalogue.queue()
        for clip in queue:
            if clip.stage is Stage.SENDING:
                self._courier.take_back(clip)
        for clip in sorted([*queue, *self._catalogue.small_ahead()], key=next_bytes):
            if self._stays(clip) or not _due(clip, now=self._now()):
                continue
            with _HeldOnBug(self._courier, clip):
                outcome = self._courier.carry(clip, self._stop, stays=self._stays)
                if isinstance(outcome, Elsewhere):
                    continue
                if isinstance(outcome, Failed):
                    self._rest_until_s = self._clock() + REST_S
            self._rounds.news()
            return True
        return False

    def _ask_for_stages(self) -> None:
        if not self._rounds.due():
            return
        clips = self._catalogue.at_stage(*CHANGING) + self._rounds.settled(self._catalogue.page_of_stage)
        if self._courier.ask_stages(clips, self._stop):
            self._rounds.news()
        else:
            self._rounds.quiet()


class _HeldOnBug:
    """An error that nobody foresaw concerns one clip: that clip is held, the cause is logged, the others go on."""

    def __init__(self, courier: Courier, clip: Clip) -> None:
        self._courier = courier
        self._clip = clip

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        foreseen = (Stopped, CatalogueError)
        if not isinstance(error, Exception) or isinstance(error, foreseen):
            return False
        self._courier.hold(self._clip, error)
        return True


def deliver(
    clip_id: ClipId,
    *,
    catalogue: Catalogue,
    courier: Courier,
    stop: Event,
    patience_s: float,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
) -> Receipt:
    """Deliver one clip and return its receipt; for the command line. The clip has a rendition and is wanted.

    patience_s: how long to go on while the portal cannot be reached; 0 makes one attempt. Where the app itself is
    delivering the clip, this waits for it. Whoever asks says "now": what its owner held goes, unless they hold it again
    meanwhile. Raises DeliveryError (the clip stays in the queue), Stopped, UnknownClip.
    """
    if held_by_owner(catalogue.clip(clip_id)):
        catalogue.set_goes(clip_id, Goes.BY_ITSELF)
    catalogue.try_again(clip_id)
    ends = clock() + patience_s
    while True:
        outcome = courier.carry(catalogue.clip(clip_id), stop)
        if isinstance(outcome, Delivered):
            return outcome.receipt
        if isinstance(outcome, WentAhead):
            continue
        if isinstance(outcome, Stayed):
            raise DeliveryError(HELD)
        if isinstance(outcome, Failed) and (not isinstance(outcome.error, World) or clock() >= ends):
            raise outcome.error
        _wait_until_due(clip_id, catalogue=catalogue, stop=stop, now=now)


def _wait_until_due(clip_id: ClipId, *, catalogue: Catalogue, stop: Event, now: Callable[[], float]) -> None:
    """Wait at least half a second, and until the clip may be tried; raises DeliveryError where it is held."""
    while True:
        if stop.wait(0.5):
            raise Stopped
        clip = catalogue.clip(clip_id)
        if clip.delivery.held:
            raise DeliveryError(clip.delivery.problem)
        if clip.receipt is not None or is_due(clip.delivery.not_before, now=now()):
            return


def _due(clip: Clip, *, now: float) -> bool:
    return not clip.delivery.held and is_due(clip.delivery.not_before, now=now)
