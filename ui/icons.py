"""Our own icons: SVG files of one family, drawn in whatever colour the place needs. GUI thread."""

from importlib import resources

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtSvg import QSvgRenderer


def svg(name: str, colour: QColor) -> bytes:
    """The icon's SVG in this colour; raises FileNotFoundError for a name that is not in assets/icons."""
    drawing = resources.files("assets").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    return drawing.replace("currentColor", colour.name()).encode()


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Draw the icon into this box."""
    QSvgRenderer(QByteArray(svg(name, colour))).render(painter, box)
