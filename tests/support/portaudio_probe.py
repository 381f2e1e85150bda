"""What PortAudio's list is worth while a microphone comes and goes. Run as a child process, with the virtual one's
environment, because ALSA reads where its configuration stands when it is loaded:

    python -m tests.support.portaudio_probe OUT.json
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from capture import portaudio
from capture.clock import MonotonicClock
from capture.errors import CaptureError
from capture.microphone import PortAudioMicrophone
from capture.microphones import list_microphones
from capture.model import AudioBlock, Microphone
from diary_app.playback import PortAudioOutput, find_output
from tests.support.virtual_microphone import DEVICE

MICROPHONE = Microphone(DEVICE, f"{DEVICE}, ALSA")


@dataclass
class Seen:
    """Names of microphones, and sentences, in the order of the story."""

    at_first: list[str] = field(default_factory=list)
    plugged_in: list[str] = field(default_factory=list)
    refused_while_recording: bool = False
    refused_while_playing: bool = False
    in_use_at_the_end: bool = True
    pulled_out: str = ""
    blocks_before: int = 0
    blocks_after: int = 0
    silent_computer: str = ""


def main(out: Path) -> None:
    plug, seen = Path(os.environ["FAKEMIC_DIR"], "unplug"), Seen()
    plug.touch()
    seen.at_first = _names()
    seen.silent_computer = str(find_output())
    plug.unlink()
    microphone = PortAudioMicrophone(MICROPHONE, MonotonicClock())  # which nobody has listed since it came
    seen.blocks_before = _hear(microphone, lambda: setattr(seen, "refused_while_recording", not portaudio.refresh()))
    seen.plugged_in = _names()
    plug.touch()
    try:
        PortAudioMicrophone(MICROPHONE, MonotonicClock()).start(lambda _block: None)
    except CaptureError as error:
        seen.pulled_out = f"{type(error).__name__}: {error}"
    plug.unlink()
    seen.blocks_after = _hear(PortAudioMicrophone(MICROPHONE, MonotonicClock()), lambda: None)
    output = PortAudioOutput()
    seen.refused_while_playing = not portaudio.refresh()
    output.close()
    seen.in_use_at_the_end = portaudio.in_use()
    out.write_text(json.dumps(asdict(seen)))


def _names() -> list[str]:
    return [microphone.name for microphone in list_microphones()]


def _hear(microphone: PortAudioMicrophone, meanwhile: Callable[[], None]) -> int:
    blocks: list[AudioBlock] = []
    enough = threading.Event()

    def on_block(block: AudioBlock) -> None:
        blocks.append(block)
        if len(blocks) > 20:
            enough.set()

    microphone.start(on_block)
    meanwhile()
    enough.wait(20)
    microphone.close()
    return len(blocks)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
