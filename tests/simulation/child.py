"""The encoder child of a simulated session: a process that outlives the app, and may die, hang or be slow."""

import random
from collections import deque
from dataclasses import dataclass

from capture.encoder import CLOSE_TIMEOUT_S, FULL, HAD_TO_STOP, Encoder, Piece
from capture.errors import EncoderFailed
from tests.simulation.disk import SimulatedDisk
from tests.simulation.muxing import Muxer
from tests.simulation.scheduler import Scheduler, Task

PIPE_BYTES = 6000
"""As much as waits in the pipe: a few of the small pictures."""


@dataclass(slots=True)
class Weakness:
    """What is wrong with the next children."""

    starts: bool = True
    dies_after: int | None = None
    hangs_after: int | None = None
    """Blocks that it takes before."""
    picture_s: float = 0.004
    """How long a picture takes."""
    fatal: int = 1
    """So many children are like this; those after them are well."""


class Children:
    """Starts children; the port capture.encoder.StartEncoder."""

    def __init__(self, scheduler: Scheduler, disk: SimulatedDisk, rng: random.Random) -> None:
        self.scheduler = scheduler
        self.disk = disk
        self.rng = rng
        self.weakness = Weakness()
        self.started: list[SimulatedChild] = []
        self.stalls: list[tuple[float, float]] = []
        """When no child could take anything, or a new one had to begin."""
        self.failures = 0

    def start(self, piece: Piece) -> Encoder:
        """Raises EncoderFailed."""
        self.scheduler.touch()
        weakness = Weakness(picture_s=self.weakness.picture_s)
        if self.weakness.fatal > 0:
            self.weakness.fatal -= 1
            weakness = self.weakness
        if not weakness.starts:
            self.failures += 1
            raise EncoderFailed("The part of this app that writes recordings did not start.")
        child = SimulatedChild(self, piece, weakness, f"child {len(self.started)}")
        self.started.append(child)
        return child

    def end_input(self) -> None:
        """The app is dead: every child sees the end of its input."""
        for child in self.started:
            child.end_input()

    def kill_all(self) -> None:
        """Every child dies with the app."""
        for child in self.started:
            child.kill()

    def lose_power(self) -> None:
        """Every child is gone, with the scheduler's tasks."""
        for child in self.started:
            child.status = -9 if child.status is None else child.status

    @property
    def busy(self) -> bool:
        """True while one is alive."""
        return any(child.status is None for child in self.started)


class SimulatedChild:
    """Keeps the contract of capture.encoder.Encoder."""

    def __init__(self, children: Children, piece: Piece, weakness: Weakness, process: str) -> None:
        self._children = children
        self._scheduler = children.scheduler
        self._piece = piece
        self._weakness = weakness
        self._process = process
        self._muxer = Muxer(piece.picture, sound=piece.sound, goes_on=piece.goes_on)
        self._out = children.disk.opened(piece.out)
        self._pipe: deque[tuple[bytes, bytes]] = deque()
        self._waiting_bytes = 0
        self._ended = False
        self._no_room = False
        self._idle = False
        self._taken = 0
        self.status: int | None = None
        """None while it lives."""
        self._writers: list[Task] = []
        self._task = self._scheduler.start("ffmpeg", self._run, process)

    # -- the app's side -----------------------------------------------------------------------------------------------

    def write(self, *pieces: bytes | memoryview) -> None:
        """One block: its head and its body."""
        self._scheduler.touch()
        head, data = pieces
        while self.status is None and self._waiting_bytes > PIPE_BYTES:
            self._wait(None)
        if self.status is not None:
            raise self._failed()
        self._pipe.append((bytes(head), bytes(data)))
        self._waiting_bytes += len(head) + len(data)
        self._wake()

    def close(self) -> None:
        """End of the input, and wait."""
        self._scheduler.touch()
        self.end_input()
        until_s = self._scheduler.now_s + CLOSE_TIMEOUT_S
        while self.status is None and self._scheduler.now_s < until_s:
            self._wait(until_s - self._scheduler.now_s)
        if self.status is None:
            self.kill()
        if self.status:
            raise self._failed()

    def kill(self) -> None:
        """SIGKILL; does not wait."""
        if self.status is None:
            self._end(-9)
            self._scheduler.doom(self._process)

    def _wait(self, timeout_s: float | None) -> None:
        task = self._scheduler.current
        assert task is not None
        self._writers.append(task)
        begun_s = self._scheduler.now_s
        self._scheduler.wait(timeout_s)
        self._children.stalls.append((begun_s, self._scheduler.now_s))
        if task in self._writers:
            self._writers.remove(task)

    def _failed(self) -> EncoderFailed:
        if self._no_room:
            return EncoderFailed(FULL, "No space left on device", disk_full=True)
        return EncoderFailed(HAD_TO_STOP, "")

    # -- the child's side ---------------------------------------------------------------------------------------------

    def end_input(self) -> None:
        """Its pipe is closed."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._idle:
            self._scheduler.wake(self._task)

    def _run(self) -> None:
        try:
            while self._pipe or not self._ended:
                if not self._pipe:
                    self._idle = True
                    self._scheduler.wait(None)
                    self._idle = False
                    continue
                head, data = self._pipe.popleft()
                self._waiting_bytes -= len(head) + len(data)
                self._wake_writers()
                if not self._take(head, data):
                    return
            if self._taken:
                self._put(self._muxer.close())
            self._end(0 if self._taken else 1)
        except OSError:
            self._no_room = True
            self._end(1)

    def _take(self, head: bytes, data: bytes) -> bool:
        """Encode one block; False when that was its death."""
        self._taken += 1
        if self._taken == self._weakness.hangs_after:
            self._children.failures += 1
            self._hang()
        if self._taken == self._weakness.dies_after:
            self._children.failures += 1
            fragment = self._muxer.block(*parse_head(head), data) or self._muxer.close()
            self._put(fragment[: len(fragment) // 2])  # it dies in the midst of writing one
            self._end(1)
            return False
        track, ticks = parse_head(head)
        if track == 1:
            self._scheduler.wait(self._weakness.picture_s * (0.5 + self._children.rng.random()))
        self._put(self._muxer.block(track, ticks, data))
        return True

    def _hang(self) -> None:
        while True:
            self._scheduler.wait(None)

    def _put(self, data: bytes) -> None:
        """Into the file, in up to three parts: a power cut may fall between them."""
        parts = self._children.rng.choice((1, 1, 2, 3))
        step = -(-len(data) // parts) if data else 1
        for at in range(0, len(data), step):
            self._scheduler.touch()
            self._children.disk.append(self._out, data[at : at + step])

    def _end(self, status: int) -> None:
        self.status = status
        self._wake_writers()

    def _wake_writers(self) -> None:
        writers, self._writers = self._writers, []
        for task in writers:
            self._scheduler.wake(task)


def parse_head(head: bytes) -> tuple[int, int]:
    """Track and time of a block, in ticks, as capture.matroska.block_head writes them."""
    length = int.from_bytes(head[13:21], "big") & 0xFF
    time = int.from_bytes(head[21 : 21 + length], "big")
    track = head[21 + length + 9] & 0x7F
    return track, time
