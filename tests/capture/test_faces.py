"""Faces are found where they are: whole and cut off, dark, blurred and far away, in pictures of every size."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.faces import Face, YuNetFaces
from capture.model import Image
from capture.models import YUNET, find_model
from tests.support.face_pictures import (
    DRAWN_FACE,
    REAL_FACE,
    SIZE,
    Box,
    blurred,
    drawn_face,
    empty_room,
    exposed,
    far,
    grainy,
    moved,
    real_face,
)

X, Y, WIDTH, HEIGHT = REAL_FACE


@pytest.fixture(scope="module")
def faces() -> YuNetFaces:
    return YuNetFaces(find_model(YUNET))


def _overlap(face: Face, box: Box) -> float:
    """Of the face's box and where the face is: what they share of what they cover."""
    x, y, width, height = box
    across = max(0.0, min(face.x + face.width, x + width) - max(face.x, x))
    down = max(0.0, min(face.y + face.height, y + height) - max(face.y, y))
    return across * down / (face.width * face.height + width * height - across * down)


@pytest.mark.parametrize(("picture", "box"), [(real_face, REAL_FACE), (drawn_face, DRAWN_FACE)])
def test_a_face_is_found_with_its_eyes_nose_and_mouth(
    faces: YuNetFaces, picture: Callable[[int], Image], box: Box
) -> None:
    (face,) = faces.find(picture(0))
    assert face.score > 0.8
    assert _overlap(face, box) > 0.8
    (left, right), nose, (one, other) = face.eyes, face.nose, face.mouth
    assert left[0] < nose[0] < right[0]
    assert one[0] < nose[0] < other[0]
    assert max(left[1], right[1]) < nose[1] < min(one[1], other[1])


@pytest.mark.parametrize(
    ("right", "down"),
    [(-X - WIDTH / 2, 0), (SIZE[0] - X - WIDTH / 2, 0), (0, -Y - HEIGHT / 2), (0, SIZE[1] - Y - HEIGHT / 2)],
    ids=["left", "right", "top", "bottom"],
)
def test_a_face_that_is_cut_in_half_is_found_where_it_is(faces: YuNetFaces, right: float, down: float) -> None:
    found = faces.find(moved(real_face(0), right, down))
    assert max(_overlap(face, (int(X + right), int(Y + down), WIDTH, HEIGHT)) for face in found) > 0.5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda image, rng: grainy(exposed(image, 0.15), 4, rng),
        lambda image, _: exposed(image, 2),
        lambda image, _: blurred(image, 14),
        lambda image, _: np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], 1)),
    ],
    ids=["dark and grainy", "over-exposed", "blurred", "squeezed by the camera"],
)
def test_a_face_is_found_in_a_bad_picture(
    faces: YuNetFaces, spoil: Callable[[Image, np.random.Generator], Image]
) -> None:
    found = faces.find(spoil(real_face(0), np.random.default_rng(5)))
    assert found
    assert _overlap(found[0], REAL_FACE) > 0.65


def test_a_face_of_a_tenth_of_the_height_is_found(faces: YuNetFaces) -> None:
    (face,) = faces.find(far(real_face(0), 0.25))
    assert 0.08 * SIZE[1] < face.height < 0.13 * SIZE[1]


@pytest.mark.parametrize("number", range(0, 120, 12))
def test_somebody_who_moves_and_looks_away_is_found(faces: YuNetFaces, number: int) -> None:
    assert len(faces.find(real_face(number))) == 1


@pytest.mark.parametrize("size", [(1920, 1080), (640, 360), (240, 136), (200, 112), (721, 406)])
def test_the_box_is_in_pixels_of_the_picture_whatever_its_size(faces: YuNetFaces, size: tuple[int, int]) -> None:
    picture = np.asarray(cv2.resize(real_face(0), size, interpolation=cv2.INTER_AREA), np.uint8)
    (face,) = faces.find(picture)
    scale = size[0] / SIZE[0]
    assert _overlap(face, (int(X * scale), int(Y * scale), int(WIDTH * scale), int(HEIGHT * scale))) > 0.7


def test_a_telephone_held_upright_is_no_trouble(faces: YuNetFaces) -> None:
    upright = np.ascontiguousarray(real_face(0)[:, 440:845])
    (face,) = faces.find(upright)
    assert _overlap(face, (X - 440, Y, WIDTH, HEIGHT)) > 0.8


def test_nothing_of_one_picture_stays_for_the_next(faces: YuNetFaces) -> None:
    first = faces.find(real_face(0))
    assert faces.find(np.ascontiguousarray(empty_room()[:700])) == []
    assert faces.find(np.ascontiguousarray(empty_room()[:, :720])) == []
    assert faces.find(real_face(0)) == first


@pytest.mark.parametrize(
    "picture",
    [
        empty_room,
        lambda: np.zeros((720, 1280, 3), np.uint8),
        lambda: np.random.default_rng(1).integers(0, 256, (720, 1280, 3)).astype(np.uint8),
        lambda: np.full((1, 1, 3), 200, np.uint8),
    ],
    ids=["room", "black", "noise", "dot"],
)
def test_where_nobody_is_nobody_is_found(faces: YuNetFaces, picture: Callable[[], Image]) -> None:
    assert faces.find(picture()) == []


def test_loading_says_nothing_and_a_missing_file_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    YuNetFaces(find_model(YUNET)).find(empty_room())
    assert capfd.readouterr() == ("", "")
    with pytest.raises(OSError, match="nowhere"):
        YuNetFaces(tmp_path / "nowhere.onnx")


def test_several_threads_may_ask_at_once(faces: YuNetFaces) -> None:
    upright = np.ascontiguousarray(real_face(0)[:, 440:845])
    pictures = [real_face(0), upright, drawn_face(0)] * 8
    alone = [faces.find(picture) for picture in pictures[:3]] * 8
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(faces.find, pictures)) == alone
