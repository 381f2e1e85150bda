"""Where faces are in a picture: the port, and its adapter for the YuNet detector of OpenCV. Any thread.

OpenCV spreads even this small network over all processors, where waiting for each other costs more than it saves (with
eight threads three times the processor time of one). The number of its threads belongs to the whole process, so it is
left alone here: a program that cares calls cv2.setNumThreads(1) when it starts.
"""

import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.model import Image

LONG_SIDE = 240
"""The network sees the picture at so many pixels: the least at which a face that is cut in half is still found."""
BORDER = 0.25
"""Black around it, as a part of the short side: a face at the edge then has room for the half that is missing."""
STEP = 32
"""The network wants its input in multiples of so many pixels; the border takes up the rest."""
LEAST_SCORE = 0.3
"""With this a face that is half cut, dark, blurred or turned is still found."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Face:
    """A face, in pixels of the picture it was looked for in; left and right are the picture's."""

    x: float
    y: float
    width: float
    height: float
    """The box from forehead to chin. It may reach over the edges of the picture."""
    score: float
    """How sure the detector is, 0 to 1."""
    eyes: tuple[Point, Point]
    nose: Point
    mouth: tuple[Point, Point]
    """Its corners."""


class FaceFinder(Protocol):
    """Finds faces."""

    def find(self, image: Image) -> list[Face]:
        """Every face, the surest first; a picture of any size. Pictures of one size in a row cost the least."""
        ...


class YuNetFaces:
    """YuNet, from its ONNX file (see capture.models). Raises OSError where it cannot be read. Callers wait in turn.

    long_side: the network sees the picture at so many pixels; more find smaller faces, and take longer.
    """

    def __init__(self, model: Path, *, long_side: int = LONG_SIDE) -> None:
        self._long_side = long_side
        self._guard = threading.Lock()
        # Given as bytes, because OpenCV cannot open every path on Windows.
        self._model = np.frombuffer(model.read_bytes(), np.uint8)
        self._net = self._made_for(STEP, STEP)

    def find(self, image: Image) -> list[Face]:
        """See FaceFinder."""
        scale = self._long_side / max(image.shape[:2])
        height, width = (max(1, round(side * scale)) for side in image.shape[:2])
        # In two steps: straight from a large picture INTER_AREA takes four times as long and shows no more.
        if scale < 1 / 3:
            image = np.asarray(cv2.resize(image, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR), np.uint8)
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        top, left, bottom, right = _borders(height, width)
        canvas = cv2.copyMakeBorder(small, top, bottom, left, right, cv2.BORDER_CONSTANT)
        with self._guard:
            if self._net.getInputSize() != (canvas.shape[1], canvas.shape[0]):
                self._net = self._made_for(canvas.shape[1], canvas.shape[0])
            found = self._net.detect(canvas)[1]
        # None where there is no face, whatever OpenCV's type stubs say.
        rows = np.zeros((0, 15)) if np.ndim(found) != 2 else np.asarray(found, np.float64)
        faces = [_face((row[:14] - _offset(left, top)) / scale, float(row[14])) for row in rows]
        return sorted(faces, key=lambda face: -face.score)

    def _made_for(self, width: int, height: int) -> cv2.FaceDetectorYN:
        said = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # each warns that it has no graphics card
        try:
            nothing = np.zeros(0, np.uint8)
            return cv2.FaceDetectorYN.create("onnx", self._model, nothing, (width, height), LEAST_SCORE)
        finally:
            cv2.utils.logging.setLogLevel(said)


def _borders(height: int, width: int) -> tuple[int, int, int, int]:
    """Pixels of border above, left, below and right of a picture of this size."""
    border = 2 * BORDER * min(height, width)
    rows, columns = (math.ceil((side + border) / STEP) * STEP - side for side in (height, width))
    return rows // 2, columns // 2, rows - rows // 2, columns - columns // 2


def _offset(left: int, top: int) -> NDArray[np.float64]:
    """What to take from a row of the detector: x, y, width, height of the box, then x, y of five points."""
    return np.array([left, top, 0, 0, *[left, top] * 5], np.float64)


def _face(row: NDArray[np.float64], score: float) -> Face:
    x, y, width, height, *points = row.tolist()
    one, other, nose, mouth, corner = zip(points[::2], points[1::2], strict=True)
    return Face(x, y, width, height, score, (one, other), nose, (mouth, corner))
