"""Other programs on the same computer: real processes under the name of a video call, which hold a device."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.virtual_camera import DeviceUnavailable, VirtualCamera

_HOLDS = """\
#!{python}
import sys
held = [open(name, "rb") for name in sys.argv[1:]]
print("ready", flush=True)
sys.stdin.read()
"""
_FILMS = """\
#!{python}
import sys, cv2
capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_V4L2)
assert capture.grab()
print("ready", flush=True)
sys.stdin.read()
capture.release()
"""


@contextmanager
def program(script: Path, text: str, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A program of this file name while the block runs. Linux calls it by its file name, whatever runs it."""
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(text.format(python=sys.executable))
    script.chmod(0o755)
    with subprocess.Popen(
        [str(script), *arguments],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
        process.communicate("")


@contextmanager
def file_user(script: Path, *files: Path) -> Iterator[None]:
    """A program that has these files open."""
    with program(script, _HOLDS, *map(str, files)):
        yield


@contextmanager
def camera_user(script: Path, camera: VirtualCamera) -> Iterator[None]:
    """A program that films with the camera, as a video call does."""
    with program(script, _FILMS, camera.node, environment=camera.environment()):
        yield


def without_rights() -> list[str]:
    """What starts a program that must keep to the rights of files, also where the tests run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise DeviceUnavailable("no setpriv (Debian package util-linux)")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
