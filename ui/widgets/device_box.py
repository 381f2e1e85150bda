"""A labelled list of cameras or of microphones. GUI thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diary_app.language import shown
from ui.devices import Device, Pick
from ui.widgets.choices import PickBox
from ui.widgets.text import label


class DeviceBox(QWidget):
    """The label and the list; chosen tells of a change by the user alone."""

    chosen = Signal()

    def __init__(self, text: str, *, name: str) -> None:
        super().__init__()
        caption = label(text, "label", wrap=False)
        self._box = PickBox(caption, name=name)
        self._devices: tuple[Device, ...] = ()
        self._box.activated.connect(lambda _place: self.chosen.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(caption)
        column.addWidget(self._box)

    @property
    def device(self) -> Device | None:
        """The chosen device."""
        place = self._box.currentIndex()
        return self._devices[place] if 0 <= place < len(self._devices) else None

    def offer(self, pick: Pick) -> None:
        """Show these devices."""
        self._devices = pick.offered
        self._box.clear()
        self._box.addItems([shown(device.name) for device in pick.offered])
        self._box.setCurrentIndex(-1 if pick.chosen is None else pick.chosen)

    def choose(self, device: Device) -> None:
        """Choose one of the offered devices, as the user would."""
        self._box.setCurrentIndex(self._devices.index(device))
        self.chosen.emit()
