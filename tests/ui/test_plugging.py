"""The toolkit's own signals of devices reach the diary: a Mac has no other sign."""

import pytest
from PySide6.QtMultimedia import QMediaDevices
from PySide6.QtWidgets import QApplication, QWidget

from ui.plugging import hear_of_devices


@pytest.mark.qt_log_ignore("PulseAudioService", extend=True)  # a machine without a sound server says so
def test_a_change_of_cameras_or_microphones_makes_the_diary_look(qapp: QApplication) -> None:
    assert qapp
    looked: list[str] = []
    window = QWidget()
    devices = hear_of_devices(lambda: looked.append("again"), window)
    assert isinstance(devices, QMediaDevices)
    assert devices.parent() is window
    devices.videoInputsChanged.emit()
    devices.audioInputsChanged.emit()
    assert looked == ["again", "again"]
