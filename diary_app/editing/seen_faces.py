"""Where faces are in a film: YuNet looks at its pictures, several at once. Caller's thread, and a few of its own."""

import collections
import os
import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction

import numpy as np

from capture.faces import Face, FaceFinder, YuNetFaces
from capture.models import YUNET, ModelMissing, find_model
from diary_app.editing.covers import Box, Sighting
from diary_app.editing.errors import EditRefused
from diary_app.editing.pictures import Image, Shown, small_upright

LONG_SIDE = 480
"""Pixels at which the network sees a picture: with a quarter of black border added it finds half a face, too."""
MOST_WORKERS = 4


def check_faces_can_be_found() -> None:
    """Raise EditRefused where this computer cannot find faces, because that part of the app is missing."""
    try:
        find_model(YUNET)
    except ModelMissing as error:
        raise EditRefused(
            "This computer cannot blur faces: a part of the app is missing. Your recording is safe. "
            "Choose “Voice only”, or ask for the app to be installed again."
        ) from error


def sightings(pictures: Iterable[Shown], size: tuple[int, int], *, every_s: float = 0.0) -> Iterator[list[Sighting]]:
    """Yield the faces of one picture after the other, as they are shown at `size`; of one in `every_s` seconds only.

    Raises EditRefused as check_faces_can_be_found() does, and whatever `pictures` raises.
    """
    check_faces_can_be_found()
    workers = max(1, min(MOST_WORKERS, os.cpu_count() or 1))
    free: queue.SimpleQueue[FaceFinder] = queue.SimpleQueue()

    def look(at: Fraction, image: Image) -> list[Sighting]:
        finder = free.get()
        try:
            return [Sighting(float(at), _part(face, image)) for face in finder.find(image)]
        finally:
            free.put(finder)

    waiting: collections.deque[Future[list[Sighting]]] = collections.deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="faces") as pool:
        for at, frame in _now_and_then(pictures, every_s):
            image = small_upright(frame, size, LONG_SIDE)
            if free.empty() and not waiting:
                for finder in _finders(workers, image):
                    free.put(finder)
            waiting.append(pool.submit(look, at, image))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _finders(many: int, image: Image) -> Iterator[FaceFinder]:
    """Ready for pictures of this size. One after the other, because OpenCV's own words are switched off for all."""
    for _ in range(many):
        finder = YuNetFaces(find_model(YUNET), long_side=LONG_SIDE)
        finder.find(np.zeros_like(image))
        yield finder


def _now_and_then(pictures: Iterable[Shown], every_s: float) -> Iterator[Shown]:
    due: Fraction | None = None
    for at, frame in pictures:
        if due is None or at >= due:
            due = at + Fraction(every_s) * Fraction(9, 10)  # a camera's clock trembles
            yield at, frame


def _part(face: Face, image: Image) -> Box:
    height, width = image.shape[:2]
    return Box(face.x / width, face.y / height, (face.x + face.width) / width, (face.y + face.height) / height)
