"""Connecting: given up at once, timed out, refused, and answered by the second address."""

import contextlib
import socket
import time
from collections.abc import Iterator
from threading import Event, Timer

import pytest

from tests.support.wait import until
from upload.dialling import dial
from upload.errors import NoConnection, Stopped
from upload.transport import Timeouts, Transport

PATIENT = Timeouts(connect_s=60, answer_s=60, whole_answer_s=60)


@pytest.fixture
def deaf() -> Iterator[int]:
    """The port of a computer that answers nobody: its list of callers is full."""
    with contextlib.ExitStack() as open_sockets:
        server = open_sockets.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()

        def is_full() -> bool:
            caller = open_sockets.enter_context(socket.socket())
            caller.settimeout(0.05)
            return caller.connect_ex(address) != 0

        until(is_full, what="the list is full")
        yield address[1]


def stopped_soon(address: str) -> float:
    """How long a request takes that is stopped at once, in seconds."""
    stop = Event()
    hangs_up = Timer(0.1, stop.set)
    began = time.monotonic()
    hangs_up.start()
    with Transport(address, timeouts=PATIENT, stop=stop) as line, pytest.raises(Stopped):
        line.request("GET", f"{address}/")
    hangs_up.join()
    return time.monotonic() - began


def test_a_stop_ends_a_connection_in_the_making(deaf: int) -> None:
    assert stopped_soon(f"http://127.0.0.1:{deaf}") < PATIENT.connect_s / 2


def test_a_stop_ends_a_greeting_that_is_not_answered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the system takes the call, and nobody speaks TLS
        assert stopped_soon(f"https://127.0.0.1:{silent.getsockname()[1]}") < PATIENT.connect_s / 2


def test_a_stop_ends_the_wait_for_an_address_and_so_does_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Event()

    def deaf_system(*_asked: object) -> list[object]:
        answers.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", deaf_system)
    try:
        assert stopped_soon("https://diary.example") < PATIENT.connect_s / 2
        with pytest.raises(TimeoutError, match="looking for the address"):
            dial("diary.example", 443, timeout_s=0.1, options=(), given_up=lambda: False)
    finally:
        answers.set()


def test_what_is_no_name_is_a_failure_like_others() -> None:
    with pytest.raises(OSError, match="no name of a computer"):
        dial("a" * 64 + ".example", 1, timeout_s=60, options=(), given_up=lambda: False)


def test_it_takes_no_longer_than_it_may(deaf: int) -> None:
    with pytest.raises(TimeoutError):
        dial("127.0.0.1", deaf, timeout_s=0.1, options=(), given_up=lambda: False)


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(ConnectionRefusedError):
            dial("127.0.0.1", port, timeout_s=5, options=(), given_up=lambda: False)
        with Transport(f"http://127.0.0.1:{port}") as line, pytest.raises(NoConnection):
            line.request("GET", f"http://127.0.0.1:{port}/")


def test_the_second_address_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free, socket.create_server(("127.0.0.1", 0)) as server:
        free.bind(("127.0.0.1", 0))
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 0, "", address)
            for address in (free.getsockname(), server.getsockname())
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
        options = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
        with dial("two.example", 1, timeout_s=5, options=options, given_up=lambda: False) as line:
            assert line.getpeername() == server.getsockname()
            assert line.gettimeout() == 5
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
