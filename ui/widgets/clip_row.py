"""A clip in a list: one wide button with its title, its length, and where it is on its way. GUI thread."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from diary_app import phrases
from diary_app.clip import Clip, Kind
from diary_app.delivery.sending_rules import Connection, MayGo, Rules, may_go
from diary_app.news import Progress
from ui import words
from ui.design import SPACE
from ui.icons import paint_icon
from ui.staying import line_of
from ui.style import colour
from ui.widgets.buttons import Pressable
from ui.widgets.paint import box, inside, painting, ring
from ui.widgets.stage_line import Shape


def _word_of(clip: Clip) -> MayGo:
    return may_go(clip, Rules(), Connection())


def row_height(widget: QWidget) -> int:
    """How high a row is among the words of this widget, in pixels: two lines of text."""
    return round(widget.fontMetrics().height() * 2.6) + 4 * SPACE


class ClipRow(Pressable):
    """Pressing it opens the clip."""

    def __init__(self, clip: Clip, progress: Progress | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"clip-{clip.clip_id}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shape = Shape(line_of(clip, progress, _word_of(clip)).mark)
        self._shape.setParent(self)
        self._shape.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_clip(clip, progress)

    def show_clip(
        self,
        clip: Clip,
        progress: Progress | None = None,
        answer: MayGo | None = None,
        *,
        stays: tuple[str, ...] = (),
    ) -> None:
        """Show the clip as it is now. answer: may it go just now; None: as far as its owner's word goes.

        stays: how long its files stay, or that they are gone: the whole words first, then shorter ones.
        """
        step = line_of(clip, progress, answer or _word_of(clip))
        self._clip = clip
        stage = step.text if step.fraction is None else f"{step.text}, {round(step.fraction * 100)} %"
        self._stages = tuple(f"{stage}. {each}" for each in stays if each) or (stage,)
        self._length = phrases.clock(clip.kept_seconds)
        self._shape.become(step.mark)
        kind = words.VIDEO_OR_SOUND[clip.kind]
        self.setAccessibleName(f"{clip.title}, {kind}, {phrases.spoken(clip.kept_seconds)}, {self._stages[0]}")
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines of text."""
        return QSize(320, row_height(self))

    def minimumSizeHint(self) -> QSize:
        """Titles may be shortened at the end."""
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the two lines."""
        with painting(self) as painter:
            if self.hasFocus():
                ring(painter, self)
            hot = self.underMouse() or self.isDown()
            area = inside(self)
            edge = colour(self, "accent" if hot else "line")
            box(painter, area, fill=colour(self, "tint" if hot else "card"), edge=edge)
            self._paint_lines(
                painter, QRectF(self.rect()).adjusted(SPACE * 2.5, SPACE * 1.5, -SPACE * 2.5, -SPACE * 1.5)
            )

    def _fitting_stage(self, width: float) -> str:
        """The most words that there is room for, in pixels."""
        metrics = QFontMetricsF(self.font())
        fitting = (each for each in self._stages if metrics.horizontalAdvance(each) <= width)
        return next(fitting, metrics.elidedText(self._stages[-1], Qt.TextElideMode.ElideRight, width))

    def _paint_lines(self, painter: QPainter, area: QRectF) -> None:
        bold = QFont(self.font())
        bold.setBold(True)
        metrics = QFontMetricsF(bold)
        high = area.height() / 2
        top = QRectF(area.left(), area.top(), area.width(), high)
        below = QRectF(area.left(), area.top() + high, area.width(), high)
        icon_px = metrics.height()
        icon = "film" if self._clip.kind is Kind.VIDEO else "microphone"
        length_px = metrics.horizontalAdvance(self._length) + SPACE * 2
        paint_icon(
            painter, icon, QRectF(top.left(), top.center().y() - icon_px / 2, icon_px, icon_px), colour(self, "ink")
        )
        painter.setFont(bold)
        painter.setPen(colour(self, "ink"))
        title = top.adjusted(icon_px + SPACE * 1.5, 0, -length_px, 0)
        flags = Qt.AlignmentFlag.AlignVCenter
        elided = metrics.elidedText(self._clip.title, Qt.TextElideMode.ElideRight, title.width())
        painter.drawText(title, int(flags), elided)
        painter.setFont(self.font())
        painter.setPen(colour(self, "soft_ink"))
        painter.drawText(top, int(flags | Qt.AlignmentFlag.AlignRight), self._length)
        words_left = icon_px + SPACE * 1.5
        said = below.adjusted(words_left, 0, 0, 0)
        painter.drawText(said, int(flags), self._fitting_stage(said.width()))
        shape_px = self._shape.sizeHint().width() * 0.8
        self._shape.setGeometry(QRectF(below.left(), below.center().y() - shape_px / 2, shape_px, shape_px).toRect())
