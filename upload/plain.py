"""Delivery to a tus server that is no portal: one address, a token or none, and no receipt. Blocking.

The client is the portal's own (upload/tus.py, upload/attempt.py), in chunks that such servers ask for. What a portal
proves with a receipt can only be believed here, save one thing: a server never holds more than went out to it.
"""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from upload import tus
from upload.answers import message_of
from upload.attempt import Parcel, Watcher, bring
from upload.connections import BLOCK
from upload.errors import Damage, DeliveryError, Refusal, SignInNeeded, Unfaithful
from upload.secret import Secret
from upload.tokens import read_token_file
from upload.transport import Answer, Body, Transport

EVERYBODY_ELSE = stat.S_IRWXG | stat.S_IRWXO
SAFE = "Your recording is safe."


class PlainLine:
    """A line to one tus server. intake: the address at which it creates uploads, at the transport's own place.

    Raises ForeignAddress where intake lies elsewhere. token: sent with every request, to this place alone.
    """

    def __init__(self, transport: Transport, intake: str, *, token: Secret | None) -> None:
        self._transport = transport
        self._intake = self.check(intake)
        self._token = token

    @property
    def intake(self) -> str:
        """The address at which uploads are created."""
        return self._intake

    @property
    def place(self) -> str:
        """Scheme, host and port, for sentences."""
        return str(self._transport.origin)

    def check(self, address: str) -> str:
        """Return address; raises ForeignAddress where it does not lie at this place."""
        return self._transport.origin.check(address)

    def holds(self, address: str) -> bool:
        """True where address lies at this place."""
        return self._transport.origin.holds(address)

    def request(
        self, method: str, address: str, *, headers: Mapping[str, str] | None = None, body: Body | None = None
    ) -> Answer:
        """Send one request. Raises what Transport.request raises, SignInNeeded, and Refusal with a sentence."""
        answer = self._transport.request(method, address, token=self._token, headers=headers, body=body)
        error = self._error(method, answer)
        if error is not None:
            raise error
        return answer

    def _error(self, method: str, answer: Answer) -> DeliveryError | None:
        """What such a server's refusals mean: it has no sentences of its own. None: as the protocol has it."""
        if method == "OPTIONS" or answer.status < 400:
            return None
        if answer.status == 401:
            trouble = "asks for a token" if self._token is None else "did not accept the token"
            return SignInNeeded(f"{self.place} {trouble}. Ask those who run it for one. {SAFE}")
        if message_of(answer) is not None:
            return None
        match method, answer.status:
            case "POST", 413:
                return Refusal(f"This file is too large for {self.place}. Choose a smaller size. {SAFE}")
            case _, 413:
                return Refusal(f"{self.place} does not take pieces of 6 MB. Ask those who run it. {SAFE}")
            case "POST", 404 | 410:
                return Refusal(f"Files cannot be sent to this address of {self.place}. Check it. {SAFE}")
            case ("POST", 400 | 403 | 409 | 412 | 415 | 422) | ("PATCH", 400 | 403 | 412 | 415 | 422):
                if "Tus-Resumable" in answer.headers:
                    return Refusal(f"{self.place} did not accept this file (its answer was {answer.status}). {SAFE}")
        return None


@dataclass(frozen=True, slots=True)
class Kept:
    """What must be kept of an unfinished upload so that a restart resumes it."""

    address: str
    most: int
    """Bytes that may have arrived there: so many went out, or are about to."""


def hand_over(
    line: PlainLine,
    parcel: Parcel,
    *,
    kept: Kept | None,
    keep: Callable[[Kept | None], None],
    holds: Callable[[int], None],
) -> None:
    """Deliver the parcel; when this returns, the server's own offset is the file's length.

    kept: from an earlier attempt. keep: told before the next chunk goes out, and with None when the upload is of no use
    any more. holds: told how many bytes the server has. Raises DeliveryError and Stopped.
    """
    parcel.source.check()
    _ask(line).check(line.place, parcel.source.bytes)
    ledger = _Ledger(kept, keep, holds, total=parcel.source.bytes)
    watcher = Watcher(progress=ledger.goes_out, holds=ledger.holds, created=ledger.created)
    address = kept.address if kept is not None and line.holds(kept.address) else None
    try:
        bring(line, parcel, address=address, watcher=watcher, chunk=tus.CHUNK_FOR_OTHERS)
    except (Damage, Unfaithful):
        keep(None)
        raise


class _Ledger:
    """How much went out and how much is there; writes down what goes out before it does."""

    def __init__(
        self, kept: Kept | None, keep: Callable[[Kept | None], None], holds: Callable[[int], None], *, total: int
    ) -> None:
        self._kept = kept
        self._keep = keep
        self._holds = holds
        self._total = total

    def created(self, address: str | None) -> None:
        self._set(None if address is None else Kept(address, 0))

    def goes_out(self, sent: int) -> None:
        """sent bytes are on their way, and the next block follows."""
        if self._kept is not None and self._kept.most < min(self._total, sent + BLOCK):
            self._set(Kept(self._kept.address, min(self._total, sent + tus.CHUNK_FOR_OTHERS)))

    def holds(self, held: int) -> None:
        """The server says that it has so many bytes. Raises Unfaithful where they never left this computer."""
        if self._kept is None or held > self._kept.most:
            raise Unfaithful
        self._holds(held)

    def _set(self, kept: Kept | None) -> None:
        self._kept = kept
        self._keep(kept)


# -- what a server says about itself ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Abilities:
    """versions and extensions are None where the server does not say."""

    versions: frozenset[str] | None = None
    extensions: frozenset[str] | None = None
    max_bytes: int | None = None

    def check(self, place: str, length: int) -> None:
        """Raise Refusal, with the reason, where this server cannot take a file of so many bytes."""
        if self.versions is not None and tus.VERSION not in self.versions:
            raise Refusal(f"{place} speaks another version of tus than {tus.VERSION}. {SAFE}")
        if self.extensions is not None and "creation" not in self.extensions:
            raise Refusal(f"{place} lets nobody begin a new upload (tus: no “creation”). {SAFE}")
        if self.max_bytes is not None and length > self.max_bytes:
            most = f"takes {self.max_bytes} bytes at most, and this file has {length}"
            raise Refusal(f"{place} {most}. Choose a smaller size. {SAFE}")


def _ask(line: PlainLine) -> _Abilities:
    """OPTIONS; a server that answers it without tus's own headers says nothing about itself, which is no refusal."""
    answer = line.request("OPTIONS", line.intake)
    versions = answer.headers.get("Tus-Version")
    if answer.status >= 300 or versions is None:
        return _Abilities()
    most = answer.headers.get("Tus-Max-Size", "").strip()
    return _Abilities(
        _words(versions),
        _words(answer.headers.get("Tus-Extension", "")),
        int(most) if most.isascii() and most.isdigit() and len(most) < 19 else None,
    )


def _words(header: str) -> frozenset[str]:
    return frozenset(word.strip() for word in header.split(","))


# -- the token ----------------------------------------------------------------------------------------------------


def private_token(path: Path) -> Secret:
    """The token in a file that its owner alone may read. Raises SignInNeeded with a sentence.

    Windows has no such mode: there the folder's own permissions count, and are not looked at.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SignInNeeded(f"The token file {path} cannot be read.") from error
    if os.name != "nt" and mode & EVERYBODY_ELSE:
        raise SignInNeeded(f"Others may read the token file {path}. Let its owner alone read it (chmod 600 FILE).")
    return read_token_file(path).access
