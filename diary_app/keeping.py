"""Files of clips that the portal has leave this computer by the organisation's rule, and never before (decision 30).

Only the portal that the app is joined to can ask for it, and only what that portal says to have in that very moment, as
its receipt had it, is removed. The catalogue says so first: a kill leaves files that are said to be gone, and these go
at the next start. On the uploader's thread, but for what says otherwise.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from diary_app.catalogue import Catalogue, CatalogueError, UnknownClip
from diary_app.clip import Clip, ClipId, Stage
from diary_app.folders import Folders
from diary_app.keep_rule import NO_RULE, KeepRule, days_have_passed, moment
from diary_app.news import ClipChanged, News
from upload.account import Account
from upload.discovery import Portal
from upload.errors import Stopped
from upload.files import write_whole
from upload.receipt import PortalReceipt, fetch_receipt, fetch_stage

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
"""Clips that the portal is asked about in one round: sending must not wait for long."""
ASK_AGAIN_S = 3600.0
"""A clip that could not go is asked about no sooner than that."""
ID_LETTERS = 36


def own_files(folders: Folders, noted: Mapping[ClipId, Iterable[Path]]) -> list[Path]:
    """The files of these clips in the app's own two folders: what was noted for them, and what bears their id.

    Never a file elsewhere, nor a lock. Raises OSError.
    """
    recorded = {path for paths in noted.values() for path in paths}
    found = []
    for folder in (folders.takes, folders.renditions):
        with os.scandir(folder) as entries:
            paths = [folder / entry.name for entry in entries]
        for path in paths:
            theirs = path.name[:ID_LETTERS] in noted and not path.name[ID_LETTERS : ID_LETTERS + 1].isalnum()
            if (theirs or path in recorded) and path.suffix != ".lock":
                found.append(path)
    return found


class Keeping:
    """paired: the address of the portal that the app is joined to, or None; now: wall clock; clock: monotonic."""

    def __init__(
        self,
        folders: Folders,
        catalogue: Catalogue,
        *,
        paired: Callable[[], str | None],
        tell: Callable[[News], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders = folders
        self._catalogue = catalogue
        self._paired = paired
        self._tell = tell
        self._now = now
        self._clock = clock
        self._file = folders.data / "keeping.json"
        self._watched: ClipId | None = None
        self._asked: dict[ClipId, float] = {}
        self._left_over = False
        self._thread: threading.Thread | None = None

    # -- what the screens ask -----------------------------------------------------------------------------------------

    @property
    def rule(self) -> KeepRule:
        """The rule as it was last heard, perhaps in an earlier run. Reads two small files; any thread."""
        portal = self._paired()
        kept = self._read()
        return kept if kept.portal == portal else NO_RULE

    def watching(self, clip_id: ClipId | None) -> None:
        """This clip is open in the player, or none is: it stays until it is closed. Any thread; never waits."""
        self._watched = clip_id

    def is_own_file(self, take: Path) -> bool:
        """True where a take lies in a place of its owner's: no rule touches it. Pure."""
        return not take.is_relative_to(self._folders.data)

    # -- what an earlier run began --------------------------------------------------------------------------------

    def start(self) -> None:
        """Remove, on a thread of its own, what is said to be gone and lies here still. Any thread."""
        self._thread = threading.Thread(target=self._clear_up, name="clearing-up", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait for that."""
        if self._thread is not None:
            self._thread.join()

    def _clear_up(self) -> None:
        try:
            self.clear_up()
        except (CatalogueError, OSError):
            log.exception("what is to be removed could not be looked for; the next start does")

    def clear_up(self) -> None:
        """Remove what is said to be gone and lies here still, unless it is watched. Raises OSError, CatalogueError."""
        noted = self._catalogue.files_of_removed()
        watched = self._watched
        self._left_over = watched is not None and noted.pop(watched, None) is not None
        if noted:
            self._remove_files(own_files(self._folders, noted))

    # -- the quiet moments ----------------------------------------------------------------------------------------

    def round(self, account: Account, stop: Event) -> None:
        """Hear the rule, and remove what it is time for. Raises DeliveryError, Stopped and CatalogueError."""
        try:
            rule = self._hear(account.portal)
            if self._left_over:
                self.clear_up()
            if rule.days is not None:
                self._follow(account, rule.days, stop)
        except OSError:
            log.exception("the organisation's rule could not be followed just now")

    def _follow(self, account: Account, days: int, stop: Event) -> None:
        before = self._now() - timedelta(days=days)
        due = [clip_id for clip_id in self._catalogue.may_leave(received_before=before) if self._may_ask(clip_id)]
        for clip_id in due[:MOST_AT_ONCE]:
            if stop.is_set():
                raise Stopped
            self._asked[clip_id] = self._clock()
            try:
                self._ask(account, self._catalogue.clip(clip_id), days)
            except UnknownClip:
                log.info("clip %s was binned meanwhile", clip_id)

    def _may_ask(self, clip_id: ClipId) -> bool:
        asked_s = self._asked.get(clip_id)
        return clip_id != self._watched and (asked_s is None or self._clock() - asked_s >= ASK_AGAIN_S)

    def _ask(self, account: Account, clip: Clip, days: int) -> None:
        """First where it is, for one that was sent back stays; then, last of all, whether the portal has it."""
        found = fetch_stage(account, clip.clip_id)
        if found is None:
            return
        stage = Stage(found.stage)
        if self._catalogue.hear(clip, stage, note=found.note, views=found.views, replies=found.replies):
            self._tell(ClipChanged(clip.clip_id))
        told = fetch_receipt(account, clip.clip_id)
        if told is not None and told.told_at is not None and self._is_time(clip, told, told.told_at, days):
            self._remove(clip, told.told_at, days)

    def _is_time(self, clip: Clip, told: PortalReceipt, portal_now: datetime, days: int) -> bool:
        kept = clip.receipt
        if kept is None or clip.rendition is None:
            return False
        same = told.sha256 == kept.sha256 == clip.rendition.sha256 and told.bytes == kept.bytes
        if not same or told.sending != clip.sending:
            log.error("clip %s: the portal says to have another file; ours stays", clip.clip_id)
            return False
        received = [at for at in (moment(kept.received_at), moment(told.received_at)) if at is not None]
        made_at = _finished_at(clip.rendition.path) or clip.created_at
        return len(received) == 2 and days_have_passed(
            days, received_at=received, made_at=made_at, portal_now=portal_now, now=self._now()
        )

    def _remove(self, clip: Clip, at: datetime, days: int) -> None:
        before = self._now() - timedelta(days=days)
        if clip.clip_id == self._watched or not self._catalogue.note_removed(clip.clip_id, at, received_before=before):
            return
        log.info("clip %s: the portal has it, and its rule is %d days: its files are removed here", clip.clip_id, days)
        self._tell(ClipChanged(clip.clip_id))
        if clip.clip_id == self._watched:  # opened in this very moment: it can be watched to its end
            self._left_over = True
            return
        noted = [clip.take, *(each.path for each in (clip.rendition, clip.small_copy) if each is not None)]
        self._remove_files(own_files(self._folders, {clip.clip_id: noted}))

    def _remove_files(self, paths: Iterable[Path]) -> None:
        for path in paths:
            try:
                path.unlink(missing_ok=True)
            except OSError:  # Windows: another program has it open
                self._left_over = True
                log.warning("%s could not be removed yet", path.name, exc_info=True)

    # -- the rule, kept from one start to the next ----------------------------------------------------------------

    def _hear(self, portal: Portal) -> KeepRule:
        if portal.url != self._paired():
            return NO_RULE
        rule = KeepRule(portal.url, portal.keep_days)
        if rule != self._read():
            log.info("the portal's rule for files on this computer: %s", rule)
            write_whole(self._file, json.dumps(asdict(rule)).encode())
        return rule

    def _read(self) -> KeepRule:
        try:
            value = json.loads(self._file.read_bytes())
            portal, days = value["portal"], value["days"]
        except FileNotFoundError:
            return NO_RULE
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("the portal's rule for files on this computer cannot be read; they stay", exc_info=True)
            return NO_RULE
        understood = isinstance(portal, str) and (days is None or (isinstance(days, int) and days >= 0))
        return KeepRule(portal, days) if understood else NO_RULE


def _finished_at(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None
