"""Films, sounds and posters, with byte ranges (RFC 9110, section 14), to those who may watch them."""

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from portal import files, removal, words
from portal.intake.disk import NotHere, StoreError
from portal.models import Clip
from portal.pages import clip_for

log = logging.getLogger("portal.media")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """From the first byte to the last, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1


class NoSuchRange(Exception):
    """Nothing of the file lies there."""


def read_range(header: str | None, size: int) -> ByteRange | None:
    """The one range that a Range header asks for; None for the whole file. Raises NoSuchRange.

    A header that cannot be read, and one with several ranges, is ignored, as RFC 9110 allows.
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", (header or "").strip())
    if match is None or match.group() == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        found = ByteRange(max(0, size - int(last)), size - 1)
    else:
        found = ByteRange(int(first), min(int(last), size - 1) if last else size - 1)
        if last and int(last) < int(first):
            return None
    if found.first >= size or found.length <= 0:
        raise NoSuchRange
    return found


@require_safe
def media(request: HttpRequest, clip_id: UUID) -> HttpResponseBase:
    """The file of a clip, whole or in part."""
    clip = clip_for(request, clip_id)
    try:
        return _media(request, clip)
    except NotHere as error:
        raise Http404 from error
    except StoreError:
        return _out_of_reach()
    finally:
        if not connection.in_atomic_block:
            connection.close()  # a film is watched for minutes, and PostgreSQL counts its connections


def _media(request: HttpRequest, clip: Clip) -> HttpResponseBase:
    tag = f'"{clip.sha256}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Cache-Control": "private, no-cache",  # a clip can be withdrawn: ask each time
        "Content-Disposition": "inline",
    }
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    asked = request.headers.get("Range") if request.headers.get("If-Range", tag) == tag else None
    try:
        part = read_range(asked, clip.bytes)
    except NoSuchRange:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{clip.bytes}"})
    sent = part or ByteRange(0, clip.bytes - 1)
    headers["Content-Length"] = str(sent.length)
    if part is not None:
        headers["Content-Range"] = f"bytes {sent.first}-{sent.last}/{clip.bytes}"
    # The first piece is read before the answer begins: then the answer can still say that the file cannot be had.
    first = _read(clip.media_name, sent.first, sent.length) if request.method == "GET" else None
    return StreamingHttpResponse(
        _nothing() if first is None else _pieces(clip, sent, first),
        status=200 if part is None else 206,
        content_type=clip.filetype,
        headers=headers,
    )


async def _pieces(clip: Clip, part: ByteRange, piece: bytes) -> AsyncIterator[bytes]:
    """`piece`, and what comes after it, read in worker threads.

    Ends early when the viewer goes away, and when the clip is withdrawn.
    """
    in_thread = sync_to_async(_read, thread_sensitive=False)
    place, left = part.first, part.length
    while piece and not removal.is_gone(clip.clip_id):
        yield piece
        place += len(piece)
        left -= len(piece)
        try:
            piece = await in_thread(clip.media_name, place, left) if left else b""
        except NotHere:
            return  # the clip itself took the place of its small copy: the browser asks again
        except StoreError:
            log.exception("A film stops in the middle.")
            return  # fewer bytes than were promised: the browser asks for the rest again


async def _nothing() -> AsyncIterator[bytes]:
    """The body of an answer to HEAD."""
    for piece in tuple[bytes]():
        yield piece


def _read(name: str, place: int, left: int) -> bytes:
    kept = files.media()
    return kept.read(name, place, min(kept.piece_bytes, left))


def _out_of_reach() -> HttpResponse:
    log.exception("A film or a picture cannot be read.")
    return HttpResponse(
        words.FILES_OUT_OF_REACH, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"}
    )


@require_safe
def poster(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The still picture of a clip."""
    name, kept = clip_for(request, clip_id).poster_name, files.posters()
    try:
        size = kept.size(name) if name else None
        if size is None:
            raise Http404
        picture = kept.read(name, 0, size)
    except NotHere as error:
        raise Http404 from error
    except StoreError:
        return _out_of_reach()
    headers = {"Cache-Control": "private, no-cache"}  # a clip can be withdrawn: ask each time
    return HttpResponse(picture, content_type="image/jpeg", headers=headers)
