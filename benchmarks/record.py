"""What recording costs over a bare loop that pipes the same frames into the same ffmpeg.

The recorder (its threads, queues, stamps, sound grid, syncs) and the bare loop take turns, each in its own process,
at the camera's own pace, without a preview. Both convert the colours with OpenCV. Processor seconds are those of the
process and of its ffmpeg.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from capture.clock import MonotonicClock
from capture.demo import demo_sound, draw_frame
from capture.disk import RealDisk
from capture.encoder import output_options
from capture.model import BLOCK, SOUND_RATE, AudioBlock, Camera, Frame, Image, Microphone, PictureFormat, TakeReport
from capture.recorder import Recorder, RecorderNews, StateChanged, TakeDone
from capture.sources import OnBlock
from capture.state import Prepare, Ready, Start, Stop, Wish

PICTURE = PictureFormat(1280, 720, 30.0)
PREPARED = 60
SECONDS = 10.0
ROUNDS = 5
GOAL = 1.10


def _frames() -> list[Image]:
    """A talking face with a camera's grain: what is encoded is no drawing."""
    noise = np.random.default_rng(1).normal(0, 3, (PICTURE.height, PICTURE.width, 1))
    drawn = (draw_frame(number, PICTURE) + np.roll(noise, number * 37, axis=1) for number in range(PREPARED))
    return [np.clip(image, 0, 255).astype(np.uint8) for image in drawn]


class _PreparedCamera:
    """Frames that cost nothing, at the camera's pace."""

    def __init__(self, frames: list[Image], clock: MonotonicClock) -> None:
        self._frames, self._clock, self._closed = frames, clock, threading.Event()
        self._zero_s, self._number = clock.now_s(), 0

    @property
    def picture(self) -> PictureFormat:
        return PICTURE

    def read(self) -> Frame | None:
        self._number += 1
        at_s = self._zero_s + self._number / PICTURE.fps
        self._clock.sleep(at_s - self._clock.now_s())
        return None if self._closed.is_set() else Frame(self._frames[self._number % PREPARED], at_s)

    def close(self) -> None:
        self._closed.set()


class _PreparedMicrophone:
    """Blocks that cost nothing."""

    def __init__(self, clock: MonotonicClock) -> None:
        self._clock, self._closed = clock, threading.Event()
        self._sound = demo_sound(0, SOUND_RATE)
        self._thread: threading.Thread | None = None

    def start(self, on_block: OnBlock) -> None:
        self._thread = threading.Thread(target=self._run, args=(on_block,))
        self._thread.start()

    def _run(self, on_block: OnBlock) -> None:
        zero_s, number = self._clock.now_s(), 0
        while not self._closed.is_set():
            self._clock.sleep(zero_s + (number + 1) * BLOCK / SOUND_RATE - self._clock.now_s())
            first = number * BLOCK % SOUND_RATE
            on_block(AudioBlock(self._sound[first : first + BLOCK], zero_s + number * BLOCK / SOUND_RATE))
            number += 1

    def close(self) -> None:
        self._closed.set()
        if self._thread is not None:
            self._thread.join()


def with_recorder(folder: Path, seconds: float) -> dict[str, object]:
    """Record so long with the real recorder; its report and the processor seconds."""
    frames, clock = _frames(), MonotonicClock()
    ready, done, reports = threading.Event(), threading.Event(), list[TakeReport]()

    def on_news(news: RecorderNews) -> None:
        if isinstance(news, TakeDone):
            reports.append(news.report)
            done.set()
        elif isinstance(news, StateChanged) and isinstance(news.state, Ready):
            ready.set()

    recorder = Recorder(
        clock=clock,
        disk=RealDisk(),
        open_camera=lambda _camera, _picture: _PreparedCamera(frames, clock),
        open_microphone=lambda _microphone: _PreparedMicrophone(clock),
        on_news=on_news,
    )
    recorder.post(Prepare(Wish(Camera("prepared", "prepared"), Microphone("prepared", "prepared"), PICTURE)))
    ready.wait()
    before = _cpu_s()
    recorder.post(Start(folder / "take.mp4"))
    clock.sleep(seconds)
    recorder.post(Stop())
    done.wait()
    recorder.close()
    return {"cpu_s": _cpu_s() - before, **asdict(reports[0])} | {"cpu_s": _cpu_s() - before}


def with_bare_loop(folder: Path, seconds: float) -> dict[str, object]:
    """Pipe the same frames into the same ffmpeg; its processor seconds."""
    frames, clock = _frames(), MonotonicClock()
    sound = folder / "sound.raw"
    demo_sound(0, round(seconds * SOUND_RATE)).tofile(sound)
    before, zero_s = _cpu_s(), clock.now_s()
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "warning", "-y"),
        *(
            "-f",
            "rawvideo",
            "-pix_fmt",
            "yuv420p",
            "-s",
            str(PICTURE),
            "-framerate",
            f"{PICTURE.fps:g}",
            "-i",
            "pipe:0",
        ),
        *("-f", "s16le", "-ar", str(SOUND_RATE), "-ac", "1", "-i", str(sound)),
        *output_options(folder / "bare.mp4", PICTURE, sound=True, preset="ultrafast"),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for number in range(round(seconds * PICTURE.fps)):
            clock.sleep(zero_s + number / PICTURE.fps - clock.now_s())
            child.stdin.write(cv2.cvtColor(frames[number % PREPARED], cv2.COLOR_BGR2YUV_I420).data)
        child.stdin.close()
    return {"cpu_s": _cpu_s() - before}


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _in_a_process(what: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.record", what, folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run() -> dict[str, object]:
    """Take turns; the ratio's median and spread, and the recorder's account of its frames over all rounds."""
    ratios, expected, written = [], 0, 0
    lost = {"device": 0, "queue": 0, "encoder": 0}
    for _ in range(ROUNDS):
        recorder, bare = _in_a_process("recorder"), _in_a_process("bare")
        # Each second of take counts the same: the recorder's begins with its first frame.
        frames = int(recorder["frames_captured"])
        ratios.append(recorder["cpu_s"] / frames / (bare["cpu_s"] / round(SECONDS * PICTURE.fps)))
        expected, written = expected + frames, written + int(recorder["frames_written"])
        lost = {cause: lost[cause] + json.loads(json.dumps(recorder["lost"]))[cause] for cause in lost}
    return {
        "cpu_ratio": round(statistics.median(ratios), 3),
        "cpu_ratio_spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "goal": GOAL,
        "frames_expected": expected,
        "frames_written": written,
        "lost": lost,
        "rounds": ROUNDS,
        "seconds": SECONDS,
        "size": str(PICTURE),
    }


if __name__ == "__main__":
    one = with_recorder if sys.argv[1] == "recorder" else with_bare_loop
    print(json.dumps(one(Path(sys.argv[2]), SECONDS)))
