"""Time that jumps: the wall clock, the computer's sleep, a machine that stood still for an hour."""

import ast
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import capture
from capture.clock import MonotonicClock
from capture.devices import Opener
from capture.disk import RealDisk
from capture.model import Missing, TakeReport
from capture.picture import QUEUE_BYTES
from capture.recorder import Recorder, RecorderNews, TakeDone, Told
from capture.state import Prepare, Ready, Recording, Start, Stop
from tests.support.playing import complaints, play
from tests.support.recording import BOTH
from tests.support.reliability import Tally
from tests.support.wait import until

HOUR_S = 3600.0
MODULES = sorted(Path(capture.__file__).parent.glob("*.py"))


class MovedClock(MonotonicClock):
    """The computer's clock, that a test moves on."""

    def __init__(self) -> None:
        self.slept_s = 0.0
        self.jumped_s = 0.0

    def now_s(self) -> float:
        return super().now_s() + self.jumped_s

    def asleep_s(self) -> float:
        return super().asleep_s() + self.slept_s


class Recorded:
    """A recorder on a clock that can be moved."""

    def __init__(self, take: Path) -> None:
        self.take = take
        self.clock = MovedClock()
        self.news: list[RecorderNews] = []
        opener = Opener(self.clock)
        self.recorder = Recorder(
            clock=self.clock,
            disk=RealDisk(),
            open_camera=opener.camera,
            open_microphone=opener.microphone,
            on_news=self.news.append,
        )

    def begin(self) -> None:
        self.recorder.post(Prepare(BOTH))
        until(lambda: isinstance(self.recorder.state, Ready), what="devices")
        self.recorder.post(Start(self.take))
        until(lambda: isinstance(self.recorder.state, Recording), what="a take")
        self.record_for(1.5)

    def record_for(self, seconds: float) -> None:
        end_s = self.recorder.recorded_s() + seconds
        until(lambda: self.recorder.recorded_s() >= end_s, what=f"{end_s} s of take", limit_s=120)

    @property
    def told(self) -> list[str]:
        return [item.sentence for item in self.news if isinstance(item, Told)]

    def stop(self) -> TakeReport:
        self.recorder.post(Stop())
        until(lambda: any(isinstance(item, TakeDone) for item in self.news), what="the report", limit_s=120)
        (report,) = [item.report for item in self.news if isinstance(item, TakeDone)]
        lost = report.lost
        counted = report.frames_written + report.frames_scrapped + lost.device + lost.queue + lost.encoder
        assert report.frames_captured == counted
        return report


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    made = Recorded(tmp_path / "take.mp4")
    try:
        yield made
    finally:
        made.recorder.close()


def _asks_the_wall_clock(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="time"), attr=name):
            return name not in ("monotonic", "sleep", "perf_counter", "CLOCK_BOOTTIME", "clock_gettime")
        case ast.ImportFrom(module="time" | "datetime") | ast.Name(id="CLOCK_REALTIME"):
            return True
        case ast.Import(names=names):
            return any(alias.name == "datetime" for alias in names)
        case _:
            return False


@pytest.mark.fault(
    "The wall clock jumps by an hour (summer time, a time server, a flat battery)",
    made="every module of capture/ is searched for a reading of the wall clock",
    holds="none reads it: everything is timed by the monotonic clock, which does not jump",
)
def test_the_recorder_never_reads_the_wall_clock(tally: Tally) -> None:
    for words in ("time.time()", "import datetime", "from datetime import datetime", "time.localtime()"):
        assert any(_asks_the_wall_clock(node) for node in ast.walk(ast.parse(words))), "the search finds it"
    found = [
        f"{path.name}:{getattr(node, 'lineno', 0)}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if _asks_the_wall_clock(node)
    ]
    tally.found(len(MODULES), found)


@pytest.mark.fault(
    "The computer sleeps in mid-take",
    made="the boot clock is moved on by an hour against the monotonic clock, behind the clock port",
    holds="the take goes on, the sleep is marked with its length, and told once",
)
def test_a_computer_that_slept(recorded: Recorded) -> None:
    recorded.begin()
    recorded.clock.slept_s += HOUR_S
    until(lambda: bool(recorded.told), what="the sentence")
    at_s = recorded.recorder.recorded_s()
    recorded.record_for(1.0)
    report = recorded.stop()
    assert recorded.told == [
        "This computer was asleep, and nothing was recorded meanwhile. Your recording is safe, and goes on now."
    ]
    (gap,) = report.gaps
    assert gap.missing is Missing.ASLEEP
    assert abs(gap.outside_s - HOUR_S) < 1
    assert 1.4 < gap.start_s == gap.end_s < at_s + 1.0  # what is recorded may lag behind what is captured
    assert report.seconds < 60, "the take is not an hour longer"
    assert play(recorded.take).faults == []


@pytest.mark.fault(
    "The whole computer stands still for an hour, and no clock says that it slept",
    made="the monotonic clock is moved on by an hour, behind the clock port, while both devices run",
    holds="the take goes on and is whole; every frame and every second without sound is accounted for",
)
def test_an_hour_that_passed_at_once(recorded: Recorded) -> None:
    recorded.begin()
    before = psutil.Process().memory_info().rss
    recorded.clock.jumped_s += HOUR_S
    recorded.record_for(HOUR_S / 2)
    recorded.record_for(1.0)
    report = recorded.stop()
    assert report.seconds > HOUR_S
    grown = psutil.Process().memory_info().rss - before
    assert grown < QUEUE_BYTES + 150_000_000, "the queue of pictures may fill; the hour of silence is made bit by bit"
    assert complaints(recorded.take) == ""
    assert report.lost.device > 100_000
