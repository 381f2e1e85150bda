"""The courier: takes one clip, under a lease, from the catalogue to the portal and brings its receipt back.

Where a small copy goes ahead, that is an attempt of its own, of which there is no receipt (decision 25).
Blocking; used by the uploader's thread and by the command line. The family of an error decides what becomes of the
clip (diary_app.delivery.verdict); the catalogue is written before anybody is told.
"""

import logging
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event, Lock
from typing import TypeVar

from diary_app.catalogue import Catalogue, CatalogueError
from diary_app.clip import Clip, ClipId, Delivery, Goes, Receipt, Rendition, SmallCopy, Stage
from diary_app.delivery.brake import Brake
from diary_app.delivery.connector import Connector
from diary_app.delivery.outcomes import Delivered, Elsewhere, Failed, Outcome, Stayed, WentAhead
from diary_app.delivery.parcels import parcel_of, small_parcel_of
from diary_app.delivery.small_first import SmallFirst
from diary_app.delivery.stage_news import StageNews
from diary_app.delivery.trip import LeaseLost, Trip
from diary_app.delivery.verdict import judge, reassuring
from diary_app.news import ClipChanged, News, PortalChanged
from diary_app.small_copies import remove
from upload.account import Account
from upload.attempt import Watcher, attempt, send_ahead
from upload.errors import Bug, Conflict, DeliveryError, FileChanged, Identity, SignInNeeded, Stopped, World
from upload.receipt import PortalReceipt, fetch_receipt, fetch_stage

log = logging.getLogger(__name__)

LEASE_S = 15.0
"""How long a clip stays with a process that died: the next one goes on after that, in seconds."""
ENDED = (Stage.SENT_BACK, Stage.WITHDRAWN)
OTHER_VERSION = (
    "The portal already has a version of this clip, perhaps from another computer, so this one was not taken. Look at"
    " the clip at the portal before you send it once more as a new one. Your recording is safe."
)
Found = TypeVar("Found")

__all__ = [
    "Courier",
    "Delivered",
    "Elsewhere",
    "Failed",
    "Outcome",
    "Stayed",
    "WentAhead",
    "held_by_owner",
    "parcel_of",
]


def held_by_owner(clip: Clip) -> bool:
    """True where the clip must stay, even for somebody who asked for it by name."""
    return clip.delivery.goes is Goes.HELD


