"""“Say your name”: a few seconds of the open microphone, heard again and judged, before anything is recorded."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.model import Samples
from capture.sound_verdict import SoundVerdict
from diary_app.errors import Refused
from diary_app.playback.output import CHANNELS, OutputError, PortAudioOutput

TRY_S = 4.0
"""How long the user has for saying a name."""
NOTHING_CAME = "Nothing came from the microphone. Check its plug, or choose another one."


@dataclass(frozen=True, slots=True)
class SoundTry:
    """What was heard."""

    samples: Samples
    """48,000 a second."""
    verdict: SoundVerdict


def play(samples: Samples, stop: threading.Event | None = None) -> None:
    """Play these samples on the loudspeaker and wait until they were heard, or `stop` is set. Raises Refused."""
    try:
        output = PortAudioOutput()
    except OutputError as error:
        raise Refused(str(error)) from error
    player = _Playing(samples, stop or threading.Event())
    try:
        output.start(player.pull)
        player.done.wait(len(samples) / 48_000 + 5)
        threading.Event().wait(output.latency_s)  # what was asked for is heard so much later
    except OutputError as error:
        raise Refused(str(error)) from error
    finally:
        output.stop()
        output.close()


class _Playing:
    """Hands out samples as the loudspeaker asks for them."""

    def __init__(self, samples: Samples, done: threading.Event) -> None:
        self._left = samples.astype(np.float32) / 32768
        self.done = done

    def pull(self, count: int) -> NDArray[np.float32]:
        """On the loudspeaker's thread."""
        now, self._left = self._left[:count], self._left[count:]
        if not len(self._left):
            self.done.set()
        out = np.zeros((count, CHANNELS), np.float32)
        out[: len(now)] = now[:, None]
        return out
