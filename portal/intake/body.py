"""The body of a request, piece by piece: until it ends, breaks, falls silent, or a newer request takes over."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from enum import Enum, auto
from typing import Any

from asgiref.typing import ASGIReceiveCallable

from portal.intake.turns import Turn

BLOCK = 256 * 1024
"""Bytes gathered before they are written: one journey to a worker thread for each. A thousand open requests hold no
more than a thousand of them in memory.
"""
DRAIN_BYTES = 32 * 1024 * 1024
DRAIN_S = 10.0
QUIET_S = 0.2
LAST_S = 2.0
"""A request that a newer one takes over still keeps what had arrived by then: until nothing comes for QUIET_S, and for
LAST_S at most. After a cut, the app asks at once where it stands; megabytes may still wait in the system's buffers."""


class End(Enum):
    """Why no more bytes come."""

    COMPLETE = auto()
    BROKEN = auto()
    SILENT = auto()
    OVERTAKEN = auto()


class Body:
    """Reads one request's body. After `blocks` is used up, `end` says why."""

    def __init__(self, receive: ASGIReceiveCallable, *, timeout_s: float) -> None:
        self._receive = receive
        self._timeout_s = timeout_s
        self._ends_s: float | None = None
        self.end: End | None = None

    async def blocks(self, turn: Turn) -> AsyncIterator[bytearray]:
        """Yield blocks of about BLOCK bytes, the last one shorter."""
        gathered = bytearray()
        over = asyncio.create_task(_until(turn.over))
        try:
            while self.end is None:
                gathered += await self._piece(over)
                if len(gathered) >= BLOCK or (gathered and self.end is not None):
                    block, gathered = gathered, bytearray()
                    yield block
        finally:
            over.cancel()

    async def _piece(self, over: asyncio.Task[None]) -> bytes:
        """The next bytes; sets `end` with the last of them."""
        piece = asyncio.ensure_future(self._receive())
        either: set[asyncio.Future[Any]] = {piece, over}
        await asyncio.wait(either, timeout=self._timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if over.done() and not piece.done():
            await asyncio.wait({piece}, timeout=self._quiet_s())
        if not piece.done() or (over.done() and self._quiet_s() <= 0):
            piece.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await piece
            self.end = End.OVERTAKEN if over.done() else End.SILENT
            return b""
        message = piece.result()
        if message["type"] != "http.request":
            self.end = End.BROKEN
            return b""
        if not message["more_body"]:
            self.end = End.COMPLETE
        return message["body"]

    def _quiet_s(self) -> float:
        """How long to wait for more of what had arrived before a newer request came, in seconds."""
        if self._ends_s is None:
            self._ends_s = time.monotonic() + LAST_S
        return min(QUIET_S, self._ends_s - time.monotonic())

    async def drain(self) -> None:
        """Read and forget what still comes, for a while: the other side reads an answer only when it may stop sending.

        Closing a socket with unread bytes makes the kernel throw the answer away (RFC 9112, section 9.6).
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                left = DRAIN_BYTES
                while self.end is None and left > 0:
                    message = await self._receive()
                    if message["type"] != "http.request" or not message["more_body"]:
                        return
                    left -= len(message["body"])


async def _until(event: asyncio.Event) -> None:
    await event.wait()
