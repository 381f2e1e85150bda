"""Buttons: one primary a screen, the rest secondary; quiet ones look like links. GUI thread."""

from enum import Enum, auto

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.design import PRIMARY, SPACE, TARGET
from ui.icons import paint_icon
from ui.style import colour
from ui.widgets.paint import box, inside, painting, ring


class Weight(Enum):
    """How loudly a button speaks."""

    PRIMARY = auto()
    """The one next step."""
    SECONDARY = auto()
    QUIET = auto()
    """A link."""
    DANGER = auto()
    """Destroys something."""
    TILE = auto()
    """A large choice on Home: words at the left, beside a red or teal shape."""


LEAST = {Weight.PRIMARY: PRIMARY, Weight.TILE: PRIMARY + 2 * SPACE}
"""Least heights that are more than a target's, in pixels."""


class Pressable(QPushButton):
    """Enter presses the focused button too, as everywhere else."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space press."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


class Button(Pressable):
    """A button that paints itself: text, an icon beside it, and a ring that never touches the text."""

    def __init__(
        self, text: str, *, name: str, weight: Weight = Weight.SECONDARY, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.weight = weight
        self._icon = icon
        self.icon_hue = ""
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def say(self, text: str, *, icon: str | None = None) -> None:
        """Change the words (and the icon)."""
        self._icon = self._icon if icon is None else icon
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def label_font(self) -> QFont:
        """The font of the label: a step larger on the primary button."""
        font = QFont(self.font())
        font.setBold(self.weight is not Weight.QUIET)
        if self.weight in (Weight.PRIMARY, Weight.TILE):
            font.setPixelSize(round(QFontInfo(font).pixelSize() * 1.25))
        font.setUnderline(self.weight is Weight.QUIET)
        return font

    def sizeHint(self) -> QSize:
        """Room for icon, text, padding and ring."""
        metrics = QFontMetrics(self.label_font())
        least = LEAST.get(self.weight, TARGET)
        pad = SPACE * 2 if self.weight is Weight.QUIET else SPACE * 5
        icon = self._icon_px(metrics) + SPACE + 4 if self._icon else 0
        width = metrics.horizontalAdvance(self.text()) + icon + pad
        return QSize(width, max(least, metrics.height() + 3 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Never so narrow that words are lost."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the button from the palette of the moment."""
        with painting(self) as painter:
            if self.hasFocus():
                ring(painter, self)
            self._paint_face(painter)
            self._paint_label(painter)

    def _icon_px(self, metrics: QFontMetrics) -> int:
        return round(metrics.height() * (1.25 if self.weight is Weight.TILE else 1.0))

    def _paint_face(self, painter: QPainter) -> None:
        area = inside(self)
        match self.weight:
            case Weight.PRIMARY:
                box(painter, area, fill=self._pressed(colour(self, "accent")))
            case Weight.DANGER:
                box(painter, area, fill=self._pressed(colour(self, "red_ink")))
            case Weight.QUIET:
                if self.underMouse() or self.isDown():
                    box(painter, area, fill=colour(self, "tint"))
            case Weight.SECONDARY | Weight.TILE:
                hot = self.underMouse() or self.isDown() or self.isChecked()
                fill = colour(self, "tint" if hot else "card")
                box(painter, area, fill=fill, edge=colour(self, "accent" if hot else "edge"))

    def _pressed(self, fill: QColor) -> QColor:
        if self.isDown():
            return fill.darker(125)
        return fill.darker(112) if self.underMouse() else fill

    def _text_hue(self) -> str:
        tokens = {Weight.PRIMARY: "on_accent", Weight.DANGER: "on_red", Weight.QUIET: "accent"}
        return tokens.get(self.weight, "ink")

    def _paint_label(self, painter: QPainter) -> None:
        font = self.label_font()
        metrics = QFontMetrics(font)
        area = inside(self)
        icon_px = self._icon_px(metrics) if self._icon else 0
        lead = icon_px + SPACE + 4 if icon_px else 0
        text_px = metrics.horizontalAdvance(self.text())
        centred = area.left() + (area.width() - text_px - lead) / 2
        left = SPACE * 3 if self.weight is Weight.TILE else centred
        if icon_px:
            spot = QRectF(left, area.center().y() - icon_px / 2, icon_px, icon_px)
            paint_icon(painter, self._icon, spot, colour(self, self.icon_hue or self._text_hue()))
        painter.setFont(font)
        painter.setPen(colour(self, self._text_hue()))
        words = QRectF(left + lead, area.top(), text_px + 4, area.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
