"""The virtual microphone and loudspeaker: fakemic.c, which reads real speech aloud and beeps at the camera's flashes.

PortAudio lists it as "VirtualMic". ALSA_CONFIG_PATH names a configuration that holds this device alone, so that the
sound cards of the machine play no part. See docs/testing.md.
"""

import os
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capture.model import SOUND_RATE, Samples
from tests.support.virtual_camera import DeviceUnavailable, compiled

DEVICE = "VirtualMic"
SPEECH_PEAK = 8_000
"""A quarter of full scale: loud and clear, and well below the beep's 20,000."""
SPEECH_FOLDER = Path("/usr/share/pocketsphinx/test/data/librivox")
SPEECH_RATE = 16_000

_CONFIGURATION = """\
pcm_type.fakemic {{ lib "{library}" }}
pcm.{device} {{ type fakemic }}
pcm.!default {{ type fakemic }}
ctl.!default {{ type null }}
"""


@dataclass(frozen=True, slots=True)
class VirtualMicrophone:
    """One microphone that programs started with environment() can open."""

    folder: Path
    speech: Path | None
    beep: bool = True
    ppm: float = 0.0
    """Its clock's error in millionths: positive is fast."""
    latency_s: float = 0.005
    name: str = DEVICE

    def environment(self) -> dict[str, str]:
        """What a program needs to hear this microphone; with the camera's, the beeps stand at its flashes."""
        return {
            "ALSA_CONFIG_PATH": str(self.folder / "asound.conf"),
            "FAKEMIC_DIR": str(self.folder),
            "FAKEMIC_SPEECH": str(self.speech or ""),
            "FAKEMIC_BEEP": str(int(self.beep)),
            "FAKEMIC_PPM": str(self.ppm),
            "FAKEMIC_LATENCY_MS": str(self.latency_s * 1e3),
        }

    def unplug(self) -> None:
        """Pull it out: the device is gone, as the kernel shows it."""
        (self.folder / "unplug").touch()

    def plug_in(self) -> None:
        """Put it back; it must be opened again."""
        (self.folder / "unplug").unlink(missing_ok=True)

    def hang(self) -> None:
        """It stays there, but no sample comes."""
        (self.folder / "hang").touch()

    def block(self) -> None:
        """No sample comes, and its driver does not let go of whoever closes it."""
        (self.folder / "block").touch()

    def wake(self) -> None:
        """Samples come again; those in between were lost."""
        for fault in ("hang", "block"):
            (self.folder / fault).unlink(missing_ok=True)

    def has_only(self, rate: int) -> None:
        """From its next opening on it delivers so many samples a second, and no others."""
        (self.folder / "rate").write_text(str(rate))

    def played(self) -> Samples:
        """What its loudspeaker has played so far (channels interleaved)."""
        path = self.folder / "played.raw"
        return np.fromfile(path, np.int16) if path.exists() else np.zeros(0, np.int16)


def virtual_microphone(
    folder: Path, *, library: Path, speech: Path | None, beep: bool = True, ppm: float = 0.0
) -> VirtualMicrophone:
    """A microphone of one's own in a folder: its own plug, its own loudspeaker."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "asound.conf").write_text(_CONFIGURATION.format(library=library, device=DEVICE))
    return VirtualMicrophone(folder, speech, beep=beep, ppm=ppm)


def microphone_library(folder: Path) -> Path:
    """The ALSA plugin. Raises DeviceUnavailable."""
    if not Path("/usr/include/alsa/pcm_external.h").exists():
        raise DeviceUnavailable("no ALSA headers to build it with (Debian package libasound2-dev)")
    return compiled(Path(__file__).with_name("fakemic.c"), folder, "-lasound", "-lm")


def read_speech() -> Samples:
    """Half a minute of people who read books aloud, at SOUND_RATE. Raises DeviceUnavailable."""
    files = sorted(SPEECH_FOLDER.glob("*.wav"))
    if not files:
        raise DeviceUnavailable("no speech to play (Debian package pocketsphinx-testdata)")
    parts = []
    for file in files:
        with wave.open(str(file)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (SPEECH_RATE, 1, 2), file
            parts.append(np.frombuffer(sound.readframes(sound.getnframes()), np.int16))
    slow = np.concatenate(parts).astype(np.float64)
    # Three times as many samples, by a straight line between neighbours: enough for speech of a 16 kHz recording.
    fast = np.interp(np.arange(len(slow) * 3) / 3, np.arange(len(slow)), slow)
    speech: Samples = np.rint(fast / np.abs(fast).max() * SPEECH_PEAK).astype(np.int16)
    return speech


def speech_file(folder: Path) -> Path:
    """read_speech() as the raw file that the microphone plays. Raises DeviceUnavailable."""
    path = folder / f"speech-{SOUND_RATE}-{SPEECH_PEAK}.raw"
    if not path.exists():
        new = path.with_suffix(f".{os.getpid()}")
        read_speech().tofile(new)
        new.rename(path)
    return path
