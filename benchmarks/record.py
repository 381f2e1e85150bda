"""What recording costs, loses and promises, against a bare loop that pipes the same frames into the same ffmpeg.

The recorder (its threads, queues, stamps, sound grid, syncs; the preview and the level meter in a real window) and the
bare loop take turns, each in its own process, at the camera's own pace. Processor seconds are those of the process and
of its ffmpeg. Both convert the colours with OpenCV. The app holds OpenCV to one thread, for the others wait by
spinning; so there are two bare loops, one with OpenCV as it comes (cpu_ratio) and one with it on one thread as well
(cpu_ratio_one_thread).

`./scripts/bench record` is the whole measurement, about 14 minutes; `python -m benchmarks.record --quick` a short one;
`python -m benchmarks.record --busy` ten minutes of recording beside a process that keeps one processor busy.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from benchmarks._in_step import pairs
from benchmarks._long import record_long
from benchmarks._prepared import PreparedCamera, PreparedMicrophone, prepared_frames
from benchmarks._window import Seen, Watching
from capture.clock import MonotonicClock
from capture.demo import demo_sound
from capture.disk import RealDisk
from capture.encoder import FASTEST, output_options
from capture.model import SOUND_RATE, Camera, Microphone, PictureFormat, TakeReport
from capture.preroll import PREROLL_S
from capture.recorder import Recorder, RecorderNews, StateChanged, TakeDone
from capture.state import Prepare, Ready, Release, Start, Stop, Wish

PICTURE = PictureFormat(1280, 720, 30.0)
GOAL = 1.10
SETTLE_S = 0.5


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int = 5
    seconds: float = 10.0
    stop_after_s: float = 60.0
    long_hours: float = 10.0


QUICK = Effort(rounds=2, seconds=5.0, stop_after_s=10.0, long_hours=0.2)


# -- each in a process of its own -------------------------------------------------------------------------------------


class _News:
    """What the recorder says."""

    def __init__(self) -> None:
        self.ready, self.done = threading.Event(), threading.Event()
        self.report = TakeReport()

    def take(self, news: RecorderNews) -> None:
        """On the recorder thread."""
        if isinstance(news, TakeDone):
            self.report = news.report
            self.done.set()
        elif isinstance(news, StateChanged) and isinstance(news.state, Ready):
            self.ready.set()


def with_recorder(folder: Path, seconds: float) -> dict[str, object]:
    """Record so long with the real recorder and its window; its report, what it cost and what was seen."""
    cv2.setNumThreads(1)  # as the app does when it starts
    frames, clock, news = prepared_frames(PICTURE), MonotonicClock(), _News()
    zero_s = clock.now_s()
    recorder = Recorder(
        clock=clock,
        disk=RealDisk(),
        open_camera=lambda _camera, picture: PreparedCamera(frames, picture, clock, zero_s),
        open_microphone=lambda _microphone: PreparedMicrophone(clock, zero_s),
        on_news=news.take,
    )
    window = Watching(recorder, clock)
    recorder.post(Prepare(Wish(Camera("prepared", "prepared"), Microphone("prepared", "prepared"), PICTURE)))
    news.ready.wait()
    window.watch(SETTLE_S)
    before_s, take = _cpu_s(), folder / "take.mp4"
    window.watch(PREROLL_S)  # what the frames of this second cost before the take counts too
    recorder.post(Start(take))
    seen = window.watch(seconds)
    stopped_s = clock.now_s()
    recorder.post(Stop())
    news.done.wait()
    stop_s = clock.now_s() - stopped_s
    recorder.post(Release())
    recorder.close()
    cpu_s = _cpu_s() - before_s
    window.close()
    return {"cpu_s": cpu_s, "stop_ms": stop_s * 1e3, **_told(news.report, seen, take)}


def _told(report: TakeReport, seen: Seen, take: Path) -> dict[str, object]:
    together = pairs(take, 0, 60)
    return {
        "frames_captured": report.frames_captured,
        "frames_written": report.frames_written,
        "lost": asdict(report.lost),
        "preview_s": seen.preview_s,
        "unsafe_s": seen.unsafe_s,
        "flashes_s": [pair.flash_s for pair in together],
        "late_ms": [pair.late_ms for pair in together],
    }


def with_frugal_loop(folder: Path, seconds: float) -> dict[str, object]:
    """The bare loop, with OpenCV held to one thread as in the app."""
    cv2.setNumThreads(1)
    return with_bare_loop(folder, seconds)


def with_bare_loop(folder: Path, seconds: float) -> dict[str, object]:
    """Pipe the same frames into the same ffmpeg; its processor seconds."""
    frames, clock = prepared_frames(PICTURE), MonotonicClock()
    sound = folder / "sound.raw"
    demo_sound(0, round(seconds * SOUND_RATE)).tofile(sound)
    before, zero_s = _cpu_s(), clock.now_s()
    raw = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", str(PICTURE), "-framerate", f"{PICTURE.fps:g}")
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", *raw, "-i", "pipe:0"),
        *("-f", "s16le", "-ar", str(SOUND_RATE), "-ac", "1", "-i", str(sound)),
        *output_options(PICTURE, sound=True, preset=FASTEST),
    ]
    with (folder / "bare.mp4").open("wb") as out:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out)
    assert child.stdin is not None
    for number in range(round(seconds * PICTURE.fps)):
        clock.sleep(zero_s + number / PICTURE.fps - clock.now_s())
        child.stdin.write(cv2.cvtColor(frames[number % len(frames)], cv2.COLOR_BGR2YUV_I420).data)
    child.stdin.close()
    if child.wait():
        raise RuntimeError("the bare loop's ffmpeg failed")
    return {"cpu_s": _cpu_s() - before}


def a_long_take(folder: Path, hours: float) -> dict[str, object]:
    """Time-compressed; see benchmarks._long."""
    return asdict(record_long(folder, hours))


WAYS = {"recorder": with_recorder, "bare": with_bare_loop, "frugal": with_frugal_loop, "long": a_long_take}


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _in_a_process(way: str, amount: float) -> dict[str, object]:
    """Run it on a screen of its own where there is one to be had: a real window is painted."""
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24"] if shutil.which("xvfb-run") else []
    with tempfile.TemporaryDirectory() as folder:
        command = [*screen, sys.executable, "-m", "benchmarks.record", "--one", way, folder, str(amount)]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # as in the app (ui/__init__.py)
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


# -- the whole --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sum:
    """The recorder's rounds, added up."""

    expected: int = 0
    written: int = 0
    device: int = 0
    queue: int = 0
    encoder: int = 0
    preview_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    unsafe_s: list[float] = field(default_factory=list)

    def add(self, found: dict[str, object]) -> None:
        """One more."""
        self.expected += _whole(found["frames_captured"])
        self.written += _whole(found["frames_written"])
        lost = found["lost"]
        assert isinstance(lost, dict)
        self.device += lost["device"]
        self.queue += lost["queue"]
        self.encoder += lost["encoder"]
        self.preview_ms += [age_s * 1e3 for age_s in _list(found["preview_s"])]
        self.late_ms += _list(found["late_ms"])
        self.unsafe_s += _list(found["unsafe_s"])

    def told(self) -> dict[str, object]:
        """As it is printed."""
        p50, p99 = np.percentile(self.preview_ms, [50, 99])
        return {
            "frames_expected": self.expected,
            "frames_written": self.written,
            "lost": {"device": self.device, "queue": self.queue, "encoder": self.encoder},
            "preview_ms_p50": round(float(p50), 1),
            "preview_ms_p99": round(float(p99), 1),
            "sync_ms": round(max(map(abs, self.late_ms)), 2),
            "durable_age_s_p50": round(statistics.median(self.unsafe_s), 3),
            "durable_age_s_max": round(max(self.unsafe_s), 3),
        }


