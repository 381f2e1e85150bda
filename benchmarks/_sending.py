"""The app's own ways to the portal, without its window: the courier alone, and the whole diary from a take on."""

import random
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks._shaper import Shaper
from diary_app.catalogue import Catalogue
from diary_app.clip import About, Clip, ClipId, Person, Rendition
from diary_app.delivery.courier import Courier, Delivered, Failed
from diary_app.delivery.pairing import FROM_FILE_VARIABLE, PairingDesk
from diary_app.delivery.practice import PracticePortal
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News
from tests.support.diary_files import add_ready_clip
from tests.support.sending import MemoryVault
from upload.errors import World

MOST_ATTEMPTS = 200
FORM_S = 60.0
"""How long somebody fills in the form; less where the clip is ready sooner, for then nothing more changes."""
SETTLE_S = 10.0
"""The app fits the recorder to the computer when it is opened: not beside the measurement."""
PATIENCE_S = 600.0


class Sender:
    """A data folder with clips of random bytes that are ready, and the courier that carries them."""

    def __init__(self, folder: Path, url: str, token: Path, *, seed: int) -> None:
        self._folders = Folders(folder).make()
        self._catalogue = Catalogue(self._folders.catalogue)
        self._rng = random.Random(seed)
        desk = PairingDesk(
            self._folders,
            PracticePortal(self._folders),
            portal=url,
            vault=MemoryVault(None),
            environment={FROM_FILE_VARIABLE: str(token)},
        )
        self._courier = Courier(
            self._catalogue, desk, tell=_quiet, clock=time.monotonic, now=time.time, random=self._rng.random
        )

    def clip(self, size: int) -> tuple[Clip, Rendition]:
        """A new clip of so many bytes."""
        made = add_ready_clip(self._folders, self._catalogue, size=size, rng=self._rng)
        return _with_rendition(self._catalogue.clip(made.clip_id))

    def carry(self, clip: tuple[Clip, Rendition]) -> float:
        """Bring it to the portal, attempt after attempt without the pauses between them; the seconds to its receipt."""
        began_s = time.perf_counter()
        for _ in range(MOST_ATTEMPTS):
            outcome = self._courier.carry(clip[0], threading.Event())
            if isinstance(outcome, Delivered):
                return time.perf_counter() - began_s
            if not (isinstance(outcome, Failed) and isinstance(outcome.error, World)):
                raise RuntimeError(f"the clip does not go: {outcome}")
        raise RuntimeError("the clip never arrives")

    def close(self) -> None:
        """Close the catalogue."""
        self._catalogue.close()


@dataclass(frozen=True, slots=True)
class Sent:
    """A take on its way, seconds by the clock."""

    bytes: int
    """Of the rendition."""
    small_bytes: int
    """Of the small copy that was made to go ahead of it; 0: none."""
    form_s: float
    work_s: float
    """The preparation with its promises, from the opening of the form on."""
    processor_s: float
    """Of the processor, for the same."""
    received_s: float
    """From Send on."""
    line_s: float
    """What the bytes need on the line."""

    @property
    def over_line(self) -> float:
        """What somebody waits for, over what the line needs."""
        return round(self.received_s / self.line_s, 3)

    @property
    def told(self) -> dict[str, float]:
        """The parts, as ratios to what the line needs."""
        sent_s = self.received_s - max(0.0, self.work_s - self.form_s)
        return {
            "mb": round(self.bytes / 1e6, 1),
            "small_mb": round(self.small_bytes / 1e6, 1),
            "received_over_link_once_ready": round(sent_s / self.line_s, 3),
            "form_over_link": round(self.form_s / self.line_s, 2),
            "prepared_over_link": round(self.work_s / self.line_s, 2),
            "prepared_over_link_processor": round(self.processor_s / self.line_s, 2),
        }


def sent_take(folder: Path, portal: str, make: Callable[[Path], Path], *, mbit: float, round_trip_ms: float) -> Sent:
    """Add a take, open its form, press Send and wait for the receipt."""
    folder.mkdir()
    with Shaper(portal, mbit=mbit, round_trip_ms=round_trip_ms) as line:
        diary = Diary(Folders(folder / "data"), portal=line.url)
        try:
            diary.start_background()
            settled_s = time.monotonic() + SETTLE_S
            clip_id = diary.add_file(make(folder))
            time.sleep(max(0.0, settled_s - time.monotonic()))
            return _sent(diary, clip_id, line)
        finally:
            diary.close()


def _sent(diary: Diary, clip_id: ClipId, line: Shaper) -> Sent:
    changed, ready_s, small = threading.Event(), list[float](), [0]

    def hear(news: News) -> None:
        if isinstance(news, ClipChanged):
            changed.set()

    def look() -> Clip:
        clip = diary.clip(clip_id)
        if clip.rendition is not None and not ready_s:
            ready_s.append(time.monotonic())
        if clip.small_copy is not None:
            small.append(clip.small_copy.bytes)
        return clip

    diary.subscribe(hear)
    opened_s, before_s = time.monotonic(), _children_s()
    diary.set_about(clip_id, About(title="A walk", people=(Person("Ann", agrees=True),)))
    list(diary.promises(clip_id, threading.Event()))
    diary.prepare_ahead(clip_id)
    while look().rendition is None and time.monotonic() < opened_s + FORM_S:
        time.sleep(0.05)
    sent_s = time.monotonic()
    if line.passed().connections:
        raise RuntimeError("something left before Send")
    diary.send(clip_id)
    while look().receipt is None:
        if not changed.wait(PATIENCE_S):
            raise RuntimeError("the clip does not arrive")
        changed.clear()
    received_s = time.monotonic() - sent_s
    size = _with_rendition(diary.clip(clip_id))[1].bytes
    return Sent(
        size,
        max(small),
        sent_s - opened_s,
        ready_s[0] - opened_s,
        _children_s() - before_s,
        received_s,
        size / line.bytes_per_s,
    )


def _children_s() -> float:
    """Processor seconds of the child processes that have ended: here those that encode."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _with_rendition(clip: Clip) -> tuple[Clip, Rendition]:
    if clip.rendition is None:
        raise RuntimeError("the clip has no rendition")
    return clip, clip.rendition


def _quiet(_news: News) -> None:
    """Nobody listens."""
