"""Processes that seal or open a person's folder, each killed at one step further; looks after each what is left.

    python -m tests.support.doomed_sealer FOLDER seal|open KEY

KEY: hexadecimal, the private one. Forks, so that a death costs no start of Python. Prints how many died before one came
to its end; ends with an error as soon as anything is not as it was.
"""

import io
import os
import signal
import sys
from pathlib import Path

from diary_app.editing.progress import Meter
from diary_app.folders import Folders
from diary_app.shared.at_rest import open_files, seal_all, sealed_files, unseal_all
from diary_app.shared.sealed import public_of, unseal


class Doom:
    """Counts steps, and kills this process at one of them."""

    def __init__(self, at: int) -> None:
        self._left = at

    def step(self, _written: float) -> None:
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def contents(folders: Folders, private: bytes) -> dict[str, bytes]:
    """Every file by its own name, in whichever form it lies there: the open one before the sealed."""
    found = {path.relative_to(folders.data).as_posix(): path.read_bytes() for path in open_files(folders)}
    for path in sealed_files(folders):
        plain = b"".join(unseal(io.BytesIO(path.read_bytes()).read, private))
        found.setdefault(path.relative_to(folders.data).as_posix().removesuffix(".age"), plain)
    return found


def _work(folders: Folders, way: str, private: bytes, doom: Doom) -> None:
    if way == "seal":
        seal_all(folders, public_of(private), step=doom.step)
    else:
        unseal_all(folders, private, meter=Meter(lambda done, _left: doom.step(done)))


def _dies(folders: Folders, way: str, private: bytes, at: int) -> bool:
    """True where the process died; False where it came to its end."""
    child = os.fork()
    if child == 0:
        _work(folders, way, private, Doom(at))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status != 0


def main(folder: str, way: str, key: str) -> None:
    folders, private = Folders(Path(folder)), bytes.fromhex(key)
    before, deaths = contents(folders, private), 0
    while _dies(folders, way, private, deaths + 1):
        deaths += 1
        assert contents(folders, private) == before, f"something is lost after a kill at step {deaths}"
    assert contents(folders, private) == before
    sys.stdout.write(f"{deaths}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
