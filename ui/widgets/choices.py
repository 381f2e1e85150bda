"""Choices: a tick, one of several, a list that drops down. Painted by themselves, at least 48 px high. GUI thread."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QRadioButton, QSizePolicy, QWidget

from ui.design import SPACE, TARGET
from ui.icons import paint_icon
from ui.style import colour
from ui.widgets.paint import GAP, box, inside, painting, ring

_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


def _mark_px(widget: QWidget) -> int:
    return round(widget.fontMetrics().height() * 1.3)


def _words_left(widget: QWidget) -> int:
    return GAP + 3 + _mark_px(widget) + SPACE + 4


def _height_for(widget: QAbstractButton, width: int) -> int:
    room = QRect(0, 0, max(80, width - _words_left(widget) - GAP - SPACE), 10_000)
    text = widget.fontMetrics().boundingRect(room, _FLAGS, widget.text())
    return max(TARGET, text.height() + 3 * SPACE)


def _mark_box(widget: QWidget) -> QRectF:
    px = _mark_px(widget)
    return QRectF(GAP + 3, (widget.height() - px) / 2, px, px)


def _paint_words(painter: QPainter, widget: QAbstractButton) -> None:
    painter.setPen(colour(widget, "ink"))
    words = QRectF(widget.rect()).adjusted(_words_left(widget), GAP, -GAP - SPACE, -GAP)
    painter.drawText(words, int(_FLAGS), widget.text())


def _wide_hint(widget: QAbstractButton) -> QSize:
    text = QFontMetrics(widget.font()).horizontalAdvance(widget.text())
    return QSize(_words_left(widget) + text + GAP + 2 * SPACE, max(TARGET, _mark_px(widget) + 2 * SPACE))


class Tick(QCheckBox):
    """A box to tick."""

    def __init__(self, text: str, *, name: str) -> None:
        super().__init__(text)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """The words on one line."""
        return _wide_hint(self)

    def minimumSizeHint(self) -> QSize:
        """Words may wrap."""
        return QSize(_words_left(self) + 120, _wide_hint(self).height())

    def heightForWidth(self, width: int) -> int:
        """As many lines as the words need."""
        return _height_for(self, width)

    def hitButton(self, pos: QPoint) -> bool:
        """All of it can be pressed."""
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the box, the tick and the words."""
        with painting(self) as painter:
            if self.hasFocus():
                ring(painter, self)
            mark = _mark_box(self)
            on = self.isChecked()
            edge = colour(self, "accent" if on or self.underMouse() else "edge")
            box(painter, mark, fill=colour(self, "accent" if on else "card"), edge=edge)
            if on:
                paint_icon(painter, "tick", mark.adjusted(3, 3, -3, -3), colour(self, "on_accent"))
            _paint_words(painter, self)


class Choice(QRadioButton):
    """One of several."""

    def __init__(self, text: str, *, name: str) -> None:
        super().__init__(text)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._one_stop)

    def sizeHint(self) -> QSize:
        """The words on one line."""
        return _wide_hint(self)

    def minimumSizeHint(self) -> QSize:
        """Never so narrow that words are lost."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """All of it can be pressed."""
        return self.rect().contains(pos)

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever comes by Tab enters the group at the chosen one, wherever that stands in it."""
        super().showEvent(event)
        self._one_stop()

    def _one_stop(self) -> None:
        """Tab stops at the chosen one alone: moving on from another would have a screen reader speak of that one."""
        group = self.group()
        chosen = group.checkedButton() if group is not None else None
        for each in group.buttons() if group is not None and chosen is not None else ():
            policy = Qt.FocusPolicy.StrongFocus if each is chosen else Qt.FocusPolicy.ClickFocus
            each.setFocusPolicy(policy)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the circle, the dot and the words."""
        with painting(self) as painter:
            if self.hasFocus():
                ring(painter, self)
            mark = _mark_box(self).adjusted(1, 1, -1, -1)
            on = self.isChecked()
            painter.setBrush(colour(self, "card"))
            painter.setPen(QPen(colour(self, "accent" if on or self.underMouse() else "edge"), 2.5))
            painter.drawEllipse(mark)
            if on:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour(self, "accent"))
                quarter = mark.width() / 4
                painter.drawEllipse(mark.adjusted(quarter, quarter, -quarter, -quarter))
            _paint_words(painter, self)


class LongChoice(Choice):
    """One of several, with so many words that they may need more than one line."""

    def __init__(self, text: str, *, name: str) -> None:
        super().__init__(text, name=name)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, text: str) -> None:
        """Change the words."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Words may wrap."""
        return QSize(_words_left(self) + 120, _wide_hint(self).height())

    def heightForWidth(self, width: int) -> int:
        """As many lines as the words need."""
        return _height_for(self, width)


class PickBox(QComboBox):
    """A list that drops down; its label is its buddy, or its name would be lost on Linux."""

    def __init__(self, buddy: QLabel, *, name: str) -> None:
        super().__init__()
        buddy.setBuddy(self)
        self.setObjectName(name)
        self.setAccessibleName(buddy.text())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def sizeHint(self) -> QSize:
        """A target's height."""
        height = max(TARGET, self.fontMetrics().height() + 3 * SPACE)
        return QSize(super().sizeHint().width() + 8 * SPACE, height)

    def minimumSizeHint(self) -> QSize:
        """Words may be shortened at the end; the list shows them whole."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the field, the choice of the moment and the chevron."""
        with painting(self) as painter:
            if self.hasFocus():
                ring(painter, self)
            area = inside(self)
            edge = "accent" if self.underMouse() else "edge"
            box(painter, area, fill=colour(self, "card"), edge=colour(self, edge))
            chevron = 4 * SPACE
            words = area.adjusted(2 * SPACE, 0, -chevron, 0)
            painter.setPen(colour(self, "ink"))
            text = self.fontMetrics().elidedText(
                self.currentText(), Qt.TextElideMode.ElideRight, max(0, int(words.width()))
            )
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), text)
            painter.setPen(QPen(colour(self, "ink"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            tip = QPointF(area.right() - chevron / 2, area.center().y() + 3)
            painter.drawLine(tip, tip + QPointF(-6, -6))
            painter.drawLine(tip, tip + QPointF(6, -6))
