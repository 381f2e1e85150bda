"""The real app and a real portal with a line of chaos between them, and what must hold whatever the line does.

The courier, its transport and the catalogue are the app's own; the wall clock is the desk's, so that no pause is waited
for. Every change that a screen would show is looked at in the moment in which it could be seen.
"""

import contextlib
import hashlib
import json
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Stage
from diary_app.delivery.courier import Courier
from diary_app.delivery.pairing import PairingDesk
from diary_app.delivery.practice import PracticePortal
from diary_app.delivery.uploader import Uploader
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News, Progress
from tests.support.chaos_proxy import ChaosProxy
from tests.support.diary_files import ReadyClip, add_ready_clip
from tests.support.portal_client import PortalClient
from tests.support.portal_process import PortalProcess
from tests.support.sending import MemoryVault
from upload.account import Account
from upload.discovery import discover
from upload.secret import Secret
from upload.tokens import Tokens
from upload.transport import Timeouts, Transport

SIZE = 200_001
AT_PORTAL = frozenset({Stage.RECEIVED, Stage.IN_REVIEW, Stage.PUBLISHED, Stage.SENT_BACK, Stage.WITHDRAWN})
JARGON = re.compile(r"(?i)server|protocol|queue|token|offset|tus\b|http\b|tls|ssl|exception|\bnone\b|[{}<>]")
PATIENT = Timeouts(connect_s=10, answer_s=10, whole_answer_s=10)
HASTY = Timeouts(connect_s=10, answer_s=0.4, whole_answer_s=0.6)
MOST_ATTEMPTS = 150
NEVER = Event()


def tokens_of(client: PortalClient) -> Tokens:
    """The tokens that the portal gave this computer."""
    return Tokens(Secret(client.tokens["access_token"]), Secret(client.tokens["refresh_token"]))


def end_last_token(portal: PortalProcess) -> None:
    """The time of the token that the portal gave last is over."""
    with contextlib.closing(sqlite3.connect(portal.data / "portal.sqlite3", timeout=30)) as db, db:
        last = "(SELECT max(id) FROM oauth2_provider_accesstoken)"
        db.execute(f"UPDATE oauth2_provider_accesstoken SET expires = '2001-01-01 00:00:00' WHERE id = {last}")


@dataclass
class ChaosLine:
    """The app's connector, over the line of chaos."""

    url: str
    vault: MemoryVault
    timeouts: Timeouts = PATIENT

    @contextmanager
    def account(self, stop: Event) -> Iterator[Account]:
        """A signed-in line to the portal."""
        with Transport(self.url, timeouts=self.timeouts, stop=stop) as transport:
            yield Account(
                transport, discover(transport), vault=self.vault, name="chaos", refreshing=contextlib.nullcontext
            )

    def sign_in_again(self, stop: Event) -> bool:
        """A person has to."""
        return False