def _real(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _list(value: object) -> list[float]:
    assert isinstance(value, list)
    return [_real(one) for one in value]


def run(effort: Effort | None = None) -> dict[str, object]:
    """Take turns; then stop a take of a minute, and one of ten hours."""
    effort = effort or Effort()
    ratios, frugal, total = list[float](), list[float](), _Sum()
    for _ in range(effort.rounds):
        recorder = _in_a_process("recorder", effort.seconds)
        total.add(recorder)
        # Each frame counts the same: the recorder's take begins with the second before.
        a_frame_s = _real(recorder["cpu_s"]) / _whole(recorder["frames_captured"])
        bare_frames = round(effort.seconds * PICTURE.fps)
        for way, found in (("bare", ratios), ("frugal", frugal)):
            found.append(a_frame_s / (_real(_in_a_process(way, effort.seconds)["cpu_s"]) / bare_frames))
    minute = _in_a_process("recorder", effort.stop_after_s)
    total.add(minute)
    long = _in_a_process("long", effort.long_hours)
    return {
        "cpu_ratio": round(statistics.median(ratios), 3),
        "cpu_ratio_spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "cpu_ratio_one_thread": round(statistics.median(frugal), 3),
        "cpu_ratio_one_thread_spread": [round(min(frugal), 3), round(max(frugal), 3)],
        "goal": GOAL,
        **total.told(),
        "drift_ms_per_min": round(_real(long["drift_ms_per_min"]), 5),
        "drift_worst_ms": round(_real(long["worst_ms"]), 2),
        "stop_ms_1min": round(_real(minute["stop_ms"]), 1),
        "stop_ms_10h": round(_real(long["stop_ms"]), 1),
        "stop_compressed_hours": effort.long_hours,
        "stop_compressed_took_s": round(_real(long["took_s"])),
        "memory_growth_mb": round(_real(long["memory_growth_mb"]), 2),
        "rounds": effort.rounds,
        "seconds": effort.seconds,
        "stop_after_s": effort.stop_after_s,
        "size": str(PICTURE),
        "preset": FASTEST,
    }


@contextmanager
def _one_processor_busy() -> Iterator[None]:
    """A process that does nothing, as fast as it can."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            yield
        finally:
            busy.kill()


def run_busy(minutes: float) -> dict[str, object]:
    """Record so long while one processor is kept busy by another process."""
    total, began_s = _Sum(), time.monotonic()
    with _one_processor_busy():
        found = _in_a_process("recorder", minutes * 60)
    total.add(found)
    told = total.told()
    return {
        "minutes": minutes,
        "processors": os.cpu_count(),
        "processors_busy_elsewhere": 1,
        "frames_in_the_minutes": round(minutes * 60 * PICTURE.fps),
        **told,
        "stop_ms": round(_real(found["stop_ms"]), 1),
        "took_s": round(time.monotonic() - began_s),
        "size": str(PICTURE),
        "preset": FASTEST,
    }


def main() -> None:
    """The options that ./scripts/bench does not have."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.record", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short one, in under two minutes")
    parser.add_argument("--busy", action="store_true", help="record with one processor busy elsewhere")
    parser.add_argument("--minutes", type=float, default=10.0, help="for so long (with --busy)")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FOLDER", "AMOUNT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        way, folder, amount = arguments.one
        found = WAYS[way](Path(folder), float(amount))
    else:
        found = run_busy(arguments.minutes) if arguments.busy else run(QUICK if arguments.quick else None)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
