"""The real microphone, through sounddevice (PortAudio)."""

import logging
import sys
from typing import TYPE_CHECKING

import numpy as np

from capture import portaudio
from capture.clock import Clock
from capture.culprit import Kind
from capture.errors import CaptureError, DeviceRefused
from capture.microphones import find_microphone
from capture.model import BLOCK, SOUND_RATE, AudioBlock, Microphone, Samples
from capture.refusals import microphone_refusal, missing
from capture.sound_cards import capture_devices
from capture.sources import OnBlock

if TYPE_CHECKING:
    import sounddevice

log = logging.getLogger(__name__)

NO_PORTAUDIO = (
    "This computer cannot record sound: a part of its sound system is missing. "
    "Ask your IT team to install PortAudio (libportaudio2)."
)


class PortAudioMicrophone:
    """A microphone that is open between start() and close(): one channel, 16 bits, 48,000 samples a second."""

    def __init__(self, microphone: Microphone, clock: Clock) -> None:
        self._microphone = microphone
        self._clock = clock
        self._on_block: OnBlock | None = None
        self._stream: sounddevice.InputStream | None = None

    def start(self, on_block: OnBlock) -> None:
        """Open and begin. Raises DeviceMissing or DeviceRefused.

        The first attempt trusts PortAudio's list of devices where no sound card came or went since it was read; the
        second reads it anew, which is possible while nothing else plays or records.
        """
        self._on_block = on_block
        portaudio.refresh_if_changed()
        try:
            self._begin()
        except CaptureError:
            if not portaudio.refresh():
                raise
            self._begin()

    def _begin(self) -> None:
        try:
            import sounddevice
        except OSError as error:
            raise DeviceRefused(NO_PORTAUDIO) from error
        device = self._place()
        try:
            stream = self._stream = portaudio.hold(lambda: self._open(device))
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            self.close()
            log.info("the microphone does not start: %s", error)
            raise microphone_refusal(self._microphone, listed=True, cards=capture_devices() or ()) from error

    def _place(self) -> int | None:
        """Where PortAudio has it in its list; None: the system's default."""
        if not self._microphone.address:
            return None
        listed = find_microphone(self._microphone)
        if listed is None:
            raise missing(Kind.MICROPHONE, self._microphone.name)
        if listed.index is None:
            raise microphone_refusal(self._microphone, listed=False, cards=capture_devices() or ())
        return listed.index

    def _open(self, device: int | None) -> "sounddevice.InputStream":
        import sounddevice

        return sounddevice.InputStream(
            samplerate=SOUND_RATE,
            channels=1,
            dtype="int16",
            blocksize=BLOCK,
            latency=_room_s(),
            device=device,
            extra_settings=_settings(),
            callback=self._on_samples,
        )

    def _on_samples(
        self, data: Samples, _frames: int, times: "sounddevice.CallbackTime", status: "sounddevice.CallbackFlags"
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
            portaudio.give_back(stream)


def _room_s() -> float | None:
    """How many seconds of sound may wait for a busy computer.

    ALSA still hands over each block at once, and its times stay true. Measured with all processors busy: with
    PortAudio's own 0.04 s, a third of the blocks were lost or late; with half a second, none.
    """
    return 0.5 if sys.platform == "linux" else None


def _settings() -> "sounddevice.WasapiSettings | None":
    """Windows: let the system convert to our rate, which WASAPI refuses by default."""
    if sys.platform == "win32":
        import sounddevice

        return sounddevice.WasapiSettings(auto_convert=True)
    return None
