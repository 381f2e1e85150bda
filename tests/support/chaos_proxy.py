"""A line of chaos on loopback: between the real app and a real portal, it spoils the requests that it is told to spoil.

with ChaosProxy(portal.url) as line:
    line.next("PATCH", cut_up(UP["first byte of the body"]))     # the next PATCH only; then it is a good line again
    line.always("receipt", instead(503))

A fault is a function of one passage: a request on its way up, and its answer on its way down; chaos_faults has them.
Kinds of requests: discovery, device, token, POST, HEAD, PATCH, receipt, stage.
"""

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

BLOCK = 65_536
LIMIT_S = 30.0
LONGEST_HEAD = 65_536
END = b"\r\n\r\n"
RESET = struct.pack("ii", 1, 0)
PLACES = {"/.well-known/diary-portal": "discovery", "/o/device-authorization/": "device", "/o/token/": "token"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, when it came (on the line's own clock), and what was answered; 0: nothing, or not all of it."""

    what: str
    at_s: float
    line: str
    """The request line."""
    status: int


class Passage:
    """One request that waits for what the line does with it; what a fault works with."""

    def __init__(self, ends: "_Ends", line: "ChaosProxy", head: bytes) -> None:
        self._ends, self.line, self.head = ends, line, head
        first = head.split(b"\r\n", 1)[0].decode("latin-1")
        self.method, self.path = first.split(" ")[:2]
        self.what = _kind_of(self.method, self.path)
        self.body_bytes = _content_length(head)
        self.status = 0
        self._read = 0
        self.started_s = line.clock()

    @property
    def size(self) -> int:
        """Bytes of the whole request."""
        return len(self.head) + self.body_bytes

    def up(self, count: int | None = None) -> None:
        """Let the first `count` bytes of the request through, or all of it; what the portal does not take is lost."""
        wanted = self.size if count is None else min(count, self.size)
        with contextlib.suppress(OSError):
            far = self._ends.far(self.line.target)
            far.sendall(self.head[: min(wanted, len(self.head))])
            self.line.passed(self.what, 0)
            for block in self._body(wanted - len(self.head)):
                self.line.wait_for_rate(len(block))
                far.sendall(block)
                self.line.passed(self.what, len(block))

    def swallow(self) -> None:
        """Take the rest of the request, and let nobody have it."""
        for _ in self._body(self.body_bytes):
            pass

    def _body(self, count: int) -> Iterator[bytes]:
        while self._read < count and (block := self._ends.near.recv(min(BLOCK, count - self._read))):
            self._read += len(block)
            if self.what == "token":
                self.line.overheard(block)
            yield block

    def reply(self) -> bytes:
        """The portal's whole answer as it came; empty where there is none."""
        try:
            return _whole_answer(self._ends.far(self.line.target), self.method)
        except OSError:
            return b""

    def down(self, raw: bytes, *, whole: bool = True) -> None:
        """Send these bytes to the app; whole: they are an answer that it may believe to be complete."""
        self.line.overheard(raw)
        if whole and raw:
            self.status = int(raw.split(b" ", 2)[1])
        self._ends.near.sendall(raw)
        self.line.passed(self.what, 0)
        if not raw or self._read < self.body_bytes or b"\r\nconnection: close" in raw.lower():
            self.end()

    def end(self, *, reset: bool = False) -> None:
        """End both connections, as a broken line does; reset: with RST instead of FIN."""
        self._ends.close(reset=reset)

    def silence(self) -> None:
        """Not a byte more in either direction, until the app or the test gives up."""
        with contextlib.suppress(OSError):
            while self._ends.near.recv(BLOCK):
                pass
        self.end()


Fault = Callable[[Passage], None]


def honest(passage: Passage) -> None:
    """A good line."""
    passage.up()
    passage.down(passage.reply())


class ChaosProxy:
    """One line to the portal at url. certificate: the line itself speaks https, with the key and certificate there.

    clock: stamps what is `seen`. `up`: bytes of clips that were let through, in all.
    """

    def __init__(
        self, url: str, *, certificate: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        parts = urlsplit(url)
        self.target = (parts.hostname or "", parts.port or 80)
        self.clock = clock
        self.seen: list[Seen] = []
        self.secrets: set[str] = set()
        """Every token that went over the line."""
        self.up = 0
        self.bytes_per_s: int | None = None
        self.on_event: Callable[[], None] = lambda: None
        """Told, on the line's own thread, of each head or block that went up and of each answer that went down."""
        self.closing = threading.Event()
        self._tls = _tls(certificate)
        self._once: dict[str, deque[Fault]] = defaultdict(deque)
        self._ever: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._open: list[_Ends] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, name="chaos-proxy")]
        self._threads[0].start()

    def next(self, what: str, fault: Fault) -> None:
        """The next request of this kind meets this fault; after those that were ordered before."""
        self._once[what].append(fault)

    def always(self, what: str, fault: Fault) -> None:
        """Every request of this kind meets this fault."""
        self._ever[what] = fault

    def be_good(self) -> None:
        """Forget every fault that was ordered."""
        self._once.clear()
        self._ever.clear()

    @property
    def left(self) -> int:
        """How many faults that were ordered one by one have not been met."""
        with self._lock:
            return sum(len(waiting) for waiting in self._once.values())

    def passed(self, what: str, count: int) -> None:
        """So many bytes went through."""
        if what == "PATCH":
            with self._lock:
                self.up += count
        self.on_event()

    def wait_for_rate(self, count: int) -> None:
        """Take as long as so many bytes take on this line."""
        if self.bytes_per_s:
            self.closing.wait(count / self.bytes_per_s)

    def overheard(self, text: bytes) -> None:
        """Remember the tokens in a request or an answer."""
        words = re.findall(rb'(?i)(?:authorization: bearer |_token"\s*:\s*"|_token=)([\w.~+/=-]{6,})', text)
        self.secrets.update(word.decode() for word in words)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self.closing.is_set():
                near, _ = self._listener.accept()
                near.settimeout(LIMIT_S)
                near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * BLOCK)  # what the app wrote is on its way
                thread = threading.Thread(target=self._serve, args=(_Ends(near),), name="chaos-proxy")
                self._threads = [one for one in self._threads if one.is_alive()] + [thread]
                thread.start()

    def _serve(self, ends: "_Ends") -> None:
        with self._lock:
            self._open = [one for one in self._open if not one.closed] + [ends]
        with contextlib.suppress(OSError):
            if self._tls is not None:
                ends.near = self._tls.wrap_socket(ends.near, server_side=True)
            while not ends.closed and not self.closing.is_set() and (head := _head(ends.near)):
                self._pass(Passage(ends, self, head))
        ends.close()

    def _pass(self, passage: Passage) -> None:
        self.overheard(passage.head)
        with self._lock:
            waiting = self._once[passage.what]
            fault = waiting.popleft() if waiting else self._ever.get(passage.what, honest)
        try:
            fault(passage)
        finally:
            first = passage.head.split(b"\r\n", 1)[0].decode("latin-1")
            with self._lock:
                self.seen.append(Seen(passage.what, passage.started_s, first, passage.status))

    def close(self) -> None:
        """End the line and every connection on it."""
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        with self._lock:
            for ends in self._open:
                ends.shut()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def __enter__(self) -> "ChaosProxy":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Ends:
    """The two connections of a line: near is the app's, far the portal's."""

    def __init__(self, near: socket.socket) -> None:
        self.near = near
        self._far: socket.socket | None = None
        self.closed = False

    def far(self, target: tuple[str, int]) -> socket.socket:
        """The connection to the portal; opened with the first byte for it."""
        if self._far is None:
            self._far = socket.create_connection(target, timeout=LIMIT_S)
        return self._far

    def close(self, *, reset: bool = False) -> None:
        """End both. reset: with RST."""
        self.closed = True
        for one in filter(None, (self._far, self.near)):
            with contextlib.suppress(OSError):
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                else:
                    socket.socket.shutdown(one, socket.SHUT_RDWR)
            one.close()

    def shut(self) -> None:
        """Wake whoever waits on one of them. Any thread."""
        for one in filter(None, (self._far, self.near)):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)


