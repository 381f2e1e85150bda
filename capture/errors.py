"""What can go wrong in capture. The text of every error is a sentence for the user.

CaptureError
├── DeviceMissing      no such camera or microphone
├── DeviceRefused      it is there and does not start
│   ├── DeviceBusy     another program has it; culprit names it where the system tells
│   └── DeviceDenied   the system's privacy setting or its permissions say no
├── DeviceGone         it delivered, and stopped
├── EncoderFailed      the encoder child ended early; tail holds its last lines
├── TakeExists         a recording of this name is there, whole or cut short
└── DiskFull           no room for a take
"""


class CaptureError(Exception):
    """Something in capture failed."""


class DeviceMissing(CaptureError):
    """No such camera or microphone."""


class DeviceRefused(CaptureError):
    """The device is there and does not start: in use, not allowed, or it does not answer."""


class DeviceBusy(DeviceRefused):
    """Another program has the device."""

    def __init__(self, sentence: str, culprit: str | None = None) -> None:
        super().__init__(sentence)
        self.culprit = culprit
        """What people call that program; None where the system does not tell."""


class DeviceDenied(DeviceRefused):
    """The system's privacy setting or its permissions do not allow the device."""


class DeviceGone(CaptureError):
    """The device delivered, and stopped."""


class EncoderFailed(CaptureError):
    """The encoder child ended early."""

    def __init__(self, sentence: str, tail: str = "", *, disk_full: bool = False) -> None:
        super().__init__(sentence)
        self.tail = tail
        """The child's last lines, for the log."""
        self.disk_full = disk_full
        """True when it had no room: another child would have none either."""


class DiskFull(CaptureError):
    """There is no room for a take."""


class TakeExists(CaptureError):
    """A recording of this name is there already, whole or cut short; nothing is ever written over it."""
