"""The real microphone, through sounddevice (PortAudio)."""

import sys

import numpy as np
import sounddevice

from capture.clock import Clock
from capture.errors import CaptureError, DeviceMissing, DeviceRefused
from capture.model import BLOCK, SOUND_RATE, AudioBlock, Microphone, Samples
from capture.sources import OnBlock


class PortAudioMicrophone:
    """A microphone that is open between start() and close(): one channel, 16 bits, 48,000 samples a second."""

    def __init__(self, microphone: Microphone, clock: Clock) -> None:
        self._microphone = microphone
        self._clock = clock
        self._on_block: OnBlock | None = None
        self._stream: sounddevice.InputStream | None = None

    def start(self, on_block: OnBlock) -> None:
        """Open and begin. Raises DeviceMissing or DeviceRefused."""
        self._on_block = on_block
        try:
            self._stream = sounddevice.InputStream(
                samplerate=SOUND_RATE,
                channels=1,
                dtype="int16",
                blocksize=BLOCK,
                latency=_room_s(),
                device=device_address(self._microphone),
                extra_settings=_settings(),
                callback=self._on_samples,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            self.close()
            raise self._refusal() from error

    def _refusal(self) -> CaptureError:
        name = self._microphone.name
        if name not in {found["name"] for found in sounddevice.query_devices()} and self._microphone.address:
            return DeviceMissing(f"The microphone “{name}” is not plugged in. Plug it in, or choose another one.")
        return DeviceRefused(
            f"The microphone “{name}” does not start. Another program may be using it: "
            "close video calls and other sound programs, then try again."
        )

    def _on_samples(
        self, data: Samples, _frames: int, times: "sounddevice.CallbackTime", status: sounddevice.CallbackFlags
    ) -> None:
        """PortAudio's thread: one copy and one hand-over."""
        now = self._clock.now_s()
        late = times.currentTime - times.inputBufferAdcTime
        if not (times.inputBufferAdcTime and 0 <= late < 1):  # some systems leave the times at zero
            late = len(data) / SOUND_RATE + float(self._stream.latency if self._stream else 0)
        if self._on_block is not None:
            overflowed = bool(status and status.input_overflow)
            self._on_block(AudioBlock(np.ascontiguousarray(data[:, 0]).copy(), now - late, overflowed))

    def close(self) -> None:
        """End; no block comes afterwards."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close(ignore_errors=True)


def device_address(microphone: Microphone) -> int | str | None:
    """What PortAudio wants: the device's name and its system, or None for the system's default."""
    return microphone.address or None


def _room_s() -> float | None:
    """How many seconds of sound may wait for a busy computer.

    ALSA still hands over each block at once, and its times stay true. Measured with all processors busy: with
    PortAudio's own 0.04 s, a third of the blocks were lost or late; with half a second, none.
    """
    return 0.5 if sys.platform == "linux" else None


def _settings() -> "sounddevice.WasapiSettings | None":
    """Windows: let the system convert to our rate, which WASAPI refuses by default."""
    return sounddevice.WasapiSettings(auto_convert=True) if sys.platform == "win32" else None
