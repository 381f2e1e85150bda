"""Many at once: uploads, uploads that stall, pages, and a portal that is killed under several of them.

The long campaigns are ./scripts/many-uploads and ./scripts/kill-portal.
"""

import asyncio
import contextlib
import random
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from asgiref.typing import ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, ASGISendEvent, HTTPScope

from portal.asgi import PAGES_AT_ONCE, Router
from portal.intake.app import Intake
from tests.support.crowd import Place, Sender, ask, random_clips
from tests.support.many_uploads import PATIENT, run
from tests.support.portal_client import PortalClient, incoming
from tests.support.portal_kills import Campaign
from tests.support.portal_process import PortalProcess

UPLOADS = 60
STALLED = 50
KILLS = 2


@pytest.fixture(scope="module")
def portal(seed: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal for these tests: each leaves it with nothing unfinished."""
    folder = Path(shutil.copytree(seed[0], tmp_path_factory.mktemp("many") / "portal"))
    process = PortalProcess(folder, environment=PATIENT)
    try:
        yield process
        assert process.stop() == 0
        assert process.errors == ""
    finally:
        process.kill()


@pytest.fixture
def place(portal: PortalProcess, seed: tuple[Path, dict[str, str]]) -> Place:
    """Where to send, and in whose name."""
    return Place(portal.url, seed[1]["access_token"])


def test_many_uploads_at_once_are_each_received_exactly_once(
    portal: PortalProcess, place: Place, rng: random.Random
) -> None:
    report = run(portal, [place.token], count=UPLOADS, size=300_000, rng=rng)
    assert report.uploads == UPLOADS


def test_a_portal_that_is_killed_under_several_uploads_keeps_its_word(
    own_portal: PortalProcess, own_client: PortalClient, rng: random.Random
) -> None:
    token = own_client.tokens["access_token"]
    report = Campaign(own_portal, token, rng=rng, size=400_000, longest_s=0.3).run(KILLS)
    assert report.kills == KILLS


@contextlib.asynccontextmanager
async def stalled(sender: Sender) -> AsyncIterator["asyncio.Task[bytes]"]:
    """An open PATCH that sends one byte and then nothing; yields what waits for its answer."""
    await sender.create()
    reader, writer = await asyncio.open_connection(sender.place.host, sender.place.port)
    headers = {
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(sender.length),
    }
    writer.write(sender.place.head("PATCH", sender.path, headers) + sender.clip.content[:1])
    answered = asyncio.create_task(reader.read(1))
    try:
        yield answered
    finally:
        answered.cancel()
        writer.close()


def test_uploads_that_stall_keep_nobody_waiting(portal: PortalProcess, place: Place, rng: random.Random) -> None:
    *slow, quick = (Sender(place, clip) for clip in random_clips(STALLED + 1, size=10_000, rng=rng))

    async def scene() -> None:
        async with contextlib.AsyncExitStack() as stack:
            waiting = await asyncio.gather(*(stack.enter_async_context(stalled(sender)) for sender in slow))
            while len(incoming(portal)) < STALLED:  # each has been let in, and its file is open
                await asyncio.sleep(0.01)
            assert (await ask(place, "GET", "/health")).body == b'{"ok": true}'
            await quick.deliver()
            assert not any(task.done() for task in waiting), (
                "one of them was answered, so others may have waited for it"
            )

    asyncio.run(scene())
    assert quick.receipt is not None


def test_pages_are_made_a_few_at_a_time_and_slow_readers_and_writers_keep_nobody_waiting() -> None:
    making = 0
    most = 0
    go_on, slow_one = asyncio.Event(), asyncio.Event()

    async def page(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        nonlocal making, most
        await receive()
        making, most = making + 1, max(most, making + 1)
        await go_on.wait()
        making -= 1
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": False})
        await slow_one.wait()

    async def stuck() -> ASGIReceiveEvent:
        await slow_one.wait()
        return await whole()

    async def whole() -> ASGIReceiveEvent:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def scene() -> None:
        intake = Intake(on_received=lambda: None)
        router = Router(intake=intake, pages=page)
        begun: list[ASGISendEvent] = []

        async def send(event: ASGISendEvent) -> None:
            begun.append(event)

        async with asyncio.TaskGroup() as group:
            for receive in [stuck] * 100 + [whole] * 100:
                group.create_task(router(a_page(), receive, send))
            while making < PAGES_AT_ONCE:
                await asyncio.sleep(0)
            go_on.set()
            while len(begun) < 100:  # though none of these answers has been read, and a hundred requests are half here
                await asyncio.sleep(0)
            slow_one.set()
        assert len(begun) == 200
        intake.close()

    asyncio.run(scene())
    assert most == PAGES_AT_ONCE


def a_page() -> HTTPScope:
    """A request for a page."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": None,
        "server": None,
        "state": {},
        "extensions": None,
    }
