"""The app's own icon: assets/diary.svg, drawn at the sizes that systems ask for. GUI thread."""

from importlib import resources

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

SIDES_PX = (16, 22, 24, 32, 48, 64, 128, 256)


def app_icon() -> QIcon:
    """The icon of windows, of the list of running apps, and beside the clock."""
    renderer = QSvgRenderer(QByteArray(resources.files("assets").joinpath("diary.svg").read_bytes()))
    icon = QIcon()
    for side in SIDES_PX:
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        icon.addPixmap(pixmap)
    return icon
