"""Pictures of a speaker, real and drawn, and what can be wrong with them."""

import functools
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.demo import draw_face
from capture.model import Image

CLIP = Path(sys.prefix, "share", "diary", "test-media", "carphone_pristine.mp4")
"""120 frames of a man who talks in a car, 176x144; put there by scripts/fetch_models.py --tests."""
SIZE = (1280, 720)

Box = tuple[int, int, int, int]
"""x, y, width, height."""
REAL_FACE: Box = (525, 176, 230, 305)
DRAWN_FACE: Box = (509, 205, 262, 333)
"""Where the face is in real_face(0) and drawn_face(0), at SIZE."""


@functools.cache
def _clip() -> tuple[Image, ...]:
    reading, frames = cv2.VideoCapture(str(CLIP)), list[Image]()
    while True:
        there, image = reading.read()
        if not there:
            break
        frames.append(np.asarray(image, np.uint8))
    reading.release()
    if len(frames) != 120:
        raise FileNotFoundError(f"{CLIP.name} is not installed: scripts/fetch_models.py --tests")
    return tuple(frames)


def real_face(number: int) -> Image:
    """A frame of the clip, as high as SIZE, its sides drawn out to the left and right."""
    width, height = SIZE
    frames = _clip()
    frame = frames[number % len(frames)]
    inner = cv2.resize(frame, (height * frame.shape[1] // frame.shape[0], height), interpolation=cv2.INTER_CUBIC)
    side = (width - inner.shape[1]) // 2
    return _image(cv2.copyMakeBorder(inner, 0, 0, side, width - inner.shape[1] - side, cv2.BORDER_REPLICATE))


def drawn_face(number: int) -> Image:
    """The demo's face at number / 30 seconds."""
    return draw_face(number / 30, *SIZE)


def empty_room() -> Image:
    """A wall with a picture, a shelf and books, in good light."""
    width, height = SIZE
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.linspace(205, 150, height)[:, None, None]
    cv2.rectangle(image, (200, 120), (460, 320), (60, 80, 110), 14)
    cv2.rectangle(image, (214, 134), (446, 306), (190, 160, 120), -1)
    cv2.rectangle(image, (700, 420), (1180, 440), (40, 70, 120), -1)
    for number in range(11):
        colour = ((number * 53) % 160 + 30, (number * 97) % 160 + 30, (number * 31) % 160 + 30)
        cv2.rectangle(image, (720 + number * 40, 300 + number * 7 % 40), (752 + number * 40, 420), colour, -1)
    return image


def exposed(image: Image, gain: float) -> Image:
    """So many times the light, by the camera's numbers."""
    return np.asarray(cv2.convertScaleAbs(image, alpha=gain), np.uint8)


@functools.cache
def _noise() -> NDArray[np.float32]:
    """More than a picture of white noise of variance 1: each frame gets another piece of it."""
    return np.random.default_rng(1).standard_normal((SIZE[1] + 64, SIZE[0] + 64, 3), np.float32)


def grainy(image: Image, sigma: float, rng: np.random.Generator) -> Image:
    """With the noise of a sensor in poor light. A picture of SIZE or smaller."""
    (down, right), (height, width) = rng.integers(0, 64, 2), image.shape[:2]
    piece = _noise()[down : down + height, right : right + width] * np.float32(sigma)
    return np.asarray(cv2.add(image, piece, dtype=cv2.CV_8U), np.uint8)


def backlit(image: Image, face: Box, shade: float = 0.28) -> Image:
    """A bright window behind; the speaker is left in the shade."""
    speaker = _speaker(face)[..., None]
    return _image(speaker * image * shade + (1 - speaker) * np.minimum(255, image * 0.5 + 170))


def deep_skin(image: Image, face: Box) -> Image:
    """The face and neck as dark as dark skin is in good light; all else as it was."""
    skin = _speaker(face)[..., None]
    return _image(image * (1 - 0.62 * skin))


def lamplit(image: Image, face: Box) -> Image:
    """Evening: a lamp lights the speaker well, and the room behind is dark."""
    speaker = _speaker(face)[..., None]
    return _image(image * (0.25 + 0.75 * speaker))


def _speaker(face: Box) -> NDArray[np.float32]:
    """1 on the head and shoulders, 0 beside them, soft between."""
    x, y, width, height = face
    mask = np.zeros((SIZE[1], SIZE[0]), np.float32)
    cv2.ellipse(mask, (x + width // 2, y + height // 2), (int(width * 0.68), int(height * 0.72)), 0, 0, 360, 1.0, -1)
    cv2.ellipse(mask, (x + width // 2, SIZE[1]), (int(width * 1.6), SIZE[1] - y - height), 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 6), np.float32)


def moved(image: Image, right: float, down: float) -> Image:
    """Shifted by so many pixels; the edges are drawn out into what comes free."""
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return _image(cv2.warpAffine(image, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE))


def far(image: Image, scale: float) -> Image:
    """The same speaker, so many times as large, in the middle of an empty room."""
    room = empty_room()
    inner = cv2.resize(image[:, 280:1000], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top, left = (SIZE[1] - inner.shape[0]) // 2, 470
    room[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return room


def blurred(image: Image, sigma: float) -> Image:
    """Out of focus by a Gaussian of so many pixels."""
    return _image(cv2.GaussianBlur(image, (0, 0), sigma))


def _image(values: NDArray[np.float32] | Image | cv2.typing.MatLike) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)
