"""Many apps at once: docs/protocol.md from the other side, over plain asyncio streams, one connection for each request.

Everything that a portal acknowledged is written down, so that it can be held to its word after it was killed.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.support.portal_client import Sendable, metadata

ANSWER_S = 600
"""A portal that hangs ends the run; one that is slow because the computer is busy does not."""
PIECE = 64 * 1024
BUSY = (429, 503)


class Unexpected(AssertionError):
    """An answer that the protocol does not have here."""


class Broken(Exception):
    """The connection ended before the answer was whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a portal said; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """A portal and a token for it."""

    url: str
    token: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def head(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        """The head of a request."""
        every = {
            "Host": f"{self.host}:{self.port}",
            "Connection": "close",
            "Authorization": f"Bearer {self.token}",
            "Tus-Resumable": "1.0.0",
            **headers,
        }
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in every.items())]
        return "\r\n".join([*lines, "", ""]).encode()


class Meeting:
    """Where so many requests wait for each other, so that all are open at the same moment."""

    def __init__(self, count: int) -> None:
        self._missing = count
        self._all_here = asyncio.Event()

    def arrive(self) -> None:
        """One is here, or will never come."""
        self._missing -= 1
        if self._missing <= 0:
            self._all_here.set()

    async def wait(self) -> None:
        """Until all are here."""
        await self._all_here.wait()


async def read_answer(reader: asyncio.StreamReader, *, method: str = "GET") -> Answer:
    """One answer; raises Broken."""
    try:
        async with asyncio.timeout(ANSWER_S):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
            return Answer(int(first.split(" ")[1]), headers, await reader.readexactly(length))
    except (OSError, asyncio.IncompleteReadError) as error:
        raise Broken from error


async def ask(place: Place, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One request without a body; raises Broken."""
    try:
        reader, writer = await asyncio.open_connection(place.host, place.port)
    except OSError as error:
        raise Broken from error
    try:
        writer.write(place.head(method, path, headers or {}))
        return await read_answer(reader, method=method)
    finally:
        writer.close()


@dataclass
class Sender:
    """One app that brings one clip to a portal."""

    place: Place
    clip: Sendable
    path: str = ""
    """The delivery's path at the portal, once there is one."""
    acknowledged: int = 0
    """The largest offset that the portal has told."""
    receipt: Mapping[str, object] | None = None
    busy: int = 0
    """How often it was told to come again later."""

    @property
    def length(self) -> int:
        return len(self.clip.content)

    async def create(self) -> None:
        """Announce the clip, as often as the portal is busy; raises Broken and Unexpected."""
        headers = {"Upload-Length": str(self.length), "Upload-Metadata": metadata(self.clip.facts())}
        answer = await self._patiently("POST", "/intake/", {**headers, "Content-Length": "0"})
        self._expect(answer, 201)
        self.path = urlsplit(answer.headers["location"]).path

    async def stand(self) -> int:
        """Where the portal says that the delivery stands; raises Broken and Unexpected."""
        answer = await self._patiently("HEAD", self.path)
        self._expect(answer, 200)
        return self._note(answer)

    async def patch(self, offset: int, end: int, *, half_way: Meeting | None = None) -> None:
        """Send some bytes; half_way: wait there for all others. Raises Broken and Unexpected."""
        try:
            reader, writer = await asyncio.open_connection(self.place.host, self.place.port)
        except OSError as error:
            raise Broken from error
        try:
            with contextlib.suppress(OSError):  # what broke the connection may be an answer that is there to be read
                await self._write(writer, offset, end, half_way)
            answer = await read_answer(reader)
        finally:
            writer.close()
        if answer.status in BUSY:
            self.busy += 1
            return
        self._expect(answer, 204)
        self._note(answer)

    async def _write(self, writer: asyncio.StreamWriter, offset: int, end: int, half_way: Meeting | None) -> None:
        headers = {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(end - offset),
        }
        writer.write(self.place.head("PATCH", self.path, headers))
        middle = (offset + end) // 2
        try:
            for piece in _pieces(self.clip.content, offset, middle):
                writer.write(piece)
                await writer.drain()
        finally:
            if half_way is not None:
                half_way.arrive()
        if half_way is not None:
            await half_way.wait()
        for piece in _pieces(self.clip.content, middle, end):
            writer.write(piece)
            await writer.drain()

    async def fetch_receipt(self) -> None:
        """The portal's word for the whole; raises Broken and Unexpected."""
        answer = await self._patiently("GET", f"/api/clips/{self.clip.clip_id}/receipt")
        self._expect(answer, 200)
        found = json.loads(answer.body)
        if (found["sha256"], found["bytes"]) != (self.clip.sha256, self.length):
            raise Unexpected(f"a receipt for something else: {found}")
        self.receipt = found

    async def deliver(self, *, half_way: Meeting | None = None, pieces: random.Random | None = None) -> None:
        """All of it, from where it stands; pieces: in requests of random lengths. Raises Broken and Unexpected."""
        if not self.path:
            await self.create()
        while (at := await self.stand()) < self.length:
            end = self.length if pieces is None else min(self.length, at + pieces.randint(1, self.length))
            await self.patch(at, end, half_way=half_way)
            half_way = None
        await self.fetch_receipt()

    async def _patiently(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        pause_s = 0.05
        while (answer := await ask(self.place, method, path, headers)).status in BUSY:
            self.busy += 1
            await asyncio.sleep(pause_s)
            pause_s = min(1.0, 2 * pause_s)
        return answer

    def _note(self, answer: Answer) -> int:
        """Hold the portal to the offsets that it told before."""
        offset = int(answer.headers["upload-offset"])
        if offset < self.acknowledged:
            raise Unexpected(f"{self.acknowledged} bytes were acknowledged, and {offset} are there")
        self.acknowledged = offset
        return offset

    def _expect(self, answer: Answer, status: int) -> None:
        if answer.status != status:
            raise Unexpected(f"{answer.status} instead of {status}: {answer.body[:300]!r}")


def _pieces(content: bytes, start: int, end: int) -> Iterator[bytes]:
    for place in range(start, end, PIECE):
        yield content[place : min(end, place + PIECE)]


def random_clips(count: int, *, size: int, rng: random.Random) -> Iterator[Sendable]:
    """So many clips of about so many bytes, each different from every other."""
    for number in range(count):
        content = rng.randbytes(rng.randint(size // 2, size))
        yield Sendable(content, title=f"Clip {number}")
