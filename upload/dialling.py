"""Opens a connection so that it can be given up at once: connecting may take long, and the app may be closed meanwhile.

The one wait that remains is the system's own for an address by name. Any thread.
"""

import os
import selectors
import socket
import time
from collections.abc import Callable, Sequence

LOOK_S = 0.2
"""How often a connection in the making looks whether it is given up, in seconds."""
Option = tuple[int, int, int | bytes]
Address = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


def dial(
    host: str, port: int, *, timeout_s: float, options: Sequence[Option], given_up: Callable[[], bool]
) -> socket.socket:
    """Connect to the first of the host's addresses that answers; the socket has this time-out from then on.

    Raises OSError: TimeoutError where one took longer than timeout_s, and ConnectionAbortedError once it is given up.
    """
    failed = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host.strip("[]"), port, 0, socket.SOCK_STREAM):
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
