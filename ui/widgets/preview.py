"""What the camera sees: draws the newest picture, mirrored like a looking-glass. GUI thread; pulled by a timer.

OpenCV makes of each picture what the screen takes as it is (its size in the screen's own pixels, mirrored, RGB32), so
that painting is a copy. Qt, given the camera's picture, turns every pixel of it into another format on all processors.
"""

import cv2
import numpy as np
from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture.model import Image
from ui import words
from ui.design import CORNER
from ui.icons import paint_icon
from ui.style import colour
from ui.widgets.paint import painting

WHILE_RECORDING = 8.0
"""Pictures a second that are enough while a take is written: each costs as much as a sixth of encoding one."""


def as_qimage(picture: Image) -> QImage:
    """A picture (height x width x 3, BGR) as Qt's image; copied only where its rows do not lie one after another."""
    rows = np.ascontiguousarray(picture)
    height, width = rows.shape[:2]
    return QImage(rows.data, width, height, rows.strides[0], QImage.Format.Format_BGR888)


def fit(width: int, height: int, area: QRectF) -> QRectF:
    """The largest box of this shape in the middle of the area."""
    times = min(area.width() / max(1, width), area.height() / max(1, height))
    size_w, size_h = width * times, height * times
    return QRectF(area.center().x() - size_w / 2, area.center().y() - size_h / 2, size_w, size_h)


class _Memory:
    """Pixels as the screen takes them, always in the same place; they change with every picture."""

    def __init__(self) -> None:
        self.pixels = np.empty((0, 0, 4), np.uint8)
        self.image = QImage()

    def of_size(self, width: int, height: int) -> bool:
        """Have this size; True when it had another one."""
        if self.pixels.shape[:2] == (height, width):
            return False
        self.pixels = np.empty((height, width, 4), np.uint8)
        self.image = QImage(self.pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        return True


class _ScreenCopy:
    """A picture as the screen takes it; made once for each picture and size."""

    def __init__(self, *, mirrored: bool) -> None:
        self._mirrored = mirrored
        self._made_of: Image | None = None
        self._whole, self._scaled = _Memory(), _Memory()

    def whole(self, picture: Image) -> QImage:
        """The picture (height x width x 3, BGR) at its own size, not mirrored; valid until the next one."""
        if self._whole.of_size(picture.shape[1], picture.shape[0]) or picture is not self._made_of:
            self._made_of = picture
            cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA, dst=self._whole.pixels)
        return self._whole.image

    def scaled(self, picture: Image, size: QSize) -> QImage:
        """The picture at this size, mirrored when it is to be; valid until the next one."""
        known = picture is self._made_of
        self.whole(picture)  # four bytes a pixel first: OpenCV scales four faster than three
        width, height = size.width(), size.height()
        if self._scaled.of_size(width, height) or not known:
            pixels = self._scaled.pixels
            cv2.resize(self._whole.pixels, (width, height), dst=pixels, interpolation=cv2.INTER_LINEAR)
            if self._mirrored:
                cv2.flip(pixels, 1, dst=pixels)
        return self._scaled.image


