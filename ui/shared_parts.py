"""What the pages of a shared computer are made of: tiles, the number pad, fields, a page that scrolls. GUI thread."""

import math
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from diary_app.shared.owner import MARKS, MOST_DIGITS, Owner
from ui import shared_words as words
from ui.announce import announce
from ui.design import COLUMN, PRIMARY, SPACE
from ui.style import colour
from ui.widgets.banner import Banner
from ui.widgets.buttons import Button, Pressable
from ui.widgets.paint import box, inside, painting, ring
from ui.widgets.text import label, redress

SIDES = (0, 4, 6, 8)
"""Corners of the shape round the initials; 0: a circle. Half of the looks are filled, the others are outlines."""
ROWS = ("123", "456", "789")


class Tile(Pressable):
    """A person: initials in a shape, and the name below. What tells two apart is never colour alone."""

    def __init__(self, owner: Owner) -> None:
        super().__init__(owner.name)
        self.owner = owner
        self.setObjectName("tile")
        self.setAccessibleName(words.TILE.format(name=owner.name))
        self.setToolTip(owner.name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """Nine lines wide, eight high: it grows with the words."""
        line = self.fontMetrics().height()
        return QSize(9 * line, 8 * line + 2 * SPACE)

    def minimumSizeHint(self) -> QSize:
        """As the hint."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The card, the shape with the initials, the name."""
        line = self.fontMetrics().height()
        with painting(self) as painter:
            if self.hasFocus():
                ring(painter, self)
            area = inside(self)
            hot = self.underMouse() or self.isDown()
            edge = colour(self, "accent" if hot else "edge")
            box(painter, area, fill=colour(self, "tint" if hot else "card"), edge=edge)
            side = 4.4 * line
            spot = QRectF(area.center().x() - side / 2, area.top() + line * 0.8, side, side)
            self._paint_shape(painter, spot)
            self._paint_initials(painter, spot)
            self._paint_name(painter, area.adjusted(SPACE, spot.bottom() - area.top() + SPACE, -SPACE, -SPACE))

    @property
    def _filled(self) -> bool:
        return self.owner.mark % MARKS < MARKS // 2

    def _paint_shape(self, painter: QPainter, spot: QRectF) -> None:
        painter.setPen(QPen(colour(self, "accent"), 4))
        painter.setBrush(colour(self, "accent" if self._filled else "card"))
        sides = SIDES[self.owner.mark % len(SIDES)]
        if sides == 0:
            painter.drawEllipse(spot.adjusted(2, 2, -2, -2))
        elif sides == 4:
            painter.drawRoundedRect(spot.adjusted(5, 5, -5, -5), SPACE, SPACE)
        else:
            painter.drawPolygon(_polygon(spot.adjusted(2, 2, -2, -2), sides))

    def _paint_initials(self, painter: QPainter, spot: QRectF) -> None:
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(round(QFontInfo(font).pixelSize() * 2))
        painter.setFont(font)
        painter.setPen(colour(self, "on_accent" if self._filled else "accent"))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, self.owner.initials)

    def _paint_name(self, painter: QPainter, area: QRectF) -> None:
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(colour(self, "ink"))
        metrics = QFontMetrics(font)
        wide, name = round(area.width()), self.owner.name
        if max(map(metrics.horizontalAdvance, name.split())) > wide:  # one long word
            name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, wide)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, name)


def _polygon(spot: QRectF, sides: int) -> QPolygonF:
    """A regular one in this box, with a corner at the top (6) or a side (8)."""
    turn = math.pi / sides if sides == 8 else 0.0
    reach = spot.width() / 2
    angles = [2 * math.pi * corner / sides + turn for corner in range(sides)]
    return QPolygonF([spot.center() + QPointF(reach * math.sin(at), -reach * math.cos(at)) for at in angles])


