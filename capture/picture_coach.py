"""The picture coach: looks at a frame now and then, and has at most one hint for the speaker. One thread looks.

main_face() chooses whom to judge, sight() measures one picture, Judge makes a hint of the measures, Steady keeps it
from flickering. Whoever has time calls PictureCoach.look() every LOOK_EVERY_S; never the camera's thread, for one look
takes up to 10 ms. Every number of light is a luma from 0 to 255.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.faces import Face, FaceFinder
from capture.model import Frame, Image

LOOK_EVERY_S = 0.25
"""Looking more often costs more and shows nothing more."""
STEADY_S = 1.0
"""So long every look must say the same before it is said to the speaker."""
HOLD_S = 2.0
"""So long it then stays, and so long nothing is said after it is taken away: time to read."""

FACE_EVERY = 2
"""Faces are looked for in every second look, for that is most of the cost; between, they are where they were."""
LIGHT_SIDE = 160
"""Light is measured on a picture whose longer side has so many pixels."""
GLARING, WASHED_OUT = 235, 240
"""From here up a pixel is as bright as a window; and from here up little is to be seen of a face."""
FOCUS_WIDTH = 64
"""Focus is judged on the face at so many pixels: as sharp as it looks, whatever the camera; and grain averages out."""
MIDDLE_WIDTH = 0.2
"""Where no faces can be looked for, the middle is judged as if a face so wide (as a part of the picture) sat there."""


class PictureHint(StrEnum):
    """What would make the picture better; the first that is true is given.

    Light stands first, for in bad light no face is found and no focus can be judged; then from the gross to the fine.
    A bright window also makes much of the picture white, so it is told before what is merely too bright.
    """

    DARK = "dark"
    BACKLIT = "backlit"
    BRIGHT = "bright"
    NO_FACE = "no face"
    CUT_OFF = "cut off"
    TOO_FAR = "too far"
    OUT_OF_FOCUS = "out of focus"


class Box(NamedTuple):
    """Whole pixels of a picture: rows top to bottom, columns left to right."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class FaceSight:
    """Where the main face is."""

    score: float
    margin: float
    """From its box to the nearest edge of the picture, in box sides; negative where the box reaches over it."""
    height: float
    """Of its box, as a part of the picture's short side."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look measured. The subject is the main face, or the middle of the picture where there is none."""

    room_light: float
    """A tenth of the picture is brighter than this."""
    subject_light: float
    """A fifth of the subject is brighter than this: the lit parts, which say more of the light than the skin does."""
    glare: float
    """The part of the picture that is as bright as a window."""
    washed_out: float
    """The part of the face that is white (of the whole picture, where there is none)."""
    sharpness: float | None
    """Fine detail of the subject against coarse: above 0.4 in focus, below 0.3 not. None where there is no detail."""
    face: FaceSight | None


def sight(image: Image, face: Face | None) -> Sight:
    """Measure a picture (blue-green-red) with this main face, or with none."""
    small = _shrunk(image, LIGHT_SIDE)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    lit = _slices(_subject(face, small.shape[0] / image.shape[0], small.shape))
    near = _slices(_subject(face, 1.0, image.shape))
    width = MIDDLE_WIDTH * image.shape[1] if face is None else face.width
    return Sight(
        room_light=float(np.percentile(grey, 90)),
        subject_light=float(np.percentile(grey[lit], 80)),
        glare=float(np.mean(grey >= GLARING)),
        washed_out=float(np.mean((grey if face is None else grey[lit]) >= WASHED_OUT)),
        sharpness=_sharpness(image[near], FOCUS_WIDTH / width),
        face=None if face is None else _place(face, image.shape),
    )


def main_face(faces: Sequence[Face]) -> Face | None:
    """The largest, of those that are about as sure as the surest: a shadow can look like a huge, doubtful face."""
    surest = max((face.score for face in faces), default=0.0)
    sure = [face for face in faces if face.score >= 0.6 * surest]
    return max(sure, key=lambda face: face.width * face.height, default=None)


