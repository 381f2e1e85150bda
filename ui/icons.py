"""Our own icons: SVG files of one family, drawn in whatever colour the place needs. GUI thread."""

from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer


def svg(name: str, colour: QColor) -> bytes:
    """The icon's SVG in this colour; raises FileNotFoundError for a name that is not in assets/icons."""
    drawing = resources.files("assets").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    return drawing.replace("currentColor", colour.name()).encode()


def icon_pixmap(name: str, side_px: int, colour: QColor) -> QPixmap:
    """The icon as a square of this many device pixels; Qt's own cache keeps it."""
    key = f"diary-{name}-{side_px}-{colour.name()}"
    pixmap = QPixmap()
    if not QPixmapCache.find(key, pixmap):
        pixmap = QPixmap(side_px, side_px)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        QSvgRenderer(QByteArray(svg(name, colour))).render(painter, QRectF(pixmap.rect()))
        painter.end()
        QPixmapCache.insert(key, pixmap)
    return pixmap


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Draw the icon into this box."""
    pixmap = icon_pixmap(name, max(1, round(box.width() * painter.device().devicePixelRatio())), colour)
    painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
