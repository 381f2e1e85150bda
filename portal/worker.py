"""The thread that does the portal's own work: it sleeps until woken, then removes what was withdrawn, and runs every
task that is ready.

django-tasks-db brings a worker process that asks the database once a second; ours is its loop in batch mode, inside the
server, so that a clip is checked the moment it is whole and an idle portal does nothing.
"""

import logging
import threading

from django.db import Error, close_old_connections, connection
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as BatchWorker
from django_tasks_db.models import DBTaskResult

from portal import removal
from portal.checks.tasks import check_clip
from portal.models import Clip

log = logging.getLogger("portal.worker")
PATIENCE_S = 60.0
"""How long it sleeps when nobody wakes it. Then it looks by itself: an admin command in another process may have left
work, and a check that the computer could not do (no memory, an unreadable disk) is tried again.
"""


class Worker:
    """Start it once; wake it from any thread; stop it before the process ends."""

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="portal-worker")
        self._batch: BatchWorker | None = None

    def start(self) -> None:
        """Return what a killed server left to the queue, then begin."""
        sweep()
        removal.asked.connect(self._asked)
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """There is work."""
        self._wake.set()

    def stop(self) -> None:
        """End after the task that is running (a check takes a second or two), and wait for the thread."""
        self._stop.set()
        self._wake.set()
        if self._batch is not None:
            self._batch.running = False
        self._thread.join()

    def _asked(self, **signal: object) -> None:
        """Something was withdrawn: that does not wait for all the checks that wait."""
        if self._batch is not None:
            self._batch.running = False
        self.wake()

    def _run(self) -> None:
        while not self._stop.is_set():
            woken = self._wake.wait(PATIENCE_S)
            self._wake.clear()
            if not self._stop.is_set():
                self._work(look_first=not woken)
        connection.close()

    def _work(self, *, look_first: bool) -> None:
        try:
            close_old_connections()  # one that the database ended says so for ever
            if look_first:
                sweep()
            removal.remove_all()
            self._batch = _batch_worker()
            self._batch.run()
        except Error:
            log.exception("The portal's worker could not use the database; it tries again in a minute.")


def _batch_worker() -> BatchWorker:
    return BatchWorker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="portal",
        excluded_queue_names=[],
    )


def sweep() -> None:
    """Return tasks that a killed server left running, and make tasks for clips that were never checked.

    The folder's lock says that no other worker is alive; this one calls it between two tasks.
    """
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).update(status=TaskResultStatus.READY, started_at=None)
    waiting = {result.args_kwargs["args"][0] for result in DBTaskResult.objects.filter(status=TaskResultStatus.READY)}
    for clip_id in Clip.objects.filter(checked_at=None).values_list("clip_id", flat=True):
        if str(clip_id) not in waiting:
            check_clip.enqueue(str(clip_id))
