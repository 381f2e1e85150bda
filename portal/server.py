"""The running portal: one uvicorn server, one worker thread, one line on stdout when it is ready."""

import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from types import FrameType

import uvicorn
from django.conf import settings
from django.db import connection

from portal import asgi, database, files, home, only_one
from portal.intake import store
from portal.worker import Worker

STOP_S = 5
"""How long open answers (a film being watched) may go on after the portal was told to stop."""
HANDLES = 8192
"""Open files and sockets that the portal asks the system for; many systems give 1,024 unless asked."""
SPARE_HANDLES = 256
"""Those of the database, of pages and of the check on arrival."""
HEADER_BYTES = 64 * 1024
"""The longest head of a request: a clip with many people has long metadata."""


class _Server(uvicorn.Server):
    """Says when it is ready, and ends deliveries that are under way when it stops."""

    def __init__(self, config: uvicorn.Config, *, router: asgi.Router, address: str, lost: threading.Event) -> None:
        super().__init__(config)
        self._router = router
        self._address = address
        self._lost = lost

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._router.intake.sweeper.start(every_s=settings.SWEEP_EVERY_S)
            (settings.DATA / home.ADDRESS).write_text(self._address, encoding="utf-8")
            print(f"Portal ready at {self._address}", flush=True)

    async def on_tick(self, counter: int) -> bool:
        """Asked ten times a second: whether to stop."""
        return await super().on_tick(counter) or self._lost.is_set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._router.intake.sweeper.stop()
        self._router.intake.turns.end_all()
        await super().shutdown(sockets=sockets)


def serve(*, host: str, port: int) -> None:
    """Run until SIGTERM or SIGINT. Raises home.HomeError where the folder, the database or the port cannot be had."""
    lost = threading.Event()
    with _listen(host, port) as listener, home.lock(settings.DATA), only_one.held(lost=lost.set):
        (settings.DATA / home.ADDRESS).unlink(missing_ok=True)
        database.prepare()
        home.prepare(settings.DATA)
        files.check()
        store.recover()
        _run(listener, lost)
    if lost.is_set():
        raise home.HomeError(only_one.ANOTHER)


def _run(listener: socket.socket, lost: threading.Event) -> None:
    worker = Worker()
    router = asgi.build(on_received=worker.wake)
    config = uvicorn.Config(
        router,
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_graceful_shutdown=STOP_S,
        # A delivery holds a socket and a file. Whoever comes when all are taken gets 503 at once, and tries again.
        limit_concurrency=max(16, (_handles() - SPARE_HANDLES) // 2),
    )
    server = _Server(config, router=router, address=_address(listener), lost=lost)
    worker.start()
    connection.close()  # this thread asks the database nothing any more
    try:
        with _quiet_signals():
            server.run(sockets=[listener])
    finally:
        router.intake.close()
        worker.stop()


def _handles() -> int:
    """Ask for HANDLES open files and sockets; returns how many this process may have."""
    if sys.platform == "win32":  # sockets and files are not counted there
        return HANDLES
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = HANDLES if hard == resource.RLIM_INFINITY else min(HANDLES, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(soft, most)


@contextlib.contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        if sys.platform != "win32":  # there the option would allow two listeners on one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()  # at once: until somebody listens, two programs may bind the same port
        except OSError as error:
            raise home.HomeError(f"The portal cannot use port {port} on {host}: {error.strerror}.") from error
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


@contextlib.contextmanager
def _quiet_signals() -> Iterator[None]:
    """uvicorn raises the signal that stopped it once more when it is done; an end that was asked for is no failure."""

    def ignore(number: int, frame: FrameType | None) -> None:
        """The server has stopped already."""

    before = {number: signal.signal(number, ignore) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
