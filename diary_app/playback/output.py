"""Where sound comes out: a port, and PortAudio behind it. The output's own thread asks for samples as it needs them."""

import logging
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from capture import portaudio

log = logging.getLogger(__name__)

RATE = 48_000
CHANNELS = 2
LATENCY_S = 0.12

_NO_OUTPUT = "This computer has no sound output that works, so you will not hear this."

Pull = Callable[[int], NDArray[np.float32]]
"""Asks for so many samples; returns samples x 2 channels, -1 to 1. Called by the output's thread: never waits."""


class OutputError(Exception):
    """There is no sound output, or it does not work; the text is a sentence for the user."""


class SoundOutput(Protocol):
    """Loudspeakers or headphones. start() and stop() may be called in turn, any number of times, by one thread."""

    @property
    def latency_s(self) -> float:
        """Seconds from the moment samples are asked for until they are heard."""
        ...

    def start(self, pull: Pull) -> None:
        """Begin to ask for samples (48 kHz, two channels); raises OutputError."""
        ...

    def stop(self) -> None:
        """Be silent at once; `pull` is not called any more when this returns."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


class PortAudioOutput:
    """The system's loudspeakers, through PortAudio."""

    def __init__(self, device: int | str | None = None) -> None:
        self._pull: Pull | None = None
        try:
            import sounddevice  # here, because it raises OSError where the PortAudio library is missing
        except OSError as error:
            raise OutputError(_NO_OUTPUT) from error
        self._broken = sounddevice.PortAudioError
        portaudio.refresh_if_changed()  # a headset that was plugged in since
        try:
            self._stream = portaudio.hold(
                lambda: sounddevice.OutputStream(
                    samplerate=RATE,
                    channels=CHANNELS,
                    dtype="float32",
                    latency=LATENCY_S,
                    device=device,
                    callback=self._on_samples_wanted,
                )
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise OutputError(_NO_OUTPUT) from error

    @property
    def latency_s(self) -> float:
        """What PortAudio says of the stream that it opened, in seconds."""
        return float(self._stream.latency)

    def start(self, pull: Pull) -> None:
        """Begin to ask for samples; raises OutputError."""
        self._pull = pull
        try:
            self._stream.start()
        except self._broken as error:
            raise OutputError("The sound output stopped working, so you will not hear this.") from error

    def stop(self) -> None:
        """Be silent at once."""
        self._stream.abort()
        self._pull = None

    def close(self) -> None:
        """Give the device back."""
        portaudio.give_back(self._stream)

    def _on_samples_wanted(self, out: NDArray[Any], count: int, _time: object, _flags: object) -> None:
        pull = self._pull
        out[:] = pull(count) if pull else 0


def find_output() -> SoundOutput | None:
    """The system's sound output, or None where there is none: then a player keeps time by the computer's clock."""
    try:
        return PortAudioOutput()
    except OutputError as error:
        log.info("no sound output: %s", error.__cause__)
        return None
