"""Films, sounds and posters, with byte ranges (RFC 9110, section 14), to those who may watch them."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from portal.pages import clip_for

PIECE = 256 * 1024


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
    return StreamingHttpResponse(
        _pieces(clip.media, sent) if request.method == "GET" else _nothing(),
        status=200 if part is None else 206,
        content_type=clip.filetype,
        headers=headers,
    )


async def _pieces(path: Path, part: ByteRange) -> AsyncIterator[bytes]:
    """Read from disk in worker threads; ends early when the viewer goes away."""
    in_thread = sync_to_async(_read, thread_sensitive=False)
    place, left = part.first, part.length
    while left > 0:
        piece = await in_thread(path, place, min(PIECE, left))
        if not piece:
            return
        place += len(piece)
        left -= len(piece)
        yield piece


async def _nothing() -> AsyncIterator[bytes]:
    """The body of an answer to HEAD."""
    for piece in tuple[bytes]():
        yield piece


def _read(path: Path, place: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(place)
        return file.read(length)


@require_safe
def poster(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The still picture of a clip."""
    path = clip_for(request, clip_id).poster
    if path is None or not path.exists():
        raise Http404
    headers = {"Cache-Control": "private, no-cache"}  # a clip can be withdrawn: ask each time
    return HttpResponse(path.read_bytes(), content_type="image/jpeg", headers=headers)
