"""The ports for frames and sound. Real devices, demo devices and simulated ones all keep these contracts."""

from collections.abc import Callable
from typing import Protocol

from capture.model import AudioBlock, Frame, PictureFormat

OnBlock = Callable[[AudioBlock], None]


class FrameSource(Protocol):
    """An open camera. One thread reads; close() may come from another."""

    @property
    def picture(self) -> PictureFormat:
        """What the camera really delivers."""

    def read(self) -> Frame | None:
        """Wait for the next frame; None after close(). Raises DeviceGone when the camera stops delivering."""

    def close(self) -> None:
        """Give the camera back; may be called twice."""


class SoundSource(Protocol):
    """An open microphone: blocks of BLOCK samples at SOUND_RATE come by callback, on a thread of its own."""

    def start(self, on_block: OnBlock) -> None:
        """Begin; on_block must not wait. Raises CaptureError."""

    def close(self) -> None:
        """End; no block comes afterwards. May be called twice."""
