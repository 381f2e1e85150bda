"""The strip on its own: whole from the first picture and the first peaks on, sharper with the next, and calm."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QEvent, QObject
from PySide6.QtGui import QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from diary_app.clip import KeptRange
from ui.design import Look, Shade
from ui.style import ROLES, apply_look
from ui.widgets.handles import HANDLE_PX
from ui.widgets.strip import CALM_MS, Strip

SIZE = (640, 106)
EDGE = HANDLE_PX // 2 + 16
UNKNOWN = math.nan


@pytest.fixture
def strip(qapp: QApplication) -> Iterator[Strip]:
    apply_look(qapp, Look(Shade.LIGHT, 1.0))  # whatever the test before has left
    shown = Strip()
    shown.resize(*SIZE)
    shown.show_take(1800.0, frame_s=1 / 30, read_only=True)
    shown.show_keep((KeptRange(0.0, 1800.0),))
    shown.show()
    qapp.processEvents()
    yield shown
    shown.close()
    shown.deleteLater()


def pixels(strip: Strip) -> NDArray[np.uint8]:
    """What is on the screen: height x width x 3, between the rounded ends."""
    image = strip.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3)[:, EDGE:-EDGE].copy()


def heights(strip: Strip) -> NDArray[np.int64]:
    """How high the wave stands in each column."""
    shown = pixels(strip).astype(int)
    teal = (shown[:, :, 1] - shown[:, :, 0] > 40) & (shown[:, :, 1] > 150)
    return np.asarray(teal.sum(axis=0), np.int64)


def plain(shade: int) -> NDArray[np.uint8]:
    return np.full((96, 170, 3), shade, np.uint8)


def test_one_picture_covers_the_whole_width_and_the_next_ones_take_their_places(strip: Strip) -> None:
    strip.add_picture(0, plain(200), of=24)
    row = pixels(strip)[40, 4:, 0]
    assert np.all(row > 180), "a seam between two pictures may be a shade darker"
    strip.add_picture(23, plain(100), of=24)
    row = pixels(strip)[40, :, 0]
    assert (row[10], row[-10]) == (200, 100)
    for position in range(1, 23):
        strip.add_picture(position, plain(50), of=24)
    row = pixels(strip)[40, :, 0]
    assert row[len(row) // 2] == 50
    assert strip.filled == (24, False)


def test_a_few_peaks_cover_the_whole_width_and_the_others_rise_from_them(strip: Strip) -> None:
    few = [UNKNOWN] * 600
    few[0] = few[300] = few[599] = 0.4
    strip.add_peaks(0, few, of=600)
    assert strip.filled == (0, True)
    rough = heights(strip).reshape(-1)
    bars = rough[rough > 0]
    assert len(bars) > 0.5 * len(rough)
    assert bars.max() - np.median(bars) <= 2
    strip.add_peaks(0, [0.8] * 300, of=600)
    sharper = heights(strip)
    half = len(sharper) // 2
    assert sharper[: half - 8].max() > 1.3 * rough.max()
    assert np.array_equal(sharper[half + 8 :], rough[half + 8 :])


def test_nothing_known_is_no_wave(strip: Strip) -> None:
    before = pixels(strip)
    strip.add_peaks(0, [UNKNOWN] * 600, of=600)
    assert np.array_equal(pixels(strip), before)
    assert strip.filled == (0, False)


class _Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


def test_hundreds_of_peaks_are_painted_a_few_times(strip: Strip, qapp: QApplication) -> None:
    paints, clock = _Paints(), QElapsedTimer()
    strip.installEventFilter(paints)
    clock.start()
    for number in range(300):
        strip.add_peaks(number * 2, [0.5, 0.5], of=600)
        qapp.processEvents()
    QTest.qWait(CALM_MS * 2)
    assert 1 <= paints.count <= clock.elapsed() / CALM_MS + 2
    shown = heights(strip)
    assert np.count_nonzero(shown) > 0.4 * len(shown), "bars from end to end, with gaps as wide as they are"


def test_other_colours_are_seen_at_once(strip: Strip) -> None:
    before = pixels(strip)[60, 100]
    palette = strip.palette()
    palette.setColor(ROLES["screen"][0], "#123456")
    strip.setPalette(palette)
    assert palette.color(QPalette.ColorRole.Shadow).name() == "#123456"
    after = pixels(strip)[60, 100]
    assert tuple(after) == (0x12, 0x34, 0x56) != tuple(before)
