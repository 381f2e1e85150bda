"""The real microphone, through sounddevice (PortAudio)."""

import functools
import logging
import sys
import threading
from typing import TYPE_CHECKING

import numpy as np

from capture import portaudio
from capture.clock import Clock
from capture.culprit import Kind
from capture.errors import CaptureError, DeviceRefused
from capture.microphones import find_microphone
from capture.model import BLOCK, SOUND_RATE, AudioBlock, Microphone, Samples
from capture.rate import RateConverter
from capture.refusals import microphone_refusal, missing
from capture.sound_cards import capture_devices
from capture.sources import OnBlock

if TYPE_CHECKING:
    import sounddevice

log = logging.getLogger(__name__)

CLOSE_S = 2.0
"""So long may a driver take to stop."""

NO_PORTAUDIO = (
    "This computer cannot record sound: a part of its sound system is missing. "
    "Ask your IT team to install PortAudio (libportaudio2)."
)


class PortAudioMicrophone:
    """A microphone that is open between start() and close(): one channel, 16 bits, 48,000 samples a second.

    One that does not know this rate is opened at its own, and its sound is converted.
    """

    def __init__(self, microphone: Microphone, clock: Clock) -> None:
        self._microphone = microphone
        self._clock = clock
        self._on_block: OnBlock | None = None
        self._stream: sounddevice.InputStream | None = None
        self._rate = float(SOUND_RATE)
        self._converter: RateConverter | None = None

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
        device, own_rate = self._place()
        trouble: Exception | None = None
        for rate in dict.fromkeys((float(SOUND_RATE), own_rate)):  # a microphone may know its own rate alone
            try:
                self._stream = portaudio.hold(functools.partial(self._open, device, rate))
                self._stream.start()
            except (sounddevice.PortAudioError, ValueError) as error:
                log.info("the microphone does not start at %s samples a second: %s", rate, error)
                self._end()
                trouble = error
            else:
                return
        raise microphone_refusal(self._microphone, listed=True, cards=capture_devices() or ()) from trouble

    def _place(self) -> tuple[int | None, float]:
        """Where PortAudio has it in its list (None: the system's default), and the rate that it likes best."""
        if not self._microphone.address:
            return None, SOUND_RATE
        listed = find_microphone(self._microphone)
        if listed is None:
            raise missing(Kind.MICROPHONE, self._microphone.name)
        if listed.index is None:
            raise microphone_refusal(self._microphone, listed=False, cards=capture_devices() or ())
        return listed.index, listed.rate

    def _open(self, device: int | None, rate: float) -> "sounddevice.InputStream":
        import sounddevice

        self._rate = rate
        self._converter = None if rate == SOUND_RATE else RateConverter(rate)
        return sounddevice.InputStream(
            samplerate=rate,
            channels=1,
            dtype="int16",
            blocksize=round(BLOCK * rate / SOUND_RATE),
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
            late = len(data) / self._rate + float(self._stream.latency if self._stream else 0)
        overflowed = bool(status and status.input_overflow)
        block = AudioBlock(np.ascontiguousarray(data[:, 0]).copy(), now - late, overflowed)
        for one in (block,) if self._converter is None else self._converter.feed(block):
            if (on_block := self._on_block) is not None:
                on_block(one)

    def close(self) -> None:
        """End; no block comes afterwards. A driver that does not let go is left to itself after CLOSE_S."""
        self._on_block = None
        self._end()

    def _end(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        closing = threading.Thread(target=portaudio.give_back, args=(stream,), name="microphone-closing", daemon=True)
        closing.start()
        closing.join(CLOSE_S)
        if closing.is_alive():
            log.error("the driver of “%s” does not let go; it is left to itself", self._microphone.name)
            portaudio.never_end()


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
