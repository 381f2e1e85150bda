"""Orca, the screen reader of the Linux desktops, and what it says: its own log of speech, line by line.

    with screen_reader(bus, display, folder) as orca:
        orca.key("Tab")
        orca.hears("Record a video push button")

No loudspeaker is needed: Speech Dispatcher's dummy module takes the words.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.accessible_tree import PATIENCE_S, PAUSE_S, AccessibilityBus
from tests.support.virtual_camera import DeviceUnavailable
from tests.support.wait import until

SPOKEN = re.compile(r"SPEECH OUTPUT: '(.*)'\s?\{")
ECHO = re.compile(r"(tab|space|return|left shift|right|left|down|up) ?", re.IGNORECASE)
"""Orca says each key that is pressed, too."""
SILENT = """AudioOutputMethod "alsa"
AudioALSADevice "null"
AddModule "dummy" "sd_dummy" ""
DefaultModule dummy
"""
AT_ONCE = "from orca import debug\n\ndebug.debugFile.reconfigure(line_buffering=True)\n"
"""Orca's own place for a user's changes: its log is written line by line, not when 8 KB have come together."""


@dataclass(slots=True)
class ScreenReader:
    """A running Orca. display: where keys go; heard: how many of its lines have been listened to."""

    log: Path
    display: str
    heard: int = 0

    @property
    def lines(self) -> list[str]:
        """All that it said, but for the names of keys."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        said = (match.group(1).strip() for match in SPOKEN.finditer(text))
        return [line for line in said if line and not ECHO.fullmatch(line)]

    def key(self, name: str) -> None:
        """Press a key of the real keyboard."""
        subprocess.run(["xdotool", "key", name], env={**os.environ, "DISPLAY": self.display}, check=True, timeout=30)

    def hears(self, words: str) -> str:
        """Wait until it says these words, after all that was listened to before; the whole line."""

        def said() -> list[int]:
            return [place for place, line in enumerate(self.lines) if place >= self.heard and words in line]

        until(
            lambda: bool(said()),
            what=f"“{words}” to be said, after {self.lines[-6:]}",
            limit_s=PATIENCE_S,
            pause_s=PAUSE_S,
        )
        place = said()[0]
        self.heard = place + 1
        return self.lines[place]


@contextmanager
def screen_reader(bus: AccessibilityBus, display: str, folder: Path) -> Iterator[ScreenReader]:
    """Start Orca on this bus and screen; its settings and its log lie in this folder."""
    if shutil.which("orca") is None or shutil.which("speech-dispatcher") is None:
        raise DeviceUnavailable("no Orca or no Speech Dispatcher (Debian packages orca, speech-dispatcher)")
    reader = ScreenReader(folder / "orca.log", display)
    environment = {
        **os.environ, **bus.environment, "DISPLAY": display, "HOME": str(folder), "LC_ALL": "C.UTF-8",
        **{f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
    }  # fmt: skip
    settings = folder / "config" / "speech-dispatcher"
    settings.mkdir(parents=True)
    (settings / "speechd.conf").write_text(SILENT)
    (folder / "orca").mkdir()
    (folder / "orca" / "orca-customizations.py").write_text(AT_ONCE)
    command = ["orca", "--user-prefs", str(folder / "orca"), "--debug-file", str(reader.log), "-e", "speech"]
    with (
        _running(["speech-dispatcher", "--run-single", "--timeout", "0"], environment),
        _running([*command, "-d", "braille"], environment),
    ):
        reader.hears("Screen reader on")
        yield reader


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """Until the end of the block; what does not end when it is asked to is killed."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
