"""The rescue desk: what the screens and the command line ask for. Every call waits for a disk; any thread.

The modules that do the work are loaded when they are needed: few starts of the app are for a memory stick.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId
from diary_app.editing.progress import Meter, OnProgress, ignore_progress
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News
from diary_app.rescue import passphrase
from diary_app.rescue.errors import WrongWords
from diary_app.rescue.model import Brought, Plan, Taken
from upload.files import locked

if TYPE_CHECKING:
    from diary_app.delivery.pairing import Pairing

log = logging.getLogger(__name__)


class RescueDesk:
    """on_news is told of every clip that came; wake() has those that are wanted prepared and sent."""

    def __init__(
        self, folders: Folders, catalogue: Catalogue, *, on_news: Callable[[News], None], wake: Callable[[], None]
    ) -> None:
        self._folders = folders
        self._catalogue = catalogue
        self._on_news = on_news
        self._wake = wake

    def plan(self) -> Plan:
        """The clips that have not arrived, the room that they need, and who can open the folder without the words."""
        from diary_app.rescue.taking import plan

        portal = self._portal()
        return replace(plan(self._catalogue), portal=portal.name if portal else "")

    def take(
        self,
        out: Path,
        words: tuple[str, ...],
        *,
        on_progress: OnProgress = ignore_progress,
        stop: threading.Event | None = None,
    ) -> Taken:
        """Put every unsent clip on the stick at `out`, sealed with these words; they stay on this computer too.

        The portal that this app is joined to can open it without them. Whole, read back and compared, or not at all.
        Raises Refused with a sentence, and EditStopped.
        """
        from diary_app.rescue.taking import take

        now = datetime.now().astimezone()
        portal = self._portal()
        recipient = portal.rescue_recipient if portal else ""
        with self._alone():
            meter = Meter(on_progress, stop or threading.Event())
            key = passphrase.joined(words)
            return take(self._catalogue, out, key, now=now, meter=meter, recipient=recipient)

    def _portal(self) -> "Pairing | None":
        """The paired portal, if it has a key to which words can be sealed."""
        from diary_app.delivery.pairing import pairing_in
        from diary_app.rescue.recipient import NoRecipient, public_key

        try:
            pairing = pairing_in(self._folders)
            if pairing is None or not pairing.rescue_recipient:
                return None
            public_key(pairing.rescue_recipient)
        except (OSError, NoRecipient):
            log.warning("nobody knows the portal's key: the folder opens with its words alone", exc_info=True)
            return None
        return pairing

    def look(self, chosen: Path) -> Path:
        """The rescue folder in the folder that somebody chose; raises Refused where there is none."""
        from diary_app.rescue.bringing import find_folder

        return find_folder(chosen)

    def bring(
        self,
        chosen: Path,
        words: tuple[str, ...],
        *,
        on_progress: OnProgress = ignore_progress,
        stop: threading.Event | None = None,
    ) -> Brought:
        """Bring the clips of a folder that are not here yet, each whole or not at all.

        Raises Refused and EditError with a sentence, and EditStopped; clips that came before that stay.
        """
        from diary_app.rescue.bringing import bring

        if complaint := passphrase.complaint(words):
            raise Refused(complaint)
        try:
            with self._alone():
                meter = Meter(on_progress, stop or threading.Event())
                key = passphrase.joined(words)
                return bring(self._folders, self._catalogue, chosen, key, meter=meter, arrived=self._arrived)
        except WrongWords as error:
            raise (_unknown(words) or error) from error

    def _arrived(self, clip_id: ClipId) -> None:
        self._on_news(ClipChanged(clip_id))
        self._wake()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One rescue at a time for one diary, in whichever process."""
        with locked(self._folders.data / "rescue.lock", give_up=lambda: True) as held:
            if not held:
                raise Refused("This app is busy with a memory stick already. Wait until that is done.")
            yield


def _unknown(words: tuple[str, ...]) -> Refused | None:
    found = passphrase.stranger(words)
    return (
        Refused(f"“{found}” is none of the words that this app chooses. Look at your paper again.") if found else None
    )