class Page(QScrollArea):
    """One page behind the tiles: a column that scrolls, with a banner at the top."""

    help_words = words.HELP_WHO
    heading = ""

    def __init__(self, name: str, *, heading: str, wide: bool = False) -> None:
        super().__init__()
        self.heading = heading
        self._measure = COLUMN * (1.4 if wide else 1.0)
        self.setObjectName(f"page-{name}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.banner = Banner(name=f"{name}-banner")
        middle = QWidget()
        self.column = QVBoxLayout(middle)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE * 2)
        self.column.addWidget(self.banner)
        page = QWidget()
        page.setObjectName("page")
        self._line = QHBoxLayout(page)
        self._line.addWidget(middle, 1)
        self.setWidget(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column at a comfortable measure, in the middle."""
        measure = round(self._measure * self.fontMetrics().height() / 19)
        side = max(SPACE * 2 if self.width() < COLUMN else SPACE * 3, (self.width() - measure) // 2)
        self._line.setContentsMargins(side, SPACE, side, SPACE * 3)
        super().resizeEvent(event)

    def first(self) -> QWidget | None:
        """What has the focus on arrival."""
        return None


class Field(QWidget):
    """A line to write into, with its label above."""

    entered = Signal()
    """Return was pressed."""

    def __init__(self, caption: str, *, name: str, hint: str = "", secret: bool = False) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.line.setAccessibleName(caption)
        self.line.setPlaceholderText(hint)
        if secret:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
            self.line.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.line.returnPressed.connect(self.entered)
        above = label(caption, "label")
        above.setBuddy(self.line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(above)
        column.addWidget(self.line)

    @property
    def text(self) -> str:
        """What is written there."""
        return self.line.text().strip()

    def clear(self) -> None:
        """Nothing is written there, and nothing is wrong."""
        self.line.clear()
        self.mark(wrong=False)

    def mark(self, *, wrong: bool) -> None:
        """Show whether this is what is wrong."""
        redress(self.line, wrong=wrong)


class PinField(Field):
    """Digits alone, as dots; says how many there are and never which."""

    def __init__(self, caption: str, *, name: str) -> None:
        super().__init__(caption, name=name, secret=True)
        self.line.setMaxLength(MOST_DIGITS)
        self.line.textEdited.connect(self._on_edited)

    def _on_edited(self, text: str) -> None:
        digits = "".join(letter for letter in text if letter in "0123456789")
        if digits != text:
            self.line.setText(digits)
        self.say()

    def say(self) -> None:
        """Tell a screen reader how many digits there are."""
        count = len(self.line.text())
        announce(self.line, words.DIGITS.of(count) if count else words.NO_DIGITS)

    def type(self, digit: str) -> None:
        """As if it was typed."""
        if len(self.line.text()) < MOST_DIGITS:
            self.line.setText(self.line.text() + digit)
        self.say()

    def rub_out(self) -> None:
        """Take the last digit away."""
        self.line.setText(self.line.text()[:-1])
        self.say()


class Digit(Button):
    """A number that can be read from afar."""

    def label_font(self) -> QFont:
        """Half as large again."""
        font = super().label_font()
        font.setPixelSize(round(QFontInfo(font).pixelSize() * 1.5))
        return font


class Pad(QWidget):
    """Ten large numbers for whoever has no keyboard, or would rather press."""

    pressed = Signal(str)
    rubbed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pad")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE)
        for down, digits in enumerate(ROWS):
            for across, digit in enumerate(digits):
                grid.addWidget(self._digit(digit), down, across)
        rub = Button(words.RUB_OUT, name="rub-out", icon="undo")
        rub.setMinimumHeight(PRIMARY)
        rub.clicked.connect(self.rubbed)
        grid.addWidget(self._digit("0"), 3, 0)
        grid.addWidget(rub, 3, 1, 1, 2)

    def _digit(self, digit: str) -> Button:
        button = Digit(digit, name=f"digit-{digit}")
        button.setMinimumSize(PRIMARY, PRIMARY)
        button.clicked.connect(partial(self.pressed.emit, digit))
        return button
