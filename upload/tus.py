"""tus 1.0.0, core and creation (https://tus.io/protocols/resumable-upload), as docs/protocol.md, section 3 uses it.

Blocking; any thread but the GUI's. Every function is one request, save send(), which is one for each chunk. What is
asked goes over a Line: a portal's (upload/account.py), or that of a tus server which is no portal (upload/plain.py).
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin

from upload.answers import error_of
from upload.connections import BLOCK
from upload.errors import FileChanged, Gone, NotAPortal, WrongOffset
from upload.transport import Answer, Body

VERSION = "1.0.0"
CHUNK_FOR_OTHERS = 6 * 1024 * 1024
"""Bytes in one PATCH to servers with a limit of their own; our portal takes the whole rest in one."""

Progress = Callable[[int], None]
"""Told how many bytes of the file are on their way or there, from the first byte of the file."""


class Line(Protocol):
    """A line to one place, with whatever it takes to be let in there."""

    @property
    def intake(self) -> str:
        """The address at which uploads are created."""

    def check(self, address: str) -> str:
        """Return address; raises ForeignAddress where it does not lie at this place."""

    def holds(self, address: str) -> bool:
        """True where address lies at this place."""

    def request(
        self, method: str, address: str, *, headers: Mapping[str, str] | None = None, body: Body | None = None
    ) -> Answer:
        """Send one request. Raises what Transport.request raises, and SignInNeeded."""


@dataclass(frozen=True, slots=True)
class Source:
    """The file that is sent, and how long it must be."""

    path: Path
    bytes: int

    def check(self) -> None:
        """Raise FileChanged where the file is missing or has another length."""
        try:
            found = self.path.stat().st_size
        except OSError as error:
            raise FileChanged from error
        if found != self.bytes:
            raise FileChanged


def create(line: Line, *, length: int, metadata: Mapping[str, str]) -> str:
    """Create the upload, or find the one that this clip already has; return its address. Raises DeliveryError."""
    answer = line.request(
        "POST",
        line.intake,
        headers=_headers({"Upload-Length": str(length), "Upload-Metadata": encode_metadata(metadata)}),
    )
    if answer.status >= 400:
        raise error_of("POST", answer)
    _check_tus(answer, 201)
    location = answer.headers.get("Location")
    if not location:
        raise NotAPortal
    return line.check(urljoin(line.intake, location))


def offset(line: Line, address: str, *, length: int) -> int:
    """How many bytes the portal holds for certain. Raises Gone where the upload is not there, or is another one."""
    answer = line.request("HEAD", address, headers=_headers({}))
    if answer.status >= 400:
        raise error_of("HEAD", answer)
    _check_tus(answer, 200, 204)
    if _number(answer, "Upload-Length") != length:
        raise Gone
    held = _number(answer, "Upload-Offset")
    if held > length:
        raise NotAPortal
    return held


def send(
    line: Line,
    address: str,
    source: Source,
    *,
    start: int,
    chunk: int | None,
    progress: Progress,
) -> int:
    """Send the file from byte `start` on, and return what the portal then holds; chunk: bytes in one PATCH, or all.

    Raises DeliveryError; Doubt means that only offset() can tell what arrived.
    """
    at = start
    while at < source.bytes:
        end = source.bytes if chunk is None else min(source.bytes, at + chunk)
        at = _patch(line, address, _Part(source, at, end, progress))
    return at


class _Part:
    """The bytes start <= i < end of a file, read as they go out; may be sent again from its start."""

    def __init__(self, source: Source, start: int, end: int, progress: Progress) -> None:
        self.start = start
        self.end = end
        self._source = source
        self._progress = progress

    def __len__(self) -> int:
        return self.end - self.start

    def __iter__(self) -> Iterator[bytes]:
        at = self.start
        try:
            with self._source.path.open("rb") as file:
                file.seek(at)
                while at < self.end:
                    self._progress(at)
                    block = file.read(min(BLOCK, self.end - at))
                    if not block:
                        raise FileChanged
                    yield block
                    at += len(block)
        except OSError as error:
            raise FileChanged from error
        self._progress(at)


def _patch(line: Line, address: str, part: _Part) -> int:
    answer = line.request(
        "PATCH",
        address,
        headers=_headers({"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(part.start)}),
        body=part,
    )
    if answer.status >= 400:
        raise error_of("PATCH", answer)
    _check_tus(answer, 204)
    if _number(answer, "Upload-Offset") != part.end:
        raise WrongOffset
    return part.end


def encode_metadata(metadata: Mapping[str, str]) -> str:
    """The Upload-Metadata header: key, space, base64 of UTF-8; joined by commas."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())


def _headers(more: Mapping[str, str]) -> dict[str, str]:
    return {"Tus-Resumable": VERSION, **more}


def _check_tus(answer: Answer, *statuses: int) -> None:
    if answer.status not in statuses or answer.headers.get("Tus-Resumable") != VERSION:
        raise NotAPortal


def _number(answer: Answer, header: str) -> int:
    value = answer.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise NotAPortal
    return int(value)
