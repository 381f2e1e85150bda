"""One portal for one PostgreSQL database, wherever the portals run: an advisory lock, held by a connection of its own.

The folder's lock (portal/home.py) knows this computer alone. PostgreSQL forgets the lock when the connection ends: when
this process dies, and also when the database is restarted. Then it is taken again, or the portal stops.
"""

import logging
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import Error, connection, connections

from portal import database, home

log = logging.getLogger("portal.only_one")
RUNNING = 0x6469617279_02
"""The advisory lock of the portal that runs."""
TRIES, PAUSE_S = 30, 0.1
"""How long a portal that was killed just now may still seem to be there."""
ANOTHER = "Another portal is already running with this database."


@contextmanager
def held(*, lost: Callable[[], None]) -> Iterator[None]:
    """Hold the database; lost: called, in a thread, when another portal has taken it. Raises home.HomeError."""
    if connection.vendor != "postgresql":
        yield
        return
    hold = _Hold(lost)
    try:
        hold.begin()
        yield
    finally:
        hold.end()


class _Hold:
    """The lock, and the thread that waits for its connection to end."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._connection = connections.create_connection("default")
        self._connection.inc_thread_sharing()
        self._session: tuple[int, datetime] | None = None
        self._end, self._told = socket.socketpair()
        self._thread = threading.Thread(target=self._watch, name="portal-only-one")

    def begin(self) -> None:
        """Take it, and watch over it. Raises home.HomeError."""
        with database.in_sentences():
            self._take()
        self._thread.start()

    def end(self) -> None:
        """Give the database back."""
        self._end.close()
        if self._thread.ident is not None:
            self._thread.join()
        self._told.close()
        self._connection.close()

    def _take(self) -> None:
        """Raises home.HomeError where another portal has it, and django.db.Error where there is no database."""
        with self._connection.cursor() as cursor:
            # A computer that lost its power says no good-bye: the database is to notice in half a minute.
            cursor.execute("SET tcp_keepalives_idle = 15")
            cursor.execute("SET tcp_keepalives_interval = 5")
            cursor.execute("SET tcp_keepalives_count = 3")
            if self._session is not None:  # ours of before, where the database has not noticed yet that it is gone
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND backend_start = %s",
                    self._session,
                )
            for _ in range(TRIES):
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [RUNNING])
                if cursor.fetchone() == (True,):
                    break
                if self._ended(PAUSE_S):
                    return
            else:
                raise home.HomeError(ANOTHER)
            cursor.execute("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
            self._session = cursor.fetchone()

    def _ended(self, wait_s: float) -> bool:
        """Whether the portal stops; waits for it."""
        return bool(select.select([self._told], [], [], wait_s)[0])

    def _watch(self) -> None:
        """Sleep until the database says something: on a connection that asks nothing, that is mostly its end."""
        while True:
            ready, _, _ = select.select([self._told, self._connection.connection.fileno()], [], [])
            if self._told in ready:
                return
            if not self._connection.is_usable() and not self._again():
                return

    def _again(self) -> bool:
        """Take it again, as soon as there is a database. False: the portal stops."""
        while not self._ended(1.0):
            try:
                self._connection.close()
                self._take()
            except home.HomeError:
                log.critical("%s This one stops.", ANOTHER)
                self._lost()
                return False
            except Error:
                continue
            return True
        return False
