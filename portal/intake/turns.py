"""Whose turn it is: for each delivery, the newest request owns it, and an older one that is still open is ended.

Event-loop thread only. One process serves the intake (the data folder is locked), so the lines live in memory.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Turn:
    """One request's hold on a delivery. `over` is set when a newer request wants it, or the server stops."""

    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: list[Turn] = field(default_factory=list)


class Turns:
    """All lines, one for each delivery that somebody is busy with."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, _Line] = {}

    def busy(self, delivery: Hashable) -> bool:
        """Whether a request holds or waits for it. Where none does, whoever takes it before an await is first."""
        return delivery in self._lines

    @contextlib.asynccontextmanager
    async def take(self, delivery: Hashable) -> AsyncIterator[Turn]:
        """End every older turn, wait until its last block is written, then hold the delivery."""
        line = self._lines.setdefault(delivery, _Line())
        for older in line.turns:
            older.over.set()
        turn = Turn()
        line.turns.append(turn)
        try:
            async with line.lock:
                yield turn
        finally:
            line.turns.remove(turn)
            if not line.turns:
                del self._lines[delivery]

    def end_all(self) -> None:
        """The server stops: every open request finishes its block and answers."""
        for line in self._lines.values():
            for turn in line.turns:
                turn.over.set()
