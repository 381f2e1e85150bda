"""Every picture fits the take that it came into."""

import numpy as np
import pytest

from capture.model import PictureFormat
from capture.picture import QUEUE_BYTES, QUEUE_S, black, even, fit, planes, room_for


@pytest.mark.parametrize(("width", "height"), [(640, 480), (1920, 1080), (320, 240), (33, 700), (700, 33)])
def test_a_camera_that_came_back_at_another_size_is_seen_whole(width: int, height: int) -> None:
    take = PictureFormat(640, 360, 30)
    seen = fit(np.full((height, width, 3), 255, np.uint8), take)
    assert seen.shape == (360, 640, 3)
    rows, columns = np.flatnonzero(seen.any(axis=(1, 2))), np.flatnonzero(seen.any(axis=(0, 2)))
    shape = len(columns) / len(rows)
    assert shape == pytest.approx(width / height, rel=0.1)
    assert len(rows) == 360 or len(columns) == 640
    assert abs(rows[0] - (359 - rows[-1])) <= 1, "in the middle"


def test_the_same_size_is_the_same_picture() -> None:
    image = np.zeros((360, 640, 3), np.uint8)
    assert fit(image, PictureFormat(640, 360, 30)) is image


def test_odd_sides_are_made_even() -> None:
    take = even(PictureFormat(641, 361, 30))
    assert (take.width, take.height) == (640, 360)
    assert len(planes(np.zeros((361, 641, 3), np.uint8), take)) == 640 * 360 * 3 // 2


@pytest.mark.parametrize(
    "picture", [PictureFormat(640, 480, 30), PictureFormat(1920, 1080, 60), PictureFormat(3840, 2160, 30)]
)
def test_the_queue_has_a_bound_in_seconds_and_in_memory(picture: PictureFormat) -> None:
    room = room_for(picture)
    assert 2 <= room <= QUEUE_S * picture.fps
    assert room * black(picture).nbytes <= QUEUE_BYTES
