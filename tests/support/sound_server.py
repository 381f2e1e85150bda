"""A PulseAudio of one's own, whose microphone hears what say() plays: the path that most Linux desktops have.

It shows that the path works. Its latency drifts by tenths of a second, so sound is measured against picture with
virtual_microphone.py, whose clock is exact.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.virtual_camera import DeviceUnavailable

STARTUP_S = 20.0

_SERVER = """\
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name=room rate=48000 channels=1 format=s16le
load-module module-remap-source source_name=microphone master=room.monitor source_properties=device.description=RoomMic
load-module module-null-sink sink_name=speaker rate=48000 channels=2 format=s16le
set-default-source microphone
set-default-sink speaker
"""
_ALSA = """\
pcm.pulse { type pulse }
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


@dataclass(frozen=True, slots=True)
class SoundServer:
    """A running server."""

    folder: Path

    def environment(self) -> dict[str, str]:
        """What a program needs to use it; its microphone is "pulse" to PortAudio."""
        return {
            "PULSE_SERVER": f"unix:{self.folder / 'socket'}",
            "PULSE_RUNTIME_PATH": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            "ALSA_CONFIG_PATH": str(self.folder / "asound.conf"),
        }

    @contextmanager
    def say(self, speech: Path) -> Iterator[None]:
        """Play raw 48 kHz 16-bit mono into the room while the block runs."""
        with _ended(self, ["pacat", "--device=room", "--raw", "--rate=48000", "--channels=1", str(speech)]):
            yield


@contextmanager
def sound_server(folder: Path) -> Iterator[SoundServer]:
    """Start one, and a stream of silence: an idle room delivers nothing. Raises DeviceUnavailable."""
    missing = [name for name in ("pulseaudio", "pactl", "pacat") if shutil.which(name) is None]
    if missing:
        raise DeviceUnavailable(f"no {missing[0]} (Debian packages pulseaudio, pulseaudio-utils, libasound2-plugins)")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "asound.conf").write_text(_ALSA)
    (folder / "server.pa").write_text(_SERVER.format(socket=folder / "socket"))
    server = SoundServer(folder)
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no"]
    with ExitStack() as stack:
        stack.enter_context(_ended(server, [*command, "--high-priority=no", "-F", str(folder / "server.pa")]))
        _wait_until_up(server)
        silence = ["pacat", "--device=room", "--raw", "--rate=48000", "--channels=1", "/dev/zero"]
        stack.enter_context(_ended(server, silence))
        yield server


def _environment(server: SoundServer) -> dict[str, str]:
    return {**server.environment(), "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(server.folder)}


@contextmanager
def _ended(server: SoundServer, command: list[str]) -> Iterator[None]:
    """A process that lives as long as the block."""
    with (
        (server.folder / "log").open("ab") as log,
        subprocess.Popen(command, env=_environment(server), stdout=log, stderr=log, stdin=subprocess.DEVNULL) as child,
    ):
        try:
            yield
        finally:
            child.terminate()


def _wait_until_up(server: SoundServer) -> None:
    deadline = time.monotonic() + STARTUP_S
    while subprocess.run(["pactl", "info"], env=_environment(server), capture_output=True, check=False).returncode:
        log = (server.folder / "log").read_text(errors="replace")[-300:]
        assert time.monotonic() < deadline, f"pulseaudio did not start: {log}"
        time.sleep(0.05)
