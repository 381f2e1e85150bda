"""The courier: takes one clip, under a lease, from the catalogue to the portal and brings its receipt back.

Blocking; used by the uploader's thread and by the command line. The family of an error decides what becomes of the
clip (diary_app.delivery.verdict); the catalogue is written before anybody is told.
"""

import json
import logging
import os
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC
from threading import Event, Lock
from typing import Protocol

from diary_app.catalogue import Catalogue, CatalogueError
from diary_app.clip import Clip, Goes, Kind, Receipt, Rendition, Stage
from diary_app.delivery.brake import Brake
from diary_app.delivery.names_told import names_told
from diary_app.delivery.trip import LeaseLost, Trip
from diary_app.delivery.verdict import judge
from diary_app.news import ClipChanged, News, PortalChanged
from upload.account import Account
from upload.attempt import Parcel, Watcher, attempt
from upload.errors import Bug, DeliveryError, FileChanged, Identity, SignInNeeded, Stopped
from upload.receipt import PortalReceipt, fetch_stage
from upload.tus import Source

log = logging.getLogger(__name__)

LEASE_S = 15.0
"""How long a clip stays with a process that died: the next one goes on after that, in seconds."""
FILETYPES = {Kind.VIDEO: "video/mp4", Kind.SOUND: "audio/mp4"}
LONGEST_TITLE = 200


class Connector(Protocol):
    """The way to a signed-in line; PairingDesk is the real one."""

    def account(self, stop: Event) -> AbstractContextManager[Account]:
        """A signed-in line to the portal. Raises DeliveryError and Stopped."""

    def sign_in_again(self, stop: Event) -> bool:
        """True where a new sign-in needed no person, and the clip may be tried again."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The portal holds the whole file, and the catalogue has its receipt."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Failed:
    """The clip is still here; the catalogue says when it is tried again, or that it is held."""

    error: DeliveryError


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process is delivering this clip, or another thread of this one any clip."""


@dataclass(frozen=True, slots=True)
class Stayed:
    """The clip may not go out just now, or no longer: what the portal has of it is kept, and no attempt is counted."""


Outcome = Delivered | Failed | Elsewhere | Stayed


def held_by_owner(clip: Clip) -> bool:
    """True where the clip must stay, even for somebody who asked for it by name."""
    return clip.delivery.goes is Goes.HELD


