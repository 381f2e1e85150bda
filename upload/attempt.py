"""One attempt to bring one file to a portal: create or resume, send, fetch the receipt, compare. Blocking.

HEAD after any doubt. An attempt goes on by itself only as long as the portal holds more than before, so it always ends:
with a receipt that matches, or with an error whose family says what to do (upload/errors.py).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from upload import tus
from upload.account import Account
from upload.errors import Damage, Doubt, FileChanged, Gone, Refusal, Unfaithful, WrongOffset
from upload.receipt import PortalReceipt, fetch_receipt

MOST_DAMAGED = 3
"""How often a file that arrives damaged is sent from its first byte."""
SENDING = "sending"
"""The key of the metadata with the number of the sending, from 2 on."""
ONCE_ONLY = (
    "The portal takes each clip once only, so this one was not sent again. Your recording is safe."
    " To hand in a better one, record a new clip."
)
SMALL = "small"
"""What the metadata calls the small copy of a clip (key `copy`); the file itself needs no word."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be delivered: the file, its SHA-256 in lower-case hexadecimal, and the protocol's other metadata."""

    clip_id: str
    source: tus.Source
    sha256: str
    filetype: str
    facts: Mapping[str, str]
    """title, audience, seconds, recorded, people; and those that not every clip has."""

    @property
    def metadata(self) -> dict[str, str]:
        """Everything that Upload-Metadata carries."""
        return {"clipid": self.clip_id, "sha256": self.sha256, "filetype": self.filetype, **self.facts}

    @property
    def sending(self) -> int:
        """2 where the clip was sent back and goes out again."""
        return int(self.facts.get(SENDING, "1"))

    def check_hash(self) -> None:
        """Read the file once more; raises FileChanged where it is not the one that was promised."""
        try:
            with self.source.path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise FileChanged from error
        if found != self.sha256:
            raise FileChanged


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how an attempt goes on. Called on the attempt's thread; may raise Stopped to end it."""

    progress: tus.Progress
    holds: Callable[[int], None]
    """How many bytes the portal holds for certain, as it says; may raise a DeliveryError where that cannot be."""
    created: Callable[[str | None], None]
    """The upload's address, to be kept so that a restart resumes; None when it is of no use any more."""


def attempt(
    account: Account, parcel: Parcel, *, kept: str | None, watcher: Watcher, chunk: int | None = None
) -> PortalReceipt:
    """Deliver the parcel and return a receipt that matches it. kept: the upload's address from an earlier attempt.

    Raises DeliveryError and Stopped.
    """
    _check(account, parcel)
    address = kept if kept is not None and account.holds(kept) else None
    for left in reversed(range(MOST_DAMAGED)):
        try:
            bring(account, parcel, address=address, watcher=watcher, chunk=chunk)
            return _matching(parcel, fetch_receipt(account, parcel.clip_id))
        except Damage:
            watcher.created(None)
            address = None
            parcel.check_hash()
            if not left:
                raise
    raise AssertionError("unreachable: the last round returns or raises")


def send_ahead(
    account: Account, parcel: Parcel, *, kept: str | None, watcher: Watcher, chunk: int | None = None
) -> None:
    """Deliver a small copy, which goes ahead of the file itself: no receipt tells of it, the last offset does.

    Raises DeliveryError and Stopped; Refusal where this portal takes no small copies.
    """
    if SMALL not in account.portal.copies:
        raise Refusal("The portal takes no small copies. Your recording is safe.")
    _check(account, parcel)
    address = kept if kept is not None and account.holds(kept) else None
    bring(account, parcel, address=address, watcher=watcher, chunk=chunk)


def _check(account: Account, parcel: Parcel) -> None:
    parcel.source.check()
    if parcel.source.bytes > account.portal.max_bytes:
        raise Refusal(
            "This clip is too large for the portal. Trim it, or choose a smaller size. Your recording is safe."
        )
    if parcel.sending > 1 and not account.portal.again:
        raise Refusal(ONCE_ONLY)
    if parcel.filetype not in account.portal.accepts:
        raise Refusal("The portal does not take this kind of clip. Your recording is safe. Please tell your IT team.")


def bring(line: tus.Line, parcel: Parcel, *, address: str | None, watcher: Watcher, chunk: int | None) -> None:
    """Bring every byte to the place; the upload is created again once where that has lost it. Raises DeliveryError."""
    try:
        if address is not None:
            return _fill(line, parcel, address, watcher=watcher, chunk=chunk)
    except Gone:
        watcher.created(None)
    for last in (False, True):
        address = tus.create(line, length=parcel.source.bytes, metadata=parcel.metadata)
        watcher.created(address)
        try:
            return _fill(line, parcel, address, watcher=watcher, chunk=chunk)
        except Gone:
            watcher.created(None)
            if last:
                raise Unfaithful from None
    return None


def _fill(line: tus.Line, parcel: Parcel, address: str, *, watcher: Watcher, chunk: int | None) -> None:
    """HEAD and PATCH until the place holds the whole file. Each round must bring more than the one before."""
    length = parcel.source.bytes
    best = -1
    doubt: Doubt | WrongOffset | None = None
    while True:
        at = tus.offset(line, address, length=length)
        watcher.holds(at)
        if at == length:
            break
        if at <= best:
            raise doubt if isinstance(doubt, Doubt) else Unfaithful()
        best = at
        try:
            tus.send(line, address, parcel.source, start=at, chunk=chunk, progress=watcher.progress)
        except (Doubt, WrongOffset) as error:
            doubt = error
            continue
        break
    watcher.progress(length)


def _matching(parcel: Parcel, receipt: PortalReceipt | None) -> PortalReceipt:
    if receipt is None or receipt.sending != parcel.sending:
        raise Unfaithful
    if receipt.sha256 != parcel.sha256 or receipt.bytes != parcel.source.bytes:
        raise Damage
    return receipt
