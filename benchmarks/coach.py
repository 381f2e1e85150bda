"""What the picture coach costs, as a share of one processor core, at its real pace and in a process of its own.

Beside it, in the same process and at the camera's pace: the share that converting the same frames' colours for the
encoder takes, which recording costs in any case. Both with OpenCV on one thread, and the coach also with as many as
OpenCV takes by itself (one a processor). Processor seconds are those of the whole process, OpenCV's threads included.
"""

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import cv2
import numpy as np

from capture.demo import draw_frame
from capture.faces import YuNetFaces
from capture.model import Frame, Image, PictureFormat
from capture.models import YUNET, find_model
from capture.picture_coach import LOOK_EVERY_S, PictureCoach

SIZES = {"720p": PictureFormat(1280, 720, 30.0), "1080p": PictureFormat(1920, 1080, 30.0)}
PREPARED = 24
SECONDS = 8.0
ROUNDS = 3
GOAL = 0.05


def _frames(picture: PictureFormat) -> list[Image]:
    """A talking face with a camera's grain, a quarter of a second apart."""
    noise = np.random.default_rng(1).normal(0, 4, (picture.height, picture.width, 3)).astype(np.float32)
    drawn = (draw_frame(number * 7, picture) + np.roll(noise, number * 37, axis=1) for number in range(PREPARED))
    return [np.clip(image, 0, 255).astype(np.uint8) for image in drawn]


def _share(act: Callable[[int], object], every_s: float) -> float:
    """Processor seconds a second of doing this at this pace; the first time does not count."""
    act(0)
    zero_s, before_s = time.perf_counter(), time.process_time()
    for number in itertools.count(1):
        if number * every_s > SECONDS:
            break
        time.sleep(max(0.0, zero_s + number * every_s - time.perf_counter()))
        act(number)
    return (time.process_time() - before_s) / (time.perf_counter() - zero_s)


def measure(size: str, threads: int) -> dict[str, float]:
    """One size in this process; 0 threads leaves OpenCV as it is."""
    if threads:
        cv2.setNumThreads(threads)
    frames = _frames(SIZES[size])
    coach = PictureCoach(YuNetFaces(find_model(YUNET)))
    looking = _share(lambda n: coach.look(Frame(frames[n % PREPARED], n * LOOK_EVERY_S)), LOOK_EVERY_S)
    if coach.hint is not None:
        raise RuntimeError(f"the coach finds the good picture {coach.hint}")
    converting = _share(lambda n: cv2.cvtColor(frames[n % PREPARED], cv2.COLOR_BGR2YUV_I420), 1 / SIZES[size].fps)
    return {"coach": looking, "colours": converting}


def _in_a_process(size: str, threads: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.coach", size, str(threads)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run() -> dict[str, object]:
    """The median of the rounds for each size, and the processor's time for one look."""
    found: dict[str, object] = {"goal": GOAL}
    for size in SIZES:
        alone = [_in_a_process(size, 1) for _ in range(ROUNDS)]
        spread = _in_a_process(size, 0)
        share = statistics.median(one["coach"] for one in alone)
        found |= {
            f"coach_core_share_{size}": round(share, 4),
            f"coach_core_share_{size}_spread": [round(limit(one["coach"] for one in alone), 4) for limit in (min, max)],
            f"coach_ms_a_look_{size}": round(share * LOOK_EVERY_S * 1000, 2),
            f"coach_over_colours_{size}": round(share / statistics.median(one["colours"] for one in alone), 3),
            f"coach_core_share_{size}_many_threads": round(spread["coach"], 4),
        }
    return found | {"opencv_threads": cv2.getNumThreads(), "rounds": ROUNDS, "seconds": SECONDS}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
