"""A screen of one's own: Xvfb with a window manager, for tests that need a real window."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.virtual_camera import DeviceUnavailable

SIZE = "1366x768"
"""The small laptop that the screens are made for."""


@contextmanager
def private_screen(size: str = SIZE) -> Iterator[str]:
    """Start Xvfb and openbox; gives what DISPLAY must say. The server picks a free number by itself."""
    if shutil.which("Xvfb") is None or shutil.which("openbox") is None:
        raise DeviceUnavailable("no Xvfb or no openbox (Debian packages xvfb, openbox)")
    ready, tell = os.pipe()
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL) as server:
        os.close(tell)
        try:
            with os.fdopen(ready) as answer:
                number = answer.readline().strip()
            assert number, "Xvfb did not start"
            with _window_manager(f":{number}"):
                yield f":{number}"
        finally:
            server.terminate()


@contextmanager
def _window_manager(display: str) -> Iterator[None]:
    environment = {**os.environ, "DISPLAY": display}
    with subprocess.Popen(["openbox", "--sm-disable"], env=environment, stderr=subprocess.DEVNULL) as manager:
        try:
            yield
        finally:
            manager.terminate()
