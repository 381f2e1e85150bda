"""What the tests of sending share: files to send, and a signed-in line to a portal."""

import contextlib
import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from upload.account import Account
from upload.attempt import Parcel, Watcher
from upload.discovery import discover
from upload.secret import Secret
from upload.tokens import Tokens
from upload.transport import Timeouts, Transport
from upload.tus import Source

QUICK = Timeouts(connect_s=5, answer_s=5, whole_answer_s=5)
CLIP = "0f8fad5b-d9cb-469f-a165-70867728950e"


class MemoryVault:
    """A vault that forgets everything with the test."""

    where = "nowhere"

    def __init__(self, tokens: Tokens | None) -> None:
        self.tokens = tokens

    def load(self, account: str) -> Tokens | None:
        return self.tokens

    def save(self, account: str, tokens: Tokens) -> None:
        self.tokens = tokens

    def forget(self, account: str) -> None:
        self.tokens = None


def good_tokens() -> Tokens:
    """The tokens that the honest portal knows at first."""
    return Tokens(Secret("first"), Secret("refresh-1"))


def make_parcel(folder: Path, *, size: int, rng: random.Random, clip_id: str = CLIP) -> Parcel:
    """A file of random bytes, and what is said about it."""
    content = rng.randbytes(size)
    path = folder / f"{clip_id}.mp4"
    path.write_bytes(content)
    return Parcel(
        clip_id=clip_id,
        source=Source(path, size),
        sha256=hashlib.sha256(content).hexdigest(),
        filetype="video/mp4",
        facts={
            "title": "Tuesday’s walk",
            "audience": "team",
            "seconds": "12.500",
            "recorded": "2026-01-01T12:00:00+00:00",
            "people": '[{"name": "Ann", "agrees": true}]',
        },
    )


@dataclass
class Notes:
    """A watcher that writes everything down."""

    progress: list[int] = field(default_factory=list)
    created: list[str | None] = field(default_factory=list)
    held: list[int] = field(default_factory=list)

    @property
    def watcher(self) -> Watcher:
        return Watcher(progress=self.progress.append, holds=self.held.append, created=self.created.append)

    @property
    def address(self) -> str | None:
        """The upload's address as it was kept last."""
        return self.created[-1] if self.created else None


@contextmanager
def signed_in(
    url: str, vault: MemoryVault | None = None, *, stop: Event | None = None, timeouts: Timeouts = QUICK
) -> Iterator[Account]:
    """A line to the portal at url."""
    with Transport(url, timeouts=timeouts, stop=stop) as transport:
        yield Account(
            transport,
            discover(transport),
            vault=vault or MemoryVault(good_tokens()),
            name="test",
            refreshing=contextlib.nullcontext,
        )
