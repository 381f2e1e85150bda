"""What the window remembers between two starts: devices, sizes, its place, what closing it means. A file of its own.

What the organisation's settings file says about closing and about sign-in comes before it.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from diary_app.errors import Refused
from diary_app.settings import SettingsRead
from diary_app.settings_words import LOCKED
from ui import background_words
from ui.design import SCALES
from ui.life import AfterClosing


class Remembered:
    """Kept in window.ini in the data folder; a file that cannot be read counts as empty."""

    def __init__(self, folder: Path, office: SettingsRead | None = None) -> None:
        self._office = office or SettingsRead()
        self.on_rule: Callable[[], object] = lambda: None
        """Called when one of the rules about the background is another one."""
        self._file = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)

    def decided(self, key: str) -> bool:
        """True where the organisation decides it: 'after_closing' or 'at_login'."""
        return key in self._office.locked

    def _text(self, key: str) -> str:
        value = self._file.value(key, "")
        return value if isinstance(value, str) else ""

    def read(self, key: str) -> str:
        """What a part of the window wrote under this name, or ''."""
        return self._text(key)

    def write(self, key: str, text: str) -> None:
        """Keep this for a part of the window that has a name of its own for it."""
        self._file.setValue(key, text)

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

    @property
    def place(self) -> QByteArray:
        """Where the window stood, and how large it was, in Qt's own form; empty at the first start."""
        return QByteArray.fromBase64(self._text("place").encode(errors="replace"))

    @place.setter
    def place(self, place: QByteArray) -> None:
        self._file.setValue("place", bytes(place.toBase64().data()).decode())

    @property
    def after_closing(self) -> AfterClosing:
        """What closing the window means for clips that go out. Setting it raises Refused where it cannot be kept."""
        if self.decided("after_closing"):
            return AfterClosing(self._office.settings.after_closing)
        try:
            return AfterClosing(self._text("after_closing"))
        except ValueError:
            return AfterClosing.ASK

    @after_closing.setter
    def after_closing(self, rule: AfterClosing) -> None:
        self._keep("after_closing", rule.value)

    @property
    def at_login(self) -> bool:
        """Go on after the user signs in to the computer? Setting it raises Refused where it cannot be kept."""
        return self._office.settings.at_login if self.decided("at_login") else self._text("at_login") == "yes"

    @at_login.setter
    def at_login(self, wanted: bool) -> None:
        self._keep("at_login", "yes" if wanted else "no")

    def _keep(self, key: str, value: str) -> None:
        """Write it to the disk, or leave it as it was. Raises Refused."""
        if self.decided(key):
            raise Refused(LOCKED)
        before = self._text(key)
        self._file.setValue(key, value)
        self._file.sync()
        if self._file.status() is not QSettings.Status.NoError:
            self._file.setValue(key, before)
            raise Refused(background_words.NOT_KEPT)
        self.on_rule()
