"""What the window's toolkit hears of devices that are plugged in or pulled out.

Only a Mac needs it: there is no other sign of them there (capture.hotplug). The import waits until it is asked for,
because the toolkit opens the system's sound libraries with it.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject


def hear_of_devices(look: Callable[[], None], parent: QObject) -> QObject:
    """Call `look` on the GUI thread whenever a camera or a microphone comes or goes, as long as `parent` lives."""
    from PySide6.QtMultimedia import QMediaDevices

    devices = QMediaDevices(parent)
    devices.videoInputsChanged.connect(look)
    devices.audioInputsChanged.connect(look)
    return devices
