"""A slow line of our own: a proxy with a rate and a delay in each direction, in a process of its own.

Kernels do this with `tc` and netem, where they have them; this needs neither root nor modules. What it models: so many
bits a second each way for all connections together, half of the round trip each way, and one round trip for opening a
connection. Headers below HTTP are not counted, and no packet is lost but by a cut, which ends every connection and
loses what is on its way. One side's speed never depends on how quickly the other reads.

    python -m benchmarks._shaper HOST PORT MBIT ROUND_TRIP_MS      commands and answers: a line of JSON each
"""

import contextlib
import json
import queue
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

BLOCK = 4 * 1460
ROOM = 32 * 1024
"""Bytes that wait before the line, as in a small router; the sender's own buffer comes before that."""
LATE_S = 0.02
"""Who wakes this much too late has not lost the time on the line."""
MEGABIT = 1_000_000 / 8


@dataclass(frozen=True, slots=True)
class Passed:
    """What has gone over the line since it was opened, in bytes."""

    up: int
    down: int
    connections: int
    cuts: int


class _Lane:
    """One direction: the bytes of all connections pass one after the other."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_s = 0.0
        self._lock = threading.Lock()
        self.passed = 0

    def book(self, count: int) -> float:
        """When the last of so many bytes will have entered the line; never before now."""
        with self._lock:
            now_s = time.monotonic()
            self.passed += count
            self._free_s = max(self._free_s, now_s - LATE_S) + count / self._bytes_per_s
            return max(now_s, self._free_s)


class _Connection:
    """A connection and the one behind it."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.near, self.far = near, far
        self.opened_s = time.monotonic()

    def cut(self) -> None:
        """Both ends learn at once: the near one by a reset, the far one by the end of what came."""
        with contextlib.suppress(OSError):
            self.near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for one in (self.near, self.far):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


class _Line:
    """The proxy itself."""

    def __init__(self, target: tuple[str, int], mbit: float, round_trip_s: float) -> None:
        self._target = target
        self._round_trip_s = round_trip_s
        self._up, self._down = _Lane(mbit * MEGABIT), _Lane(mbit * MEGABIT)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        self._open: list[_Connection] = []
        self._cuts: list[int] = []
        self._connections = self._done_cuts = 0
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def passed(self) -> dict[str, int]:
        return {
            "up": self._up.passed,
            "down": self._down.passed,
            "connections": self._connections,
            "cuts": self._done_cuts,
        }

    def cut_at(self, places: Sequence[int]) -> None:
        """Cut when so many bytes have gone up from now on, once for each."""
        with self._lock:
            self._cuts = sorted(self._up.passed + place for place in places)

    def _accept(self) -> None:
        while True:
            near, _ = self._listener.accept()
            far = socket.create_connection(self._target)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(near, far)
            with self._lock:
                self._connections += 1
                self._open.append(connection)
            for work, source, sink in ((self._carry_up, near, far), (self._carry, far, near)):
                threading.Thread(target=work, args=(connection, source, sink), daemon=True).start()

    def _carry_up(self, connection: _Connection, source: socket.socket, sink: socket.socket) -> None:
        # The kernel has answered the caller at once; over a real line that takes a round trip.
        _sleep_until(connection.opened_s + self._round_trip_s)
        self._carry(connection, source, sink, up=True)

    def _carry(self, connection: _Connection, source: socket.socket, sink: socket.socket, *, up: bool = False) -> None:
        lane = self._up if up else self._down
        on_its_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        threading.Thread(target=_deliver, args=(on_its_way, sink), daemon=True).start()
        block = b"-"
        with contextlib.suppress(OSError):
            while block := source.recv(BLOCK):
                entered_s = lane.book(len(block))
                on_its_way.put((entered_s + self._round_trip_s / 2, block))
                _sleep_until(entered_s)
                if up:
                    self._cut_if_due()
        on_its_way.put((time.monotonic() + self._round_trip_s / 2, b""))

    def _cut_if_due(self) -> None:
        with self._lock:
            due = [place for place in self._cuts if place <= self._up.passed]
            if not due:
                return
            self._cuts = self._cuts[len(due) :]
            self._done_cuts += len(due)
            gone, self._open = self._open, []
        for connection in gone:
            connection.cut()


def _sleep_until(at_s: float) -> None:
    left_s = at_s - time.monotonic()
    if left_s > 0:
        time.sleep(left_s)


def _deliver(on_its_way: "queue.SimpleQueue[tuple[float, bytes]]", sink: socket.socket) -> None:
    """Hand over each block when it has come through; an empty one ends it."""
    with contextlib.suppress(OSError):
        while True:
            due_s, block = on_its_way.get()
            _sleep_until(due_s)
            if not block:
                sink.shutdown(socket.SHUT_WR)
                return
            sink.sendall(block)


def main(host: str, port: str, mbit: str, round_trip_ms: str) -> None:
    """Be the line until standard input ends."""
    line = _Line((host, int(port)), float(mbit), float(round_trip_ms) / 1000)
    print(json.dumps({"port": line.port}), flush=True)
    for command in sys.stdin:
        line.cut_at(json.loads(command))
        print(json.dumps(line.passed), flush=True)


# -- on the other side ------------------------------------------------------------------------------------------------


class Shaper:
    """A slow line to the server at url; use `url` instead of the server's. Ends with its block."""

    def __init__(self, url: str, *, mbit: float, round_trip_ms: float) -> None:
        target = urlsplit(url)
        place = [str(target.hostname), str(target.port), str(mbit), str(round_trip_ms)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._shaper", *place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.bytes_per_s = mbit * MEGABIT
        self.url = f"http://127.0.0.1:{self._read()['port']}/"

    def _read(self) -> dict[str, int]:
        if self._process.stdout is None:
            raise RuntimeError("the line was started without its pipes")
        answer: dict[str, int] = json.loads(self._process.stdout.readline())
        return answer

    def passed(self, *, cut_at: Sequence[int] = ()) -> Passed:
        """What has gone over it; and cut it when so many bytes more have gone up, once for each."""
        if self._process.stdin is None:
            raise RuntimeError("the line was started without its pipes")
        self._process.stdin.write(json.dumps(list(cut_at)) + "\n")
        self._process.stdin.flush()
        return Passed(**self._read())

    def __enter__(self) -> "Shaper":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()


if __name__ == "__main__":
    main(*sys.argv[1:])
