"""The ASGI application of the intake. Event-loop thread; whatever blocks runs in worker threads.

One request is one `_Request`; a `Refused` raised anywhere ends it. Sign-in comes before anything of the body is read.
"""

import asyncio
import io
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import InterfaceError, OperationalError, connection

from portal import words
from portal.bearer import account_of
from portal.intake import answers, disk, entries, limits, store
from portal.intake.answers import TUS_VERSION, Answer, Refused
from portal.intake.body import Body, End
from portal.intake.metadata import BadMetadata, read_facts
from portal.intake.sweeper import Sweeper
from portal.intake.turns import Turn, Turns

log = logging.getLogger("portal.intake")
PREFIX = "/intake/"
THREADS, READERS = 16, 4
OFFSET_TYPE = "application/offset+octet-stream"
Args = ParamSpec("Args")
Result = TypeVar("Result")


class Intake:
    """The application. `on_received` is called in the event loop after each clip that came in whole."""

    def __init__(self, *, on_received: Callable[[], None]) -> None:
        self.turns = Turns()
        self.sweeper = Sweeper(self.turns, in_thread=self._run)
        self._on_received = on_received
        self._pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="intake")
        # Reading a large file once more for its SHA-256 takes many seconds: nobody else waits for these threads.
        self._readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="intake-reader")
        # One writer at a time, first come first served: those who wait for SQLite's own lock try again and again, in no
        # order, and of a thousand at once some would wait for half a minute and then fail.
        self._writer = asyncio.Lock()

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Answer one request."""
        body = Body(receive, timeout_s=settings.READ_TIMEOUT_S)
        try:
            answer = await self._answer(scope, body)
        except Refused as refused:
            answer = refused.answer
        if body.end is End.BROKEN:
            return
        unread = body.end is None and _has_body(scope)
        close = {"connection": "close"} if unread or body.end in (End.SILENT, End.OVERTAKEN) else {}
        await answers.begin(send, answer, headers=close)
        await send({"type": "http.response.body", "body": answer.body, "more_body": unread})
        if unread:
            await body.drain()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def close(self) -> None:
        """Wait for the worker threads, whose connections to the database end with them."""
        for pool, threads in ((self._pool, THREADS), (self._readers, READERS)):
            together = threading.Barrier(threads)  # so that each of them does it
            for _ in range(threads):
                pool.submit(_hang_up, together)
            pool.shutdown()

    async def _run(self, job: Callable[[], Result], *, pool: ThreadPoolExecutor | None = None) -> Result:
        return await asyncio.get_running_loop().run_in_executor(pool or self._pool, _with_database, job)

    async def _in_thread(self, work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> Result:
        """Run what blocks; failures of the store become answers."""
        return await self._answered(self._run(partial(work, *args, **kwargs)))

    async def _write(self, work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> Result:
        """Run what writes to the database."""
        async with self._writer:
            return await self._in_thread(work, *args, **kwargs)

    async def _answered(self, work: Awaitable[Result]) -> Result:
        """Wait for the work of a thread; failures of the store become answers."""
        try:
            return await work
        except store.NoSuchUpload as error:
            raise Refused(404, "no_such_upload", words.NO_SUCH_UPLOAD) from error
        except store.OthersClip as error:
            raise Refused(409, "others_clip", words.OTHERS_CLIP) from error
        except store.AnotherReceived as error:
            raise Refused(409, "other_clip_received", words.OTHER_CLIP_RECEIVED) from error
        except entries.WholeHere as error:
            raise Refused(409, "whole_here", str(error)) from error
        except entries.NotNext as error:
            raise Refused(409, "not_next", str(error)) from error
        except entries.Ended as error:
            raise Refused(403, "ended", str(error)) from error
        except store.Damaged as error:
            raise Refused(460, "damaged", words.DAMAGED) from error
        except limits.OverLimit as error:
            later = {} if error.retry_after_s is None else {"retry_after": str(error.retry_after_s)}
            raise Refused(error.status, error.error, str(error), **later) from error
        except disk.NoRoom as error:
            raise Refused(507, "no_room", words.NO_ROOM, retry_after="300") from error
        except disk.DiskFailed as error:
            log.exception("The disk failed.")
            raise Refused(503, "disk_failed", words.DISK_FAILED, retry_after="60") from error
        except (InterfaceError, OperationalError) as error:
            log.exception("The database failed.")
            raise Refused(503, "database_failed", words.OUT_OF_REACH, retry_after="60") from error

    async def _answer(self, scope: HTTPScope, body: Body) -> Answer:
        request = ASGIRequest(dict(scope), io.BytesIO())
        method, name = scope["method"], scope["path"].removeprefix(PREFIX)
        try:
            address = request.build_absolute_uri(PREFIX)
        except DisallowedHost as error:
            raise Refused(400, "wrong_address", words.WRONG_METHOD) from error
        if settings.HTTPS and not request.is_secure():
            raise Refused(403, "not_https", words.NOT_HTTPS)
        if method == "OPTIONS":
            return Answer(204, _abilities())
        if request.headers.get("Tus-Resumable") != TUS_VERSION:
            raise Refused(412, "wrong_protocol", words.WRONG_PROTOCOL, tus_version=TUS_VERSION)
        owner = await self._in_thread(account_of, request)
        if owner is None:
            raise Refused(401, "not_signed_in", words.NOT_SIGNED_IN, www_authenticate='Bearer realm="diary"')
        if method == "POST" and not name:
            return await self._create(owner, request.headers, address)
        if method == "HEAD" and name:
            return await self._stand(owner, _upload_id(name))
        if method == "PATCH" and name:
            return await self._send(owner, _upload_id(name), request.headers, body)
        raise Refused(405, "wrong_method", words.WRONG_METHOD, allow="OPTIONS, POST, HEAD, PATCH")

    async def _create(self, owner: User, headers: Mapping[str, str], address: str) -> Answer:
        length = _number(headers.get("Upload-Length"))
        if not length:
            raise Refused(400, "bad_length", words.BAD_LENGTH)
        try:
            facts = read_facts(headers.get("Upload-Metadata", ""), accepts=settings.ACCEPTS)
        except BadMetadata as error:
            raise Refused(400, "bad_metadata", str(error)) from error
        async with self.turns.take((owner.pk, facts.clip_id)):
            upload = await self._write(store.create, owner, facts, length)
        return Answer(201, {"location": f"{address}{upload.pk}"})

    async def _stand(self, owner: User, upload_id: UUID) -> Answer:
        upload = await self._in_thread(store.find, owner, upload_id)
        async with self.turns.take((owner.pk, upload.clip_id)):
            now = await self._in_thread(store.standing, owner, upload_id)
            if now.whole and not now.upload.received:
                await self._commit(now)
        return Answer(200, {"upload-offset": str(now.offset), "upload-length": str(now.upload.bytes)})

    async def _send(self, owner: User, upload_id: UUID, headers: Mapping[str, str], body: Body) -> Answer:
        if headers.get("Content-Type") != OFFSET_TYPE:
            raise Refused(415, "wrong_body_type", words.WRONG_BODY_TYPE)
        offset = _number(headers.get("Upload-Offset"))
        if offset is None:
            raise Refused(400, "bad_offset", words.BAD_OFFSET_HEADER)
        upload = await self._in_thread(store.find, owner, upload_id)
        async with self.turns.take((owner.pk, upload.clip_id)) as turn:
            before = await self._in_thread(store.standing, owner, upload_id)
            if offset != before.offset:
                raise Refused(409, "elsewhere", words.ELSEWHERE, upload_offset=str(before.offset))
            if offset + (_number(headers.get("Content-Length")) or 0) > before.upload.bytes:
                raise Refused(413, "too_much", words.TOO_MUCH)
            after = await self._store(before, body, turn)
            if after.whole and not after.upload.received:
                await self._commit(after)
        return _end(after, body.end)

    async def _store(self, before: store.Standing, body: Body, turn: Turn) -> store.Standing:
        """Write what comes, until it ends; then make it durable."""
        if before.whole:
            return before
        part = await self._in_thread(disk.Part, before.upload.part, before.offset)
        too_much = False
        try:
            async for block in body.blocks(turn):
                too_much = part.size + len(block) > before.upload.bytes
                if too_much:
                    break
                await self._in_thread(part.write, block)
            await self._in_thread(part.sync)
        finally:
            part.close()
        if part.size > before.offset:
            await self._write(store.note, before.upload, part.size - before.offset)
        if too_much:
            raise Refused(413, "too_much", words.TOO_MUCH)
        return store.Standing(before.upload, part.size)

    async def _commit(self, whole: store.Standing) -> None:
        await self._answered(self._run(partial(store.keep, whole.upload), pool=self._readers))
        await self._write(store.enter_queue, whole.upload)
        self._on_received()


def _hang_up(together: threading.Barrier) -> None:
    together.wait()
    connection.close()


def _with_database(job: Callable[[], Result]) -> Result:
    with store.database():
        return job()


def _abilities() -> dict[str, str]:
    return {"tus-version": TUS_VERSION, "tus-extension": "creation", "tus-max-size": str(limits.everybody().one_file)}


def _has_body(scope: HTTPScope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else None


def _upload_id(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError as error:
        raise Refused(404, "no_such_upload", words.NO_SUCH_UPLOAD) from error


def _end(after: store.Standing, end: End | None) -> Answer:
    """The answer to a PATCH, by why its bytes ended."""
    if after.whole or end is End.COMPLETE:
        return Answer(204, {"upload-offset": str(after.offset)})
    if end is End.OVERTAKEN:
        return answers.refusal(409, "overtaken", words.OVERTAKEN)
    return answers.refusal(408, "too_slow", words.TOO_SLOW)
