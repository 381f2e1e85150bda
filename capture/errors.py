"""What can go wrong in capture. The text of every error is a sentence for the user.

CaptureError
├── DeviceMissing      no such camera or microphone
├── DeviceRefused      in use by another program, or not allowed
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
    """The device is in use by another program, or the system does not allow it."""


class DeviceGone(CaptureError):
    """The device delivered, and stopped."""


class EncoderFailed(CaptureError):
    """The encoder child ended early."""

    def __init__(self, sentence: str, tail: str = "") -> None:
        super().__init__(sentence)
        self.tail = tail
        """The child's last lines, for the log."""


class DiskFull(CaptureError):
    """There is no room for a take."""


class TakeExists(CaptureError):
    """A recording of this name is there already, whole or cut short; nothing is ever written over it."""
