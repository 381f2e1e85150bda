"""What the window remembers between two starts: devices by name and the size of text. A small file of its own."""

from pathlib import Path

from PySide6.QtCore import QSettings

from ui.design import SCALES


class Remembered:
    """Kept in window.ini in the data folder; a file that cannot be read counts as empty."""

    def __init__(self, folder: Path) -> None:
        self._file = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)

    def _text(self, key: str) -> str:
        value = self._file.value(key, "")
        return value if isinstance(value, str) else ""

    @property
    def camera(self) -> str:
        """Name of the camera used last, or ''."""
        return self._text("camera")

    @camera.setter
    def camera(self, name: str) -> None:
        self._file.setValue("camera", name)

    @property
    def microphone(self) -> str:
        """Name of the microphone used last, or ''."""
        return self._text("microphone")

    @microphone.setter
    def microphone(self, name: str) -> None:
        self._file.setValue("microphone", name)

    @property
    def scale(self) -> float:
        """Size of text; 1 is 100 %."""
        try:
            wanted = float(self._text("scale") or 1)
        except ValueError:
            return 1.0
        return min(SCALES, key=lambda size: abs(size - wanted))

    @scale.setter
    def scale(self, scale: float) -> None:
        self._file.setValue("scale", str(scale))
