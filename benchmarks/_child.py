"""One piece of work in a process of its own, with the program already loaded: what it took, as one line of JSON.

python -m benchmarks._child JOB TAKE OUT [START END ...]      (seconds; nothing keeps all)
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from capture.encoder import FASTEST
from diary_app.clip import KeptRange, Preset, ShowAs
from diary_app.editing.finish import Asked
from diary_app.editing.render import render, trim

Job = Callable[[Path, Path, Sequence[KeptRange]], object]


@dataclass(frozen=True, slots=True)
class Spent:
    """What some work took."""

    wall_s: float
    processor_s: float
    """Of the process and of those that it started and waited for."""
    memory_mb: float = 0.0
    """The most that the process held, with its largest child; 0 where nobody looked."""


def open_groups(take: Path, _out: Path, keep: Sequence[KeptRange]) -> None:
    """What no exact cut can do without: decode each group that a kept range begins within, encode what is kept of it.

    As the cut does it: as fast and as good as the recorder's own pictures or better. Nothing is written.
    """
    with av.open(str(take)) as media:
        stream = media.streams.video[0]
        assert stream.time_base is not None
        for part in keep:
            encoder: VideoCodecContext | None = None
            media.seek(round(part.start_s / stream.time_base), stream=stream)
            for frame in media.decode(stream):
                encoder = _encode(frame, part.start_s, encoder)
                if encoder is not None and frame.key_frame and float(frame.time or 0.0) > part.start_s:
                    break
            if encoder is not None:
                encoder.encode(None)


def _encode(frame: VideoFrame, from_s: float, encoder: VideoCodecContext | None) -> VideoCodecContext | None:
    """Encode a frame from the cut on, with an encoder that is made for the first of them."""
    if float(frame.time or 0.0) < from_s or frame.key_frame:
        return encoder
    if encoder is None:
        encoder = CodecContext.create("libx264", "w")
        encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuv420p"
        encoder.time_base, encoder.framerate = Fraction(1, 90_000), Fraction(30)
        encoder.options = {"preset": FASTEST, "crf": "17", "bf": "0"}
    encoder.encode(frame)
    return encoder


def _shown(asked: Asked, take: Path, out: Path, keep: Sequence[KeptRange]) -> None:
    render(take, out, keep=keep, preset=Preset.NORMAL, asked=asked)


JOBS: dict[str, Job] = {
    "trim": lambda take, out, keep: trim(take, out, keep=keep),
    "encode": lambda take, out, keep: render(take, out, keep=keep, preset=Preset.NORMAL),
    **{shown.value: partial(_shown, Asked(show_as=shown)) for shown in ShowAs},
    "small": lambda take, out, keep: render(take, out, keep=keep, small=True),
    "groups": open_groups,
}


def spend(job: str, take: Path, out: Path, keep: Sequence[KeptRange] = ()) -> Spent:
    """Do a job in a process of its own. Its start, and the loading of the program, do not count."""
    numbers = [str(number) for part in keep for number in (part.start_s, part.end_s)]
    command = [sys.executable, "-m", "benchmarks._child", job, str(take), str(out), *numbers]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Spent(**json.loads(done.stdout.splitlines()[-1]))


def _processor_s() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def _memory_mb() -> float:
    """The process's own most is not in getrusage: that begins with what the process that started it held."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    children_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (int(status["VmHWM"].split()[0]) + children_kb) * 1024 / 1e6


def main(job: str, take: str, out: str, *numbers: str) -> None:
    """Do it, and say what it took."""
    edges = [float(number) for number in numbers]
    keep = [KeptRange(start_s, end_s) for start_s, end_s in zip(edges[::2], edges[1::2], strict=True)]
    began_s, before_s = time.perf_counter(), _processor_s()
    JOBS[job](Path(take), Path(out), keep)
    spent = Spent(time.perf_counter() - began_s, _processor_s() - before_s, _memory_mb())
    print(json.dumps(asdict(spent)))


if __name__ == "__main__":
    main(*sys.argv[1:])