class Courier:
    """now: wall clock in seconds; clock: monotonic seconds; random: 0 <= x < 1; chunk: bytes in one PATCH, or all.

    cap: bytes a second, or None; pause: waits for an event, or so many seconds of the clock, and says which it was.
    metered: True while bytes cost money.
    afterwards: called with the line to the portal when it has told its news, before that is closed.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        connector: Connector,
        *,
        tell: Callable[[News], None],
        clock: Callable[[], float],
        now: Callable[[], float],
        random: Callable[[], float],
        lease_s: float = LEASE_S,
        chunk: int | None = None,
        cap: Callable[[], int | None] = lambda: None,
        pause: Callable[[Event, float], bool] = Event.wait,
        metered: Callable[[], bool] = lambda: False,
        afterwards: Callable[[Account, Event], None] = lambda _line, _stop: None,
    ) -> None:
        self._catalogue = catalogue
        self._small = SmallFirst(catalogue, metered=metered)
        self._stages = StageNews(catalogue, tell=tell)
        self._connector = connector
        self._tell = tell
        self._clock = clock
        self._now = now
        self._random = random
        self._lease_s = lease_s
        self._chunk = chunk
        self._cap = cap
        self._pause = pause
        self._afterwards = afterwards
        # One clip at a time, whichever thread asks: a lease only keeps other processes away.
        self._busy = Lock()
        self._holder = f"{os.getpid()}-{uuid.uuid4()}"
        self._held_last: dict[tuple[ClipId, int], int] = {}
        self._bytes_per_s: float | None = None

    @property
    def bytes_per_s(self) -> float | None:
        """The speed of the connection as it was last seen; None while nothing is known of it."""
        return self._bytes_per_s

    # -- delivering -------------------------------------------------------------------------------------------------

    def carry(self, clip: Clip, stop: Event, *, stays: Callable[[Clip], bool] = held_by_owner) -> Outcome:
        """Make one attempt. Raises Stopped, with the clip back in the queue, and CatalogueError.

        stays: True for a clip that may not go out; asked with its owner's newest word five times a second on the way.
        """
        if not self._busy.acquire(blocking=False):
            return Elsewhere()
        try:
            return self._carry_leased(clip, stop, stays)
        finally:
            self._busy.release()

    def take_back(self, clip: Clip) -> None:
        """A clip that a process which died was sending waits like the others, until its turn comes. Any thread."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            if self._lease(clip):
                self._move(clip, Stage.READY)
                self._catalogue.release(clip.clip_id, holder=self._holder)
        finally:
            self._busy.release()

    def _carry_leased(self, clip: Clip, stop: Event, stays: Callable[[Clip], bool]) -> Outcome:
        if not self._lease(clip):
            return Elsewhere()
        try:
            leased = self._catalogue.clip(clip.clip_id)
            return self._carry(leased, Brake(stop, lambda: stays(self._newest(leased))))
        except LeaseLost:
            return Elsewhere()
        except Stopped:
            self._put_back(clip)
            if stop.is_set():
                raise
            log.info("clip %s stays here for now", clip.clip_id)
            return Stayed()
        finally:
            self._catalogue.release(clip.clip_id, holder=self._holder)

    def _carry(self, clip: Clip, stop: Event) -> Outcome:
        if clip.receipt is not None:
            return Delivered(clip.receipt)
        small = self._small.next_of(clip, self._pace())
        if small is not None:
            return self._carry_small(clip, small, stop)
        if clip.rendition is None:
            making = clip.wanted and clip.stage in (Stage.SAVED, Stage.PREPARING)
            return Elsewhere() if making else self._lost_file(clip, FileChanged())
        return self._carry_full(clip, clip.rendition, stop)

    def _carry_full(self, clip: Clip, rendition: Rendition, stop: Event) -> Outcome:
        small = self._catalogue.clip(clip.clip_id).small_copy
        trip = self._trip(clip, rendition.bytes, stop, before=small.bytes if small and small.arrived else 0)
        try:
            found = self._signed_in(stop, lambda: self._attempt(clip, rendition, trip, stop))
        except FileChanged as error:
            return self._lost_file(clip, error)
        except Conflict as error:
            return self._contradicted(clip, rendition, error, trip, stop)
        except DeliveryError as error:
            return self._failed(clip, error, trip)
        return self._delivered(clip, found)

    def _signed_in(self, stop: Event, deliver: Callable[[], Found]) -> Found:
        try:
            return deliver()
        except SignInNeeded:
            if not self._connector.sign_in_again(stop):
                raise
        return deliver()

    def _attempt(self, clip: Clip, rendition: Rendition, trip: Trip, stop: Event) -> PortalReceipt:
        parcel = parcel_of(clip, rendition)
        with self._connector.account(stop) as account:
            self._move(clip, Stage.SENDING)
            watcher = Watcher(
                progress=trip.went_out,
                holds=trip.holds,
                created=lambda address: self._catalogue.keep_upload(clip.clip_id, address),
            )
            kept = self._catalogue.clip(clip.clip_id).delivery.upload_url
            try:
                return attempt(account, parcel, kept=kept, watcher=watcher, chunk=self._chunk)
            finally:
                self._bytes_per_s = trip.bytes_per_s or self._bytes_per_s

    # -- the small copy -----------------------------------------------------------------------------------------------

    def _carry_small(self, clip: Clip, small: SmallCopy, stop: Event) -> Outcome:
        """While the clip is being prepared, nothing of this changes where it stands."""
        preparing = clip.rendition is None
        rest = 0 if clip.rendition is None else clip.rendition.bytes
        trip = self._trip(clip, small.bytes, stop, after=rest, tell=_nobody if preparing else self._tell)
        try:
            self._signed_in(stop, lambda: self._attempt_small(clip, small, trip, stop))
        except (World, Identity) as error:
            return self._postponed(clip, error) if preparing else self._failed(clip, error, trip)
        except DeliveryError as error:
            log.warning("the small copy of %s: %s (%s)", clip.clip_id, error.sentence, type(error).__name__)
            self._small.forget(clip)
        else:
            log.info("clip %s: a small copy has arrived, %d bytes", clip.clip_id, small.bytes)
            self._catalogue.small_copy_arrived(clip.clip_id)
        self._put_back(clip)
        return WentAhead()

    def _attempt_small(self, clip: Clip, small: SmallCopy, trip: Trip, stop: Event) -> None:
        parcel = small_parcel_of(clip, small)
        with self._connector.account(stop) as account:
            if clip.rendition is not None:
                self._move(clip, Stage.SENDING)
            watcher = Watcher(
                progress=trip.went_out,
                holds=trip.holds,
                created=lambda address: self._catalogue.keep_small_upload(clip.clip_id, address),
            )
            kept = self._catalogue.clip(clip.clip_id).small_copy
            address = kept.upload_url if kept is not None else None
            try:
                send_ahead(account, parcel, kept=address, watcher=watcher, chunk=self._chunk)
            finally:
                self._bytes_per_s = trip.bytes_per_s or self._bytes_per_s

    def _postponed(self, clip: Clip, error: DeliveryError) -> Failed:
        """Nobody need know: the clip itself, once it is ready, meets the same and says so."""
        log.info("the small copy of %s waits: %s", clip.clip_id, error.sentence)
        delivery = self._catalogue.clip(clip.clip_id).delivery
        later = judge(error, delivery, now=self._now(), random=self._random, moved=False).delivery
        self._catalogue.set_delivery(clip.clip_id, replace(later, problem=delivery.problem, held=delivery.held))
        return Failed(error)

    # -- what became of it --------------------------------------------------------------------------------------------

    def _delivered(self, clip: Clip, found: PortalReceipt) -> Delivered:
        receipt = Receipt(clip.clip_id, found.sha256, found.bytes, found.received_at, found.page, found.slip)
        self._catalogue.set_receipt(receipt)
        self._held_last.pop((clip.clip_id, receipt.bytes), None)
        if clip.small_copy is not None:
            remove(clip.small_copy.path)
        log.info("clip %s: received and checked, %d bytes", clip.clip_id, receipt.bytes)
        self._tell(ClipChanged(clip.clip_id))
        return Delivered(receipt)

    def _failed(self, clip: Clip, error: DeliveryError, trip: Trip) -> Failed:
        if isinstance(error, Bug):
            log.error("clip %s is held", clip.clip_id, exc_info=error)
        else:
            log.warning("clip %s: %s (%s)", clip.clip_id, error.sentence, type(error).__name__)
        file = clip.clip_id, trip.total
        moved = trip.held > self._held_last.get(file, 0)
        self._held_last[file] = max(trip.held, self._held_last.get(file, 0))
        # Read again: the attempt has written the upload's address into the row.
        delivery = self._catalogue.clip(clip.clip_id).delivery
        verdict = judge(error, delivery, now=self._now(), random=self._random, moved=moved)
        self._catalogue.set_delivery(clip.clip_id, verdict.delivery, stage=verdict.stage)
        self._tell(ClipChanged(clip.clip_id))
        if isinstance(error, Identity):
            self._wait_for_somebody(error)
        return Failed(error)

    def _wait_for_somebody(self, error: Identity) -> None:
        """One clip has asked for all: until somebody signs in, the others need not."""
        for clip_id in self._catalogue.hold_queue(reassuring(error.sentence)):
            self._tell(ClipChanged(clip_id))
        self._tell(PortalChanged(error.sentence))

    def _contradicted(self, clip: Clip, rendition: Rendition, error: Conflict, trip: Trip, stop: Event) -> Outcome:
        """The portal says no to this clip: perhaps it has it, or a moderator was done with its small copy."""
        try:
            with self._connector.account(stop) as account:
                receipt = fetch_receipt(account, clip.clip_id)
                newest = receipt is not None and receipt.sending >= clip.sending
                stage = None if newest else fetch_stage(account, clip.clip_id)
        except DeliveryError:
            return self._failed(clip, error, trip)
        if receipt is not None and newest:
            ours = (rendition.sha256, rendition.bytes, clip.sending)
            same = (receipt.sha256, receipt.bytes, receipt.sending) == ours
            return self._delivered(clip, receipt) if same else self._failed(clip, Conflict(OTHER_VERSION), trip)
        # The receipt of an earlier sending: that one was sent back, as we know.
        ended = ENDED if receipt is None else (Stage.WITHDRAWN,)
        if stage is None or Stage(stage.stage) not in ended:
            return self._failed(clip, error, trip)
        log.warning("clip %s: %s (%s)", clip.clip_id, error.sentence, stage.stage)
        fresh = Delivery(goes=clip.delivery.goes)
        self._catalogue.set_delivery(clip.clip_id, fresh)
        self._catalogue.move(clip.clip_id, Stage(stage.stage), note=stage.note)
        self._tell(ClipChanged(clip.clip_id))
        return Failed(error)

    def _lost_file(self, clip: Clip, error: FileChanged) -> Failed:
        """The finished file is not what it was: forget it, so that Send makes it anew from the take."""
        log.error("clip %s: the rendition is missing or was changed", clip.clip_id, exc_info=error)
        self._catalogue.forget_rendition(clip.clip_id, problem=error.sentence)
        if clip.small_copy is not None:
            remove(clip.small_copy.path)
        self._tell(ClipChanged(clip.clip_id))
        return Failed(error)

    def hold(self, clip: Clip, error: BaseException) -> None:
        """An error that nobody foresaw: hold this clip, so that the others go on, and keep the cause in the log."""
        log.error("clip %s is held: unforeseen error", clip.clip_id, exc_info=error)
        now = self._catalogue.clip(clip.clip_id)
        if self._small.next_of(now, None) is not None:  # it was about the small copy: the clip goes without
            self._small.forget(now)
            self._put_back(now)
            return
        delivery = self._catalogue.clip(clip.clip_id).delivery
        held = replace(delivery, problem=Bug().sentence, held=True)
        self._catalogue.set_delivery(clip.clip_id, held, stage=Stage.READY)
        self._tell(ClipChanged(clip.clip_id))

    # -- news of clips that the portal has --------------------------------------------------------------------------

    def ask_stages(self, clips: Sequence[Clip], stop: Event) -> bool:
        """Ask the portal where these clips are, and move those that it moved; True where one was. Raises Stopped."""
        if not clips:
            return False
        try:
            with self._connector.account(stop) as account:
                moved = self._stages.ask(account, clips)
                self._afterwards(account, stop)
                return moved
        except Identity as error:
            self._tell(PortalChanged(error.sentence))
        except DeliveryError as error:
            log.info("no news from the portal: %s", error.sentence)
        return False

    # -- helpers ----------------------------------------------------------------------------------------------------

    def _lease(self, clip: Clip) -> bool:
        return self._catalogue.lease(clip.clip_id, holder=self._holder, now=self._now(), seconds=self._lease_s)

    def _newest(self, clip: Clip) -> Clip:
        """The clip with its owner's newest word; with the last one where the catalogue cannot be read just now."""
        try:
            goes = self._catalogue.goes(clip.clip_id)
        except CatalogueError:
            return clip
        return replace(clip, delivery=replace(clip.delivery, goes=goes))

    def _pace(self) -> float | None:
        """Bytes a second, as far as anything is known of it: the line's, and the user's cap."""
        known = [pace for pace in (self._bytes_per_s, self._cap()) if pace]
        return min(known) if known else None

    def _trip(
        self,
        clip: Clip,
        total: int,
        stop: Event,
        *,
        before: int = 0,
        after: int = 0,
        tell: Callable[[News], None] | None = None,
    ) -> Trip:
        return Trip(
            clip,
            total=total,
            before=before,
            after=after,
            tell=tell or self._tell,
            prolong=lambda: self._lease(clip),
            prolong_s=self._lease_s / 3,
            clock=self._clock,
            cap=self._cap,
            pause=lambda seconds: self._pause(stop, seconds),
        )

    def _put_back(self, clip: Clip) -> None:
        """It is not being sent any more, and waits its turn; one that is still being prepared stays where it is."""
        if self._catalogue.clip(clip.clip_id).rendition is not None:
            self._move(clip, Stage.READY)

    def _move(self, clip: Clip, stage: Stage) -> None:
        self._catalogue.move(clip.clip_id, stage)
        self._tell(ClipChanged(clip.clip_id))


def _nobody(_news: News) -> None:
    """How far the small copy is, nobody is told while the clip is being prepared: that has a progress of its own."""
