"""The takes that are sent: a minute as a webcam gives it, which has to be encoded, and an hour that is small enough."""

from pathlib import Path

from benchmarks._talking_heads import WEBCAM, Scene, make_scene
from capture.model import Image
from diary_app.clip import Preset
from diary_app.editing.compress import meets
from diary_app.editing.probe import probe
from tests.support.face_pictures import drawn_face
from tests.support.long_takes import repeat

PIECE_S = 20
PACE = 4
"""The face of the hour moves every so many frames: bytes are not what is compared, and nobody waits for more."""


def minute_in_720p(folder: Path) -> Path:
    """A face with a webcam's grain: more bytes than the preset allows."""
    piece = make_scene(Scene("minute", WEBCAM, drawn_face, 2.3), folder, PIECE_S)
    return _checked(repeat(piece, folder / "A minute.mp4", 60 // PIECE_S), small_enough=False)


def hour_in_720p(folder: Path) -> Path:
    """The same face without any grain, and seldom moving."""
    piece = make_scene(Scene("hour", WEBCAM, _calm_face, 0.0), folder, PIECE_S)
    return _checked(repeat(piece, folder / "An hour.mp4", 3600 // PIECE_S), small_enough=True)


def _calm_face(number: int) -> Image:
    return drawn_face(number // PACE * PACE)


def _checked(take: Path, *, small_enough: bool) -> Path:
    """The take, if it is what it was made for: one is encoded, the other copied."""
    if meets(probe(take), Preset.NORMAL) is not small_enough:
        raise RuntimeError(f"{take.name} does not have the size that it should have")
    return take
