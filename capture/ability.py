"""What this computer can: the best picture and the best x264 preset with which a take certainly keeps up.

Measured once, in one or two seconds, with the encoder child itself; measure() belongs on a thread of its own, never
beside a take. The decision is a pure function of what was measured.
"""

import json
import logging
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from capture.clock import Clock
from capture.demo import draw_frame
from capture.encoder import FASTEST, EncoderChild, Piece, picture_options
from capture.matroska import PICTURE_TRACK, TICKS_A_SECOND, block_head
from capture.model import Image, PictureFormat
from capture.picture import planes

log = logging.getLogger(__name__)

PRESETS = (FASTEST, "superfast", "veryfast")
"""From the quickest to the best. Slower ones save little more, and a rendition is made with care later anyway."""
FULL_HD = PictureFormat(1920, 1080, 30.0)
HD = PictureFormat(1280, 720, 30.0)
PICTURES = (FULL_HD, HD, PictureFormat(960, 540, 30.0), PictureFormat(640, 360, 30.0))
"""From the best to the least, which every computer must do."""
HEADROOM = 2.5
"""A preset is taken when a frame costs less than its time divided by this: other programs, heat, a restless picture."""
ENCODER_THREADS = 2
"""Those of capture.encoder: more processors do not make one take quicker, fewer make it slower."""
FRAMES = 12
ROUNDS = 2
"""The quicker one counts: what disturbed the other is no part of this computer."""
GRAIN = 3.0
"""Standard deviation of the grain of a webcam indoors, in steps of 255."""
WEBCAM_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Cost:
    """What one frame costs here, in seconds: the camera's decoding and conversion, and the encoder's work."""

    picture: PictureFormat
    preset: str
    camera_s: float
    encoder_s: float

    def headroom(self, processors: int) -> float:
        """How many times faster than the camera a computer with so many processors is.

        While the encoder's threads keep some processors busy, the camera's work waits for the others, or in between.
        """
        busy = min(ENCODER_THREADS, processors)
        frame_s = max(self.encoder_s, self.camera_s, (busy * self.encoder_s + self.camera_s) / processors)
        return 1 / self.picture.fps / frame_s


@dataclass(frozen=True, slots=True)
class Ability:
    """What a take should be asked to be; a camera that gives less decides for itself."""

    preset: str
    picture: PictureFormat
    costs: tuple[Cost, ...] = ()
    """What it was concluded from."""


def choose(costs: Sequence[Cost], *, processors: int) -> Ability:
    """The largest picture that keeps up at the quickest preset, and then the best preset that keeps up with it.

    costs holds at least HD at the quickest preset. What was not measured is reckoned: another size by its pixels,
    or by what it costs more at the quickest preset.
    """

    def keeps_up(picture: PictureFormat, preset: str) -> bool:
        # A preset that nobody measured is out too: the one before it was too slow already.
        known = any(cost.preset == preset for cost in costs)
        return known and _cost(costs, picture, preset).headroom(processors) >= HEADROOM

    picture = next((size for size in PICTURES if keeps_up(size, FASTEST)), PICTURES[-1])
    preset = next((preset for preset in reversed(PRESETS) if keeps_up(picture, preset)), FASTEST)
    return Ability(preset, picture, tuple(costs))


def _cost(costs: Sequence[Cost], picture: PictureFormat, preset: str) -> Cost:
    measured = {(cost.picture, cost.preset): cost for cost in costs}
    if (picture, preset) in measured:
        return measured[picture, preset]
    times = picture.width * picture.height / (HD.width * HD.height)
    if (picture, FASTEST) in measured and (HD, preset) in measured:
        times = measured[picture, FASTEST].encoder_s / measured[HD, FASTEST].encoder_s
    base = measured[HD, preset]
    camera_s = measured[picture, FASTEST].camera_s if (picture, FASTEST) in measured else base.camera_s * times
    return Cost(picture, preset, camera_s, base.encoder_s * times)


