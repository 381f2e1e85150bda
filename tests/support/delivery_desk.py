"""A desk for tests of the delivery: a catalogue, a scripted portal, and the courier between them."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Stage
from diary_app.delivery.courier import LEASE_S, Courier
from diary_app.delivery.uploader import Pace, Uploader
from diary_app.folders import Folders
from diary_app.news import News
from tests.support.diary_files import ReadyClip, add_ready_clip
from tests.support.scripted_server import ScriptedPortal
from tests.support.sending import QUICK, MemoryVault, good_tokens
from upload.account import Account
from upload.discovery import discover
from upload.transport import Transport

SIZE = 300_000
PACE = Pace(look_s=0.05, stage_s=0.05, longest_stage_s=0.1)
NEVER = Event()


@dataclass
class Line:
    """A connector to the scripted portal; signs in anew where `again` says so."""

    url: str
    vault: MemoryVault = field(default_factory=lambda: MemoryVault(good_tokens()))
    again: bool = False
    asked_again: int = 0

    @contextmanager
    def account(self, stop: Event) -> Iterator[Account]:
        with Transport(self.url, timeouts=QUICK, stop=stop) as transport:
            yield Account(
                transport,
                discover(transport),
                vault=self.vault,
                name="test",
                refreshing=contextlib.nullcontext,
            )

    def sign_in_again(self, stop: Event) -> bool:
        self.asked_again += 1
        self.vault.tokens = good_tokens() if self.again else self.vault.tokens
        return self.again


@dataclass
class Desk:
    """Everything that a test of the delivery needs."""

    folders: Folders
    catalogue: Catalogue
    portal: ScriptedPortal
    line: Line
    rng: random.Random
    news: list[News] = field(default_factory=list)
    wall: float = 1_000_000.0

    def courier(self, *, lease_s: float = LEASE_S) -> Courier:
        return Courier(
            self.catalogue,
            self.line,
            tell=self.news.append,
            clock=time.monotonic,
            now=lambda: self.wall,
            random=lambda: 0.0,
            lease_s=lease_s,
        )

    def uploader(self) -> Uploader:
        return Uploader(self.catalogue, self.courier(), pace=PACE, now=lambda: self.wall)

    def ready(self, size: int = SIZE) -> ReadyClip:
        return add_ready_clip(self.folders, self.catalogue, size=size, rng=self.rng)

    def carry(self, ready: ReadyClip) -> tuple[object, Clip]:
        outcome = self.courier().carry(self.catalogue.clip(ready.clip_id), NEVER)
        return outcome, self.catalogue.clip(ready.clip_id)


@contextmanager
def running(uploader: Uploader) -> Iterator[Uploader]:
    uploader.start()
    try:
        yield uploader
    finally:
        uploader.stop()


def eventually(true: Callable[[], bool], *, within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def at(desk: Desk, ready: ReadyClip, *stages: Stage) -> Callable[[], bool]:
    return lambda: desk.catalogue.clip(ready.clip_id).stage in stages