class Courier:
    """now: wall clock in seconds; clock: monotonic seconds; random: 0 <= x < 1; chunk: bytes in one PATCH, or all.

    cap: bytes a second, or None; pause: waits for an event, or so many seconds of the clock, and says which it was.
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
        afterwards: Callable[[Account, Event], None] = lambda _line, _stop: None,
    ) -> None:
        self._catalogue = catalogue
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
        self._held_last: dict[str, int] = {}
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
            self._move(clip, Stage.READY)
            if stop.is_set():
                raise
            log.info("clip %s stays here for now", clip.clip_id)
            return Stayed()
        finally:
            self._catalogue.release(clip.clip_id, holder=self._holder)

    def _carry(self, clip: Clip, stop: Event) -> Outcome:
        if clip.receipt is not None:
            return Delivered(clip.receipt)
        if clip.rendition is None:
            return self._lost_file(clip, FileChanged())
        trip = self._trip(clip, clip.rendition, stop)
        try:
            found = self._attempt_signed_in(clip, clip.rendition, trip, stop)
        except FileChanged as error:
            return self._lost_file(clip, error)
        except DeliveryError as error:
            return self._failed(clip, error, trip)
        return self._delivered(clip, found)

    def _attempt_signed_in(self, clip: Clip, rendition: Rendition, trip: Trip, stop: Event) -> PortalReceipt:
        try:
            return self._attempt(clip, rendition, trip, stop)
        except SignInNeeded:
            if not self._connector.sign_in_again(stop):
                raise
        return self._attempt(self._catalogue.clip(clip.clip_id), rendition, trip, stop)

    def _attempt(self, clip: Clip, rendition: Rendition, trip: Trip, stop: Event) -> PortalReceipt:
        parcel = parcel_of(clip, rendition)
        with self._connector.account(stop) as account:
            self._move(clip, Stage.SENDING)
            watcher = Watcher(
                progress=trip.went_out,
                holds=trip.holds,
                created=lambda address: self._catalogue.keep_upload(clip.clip_id, address),
            )
            try:
                return attempt(account, parcel, kept=clip.delivery.upload_url, watcher=watcher, chunk=self._chunk)
            finally:
                self._bytes_per_s = trip.bytes_per_s or self._bytes_per_s

    def _delivered(self, clip: Clip, found: PortalReceipt) -> Delivered:
        receipt = Receipt(clip.clip_id, found.sha256, found.bytes, found.received_at, found.page)
        self._catalogue.set_receipt(receipt)
        self._held_last.pop(clip.clip_id, None)
        log.info("clip %s: received and checked, %d bytes", clip.clip_id, receipt.bytes)
        self._tell(ClipChanged(clip.clip_id))
        return Delivered(receipt)

    def _failed(self, clip: Clip, error: DeliveryError, trip: Trip) -> Failed:
        if isinstance(error, Bug):
            log.error("clip %s is held", clip.clip_id, exc_info=error)
        else:
            log.warning("clip %s: %s (%s)", clip.clip_id, error.sentence, type(error).__name__)
        moved = trip.held > self._held_last.get(clip.clip_id, 0)
        self._held_last[clip.clip_id] = max(trip.held, self._held_last.get(clip.clip_id, 0))
        # Read again: the attempt has written the upload's address into the row.
        delivery = self._catalogue.clip(clip.clip_id).delivery
        verdict = judge(error, delivery, now=self._now(), random=self._random, moved=moved)
        self._catalogue.set_delivery(clip.clip_id, verdict.delivery, stage=verdict.stage)
        self._tell(ClipChanged(clip.clip_id))
        if isinstance(error, Identity):
            self._tell(PortalChanged(error.sentence))
        return Failed(error)

    def _lost_file(self, clip: Clip, error: FileChanged) -> Failed:
        """The finished file is not what it was: forget it, so that Send makes it anew from the take."""
        log.error("clip %s: the rendition is missing or was changed", clip.clip_id, exc_info=error)
        self._catalogue.forget_rendition(clip.clip_id, problem=error.sentence)
        self._tell(ClipChanged(clip.clip_id))
        return Failed(error)

    def hold(self, clip: Clip, error: BaseException) -> None:
        """An error that nobody foresaw: hold this clip, so that the others go on, and keep the cause in the log."""
        log.error("clip %s is held: unforeseen error", clip.clip_id, exc_info=error)
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
                moved = [self._ask_stage(account, clip) for clip in clips]
                self._afterwards(account, stop)
                return any(moved)
        except Identity as error:
            self._tell(PortalChanged(error.sentence))
        except DeliveryError as error:
            log.info("no news from the portal: %s", error.sentence)
        return False

    def _ask_stage(self, account: Account, clip: Clip) -> bool:
        """True where the portal moved it; that somebody watched it is no sign that more is about to happen."""
        found = fetch_stage(account, clip.clip_id)
        if found is None:
            return False
        stage = Stage(found.stage)
        if self._catalogue.hear(clip, stage, note=found.note, views=found.views, replies=found.replies):
            self._tell(ClipChanged(clip.clip_id))
        return (stage, found.note) != (clip.stage, clip.note)

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

    def _trip(self, clip: Clip, rendition: Rendition, stop: Event) -> Trip:
        return Trip(
            clip,
            total=rendition.bytes,
            tell=self._tell,
            prolong=lambda: self._lease(clip),
            prolong_s=self._lease_s / 3,
            clock=self._clock,
            cap=self._cap,
            pause=lambda seconds: self._pause(stop, seconds),
        )

    def _move(self, clip: Clip, stage: Stage) -> None:
        self._catalogue.move(clip.clip_id, stage)
        self._tell(ClipChanged(clip.clip_id))


def parcel_of(clip: Clip, rendition: Rendition) -> Parcel:
    """What the protocol wants to know about a clip (docs/protocol.md, section 3)."""
    people = [{"name": person.name, "agrees": person.agrees} for person in clip.about.people]
    return Parcel(
        clip_id=clip.clip_id,
        source=Source(rendition.path, rendition.bytes),
        sha256=rendition.sha256,
        filetype=FILETYPES[clip.kind],
        facts={
            "title": " ".join(clip.title.split())[:LONGEST_TITLE],
            "audience": clip.about.audience.value,
            "seconds": f"{rendition.seconds:.3f}",
            "recorded": clip.created_at.astimezone(UTC).isoformat(timespec="seconds"),
            "people": json.dumps(people),
            **names_told(clip),
        },
    )
