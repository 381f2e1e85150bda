"""Opens a connection so that it can be given up at once: connecting may take long, and the app may be closed meanwhile.

The system's own wait for an address by name cannot be ended: a thread of its own waits for it, which nobody waits for.
Any thread.
"""

import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence

LOOK_S = 0.2
"""How often a connection in the making looks whether it is given up, in seconds."""
Option = tuple[int, int, int | bytes]
Address = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, Address]


def dial(
    host: str, port: int, *, timeout_s: float, options: Sequence[Option], given_up: Callable[[], bool]
) -> socket.socket:
    """Connect to the first of the host's addresses that answers; the socket has this time-out from then on.

    Raises OSError: TimeoutError where one took longer than timeout_s, and ConnectionAbortedError once it is given up.
    """
    failed = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in _addresses(host.strip("[]"), port, timeout_s, given_up):
        line = socket.socket(family, kind, protocol)
        try:
            for option in options:
                line.setsockopt(*option)
            _connect(line, address, timeout_s, given_up)
        except OSError as error:
            line.close()
            failed = error
            if given_up():
                break
        else:
            line.settimeout(timeout_s)
            return line
    raise failed


def _addresses(host: str, port: int, timeout_s: float, given_up: Callable[[], bool]) -> Sequence[Found]:
    """Every address of the host. Raises OSError, as dial() does."""
    answer: list[Sequence[Found] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answer.append(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:  # UnicodeError: no name that could be asked for
            answer.append(error)

    asking = threading.Thread(target=ask, name="upload-name", daemon=True)
    asking.start()
    ends = time.monotonic() + timeout_s
    while not answer:
        asking.join(LOOK_S)
        if not answer and given_up():
            raise ConnectionAbortedError("given up while looking for the address")
        if not answer and time.monotonic() > ends:
            raise TimeoutError("looking for the address took too long")
    match answer[0]:
        case OSError() as error:
            raise error
        case UnicodeError() as error:
            raise OSError(f"{host} is no name of a computer") from error
        case found:
            return found


def _connect(line: socket.socket, address: Address, timeout_s: float, given_up: Callable[[], bool]) -> None:
    line.setblocking(False)
    ends = time.monotonic() + timeout_s
    try:
        line.connect(address)
    except BlockingIOError:
        pass
    else:
        return
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_WRITE)
        while not selector.select(LOOK_S):
            if given_up():
                raise ConnectionAbortedError("given up while connecting")
            if time.monotonic() > ends:
                raise TimeoutError("connecting took too long")
    error = line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))