def measure(clock: Clock, *, go_on: Callable[[], bool] = lambda: True) -> Ability | None:
    """Encode a little and choose. None when go_on() said no (a take is to begin). Raises EncoderFailed.

    It asks the harder question only when the easier one was answered well, so a slow computer is not kept for long.
    """
    costs: list[Cost] = []
    processors = _processors()
    start_s = _encoding_s(clock, [planes(np.zeros((48, 64, 3), np.uint8), TINY)] * 2, TINY, FASTEST)
    for picture, preset in ((HD, FASTEST), *((HD, better) for better in PRESETS[1:]), (FULL_HD, FASTEST)):
        if not go_on():
            return None
        easier = costs[:1] if picture == FULL_HD else costs
        if all(cost.headroom(processors) >= HEADROOM for cost in easier):
            costs.append(_measured(clock, picture, preset, start_s))
    found = choose(costs, processors=processors)
    log.info("this computer records %s with %s: %s", found.picture, found.preset, costs)
    return found


TINY = PictureFormat(64, 48, 30.0)


def _measured(clock: Clock, picture: PictureFormat, preset: str, start_s: float) -> Cost:
    faces = _faces(picture)
    pictures = [planes(face, picture) for face in faces]
    times = [_encoding_s(clock, pictures, picture, preset) - start_s for _ in range(ROUNDS)]
    return Cost(picture, preset, _camera_s(clock, faces, picture), max(1e-6, min(times) / len(pictures)))


def _faces(picture: PictureFormat) -> list[Image]:
    """A talking face with a webcam's grain."""
    grain = np.random.default_rng(1).normal(0, GRAIN, (picture.height, picture.width)).astype(np.int8)
    faces = []
    for number in range(FRAMES):
        moved = np.roll(grain, number * 37, axis=1)[:, :, None]
        faces.append(np.clip(draw_frame(3 * number, picture) + moved.astype(np.int16), 0, 255).astype(np.uint8))
    return faces


def _camera_s(clock: Clock, faces: Sequence[Image], picture: PictureFormat) -> float:
    """Seconds for decoding one frame as a webcam sends it (MJPG) and for converting it; the quickest of them."""
    sent = [cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, WEBCAM_QUALITY])[1] for face in faces[:4]]
    times = []
    for frame in sent:
        before_s = clock.now_s()
        decoded = cv2.imdecode(frame, cv2.IMREAD_COLOR)
        assert decoded is not None, "OpenCV reads what it wrote"
        planes(decoded.astype(np.uint8, copy=False), picture)
        times.append(clock.now_s() - before_s)
    return min(times)


def _encoding_s(clock: Clock, pictures: Sequence[memoryview], picture: PictureFormat, preset: str) -> float:
    """Seconds from the start of an encoder child to its end; what it writes is thrown away."""
    before_s = clock.now_s()
    child = EncoderChild(Piece(Path(os.devnull), picture, sound=False), preset)
    try:
        for number, data in enumerate(pictures):
            head = block_head(PICTURE_TRACK, round(number / picture.fps * TICKS_A_SECOND), len(data))
            child.write(head, data)
    finally:
        child.close()
    return clock.now_s() - before_s


# -- kept for the next start ------------------------------------------------------------------------------------------


def computer() -> str:
    """This computer, its encoder and the settings of a take: a measurement is good as long as none of them changes."""
    encoder = Path(imageio_ffmpeg.get_ffmpeg_exe()).name
    settings = " ".join(picture_options(HD, FASTEST))
    return f"{_processor()} x {_processors()}, {encoder}, {settings}"


def _processors() -> int:
    """How many this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:  # no Linux
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def to_json(ability: Ability) -> str:
    """What is kept of it, with the computer that it is true of."""
    return json.dumps({"computer": computer(), **asdict(ability)}, indent=1)


def from_json(text: str) -> Ability | None:
    """What was kept on this computer; None when it is to be measured (anew)."""
    try:
        kept = json.loads(text)
        if kept["computer"] != computer():
            return None
        costs = (Cost(**{**cost, "picture": PictureFormat(**cost["picture"])}) for cost in kept["costs"])
        ability = Ability(str(kept["preset"]), PictureFormat(**kept["picture"]), tuple(costs))
    except (ValueError, KeyError, TypeError, AttributeError):
        log.warning("what was measured of this computer is damaged; it is measured anew")
        return None
    return ability if ability.preset in PRESETS and ability.picture in PICTURES else None