@dataclass
class ChaosDesk:
    """Everything between a finished clip and the queue of a portal. client: asks the portal past the line."""

    folders: Folders
    catalogue: Catalogue
    line: ChaosProxy
    client: PortalClient
    rng: random.Random
    wall: float = 1_000_000.0
    violations: list[str] = field(default_factory=list)
    sentences: set[str] = field(default_factory=set)
    """Everything that the user was told about a problem."""
    made: list[ReadyClip] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connector = ChaosLine(self.line.url, MemoryVault(tokens_of(self.client)))
        self.courier = self._courier()

    def join(self) -> PairingDesk:
        """Join this data folder to the portal over the line, as its user would; for an app in a process of its own."""
        pairing = PairingDesk(self.folders, PracticePortal(self.folders))
        invitation = pairing.begin(self.line.url)
        self.client.portal.approve(invitation.code.user_code)
        pairing.wait(invitation, NEVER)
        return pairing

    def _courier(self) -> Courier:
        return Courier(
            self.catalogue,
            self.connector,
            tell=self._see,
            clock=time.monotonic,
            now=lambda: self.wall,
            random=self.rng.random,
        )

    def uploader(self) -> Uploader:
        """The app's uploader; its clocks are the desk's."""
        return Uploader(self.catalogue, self.courier, clock=lambda: self.wall, now=lambda: self.wall)

    def ready(self, size: int = SIZE) -> ReadyClip:
        """A clip for which Send was pressed."""
        self.made.append(add_ready_clip(self.folders, self.catalogue, size=size, rng=self.rng))
        return self.made[-1]

    def clip(self, ready: ReadyClip) -> Clip:
        """As a screen would read it."""
        return self.catalogue.clip(ready.clip_id)

    def try_once(self, ready: ReadyClip) -> Clip:
        """One attempt, and how the clip stands then."""
        self.courier.carry(self.clip(ready), NEVER)
        return self.clip(ready)

    def deliver(self, ready: ReadyClip, *, until: Callable[[Clip], bool] = lambda clip: False) -> Clip:
        """Attempt after attempt, as the pauses end, until the clip is received, is held, or `until` it is so."""
        for _ in range(MOST_ATTEMPTS):
            clip = self.try_once(ready)
            if clip.receipt is not None or clip.delivery.held or until(clip):
                return clip
            self.wall = max(self.wall, clip.delivery.not_before)
        return clip

    # -- what must hold -----------------------------------------------------------------------------------------------

    def _see(self, news: News) -> None:
        """Look at the screen."""
        if isinstance(news, Progress):
            if news.stage is not Stage.SENDING or not 0 <= news.fraction <= 1:
                self.violations.append(f"told {news}")
        elif isinstance(news, ClipChanged):
            self.look_at(self.catalogue.clip(news.clip_id))

    def look_at(self, clip: Clip) -> None:
        """Put down whatever is false in what a screen would show of this clip now."""
        says = [*wrong_words(clip.delivery.problem), *self._wrong_stage(clip)]
        if clip.delivery.problem:
            self.sentences.add(clip.delivery.problem)
        if clip.rendition is None or not clip.rendition.path.exists() or not clip.take.exists():
            says.append("something was deleted here")
        self.violations += [f"{clip.clip_id}: {what}" for what in says]

    def _wrong_stage(self, clip: Clip) -> list[str]:
        if clip.stage not in AT_PORTAL and clip.receipt is None:
            return []
        if clip.stage not in AT_PORTAL or clip.receipt is None or clip.rendition is None:
            return [f"{clip.stage} with the receipt {clip.receipt}"]
        answer = self.client.ask_receipt(clip.clip_id)
        if answer.status_code != 200:
            return ["called received, and the portal does not have it"]
        word = answer.json()
        ours, theirs = (clip.receipt.sha256, clip.receipt.bytes), (word["sha256"], word["bytes"])
        return [] if ours == theirs == (clip.rendition.sha256, clip.rendition.bytes) else [f"{ours} is not {theirs}"]

    def judged(self) -> list[str]:
        """All violations: those that were seen on the way, and what the portal's queue and disk are like now."""
        return [*self.violations, *queue_faults(self.client.portal, self.made)]


def wrong_words(problem: str | None) -> list[str]:
    """What is wrong with the sentence that a person is told about a clip's problem."""
    if problem is None:
        return []
    if not re.search(r"(recording|clip) is safe", problem) or JARGON.search(problem) or problem[-1] not in ".!":
        return [f"no plain sentence: {problem}"]
    return [f"a false word: {problem}"] if "received" in problem else []


def queue_faults(portal: PortalProcess, made: list[ReadyClip]) -> list[str]:
    """Every clip is in the portal's queue exactly once, and its file is the rendition to the last byte."""
    entries = [dict(entry) for entry in json.loads(portal.run("clips", "--json"))]
    faults = []
    for ready in made:
        found = [entry for entry in entries if entry["clip_id"] == ready.clip_id]
        if len(found) != 1:
            faults.append(f"{ready.clip_id}: {len(found)} entries in the queue")
        elif {found[0]["sha256"], _sha256(Path(found[0]["path"])), _sha256(ready.path)} != {ready.sha256}:
            faults.append(f"{ready.clip_id}: another file is in the queue")
    return faults


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def chaos_desk(folder: Path, client: PortalClient, rng: random.Random) -> Iterator[ChaosDesk]:
    """A desk with a new data folder, and a line of its own to the client's portal."""
    folders = Folders(folder).make()
    with ChaosProxy(client.portal.url) as line, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        desk = ChaosDesk(folders, catalogue, line, client, rng)
        line.clock = lambda: desk.wall
        yield desk
