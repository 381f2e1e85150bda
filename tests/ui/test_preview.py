"""The preview: the right pixels in the right place, and no more work than is needed."""

import av
import numpy as np
import pytest
from PySide6.QtGui import QColor, QPaintEvent
from pytestqt.qtbot import QtBot

from capture.demo import draw_frame
from capture.model import Image, PictureFormat
from diary_app.diary import Diary
from tests.support.app_window import Someone, recording
from ui.place import Name
from ui.widgets.preview import WHILE_RECORDING, Preview

RED, BLUE = (0, 0, 220), (220, 0, 0)


class Counting(Preview):
    """Knows how often it was painted."""

    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        super().paintEvent(event)


def _halves(width: int, height: int, *, shade: int = 0) -> Image:
    """Red on the left, blue on the right, as a camera gives them."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:, : width // 2], picture[:, width // 2 :] = RED, BLUE
    picture[:, :, 1] = shade
    return picture


def _shown(qtbot: QtBot, preview: Preview, width: int, height: int) -> None:
    qtbot.addWidget(preview)
    preview.resize(width, height)
    preview.show()
    qtbot.waitExposed(preview)


def _is_shown(preview: Preview, picture: Image | None) -> bool:
    return preview.picture is picture


def _at(preview: Preview, x: int, y: int) -> tuple[int, int, int]:
    grabbed = preview.grab()
    pixels = grabbed.devicePixelRatio()
    seen = QColor(grabbed.toImage().pixel(round(x * pixels), round(y * pixels)))
    return seen.red(), seen.green(), seen.blue()


@pytest.mark.parametrize(("width", "height"), [(640, 360), (1280, 720), (1920, 1080), (321, 181), (40, 24)])
@pytest.mark.parametrize("mirrored", [True, False])
@pytest.mark.parametrize("most_a_second", [None, WHILE_RECORDING])
def test_left_and_right_are_where_they_belong(
    qtbot: QtBot, width: int, height: int, mirrored: bool, most_a_second: float | None
) -> None:
    preview = Preview(mirrored=mirrored, most_a_second=most_a_second)
    _shown(qtbot, preview, 600, 400)
    preview.show_picture(_halves(width, height))
    left, right = _at(preview, 100, 200), _at(preview, 500, 200)
    assert (left, right) == (((0, 0, 220), (220, 0, 0)) if mirrored else ((220, 0, 0), (0, 0, 220)))


def test_part_of_a_larger_picture_is_shown_too(qtbot: QtBot) -> None:
    preview = Preview(mirrored=False)
    _shown(qtbot, preview, 600, 400)
    preview.show_picture(_halves(1280, 720)[100:400, 400:900])
    assert _at(preview, 100, 200) == (220, 0, 0)


@pytest.mark.parametrize("most_a_second", [None, WHILE_RECORDING])
def test_the_corners_are_round_and_the_edges_whole(qtbot: QtBot, most_a_second: float | None) -> None:
    preview = Preview(most_a_second=most_a_second)
    _shown(qtbot, preview, 640, 360)
    around = _at(preview, 0, 0)
    preview.show_picture(np.full((720, 1280, 3), 77, np.uint8))
    for x, y in ((0, 0), (639, 0), (0, 359), (639, 359)):
        assert _at(preview, x, y) != (77, 77, 77)
    for x, y in ((320, 0), (0, 180), (639, 180), (320, 359), (17, 17), (622, 342)):
        assert _at(preview, x, y) == (77, 77, 77)
    assert around != (77, 77, 77)


def test_above_and_below_are_where_they_belong(qtbot: QtBot) -> None:
    rows = np.repeat((np.arange(720) // 3).astype(np.uint8)[:, None], 1280, axis=1)
    for most_a_second in (None, WHILE_RECORDING):
        preview = Preview(most_a_second=most_a_second)
        _shown(qtbot, preview, 640, 360)
        preview.show_picture(np.ascontiguousarray(np.dstack([rows] * 3)))
        for y in (0, 10, 15, 16, 100, 180, 343, 344, 359):
            assert abs(_at(preview, 320, y)[0] - 2 * y // 3) <= 1, "also where the corners' rows join the others"


def test_beside_a_recording_the_page_shows_round_it(qtbot: QtBot) -> None:
    """Qt does not paint the page there, so that nothing is painted twice."""
    pictures = []
    for most_a_second in (None, WHILE_RECORDING):
        preview = Preview(most_a_second=most_a_second)
        _shown(qtbot, preview, 700, 360)
        preview.show_picture(np.full((720, 1280, 3), 77, np.uint8))
        image = preview.grab().toImage()
        pictures.append(np.frombuffer(image.constBits(), np.uint8).reshape(360, 700, 4).astype(int))
    assert abs(pictures[0] - pictures[1]).max() <= 2, "but for how the corners are rounded"


def test_it_is_as_sharp_as_the_picture(qtbot: QtBot) -> None:
    preview = Preview(mirrored=False)
    _shown(qtbot, preview, 640, 360)
    picture = draw_frame(3, PictureFormat(640, 360, 30))
    preview.show_picture(picture)
    image = preview.grab().toImage().convertToFormat(preview.grab().toImage().Format.Format_BGR888)
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(360, image.bytesPerLine())[:, : 640 * 3]
    assert (seen.reshape(360, 640, 3)[20:340] == picture[20:340]).all(), "at its own size nothing is changed"


def test_the_same_picture_is_painted_once(qtbot: QtBot) -> None:
    preview = Counting()
    _shown(qtbot, preview, 320, 180)
    picture = _halves(320, 180)
    preview.show_picture(picture)
    qtbot.waitUntil(lambda: preview.painted > 0)
    preview.grab()
    before = preview.painted
    for _ in range(5):
        preview.show_picture(picture)
        qtbot.wait(1)
    assert preview.painted == before


def test_every_picture_is_shown_where_no_limit_is_set(qtbot: QtBot) -> None:
    preview = Preview()
    _shown(qtbot, preview, 320, 180)
    for shade in range(5):
        preview.show_picture(_halves(320, 180, shade=shade))
        assert _at(preview, 100, 90)[1] == shade


def test_pictures_that_come_too_fast_are_left_out_but_never_the_first_or_none(qtbot: QtBot) -> None:
    preview = Preview(most_a_second=0.001)
    _shown(qtbot, preview, 320, 180)
    first = _halves(320, 180, shade=1)
    preview.show_picture(first)
    preview.show_picture(_halves(320, 180, shade=2))
    assert _is_shown(preview, first)
    preview.show_picture(None)
    assert _is_shown(preview, None)
    again = _halves(320, 180, shade=3)
    preview.show_picture(again)
    assert _is_shown(preview, again)
    other = _halves(160, 180, shade=4)
    preview.show_picture(other)
    assert _is_shown(preview, other), "a camera with another shape is seen at once"


def test_a_new_size_of_the_window_shows_the_picture_anew(qtbot: QtBot) -> None:
    preview = Preview(mirrored=False)
    _shown(qtbot, preview, 320, 180)
    preview.show_picture(_halves(320, 180))
    assert _at(preview, 300, 90) == (0, 0, 220)
    preview.resize(640, 360)
    assert _at(preview, 300, 180) == (220, 0, 0)
    assert _at(preview, 600, 180) == (0, 0, 220)


def test_a_take_is_not_mirrored_although_its_preview_is(someone: Someone, diary: Diary) -> None:
    """The practice camera's picture has a black or white square at the left."""
    screen = recording(someone, diary)
    someone.until(lambda: screen.preview.picture is not None, what="a picture")
    frame = screen.preview._frame()
    inset = round(frame.height() / 16)
    left, right, top = round(frame.left()) + inset, round(frame.right()) - inset, round(frame.top()) + inset
    shown = [_at(screen.preview, x, top)[1] for x in (left, right)]
    someone.press("stop")
    someone.arrives(Name.WATCH)
    with av.open(str(diary.clips()[0].take)) as media:
        picture = next(media.decode(video=0)).to_ndarray(format="gray")
    inset = picture.shape[0] // 16
    kept = [int(picture[inset, inset]), int(picture[inset, -inset])]
    assert [_is_square(shade) for shade in shown] == [False, True]
    assert [_is_square(shade) for shade in kept] == [True, False]


def _is_square(shade: int) -> bool:
    return shade < 60 or shade > 240
