"""A disk in memory that keeps apart what was written and what would survive a power cut.

Writing goes to the system's cache. A sync makes a file's bytes durable, a sync of the folder the names in it, as
capture.disk.RealDisk does them. A power cut leaves what is durable, and any part of the rest.
"""

import errno
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.scheduler import Scheduler

TORN_BYTES = 512
"""What is not synced is written in pieces of so many bytes, in any order."""


@dataclass(slots=True)
class _Change:
    """Bytes that were written, or (without any) a new length."""

    at: int
    data: bytes | None


@dataclass(slots=True)
class _File:
    cached: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: list[_Change] = field(default_factory=list)
    flushed: int = 0
    """How many changes have left `pending`."""
    suspect: bool = False
    """A sync of it has failed: the system has dropped what was waiting, and tells nobody a second time."""


def _apply(to: bytearray, change: _Change) -> None:
    if change.data is None:
        del to[change.at :]
        return
    if len(to) < change.at:
        to.extend(bytes(change.at - len(to)))
    to[change.at : change.at + len(change.data)] = change.data


class SimulatedDisk:
    """Keeps the contract of capture.disk.Disk. Threads of any simulated process call it."""

    def __init__(self, scheduler: Scheduler, rng: random.Random, *, free: int, scale: int) -> None:
        self._scheduler = scheduler
        self._rng = rng
        self.free = free
        """Bytes that others leave free."""
        self._scale = scale
        self.sync_s: Callable[[], float] = lambda: 0.002
        """How long the next sync takes."""
        self.sync_fails = False
        """From now on every first sync after a change reports EIO, as Linux does: once, and drops the change."""
        self.on_sync: Callable[[float, float], None] = lambda _start_s, _end_s: None
        self._files: dict[Path, _File] = {}
        self._durable_names: dict[Path, _File] = {}
        self.overwritten: list[str] = []
        """Files that lost their name to another one."""
        self.children_live: Callable[[], bool] = lambda: False
        """Whether an encoder child is alive: in a session there is one file that it may write to."""
        self.failed_syncs = 0
        self.published_suspect: list[str] = []

    # -- the port -----------------------------------------------------------------------------------------------------

    def create(self, path: Path) -> None:
        self._scheduler.touch()
        if path in self._files:
            raise FileExistsError(errno.EEXIST, "there is one", str(path))
        self._files[path] = _File()
        self._sync_folder()

    def exists(self, path: Path) -> bool:
        self._scheduler.touch()
        return path in self._files

    def size(self, path: Path) -> int:
        self._scheduler.check_alive()
        return len(self._file(path).cached)

    def read(self, path: Path, at: int, count: int) -> bytes:
        self._scheduler.check_alive()
        return bytes(self._file(path).cached[at : at + count])

    def write(self, path: Path, at: int, data: bytes) -> None:
        self._scheduler.touch()
        self._change(self._file(path), _Change(at, data))

    def cut(self, path: Path, at: int) -> None:
        self._scheduler.touch()
        file = self._file(path)
        if len(file.cached) > at:
            self._change(file, _Change(at, bytes(len(file.cached) - at)))
        self._sync(file)
        self._change(file, _Change(at, None))
        self._sync(file)

    def sync(self, path: Path) -> None:
        self._scheduler.touch()
        self._sync(self._file(path))

    def publish(self, part: Path, final: Path) -> None:
        self.sync(part)
        if final in self._files:
            raise FileExistsError(errno.EEXIST, "nothing is written over another file", str(final))
        self._scheduler.touch()
        file = self._file(part)
        if file.suspect:
            self.published_suspect.append(final.name)
        if final in self._files:
            self.overwritten.append(final.name)
        self._files[final] = self._files.pop(part)
        self._sync_folder()

    def remove(self, path: Path) -> None:
        self._scheduler.touch()
        self._files.pop(path, None)

    def in_use(self, path: Path) -> bool:
        self._scheduler.touch()
        self._file(path)
        return self.children_live()

    def free_bytes(self, folder: Path) -> int:
        self._scheduler.touch()
        return max(0, self._room())

    # -- the encoder child's own way to it ----------------------------------------------------------------------------

    def opened(self, path: Path) -> _File:
        """Whoever has a file open writes to it whatever it is called meanwhile."""
        return self._file(path)

    def append(self, file: _File, data: bytes) -> None:
        """Write at the end. Raises OSError when the disk is full."""
        if self._room() < len(data) * self._scale:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._change(file, _Change(len(file.cached), data))

    # -- the world's --------------------------------------------------------------------------------------------------

    def names(self) -> list[Path]:
        """Every file."""
        return sorted(self._files)

    def content(self, path: Path) -> bytes:
        """All bytes of a file."""
        return bytes(self._files[path].cached)

    def durable(self, path: Path) -> bytes:
        """Those that a power cut would leave for certain; the old bytes of a stretch that was just cut off too."""
        return bytes(self._files[path].durable)

    def forget_suspicions(self) -> None:
        """The app has been started again: it cannot know of a sync that failed before."""
        for file in self._files.values():
            file.suspect = False

    def cut_power(self) -> None:
        """Only what is durable remains, and any part of what was on its way."""
        names = dict(self._durable_names)
        if self._rng.random() < 0.5:  # the folder was written just in time
            names = dict(self._files)
        self._files = names
        self._durable_names = dict(names)
        for file in names.values():
            self._tear(file)

    def _tear(self, file: _File) -> None:
        """Any of the pieces that were not synced may be there; the file's length goes with the last that is."""
        kept = self._rng.choice((0.0, 0.5, 0.9, 1.0))
        length = self._rng.random() < 0.3
        for change in _joined(file.pending):
            for piece in _pieces(change):
                if self._rng.random() < kept:
                    _apply(file.durable, piece)
                elif length and piece.data is not None:  # the length came through, and the bytes did not
                    _apply(file.durable, _Change(max(piece.at + len(piece.data), len(file.durable)), b""))
        file.pending = []
        file.cached = bytearray(file.durable)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _file(self, path: Path) -> _File:
        try:
            return self._files[path]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path)) from None

    def _room(self) -> int:
        return self.free - self._scale * sum(len(file.cached) for file in self._files.values())

    def _change(self, file: _File, change: _Change) -> None:
        _apply(file.cached, change)
        file.pending.append(change)

    def _sync(self, file: _File) -> None:
        if self.sync_fails and file.pending:
            file.flushed += len(file.pending)
            file.pending, file.suspect = [], True
            self.failed_syncs += 1
            raise OSError(errno.EIO, "the disk fails")
        until, begun_s = file.flushed + len(file.pending), self._scheduler.now_s
        takes_s = self.sync_s()
        if takes_s:
            self._scheduler.wait(takes_s)
        self.on_sync(begun_s, self._scheduler.now_s)
        count = max(0, until - file.flushed)  # another sync may have ended meanwhile
        done, file.pending = file.pending[:count], file.pending[count:]
        file.flushed += count
        for change in done:
            _apply(file.durable, change)

    def _sync_folder(self) -> None:
        self._scheduler.touch()
        self._durable_names = dict(self._files)


def _joined(changes: list[_Change]) -> list[_Change]:
    """Appended bytes share their pages: small writes do not get lost one by one."""
    joined: list[_Change] = []
    for change in changes:
        before = joined[-1] if joined else None
        if before is not None and before.data and change.data and change.at == before.at + len(before.data):
            joined[-1] = _Change(before.at, bytes(before.data) + bytes(change.data))
        else:
            joined.append(change)
    return joined


def _pieces(change: _Change) -> list[_Change]:
    if change.data is None:
        return [change]
    starts = list(range(0, max(1, len(change.data) - TORN_BYTES + 1), TORN_BYTES))
    ends = [*starts[1:], len(change.data)]
    return [_Change(change.at + start, change.data[start:end]) for start, end in zip(starts, ends, strict=True)]
