"""The connections under a transport: who holds which socket, so that a stop event can end them at once.

Runs on the transport's thread; `ended_by` adds one short-lived thread that waits for the stop event.
"""

import contextlib
import http.client
import io
import socket
import ssl
import struct
import sys
from collections.abc import Iterator, Sequence
from threading import Event, Lock, Thread
from typing import Any

import truststore
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from upload.dialling import Option, dial

BLOCK = 65_536
"""Bytes in one write. A write that does not end within the idle time is a dead connection."""
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
LOOK_S = 0.2
"""How often the watching thread looks at the stop event, in seconds."""


class Connections:
    """The open sockets of one transport.

    idle_s: how long one block may take on its way out; connect_s: how long connecting may take; both in seconds.
    """

    def __init__(self, idle_s: float, connect_s: float) -> None:
        self.idle_s = idle_s
        self.connect_s = connect_s
        self._lock = Lock()
        self._sockets: list[socket.socket] = []
        self._greeting: socket.socket | None = None
        self._given_up = False

    def dial(self, host: str, port: int, timeout_s: float, options: Sequence[Option] | None) -> socket.socket:
        """Open a connection, unless it is given up meanwhile; opened() follows. Raises OSError."""
        made = dial(host, port, timeout_s=timeout_s, options=options or (), given_up=lambda: self._given_up)
        # While TLS (or a proxy) says its greetings nobody but the ssl module holds the socket: a second handle ends it.
        with self._lock:
            self._greeting = made.dup()
        return made

    @contextlib.contextmanager
    def greeting(self) -> Iterator[None]:
        """Around all that makes a connection."""
        try:
            yield
        finally:
            with self._lock:
                greeting, self._greeting = self._greeting, None
            if greeting is not None:
                greeting.close()

    def opened(self, connection: socket.socket) -> None:
        """Remember a socket until it is closed."""
        with self._lock:
            self._sockets = [one for one in self._sockets if one.fileno() >= 0] + [connection]

    def shut(self) -> None:
        """End every open connection; whoever waits on one gets an error at once. Any thread.

        What the system still has to send is thrown away when the socket is closed: else megabytes would go out on a
        slow line after somebody said Hold.
        """
        self._given_up = True
        with self._lock:
            for one in (*self._sockets, *filter(None, [self._greeting])):
                _end(one)

    def drop(self) -> None:
        """Give every socket back to the system. After an error urllib3 leaves that to the garbage collector."""
        with self._lock:
            for one in self._sockets:
                number = one.detach()
                if number >= 0:
                    socket.close(number)
            self._sockets = []

    @contextlib.contextmanager
    def ended_by(self, stop: Event) -> Iterator[None]:
        """While the block runs, end every connection as soon as stop is set."""
        over = Event()
        self._given_up = False
        watcher = Thread(target=self._watch, args=(stop, over), name="upload-stop", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, stop: Event, over: Event) -> None:
        while not over.wait(LOOK_S):
            if stop.is_set():
                self.shut()


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        # The base class's shutdown: SSLSocket's own takes its TLS state away from the thread that waits.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Lines(io.BufferedReader):
    """Reads a connection, and keeps the last line that was read."""

    last = b""

    def readline(self, size: int | None = -1, /) -> bytes:
        self.last = super().readline(size)
        return self.last


class _WholeHead(http.client.HTTPResponse):
    """An answer whose head came to its end; http.client itself takes the end of the connection for the head's end.

    Half an address or half a number of a line that was cut would be believed.
    """

    def begin(self) -> None:
        self.fp = lines = _Lines(self.fp.detach())
        super().begin()
        if lines.last not in (b"\r\n", b"\n"):
            self.close()
            raise http.client.RemoteDisconnected("the connection ended within the head of the answer")


class PortalAdapter(HTTPAdapter):
    """A requests adapter with the system's certificate store, no retries of its own, and sockets that can be ended."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: object) -> None:
        """Make the pool of connections; called by requests."""
        super().init_poolmanager(
            connections, maxsize, block, ssl_context=_system_context(), blocksize=BLOCK, **pool_kwargs
        )
        _use_our_classes(self.poolmanager, self._connections)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: object) -> urllib3.ProxyManager:
        """Make the pool of connections through a proxy; called by requests."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(
            proxy, ssl_context=_system_context(), blocksize=BLOCK, **proxy_kwargs
        )
        _use_our_classes(manager, self._connections)
        return manager


def _system_context() -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _use_our_classes(manager: urllib3.PoolManager, connections: Connections) -> None:
    class PlainConnection(HTTPConnection):
        """http to this computer."""

        response_class = _WholeHead

        def _new_conn(self) -> socket.socket:
            return connections.dial(self._dns_host, self.port, connections.connect_s, self.socket_options)

        def connect(self) -> None:
            with connections.greeting():
                super().connect()
                connections.opened(self.sock)

        def send(self, data: Any) -> None:
            # urllib3 sends with the time-out for connecting, which is too short for a block on a slow line.
            if self.sock is not None:
                self.sock.settimeout(connections.idle_s)
            super().send(data)

    class SafeConnection(HTTPSConnection):
        """https."""

        response_class = _WholeHead

        def _new_conn(self) -> socket.socket:
            return connections.dial(self._dns_host, self.port, connections.connect_s, self.socket_options)

        def connect(self) -> None:
            with connections.greeting():
                super().connect()
                connections.opened(self.sock)

        def send(self, data: Any) -> None:
            if self.sock is not None:
                self.sock.settimeout(connections.idle_s)
            super().send(data)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class SafePool(HTTPSConnectionPool):
        ConnectionCls = SafeConnection

    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SafePool}