class Preview(QWidget):
    """The newest picture, or words about why there is none.

    most_a_second is for a screen beside a recording, which needs the processor: pictures that come faster are left out
    (whoever shows them shows the next one soon), and pixels are chosen rather than mixed, for half the price.
    """

    def __init__(
        self,
        *,
        name: str = "preview",
        mirrored: bool = True,
        at_top: bool = False,
        most_a_second: float | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words.PREVIEW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._copy = _ScreenCopy(mirrored=mirrored)
        self._mirrored = mirrored
        self._quick = most_a_second is not None
        # Qt would paint the page where the picture comes: a quarter of what the picture itself costs.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, self._quick)
        self._at_top = at_top
        # A tick of the timer is a little early or late: one that is nearly due counts.
        self._wait_ms = 750 / most_a_second if most_a_second else 0.0
        self._since = QElapsedTimer()
        self._picture: Image | None = None
        self._words = ""
        self._icon = ""
        self._count = ""
        self._oval = False

    @property
    def picture(self) -> Image | None:
        """What is shown just now."""
        return self._picture

    def sizeHint(self) -> QSize:
        """Little: it takes what the screen has left."""
        return QSize(320, 180)

    def minimumSizeHint(self) -> QSize:
        """Small enough for a small laptop."""
        return QSize(256, 160)

    def show_picture(self, picture: Image | None) -> None:
        """Show this picture (height x width x 3, BGR), or none."""
        before = self._picture
        if picture is before:
            return
        if picture is None or before is None or picture.shape != before.shape:
            self._picture = picture
            self.update()
        elif not self._wait_ms or self._since.elapsed() >= self._wait_ms:
            self._picture = picture
            self.update(self._frame().toAlignedRect())
        else:
            return
        self._since.start()

    def explain(self, text: str, *, icon: str = "") -> None:
        """Words to show while there is no picture."""
        if (text, icon) != (self._words, self._icon):
            self._words, self._icon = text, icon
            self.setAccessibleName(f"{words.PREVIEW}. {text}" if text else words.PREVIEW)
            self.update()

    def count(self, number: str) -> None:
        """Show a large number over everything, or none."""
        self._count = number
        self.update()

    def guide(self, *, oval: bool) -> None:
        """Show where the face belongs."""
        self._oval = oval
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture, the guide and the number."""
        area = self._frame()
        with painting(self) as painter:
            edge = QPainterPath()
            edge.addRoundedRect(area, CORNER * 2, CORNER * 2)
            if self._quick:
                self._paint_page(painter, area)
            if self._picture is None:
                painter.setClipPath(edge)
                painter.fillRect(area, colour(self, "screen"))
                self._paint_words(painter, area)
            else:
                self._paint_picture(painter, edge, self._picture)
                self._paint_guide(painter, area)
            if self._count:
                self._paint_count(painter, area)

    def _paint_page(self, painter: QPainter, area: QRectF) -> None:
        """What shows round the picture and at its corners."""
        whole, hidden = QRectF(self.rect()), area.adjusted(1, CORNER * 2, -1, -CORNER * 2)
        for rect in (
            whole.adjusted(0, 0, 0, hidden.top() - whole.bottom()),
            whole.adjusted(0, hidden.bottom() - whole.top(), 0, 0),
            whole.adjusted(0, 0, hidden.left() - whole.right(), 0),
            whole.adjusted(hidden.right() - whole.left(), 0, 0, 0),
        ):
            painter.fillRect(rect, colour(self, "paper"))

    def _frame(self) -> QRectF:
        """The box of the picture's own shape, so that no black bars are seen."""
        whole = QRectF(self.rect())
        shape = self._picture.shape if self._picture is not None else (9, 16)
        framed = fit(shape[1], shape[0], whole)
        if self._at_top:
            framed.moveTop(0)
        return framed

    def _paint_picture(self, painter: QPainter, edge: QPainterPath, picture: Image) -> None:
        """Copy the picture to the screen. Only the rows of the round corners go through the slow, smooth clip."""
        pixels, area = self.devicePixelRatioF(), edge.boundingRect()
        width, height = max(1, round(area.width() * pixels)), max(1, round(area.height() * pixels))
        image = self._copy.whole(picture) if self._quick else self._copy.scaled(picture, QSize(width, height))
        corner = min(round(CORNER * 2 * pixels), height // 2)
        left, top, times = round(area.left() * pixels), round(area.top() * pixels), image.height() / height

        def copy(first: int, rows: int) -> None:
            target = QRectF(left / pixels, (top + first) / pixels, width / pixels, rows / pixels)
            painter.drawImage(target, image, QRectF(0, first * times, image.width(), rows * times))

        painter.save()
        if self._quick:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            if self._mirrored:
                painter.translate(2 * area.center().x(), 0)
                painter.scale(-1, 1)
        copy(corner, height - 2 * corner)
        painter.setClipPath(edge)
        copy(0, corner)
        copy(height - corner, corner)
        painter.restore()

    def _paint_guide(self, painter: QPainter, area: QRectF) -> None:
        if self._oval:
            tall = area.height() * 0.74
            oval = QRectF(0, 0, tall * 0.74, tall)
            oval.moveCenter(area.center() - QPointF(0, area.height() * 0.02))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(0, 0, 0, 70), 5))
            painter.drawEllipse(oval)
            painter.setPen(QPen(QColor(255, 255, 255, 170), 2.5, Qt.PenStyle.DashLine))
            painter.drawEllipse(oval)

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        ink = QColor("#F1EDE4")
        below = area
        if self._icon:
            px = min(area.height() / 3, 96.0)
            spot = QRectF(area.center().x() - px / 2, area.center().y() - px, px, px)
            paint_icon(painter, self._icon, spot, ink)
            below = QRectF(area.left(), spot.bottom() + 12, area.width(), area.bottom() - spot.bottom() - 12)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        flags |= Qt.AlignmentFlag.AlignTop if self._icon else Qt.AlignmentFlag.AlignVCenter
        painter.setPen(ink)
        painter.drawText(below.adjusted(24, 0, -24, 0), int(flags), self._words)

    def _paint_count(self, painter: QPainter, area: QRectF) -> None:
        radius = min(area.width(), area.height()) * 0.17
        middle = QPointF(area.center().x(), area.top() + radius * 1.3)  # near the camera, where the eyes belong
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(10, 13, 14, 215))
        painter.drawEllipse(middle, radius, radius)
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(max(24, round(radius * 1.2)))
        painter.setFont(font)
        painter.setPen(QColor("#FFFFFF"))
        spot = QRectF(0, 0, radius * 2, radius * 2)
        spot.moveCenter(middle)
        painter.drawText(spot, int(Qt.AlignmentFlag.AlignCenter), self._count)
