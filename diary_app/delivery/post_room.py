"""What goes out: the portal that this app is joined to, the uploader, and the practice portal. Any thread."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from diary_app.captions.post import CaptionPost
from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Receipt
from diary_app.delivery.courier import Courier
from diary_app.delivery.kept_rules import KeptRules
from diary_app.delivery.line_speed import LineSpeeds
from diary_app.delivery.pairing import Invitation, Pairing, PairingDesk
from diary_app.delivery.practice import PracticePortal
from diary_app.delivery.uploader import Uploader, deliver
from diary_app.delivery.when_to_send import WhenToSend
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.keeping import Keeping
from diary_app.news import News, PortalChanged
from diary_app.settings import read_settings
from diary_app.settings_words import NOT_KEPT
from upload.account import Account
from upload.errors import DeliveryError, Stopped

log = logging.getLogger(__name__)

USUAL_OVERHEAD_S = 2.0
"""Asking, checking and the receipt take this long besides the bytes."""


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """The portal that this app is joined to."""

    name: str
    url: str
    practice: bool


class PostRoom:
    """portal: deliver to this address alone (the command line's --portal); None: the one that the app is joined to."""

    def __init__(
        self, folders: Folders, catalogue: Catalogue, *, on_news: Callable[[News], None], portal: str | None = None
    ) -> None:
        self._catalogue = catalogue
        self._on_news = on_news
        self._stop = threading.Event()
        self._practice = PracticePortal(folders.common)
        self._desk = PairingDesk(folders.common, self._practice, portal=portal)
        rules = KeptRules(folders.data / "sending.json", read_settings(folders))
        self.when = WhenToSend(catalogue, rules, tell=on_news, wake=self.wake)
        self.keeping = Keeping(folders, catalogue, paired=self._paired, tell=on_news)
        self._captions = CaptionPost(catalogue)
        self._courier = Courier(
            catalogue,
            self._desk,
            tell=on_news,
            clock=time.monotonic,
            now=time.time,
            random=random.random,
            cap=lambda: self.when.cap,
            metered=lambda: self.when.metered,
            afterwards=self._afterwards,
        )
        self._uploader = Uploader(catalogue, self._courier, stays=self.when.stays)
        self._speeds = LineSpeeds(folders.line_speeds)
        self._joining: threading.Thread | None = None

    def _afterwards(self, line: Account, stop: threading.Event) -> None:
        """What else there is to say on an open line: the uploader's thread."""
        self.keeping.round(line, stop)
        self._captions.round(line, stop)

    def start(self) -> None:
        """Begin to deliver in the background."""
        self.keeping.start()
        self._uploader.start()

    def close(self) -> None:
        """End the threads and the practice portal. Waits."""
        self._stop.set()
        self._uploader.stop()
        self.keeping.close()
        self._keep_speed()
        if self._joining is not None:
            self._joining.join()
        self._practice.stop()

    def wake(self) -> None:
        """A clip may be ready to go."""
        self._uploader.wake()

    def try_now(self, clip_id: ClipId) -> None:
        """Try a waiting or held clip at once."""
        self._uploader.send_now(clip_id)

    def deliver(self, clip_id: ClipId, *, patience_s: float) -> Receipt:
        """Deliver one clip on this thread; for the command line. Raises DeliveryError: the clip stays in the queue."""
        return deliver(
            clip_id, catalogue=self._catalogue, courier=self._courier, stop=self._stop, patience_s=patience_s
        )

    def seconds_for(self, size: int) -> float | None:
        """How long so many bytes take on the connection as it was last seen, perhaps in an earlier run; else None.

        No less than the user's cap has it.
        """
        portal = self._desk.paired()
        if portal is None:
            return None
        seen = self._uploader.bytes_per_s or self._speeds.of(portal.url)
        known = [speed for speed in (seen, self.when.cap) if speed]
        return size / min(known) + USUAL_OVERHEAD_S if known else None

    def _keep_speed(self) -> None:
        portal, speed = self._desk.paired(), self._uploader.bytes_per_s
        if portal is not None and speed:
            self._speeds.keep(portal.url, speed)

    # -- joining a portal ---------------------------------------------------------------------------------------------

    def portal(self) -> PortalFacts | None:
        """The portal that this app is joined to."""
        pairing = self._desk.paired()
        return None if pairing is None else PortalFacts(pairing.name, pairing.url, pairing.practice)

    def _paired(self) -> str | None:
        pairing = self._desk.paired()
        return None if pairing is None else pairing.url

    def join_practice(self) -> Pairing:
        """Start the practice portal and join it. Waits some seconds. Raises DeliveryError."""
        return self._desk.pair_with_practice(self._stop)

    def begin_join(self, url: str) -> Invitation:
        """Ask a portal for the short code that staff approve. Waits for the network. Raises DeliveryError."""
        return self._desk.begin(url, stop=self._stop)

    def finish_join(self, invitation: Invitation, *, stop: threading.Event | None = None) -> Pairing:
        """Wait until staff allowed the code. Raises DeliveryError, and Stopped when stop is set, or the app closes."""
        pairing = self._desk.wait(invitation, stop or self._stop)
        self._uploader.send_all_now()
        self._on_news(PortalChanged())
        return pairing

    def leave(self) -> None:
        """Forget the portal that the app is joined to; what is not sent waits. Waits for the disk. Raises Refused."""
        try:
            self._desk.unpair()
        except OSError as error:
            raise Refused(NOT_KEPT) from error
        self._on_news(PortalChanged())

    @property
    def desk(self) -> PairingDesk:
        """For the command line: pairing with a token, and leaving a portal."""
        return self._desk

    def use_practice_portal(self) -> None:
        """Join the practice portal in the background; PortalChanged follows."""
        if self._joining is None or not self._joining.is_alive():
            self._joining = threading.Thread(target=self._join, name="practice-portal", daemon=True)
            self._joining.start()

    def _join(self) -> None:
        try:
            self.join_practice()
        except Stopped:
            return
        except DeliveryError as error:
            log.warning("the practice portal did not start", exc_info=True)
            self._on_news(PortalChanged(error.sentence))
            return
        self._uploader.send_all_now()
        self._on_news(PortalChanged())
