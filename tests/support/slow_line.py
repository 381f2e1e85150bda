"""A slow line: a proxy on loopback that lets so many bytes a second through to a portal, and can swallow answers."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from urllib.parse import urlsplit

BLOCK = 16_384


class SlowLine:
    """One line to the portal at url; `up` counts the bytes that went to it. Use `url` instead of the portal's."""

    def __init__(self, url: str, *, bytes_per_s: int) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 80)
        self._pause_s = BLOCK / bytes_per_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place: tuple[str, int] = self._listener.getsockname()
        self.url = f"http://127.0.0.1:{self.place[1]}"
        self.up = 0
        self.swallowed = 0
        self._limit: int | None = None
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = [self._listener]
        self._start(self._accept)

    def swallow_answers_after(self, up: int | None) -> None:
        """From so many bytes to the portal on, its answers do not come back; None ends that."""
        self._limit = None if up is None else self.up + up

    def _start(self, work: object, *arguments: object) -> None:
        assert callable(work)
        thread = threading.Thread(target=work, args=arguments, name="slow-line")
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * BLOCK)
                try:
                    far = socket.create_connection(self._target, timeout=10)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                self._sockets += [near, far]
                self._start(self._carry_up, near, far)
                self._start(self._carry_down, far, near)

    def _carry_up(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := near.recv(BLOCK):
                time.sleep(self._pause_s)
                far.sendall(block)
                self.up += len(block)
        _end(far)
        near.close()  # with bytes unread this resets the connection: the sender learns at once

    def _carry_down(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := far.recv(BLOCK):
                if self._limit is not None and self.up >= self._limit:
                    self.swallowed += 1
                    continue
                near.sendall(block)
        _end(near)

    def __enter__(self) -> "SlowLine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._sockets:
            _end(one)
        for thread in self._threads:
            thread.join()
        for one in self._sockets:
            one.close()


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
