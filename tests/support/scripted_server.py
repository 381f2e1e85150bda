"""A server on loopback that keeps to docs/protocol.md unless it is told to lie, to cut or to hang: one step at a time.

with ScriptedPortal() as portal:
    portal.next("PATCH", cut_after(1000))      # the next PATCH only; then it is honest again
    portal.always("HEAD", answer(404))
"""

import contextlib
import json
import socket
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs

from tests.support.honest_portal import HonestPortal, Request

BLOCK = 65_536


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


class Exchange:
    """One request that waits for its answer; what a step of the script works with."""

    def __init__(self, handler: BaseHTTPRequestHandler, portal: "ScriptedPortal") -> None:
        self._handler = handler
        self.portal = portal
        self.method = handler.command
        self.path = handler.path
        self.headers = {key.title(): value for key, value in handler.headers.items()}
        self.left = int(self.headers.get("Content-Length", "0"))
        self.request = Request("", self.path, self.headers, {})

    def blocks(self, most: int | None = None) -> Iterator[bytes]:
        """The request's body as it comes in, `most` bytes of it at most."""
        wanted = self.left if most is None else min(self.left, most)
        while wanted and (block := self._handler.rfile.read1(min(BLOCK, wanted))):
            wanted -= len(block)
            self.left -= len(block)
            yield block

    def reply(self, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        """Answer; a body that was not read is not waited for."""
        self._handler.send_response(status)
        for name, value in (headers or {}).items():
            self._handler.send_header(name, value)
        if not {"Content-Length", "Transfer-Encoding"} & set(headers or {}) and status != 204:
            self._handler.send_header("Content-Length", str(len(body)))
        self._handler.end_headers()
        if self.method != "HEAD":
            self._handler.wfile.write(body)
        if self.left:
            self._handler.close_connection = True

    def reply_json(self, status: int, value: object) -> None:
        """Answer with JSON."""
        self.reply(status, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def more(self, body: bytes) -> None:
        """More of an answer that reply() began."""
        with contextlib.suppress(OSError):
            self._handler.wfile.write(body)

    def cut(self) -> None:
        """End the connection without a word."""
        self._handler.close_connection = True
        with contextlib.suppress(OSError):
            self._handler.connection.shutdown(socket.SHUT_RDWR)


Step = Callable[[Exchange], None]


class ScriptedPortal:
    """An honest portal in memory, until a step says otherwise. certificate: PEM file for https."""

    def __init__(self, *, certificate: str | None = None) -> None:
        self.seen: list[Seen] = []
        self._once: dict[str, deque[Step]] = defaultdict(deque)
        self._ever: dict[str, Step] = {}
        self._lock = threading.RLock()
        self.closing = threading.Event()
        self.date: str | None = None
        """What its clock says in the Date of every answer; None: the time of this computer."""
        self._server = _Server(self)
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self.honest = HonestPortal(self.url)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="scripted-portal")
        self._thread.start()

    def next(self, what: str, step: Step) -> None:
        """The next request of this kind gets this step: a method, or discovery, device, token, receipt, stage."""
        self._once[what].append(step)

    def always(self, what: str, step: Step) -> None:
        """Every request of this kind gets this step."""
        self._ever[what] = step

    def forget_steps(self) -> None:
        """Be honest from now on."""
        self._once.clear()
        self._ever.clear()

    def asked(self, what: str) -> int:
        """How many requests of this kind came in."""
        return sum(kind_of(one.method, one.path) == what for one in self.seen)

    def handle(self, exchange: Exchange) -> None:
        """Answer one request, on the connection's own thread."""
        what = kind_of(exchange.method, exchange.path)
        form: dict[str, str] = {}
        if what in ("device", "token"):
            form = {key: values[0] for key, values in parse_qs(b"".join(exchange.blocks()).decode()).items()}
        exchange.request = Request(what, exchange.path, exchange.headers, form)
        with self._lock:
            self.seen.append(Seen(exchange.method, exchange.path, exchange.headers, form))
            waiting = self._once[what]
            step = waiting.popleft() if waiting else self._ever.get(what)
        (step or be_honest)(exchange)

    def close(self) -> None:
        """End the server and every connection."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> "ScriptedPortal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def kind_of(method: str, path: str) -> str:
    """The name of a kind of request."""
    if path == "/.well-known/diary-portal":
        return "discovery"
    if path in ("/device", "/token"):
        return path[1:]
    if path.startswith("/clips/"):
        return "receipt" if path.endswith("/receipt") else "stage"
    return method


# -- steps ----------------------------------------------------------------------------------------------------------


def answer(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Step:
    """Read the body, then say this, whatever the truth is."""

    def step(exchange: Exchange) -> None:
        for _ in exchange.blocks():
            pass
        exchange.reply(status, headers, body)

    return step


def refuse(status: int, message: str) -> Step:
    """A refusal as the protocol has them."""
    body = json.dumps({"error": "refused", "message": message}).encode()
    return answer(status, {"Content-Type": "application/json", "Tus-Resumable": "1.0.0"}, body)


def cut_after(count: int) -> Step:
    """Keep the first bytes of a PATCH, then end the connection without an answer."""

    def step(exchange: Exchange) -> None:
        honest, clip_id = exchange.portal.honest, exchange.path.rsplit("/", 1)[-1]
        upload = honest.uploads.get(clip_id)
        for block in exchange.blocks(count):
            if upload is not None:
                honest.keep(clip_id, upload, block)
        exchange.cut()

    return step


def be_honest(exchange: Exchange) -> None:
    """Do as docs/protocol.md says."""
    said = exchange.portal.honest.answer(exchange.request, exchange.blocks())
    exchange.reply(said.status, said.headers, said.body)


def lose_the_reply(exchange: Exchange) -> None:
    """Do what was asked, and end the connection before the answer."""
    exchange.portal.honest.answer(exchange.request, exchange.blocks())
    exchange.cut()


def hang(exchange: Exchange) -> None:
    """Read nothing and say nothing until the server is closed: a black hole."""
    exchange.portal.closing.wait(60)
    exchange.cut()


CAPTIVE = answer(200, {"Content-Type": "text/html"}, b"<html><title>Welcome to Hotel Wi-Fi</title></html>")


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, portal: ScriptedPortal) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10
            disable_nagle_algorithm = True

            def _any(self) -> None:
                portal.handle(Exchange(self, portal))

            do_GET = do_POST = do_HEAD = do_PATCH = _any

            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string(timestamp) if portal.date is None else portal.date

            def log_message(self, format: str, *args: object) -> None:
                """Keep the tests' output clean."""

        self._open: list[socket.socket] = []
        super().__init__(("127.0.0.1", 0), Handler)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], address: object) -> None:
        if isinstance(request, socket.socket):
            self._open.append(request)
        super().process_request(request, address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that the other side cut is what many tests are about."""

    def server_close(self) -> None:
        for one in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)
        super().server_close()