def _shrunk(image: Image, side: int) -> Image:
    """With a longer side of this; in two steps, for from a large picture INTER_AREA takes several times as long."""
    scale = min(1.0, side / max(image.shape[:2]))
    height, width = (max(1, round(length * scale)) for length in image.shape[:2])
    if scale < 1 / 3:
        image = np.asarray(cv2.resize(image, (3 * width, 3 * height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _place(face: Face, shape: tuple[int, ...]) -> FaceSight:
    height, width = shape[:2]
    sideways = min(face.x, width - face.x - face.width) / face.width
    upright = min(face.y, height - face.y - face.height) / face.height
    return FaceSight(face.score, min(sideways, upright), face.height / min(height, width))


def _subject(face: Face | None, scale: float, shape: tuple[int, ...]) -> Box:
    """The face from the brow to the chin, or the middle of the picture, as far as it is in a picture of this shape."""
    height, width = shape[:2]
    if face is None:
        return Box(height // 4, max(1, height * 3 // 4), width // 3, max(1, width * 2 // 3))
    edges = np.array([face.y + 0.2 * face.height, face.y + 0.95 * face.height]) * scale
    sides = np.array([face.x + 0.1 * face.width, face.x + 0.9 * face.width]) * scale
    top, left = min(max(0, int(edges[0])), height - 1), min(max(0, int(sides[0])), width - 1)
    return Box(top, max(top + 1, min(height, int(edges[1]))), left, max(left + 1, min(width, int(sides[1]))))


def _slices(box: Box) -> tuple[slice, slice]:
    return slice(box.top, box.bottom), slice(box.left, box.right)


# -- focus ------------------------------------------------------------------------------------------------------------

_BANDS = (0.8, 1.6, 3.2, 6.4)
"""Widths of the Gaussians between which detail is fine (first two) and coarse (last two), in pixels at FOCUS_WIDTH."""
_FINE_GRAIN, _COARSE_GRAIN = 0.0558, 0.0035
"""What white noise of variance 1 leaves in the two bands."""
_LEAST_DETAIL = 1.0
"""Variance of the coarse band below which there is nothing to focus on: a bare wall."""
_GRAIN_SIDE = 96


def _sharpness(subject: Image, scale: float) -> float | None:
    """Fine against coarse detail of a cut-out at this scale, less what the camera's grain adds to each.

    A ratio, so that neither contrast nor light counts; the loss of the fine band is what defocus is.
    """
    grey = cv2.cvtColor(subject, cv2.COLOR_BGR2GRAY)
    size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
    if min(size) < FOCUS_WIDTH // 4 or min(grey.shape) < FOCUS_WIDTH // 4:
        return None
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    detail = cv2.resize(grey, size, interpolation=how).astype(np.float32)
    soft = [cv2.GaussianBlur(detail, (0, 0), sigma) for sigma in _BANDS]
    grain = (_grain(grey) * min(1.0, scale)) ** 2
    fine = float(np.mean((soft[0] - soft[1]) ** 2)) - _FINE_GRAIN * grain
    coarse = float(np.mean((soft[2] - soft[3]) ** 2)) - _COARSE_GRAIN * grain
    return None if coarse < _LEAST_DETAIL else float(np.sqrt(max(0.0, fine) / coarse))


def _grain(grey: NDArray[np.generic]) -> float:
    """The standard deviation of the noise, after J. Immerkær, Fast Noise Variance Estimation (1996); by the median."""
    top, left = (max(0, side - _GRAIN_SIDE) // 2 for side in grey.shape)
    patch = np.asarray(grey[top : top + _GRAIN_SIDE, left : left + _GRAIN_SIDE], np.float32)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    return float(np.median(np.abs(cv2.filter2D(patch, -1, kernel)))) / (6 * 0.6745)


# -- from measures to one hint ----------------------------------------------------------------------------------------


class Gauge:
    """Whether a measure is too low (or too high, where `on` is above `off`), with room between on and off."""

    def __init__(self, on: float, off: float) -> None:
        self._on, self._off = on, off
        self._is_on = False

    def past(self, value: float | None) -> bool:
        """With this measure; None where there was nothing to measure."""
        if value is None:
            self._is_on = False
        else:
            sign = 1 if self._on > self._off else -1
            limit = self._off if self._is_on else self._on
            self._is_on = sign * value > sign * limit
        return self._is_on


class Judge:
    """Makes the one hint of each sight; remembers only on which side of its limits each measure was."""

    def __init__(self, *, knows_faces: bool) -> None:
        self._knows_faces = knows_faces
        self._dim_room = Gauge(130, 145)
        self._dark_room = Gauge(70, 85)
        self._dark_subject = Gauge(55, 65)
        self._shaded_subject = Gauge(70, 80)
        self._glare = Gauge(0.15, 0.10)
        self._white_face = Gauge(0.40, 0.30)
        self._white_room = Gauge(0.60, 0.50)
        self._doubtful = Gauge(0.30, 0.45)
        self._at_the_edge = Gauge(0.02, 0.08)
        self._far = Gauge(0.13, 0.15)
        # The middle may be a wall with a soft shadow, so without faces only what is quite blurred counts.
        self._blurred = Gauge(0.33, 0.38) if knows_faces else Gauge(0.22, 0.27)

    def hint(self, seen: Sight) -> PictureHint | None:
        """The first that is true, in the order of PictureHint."""
        true = [*self._light(seen), *(self._face(seen) if self._knows_faces else ())]
        if self._blurred.past(seen.sharpness):
            true.append(PictureHint.OUT_OF_FOCUS)
        return next((hint for hint in PictureHint if hint in true), None)

    def _light(self, seen: Sight) -> list[PictureHint]:
        # Somebody with dark skin in a light room is not in the dark: the room must be dim too, or glare. And somebody
        # whom a lamp lights well may sit in a dark room.
        no_face = seen.face is None
        dim, dark_room = self._dim_room.past(seen.room_light), self._dark_room.past(seen.room_light)
        dark, shaded = self._dark_subject.past(seen.subject_light), self._shaded_subject.past(seen.subject_light)
        glare = self._glare.past(seen.glare)
        white_face = self._white_face.past(None if no_face else seen.washed_out)
        white_room = self._white_room.past(seen.washed_out if no_face else None)
        found = {
            PictureHint.DARK: (dark_room and (no_face or shaded)) or (dim and dark and not no_face),
            PictureHint.BRIGHT: white_face or white_room,
            PictureHint.BACKLIT: glare and shaded,
        }
        return [hint for hint, true in found.items() if true]

    def _face(self, seen: Sight) -> list[PictureHint]:
        face = seen.face
        found = {
            PictureHint.NO_FACE: self._doubtful.past(0.0 if face is None else face.score),
            PictureHint.CUT_OFF: self._at_the_edge.past(None if face is None else face.margin),
            PictureHint.TOO_FAR: self._far.past(None if face is None else face.height),
        }
        return [hint for hint, true in found.items() if true]


class Steady:
    """Lets a hint (or none) through when it was seen for STEADY_S, at most one change in HOLD_S."""

    def __init__(self) -> None:
        self.shown: PictureHint | None = None
        self._changed_s = float("-inf")
        self._seen: PictureHint | None = None
        self._since_s = float("inf")
        self._looked_s = float("-inf")

    def saw(self, hint: PictureHint | None, at_s: float) -> None:
        """One look at this moment. After a break of more than STEADY_S, what was seen before no longer counts."""
        if hint != self._seen or not 0 <= at_s - self._looked_s <= STEADY_S:
            self._seen, self._since_s = hint, at_s
        self._looked_s = at_s
        steady, rested = at_s - self._since_s >= STEADY_S, at_s - self._changed_s >= HOLD_S
        if hint != self.shown and steady and rested:
            self.shown, self._changed_s = hint, at_s


class PictureCoach:
    """Looks at frames of one camera. Without a finder of faces only light and focus (of the middle) are judged."""

    def __init__(self, faces: FaceFinder | None) -> None:
        self._faces = faces
        self._face: Face | None = None
        self._looks = 0
        self._looked_s: float | None = None
        self._judge = Judge(knows_faces=faces is not None)
        self._steady = Steady()

    def look(self, frame: Frame) -> None:
        """Look at a frame, at most every LOOK_EVERY_S; always from the same thread. Only the frame's time counts.

        The same frame again (the camera hangs) is not looked at.
        """
        if frame.at_s == self._looked_s:
            return
        self._looked_s = frame.at_s
        if self._faces is not None and self._looks % FACE_EVERY == 0:
            self._face = main_face(self._faces.find(frame.image))
        self._looks += 1
        self._steady.saw(self._judge.hint(sight(frame.image, self._face)), frame.at_s)

    @property
    def hint(self) -> PictureHint | None:
        """What to tell the speaker just now, if anything. Any thread."""
        return self._steady.shown
