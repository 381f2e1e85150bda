"""Looks after those who are away: seals what lies open, and sends what is on its way first. A thread of its own.

It finds its work by looking: whatever lies open in the folder of somebody who is away is sealed, unless a clip that
goes by itself needs it; then a Dispatch runs for that person until none does. So a crash anywhere is mended by looking
again. While somebody records, nothing is sealed and nothing is prepared.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from diary_app.catalogue import CatalogueError
from diary_app.editing.errors import EditStopped
from diary_app.editing.progress import Meter
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.shared.at_rest import open_files, seal_all, unseal_all
from diary_app.shared.dispatch import Dispatch
from diary_app.shared.errors import Interrupted
from diary_app.shared.owner import Owner, OwnerId

log = logging.getLogger(__name__)

LOOK_S = 2.0
REST_LOOK_S = 0.2
RECORDING = ".recording."
"""In the name of a take that is not whole."""
FINISH_S = 4.0
"""No encoder takes that long."""


def is_being_finished(path: Path) -> bool:
    """True for the take of an app that was killed just now: its encoder lives on until it has written the end."""
    return RECORDING in path.name and abs(time.time() - path.stat().st_mtime) < FINISH_S


class Porter:
    """people: everybody, also those without a tile; tell: something is another thing for those who are away."""

    def __init__(
        self,
        people: Callable[[], list[Owner]],
        folders_of: Callable[[OwnerId], Folders],
        *,
        tell: Callable[[], None],
    ) -> None:
        self._people = people
        self._folders_of = folders_of
        self._tell = tell
        self._here: set[OwnerId] = set()
        self._gone = threading.Condition()
        """Notified whenever somebody leaves."""
        self._hand = threading.Lock()
        """Held by whoever works on somebody's files: the porter's thread, or open_for()."""
        self._called: OwnerId | None = None
        self._dispatches: dict[OwnerId, Dispatch] = {}
        self._metered = False
        self._resting = threading.Event()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._quiet = False
        self._thread = threading.Thread(target=self._run, name="porter", daemon=True)

    def start(self) -> None:
        """Begin with what an earlier run left."""
        self._thread.start()

    def close(self) -> None:
        """Stop at the next piece. Waits for the network's last block and for a renderer, a second or two."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for owner_id in list(self._dispatches):
            self._end_dispatch(owner_id)

    # -- who is here ------------------------------------------------------------------------------------------------

    def open_for(self, owner_id: OwnerId, private: bytes, *, meter: Meter) -> None:
        """Somebody comes: open all their files. Waits. Raises Refused, OSError and EditStopped; then they are away."""
        with self._gone:
            self._gone.wait_for(lambda: owner_id not in self._here)
            self._here.add(owner_id)
            self._called = owner_id
        try:
            with self._hand:
                self._called = None
                self._end_dispatch(owner_id)
                folders = self._folders_of(owner_id).make()
                unseal_all(folders, private, meter=meter)
            self._wake.set()  # the others' turn, again
        except (Refused, OSError, EditStopped):
            self.shut_for(owner_id)
            raise

    def shut_for(self, owner_id: OwnerId) -> None:
        """They are away. Never waits."""
        with self._gone:
            self._here.discard(owner_id)
            self._gone.notify_all()
        self._quiet = False
        self._wake.set()

    def rest(self, recording: bool) -> None:
        """Somebody records, or has stopped. Never waits."""
        if recording:
            self._resting.set()
        else:
            self._resting.clear()
            self._wake.set()
        for dispatch in list(self._dispatches.values()):
            dispatch.rest(recording)

    def on_connection(self, *, metered: bool) -> None:
        """There is another connection."""
        self._metered = metered
        self._wake.set()

    @property
    def busy(self) -> bool:
        """True while something is left to be sealed or sent for those who are away."""
        return not self._quiet

    @property
    def sending_for(self) -> int:
        """For how many people who are away clips are on their way."""
        return len(self._dispatches)

    # -- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            left = [owner for owner in self._people() if not self._look_after(owner)]
            if self._stop.is_set():
                return
            if bool(left) is self._quiet and not self._wake.is_set():
                self._quiet = not left
                self._tell()
            self._wake.wait(LOOK_S)

    def _look_after(self, owner: Owner) -> bool:
        """One look at one person; True where nothing is left to do for them."""
        if self._called is not None:  # whoever comes to open theirs goes first
            return False
        with self._hand:
            if owner.owner_id in self._here:
                return True
            try:
                return self._look(owner)
            except Interrupted:
                return False
            except (CatalogueError, OSError):
                log.exception("the diary of %s could not be sealed just now", owner.owner_id)
                return True  # it is tried again, and nobody waits for it

    def _look(self, owner: Owner) -> bool:
        folders = self._folders_of(owner.owner_id)
        if not folders.data.is_dir() or not open_files(folders):
            self._end_dispatch(owner.owner_id)
            return True
        dispatch = self._dispatch_of(owner.owner_id, folders)
        if dispatch is not None and dispatch.going():
            dispatch.start(metered=self._metered)
            seal_all(folders, owner.public, step=self._step, stays=dispatch.stays())
            return False
        self._end_dispatch(owner.owner_id)
        seal_all(folders, owner.public, step=self._step, stays=is_being_finished)
        if open_files(folders):
            return False
        log.info("the diary of %s is sealed", owner.owner_id)
        return True

    def _dispatch_of(self, owner_id: OwnerId, folders: Folders) -> Dispatch | None:
        if owner_id not in self._dispatches:
            if not folders.catalogue.exists():
                return None
            try:
                self._dispatches[owner_id] = Dispatch(folders)
            except CatalogueError:
                log.exception("the list of clips of %s cannot be opened; it is sealed as it is", owner_id)
                return None
            self._dispatches[owner_id].rest(self._resting.is_set())
        return self._dispatches[owner_id]

    def _end_dispatch(self, owner_id: OwnerId) -> None:
        dispatch = self._dispatches.pop(owner_id, None)
        if dispatch is not None:
            dispatch.close()

    def _step(self, _written: int) -> None:
        """Between two pieces of a file."""
        while self._resting.is_set() and not self._is_called:
            self._stop.wait(REST_LOOK_S)
        if self._is_called:
            raise Interrupted

    @property
    def _is_called(self) -> bool:
        return self._stop.is_set() or self._called is not None