def _tls(certificate: str | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _head(one: socket.socket) -> bytes:
    """All up to the empty line, and nothing of the body; empty where the connection ends."""
    head = bytearray()
    while not head.endswith(END):
        piece = one.recv(_until_end(one, bytes(head[-3:])))
        if not piece or len(head) > LONGEST_HEAD:
            return b""
        head += piece
    return bytes(head)


def _until_end(one: socket.socket, before: bytes) -> int:
    """How many bytes to take so that the head's end is not passed."""
    if isinstance(one, ssl.SSLSocket):
        return 1  # it cannot be looked into
    waiting = one.recv(LONGEST_HEAD, socket.MSG_PEEK)
    end = (before + waiting).find(END)
    return max(1, len(waiting) if end < 0 else end + len(END) - len(before))


def _content_length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length:\s*(\d+)", head)
    return int(found[1]) if found else 0


def _whole_answer(far: socket.socket, method: str) -> bytes:
    head = _head(far)
    if not head or method == "HEAD" or head.split(b" ", 2)[1] in (b"204", b"304"):
        return head
    chunked = re.search(rb"(?i)\r\ntransfer-encoding:\s*chunked", head) is not None
    body = bytearray()
    while (not body.endswith(b"0\r\n\r\n")) if chunked else len(body) < _content_length(head):
        block = far.recv(BLOCK)
        if not block:
            break
        body += block
    return head + bytes(body)


def _kind_of(method: str, path: str) -> str:
    if path.startswith("/api/clips/"):
        return "receipt" if path.endswith("/receipt") else "stage"
    return PLACES.get(path, method)
