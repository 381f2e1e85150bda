"""Steps of a clip's way: a shape and words, never colour alone. GUI thread."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui import words
from ui.design import SPACE
from ui.icons import paint_icon
from ui.journey import MARK_WORDS, Mark, Step
from ui.style import colour
from ui.widgets.paint import painting
from ui.widgets.text import label, redress


class Shape(QWidget):
    """The shape before a step."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def become(self, mark: Mark) -> None:
        """Show another shape."""
        self.mark = mark
        self.update()

    def sizeHint(self) -> QSize:
        """As tall as the words beside it."""
        px = round(self.fontMetrics().height() * 1.35)
        return QSize(px, px)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shape."""
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        with painting(self) as painter:
            _PAINT[self.mark](self, painter, area)

    def _done(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self, "accent"))
        painter.drawEllipse(area)
        inner = area.width() * 0.2
        paint_icon(painter, "tick", area.adjusted(inner, inner, -inner, -inner), colour(self, "on_accent"))

    def _now(self, painter: QPainter, area: QRectF) -> None:
        painter.setBrush(colour(self, "card"))
        painter.setPen(QPen(colour(self, "accent"), 3))
        painter.drawEllipse(area.adjusted(1, 1, -1, -1))
        middle, reach = area.center(), area.width() * 0.2
        pointer = [QPointF(-reach * 0.7, -reach), QPointF(reach, 0), QPointF(-reach * 0.7, reach)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self, "accent"))
        painter.drawPolygon(QPolygonF([middle + point for point in pointer]))

    def _next(self, painter: QPainter, area: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour(self, "edge"), 2.5))
        painter.drawEllipse(area.adjusted(1.5, 1.5, -1.5, -1.5))

    def _stuck(self, painter: QPainter, area: QRectF) -> None:
        paint_icon(painter, "warning", area, colour(self, "ink"))


_PAINT = {Mark.DONE: Shape._done, Mark.NOW: Shape._now, Mark.NEXT: Shape._next, Mark.STUCK: Shape._stuck}


class ProgressBar(QWidget):
    """How far it is; the words beside it say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._fraction = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def reach(self, fraction: float) -> None:
        """Show this fraction, 0 to 1."""
        self._fraction = min(1.0, max(0.0, fraction))
        self.setAccessibleName(words.PROGRESS.format(percent=round(self._fraction * 100)))
        self.update()

    def sizeHint(self) -> QSize:
        """A calm bar."""
        return QSize(200, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        with painting(self) as painter:
            painter.setPen(QPen(colour(self, "edge"), 1.5))
            painter.setBrush(colour(self, "card"))
            painter.drawRoundedRect(area, 5, 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(self, "accent"))
            full = area.adjusted(2, 2, -2, -2)
            full.setWidth(full.width() * self._fraction)
            painter.drawRoundedRect(full, 3, 3)


class StageLine(QWidget):
    """One step: shape, words, and below them the detail and the progress."""

    def __init__(self, step: Step, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._shape = Shape(step.mark)
        self._text = label("", "lead", name=f"{name}-text")
        self._detail = label("", "body", name=f"{name}-detail")
        self._bar = ProgressBar()
        side = QVBoxLayout()
        side.setSpacing(SPACE // 2)
        for part in (self._text, self._bar, self._detail):
            side.addWidget(part)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, SPACE // 2, 0, SPACE // 2)
        line.setSpacing(SPACE * 2)
        line.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(side, 1)
        self.step: Step | None = None
        self.show_step(step)

    def show_step(self, step: Step) -> None:
        """Show this step; quick when it is the one that is shown already."""
        if step == self.step:
            return
        self.step = step
        self._shape.become(step.mark)
        self._text.setText(step.text)
        redress(self._text, role="lead-strong" if step.here else "lead")
        self._detail.setText(step.detail)
        self._detail.setVisible(bool(step.detail))
        self._bar.setVisible(step.fraction is not None)
        if step.fraction is not None:
            self._bar.reach(step.fraction)
        spoken = f"{step.text}, {MARK_WORDS[step.mark]}. {step.detail}".strip()
        self._shape.setAccessibleName(MARK_WORDS[step.mark])
        self.setAccessibleName(spoken)
