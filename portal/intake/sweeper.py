"""Settles, while the portal runs, what nobody carries on with: whole, it becomes a clip; stale, it is thrown away.

Event-loop thread; the work is done in a thread.

A delivery that a request holds or waits for is left alone: there is no await between `Turns.busy` and `Turns.take`, so
a request that comes later waits until the delivery is gone, and is told 404: the app then creates it again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from django.db import Error
from django.utils import timezone

from portal.intake import limits, store
from portal.intake.turns import Turns

log = logging.getLogger("portal.intake")
Result = TypeVar("Result")


class InThread(Protocol):
    """Runs a job that blocks, with a database."""

    def __call__(self, job: Callable[[], Result], /) -> Awaitable[Result]:
        """Wait for it."""


class Sweeper:
    """Start it in the event loop; stop it before the loop ends. now: the clock, an aware time."""

    def __init__(self, turns: Turns, *, in_thread: InThread, now: Callable[[], datetime] = timezone.now) -> None:
        self._turns = turns
        self._in_thread = in_thread
        self._now = now
        self._task: asyncio.Task[None] | None = None

    def start(self, *, every_s: float) -> None:
        """Sweep after every_s, and again and again; the start of the portal has swept once (store.recover)."""
        self._task = asyncio.create_task(self._for_ever(every_s), name="sweeper")

    def stop(self) -> None:
        """Sweep no more; what a thread has begun it ends."""
        if self._task is not None:
            self._task.cancel()

    async def _for_ever(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.sweep()
            except Error:
                log.exception("The sweeper could not read the database; it tries again later.")

    async def sweep(self) -> None:
        """Settle every delivery that nobody is busy with: commit what is whole, throw away what is too old."""
        now = self._now()
        for upload in await self._in_thread(lambda: [*store.stale(now), *store.stuck(now)]):
            delivery = (upload.owner_id, upload.clip_id)
            if not self._turns.busy(delivery):
                async with self._turns.take(delivery):
                    await self._in_thread(partial(store.settle, upload.pk, now))
        await self._in_thread(partial(limits.forget_past_days, now))
