"""A recorder under test: what it is told, what it tells, and what it leaves behind."""

import contextlib
import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from capture.clock import MonotonicClock
from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE, Opener
from capture.disk import Disk, RealDisk
from capture.model import PictureFormat, TakeReport
from capture.recorder import OpenCamera, OpenMicrophone, Recorder, RecorderNews, TakeDone, Told
from capture.state import Event, Prepare, Ready, Recording, Start, State, Stop, Wish
from tests.support.wait import until

SMALL = PictureFormat(320, 240, 30.0)
BOTH = Wish(DEMO_CAMERA, DEMO_MICROPHONE, SMALL)


class Session:
    """One recorder, its news gathered."""

    def __init__(self, recorder: Recorder, news: "queue.SimpleQueue[RecorderNews]") -> None:
        self.recorder = recorder
        self._news = news
        self._heard: list[RecorderNews] = []

    def post(self, event: Event) -> None:
        self.recorder.post(event)

    def news(self) -> list[RecorderNews]:
        with contextlib.suppress(queue.Empty):
            while True:
                self._heard.append(self._news.get_nowait())
        return self._heard

    @property
    def told(self) -> list[str]:
        return [item.sentence for item in self.news() if isinstance(item, Told)]

    @property
    def done(self) -> list[TakeDone]:
        return [item for item in self.news() if isinstance(item, TakeDone)]

    def wait_for(self, kind: type[State]) -> None:
        until(lambda: isinstance(self.recorder.state, kind), what=f"{kind.__name__}, and not {self.recorder.state}")

    def wait_told(self, words: str) -> str:
        until(lambda: any(words in sentence for sentence in self.told), what=f"“{words}” among {self.told}")
        return next(sentence for sentence in self.told if words in sentence)

    def prepare(self, wish: Wish = BOTH) -> None:
        self.post(Prepare(wish))
        self.wait_for(Ready)

    def post_start(self, take: Path) -> None:
        self.post(Start(take))

    def start(self, take: Path) -> None:
        self.post_start(take)
        self.wait_for(Recording)

    def record_for(self, seconds: float) -> None:
        """Until the take is so much longer."""
        end_s = self.recorder.recorded_s() + seconds
        until(lambda: self.recorder.recorded_s() >= end_s, what=f"{end_s} s of take")

    def stop(self) -> TakeReport:
        before = len(self.done)
        self.post(Stop())
        until(lambda: len(self.done) > before, what="the take's report", limit_s=60)
        return self.report()

    def report(self) -> TakeReport:
        """The last take's report, whose account must be exact."""
        report = self.done[-1].report
        lost = report.lost
        counted = report.frames_written + report.frames_scrapped + lost.device + lost.queue + lost.encoder
        assert report.frames_captured == counted, report
        return report


@contextlib.contextmanager
def session(
    *,
    disk: Disk | None = None,
    open_camera: OpenCamera | None = None,
    open_microphone: OpenMicrophone | None = None,
    on_news: Callable[[RecorderNews], None] | None = None,
) -> Iterator[Session]:
    """A recorder on the demo devices, or on those that are given; closed at the end."""
    clock, news = MonotonicClock(), queue.SimpleQueue[RecorderNews]()
    opener = Opener(clock)
    recorder = Recorder(
        clock=clock,
        disk=disk or RealDisk(),
        open_camera=open_camera or opener.camera,
        open_microphone=open_microphone or opener.microphone,
        on_news=on_news or news.put,
    )
    try:
        yield Session(recorder, news)
    finally:
        recorder.close()


def encoder_children() -> list[psutil.Process]:
    """The ffmpeg children of this process."""
    return [child for child in psutil.Process().children() if "ffmpeg" in child.name()]


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())
