"""One window for one data folder: the first process claims it, later ones knock and go. No Qt, so that is quick.

A lock in the data folder says who is first; the system frees it when that process dies, however. The first listens at
a local socket that only this user can open (front_door.py). Where the lock or the socket cannot be had (a folder on a
file system without locks), everybody is first: two windows over one diary are safe, only not what was meant.
"""

import hashlib
import json
import os
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from diary_app.folders import Folders
from upload.files import locked

LONGEST = 8192
"""Bytes of a knock, and of the answer."""
PATIENCE_S = 12.0
"""An app that is just ending may take so long; its lock is free then."""
ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class Knock:
    """What a later start wants of the first one."""

    window: bool = True
    """False where it would only have sent clips in the background, which the first one does already."""
    camera: str = ""
    microphone: str = ""
    token: str = ""
    """By which the system lets the window come to the front (Wayland)."""

    @staticmethod
    def read(content: bytes) -> "Knock":
        """Raises ValueError where this is none."""
        told = json.loads(content)
        if not isinstance(told, dict) or not isinstance(told.get("window"), bool):
            raise ValueError("no knock")
        return Knock(told["window"], *(str(told.get(name, "")) for name in ("camera", "microphone", "token")))


class Claim:
    """Held by the first process until release(). name: where it listens; empty, with the cause, where it cannot."""

    def __init__(self, held: ExitStack, *, name: str = "", problem: str = "") -> None:
        self._held = held
        self.name = name
        self.problem = problem

    def release(self) -> None:
        """The next start is the first one."""
        self._held.close()


def enter(folders: Folders, knock: Knock, *, patience_s: float = PATIENCE_S) -> Claim | str:
    """Be the first, or knock: then what the first one says to it. Waits while that one ends."""
    ends = time.monotonic() + patience_s
    try:
        name = _name(folders.data)
        while True:
            held = ExitStack()
            if held.enter_context(locked(folders.data / "window.lock", give_up=lambda: True)):
                return Claim(held, name=name)
            held.close()
            if (said := _answer(name, knock)) is not None:
                return said
            if time.monotonic() > ends:
                return Claim(ExitStack(), problem="another window is open, and does not answer")
            time.sleep(0.05)
    except OSError as error:
        return Claim(ExitStack(), problem=f"nobody can tell whether a window is open already: {error}")


def _answer(name: str, knock: Knock) -> str | None:
    """What the first one says; None where it is not there (yet, or any more)."""
    try:
        heard = _exchange(name, json.dumps(asdict(knock)).encode() + b"\n")
    except OSError:
        return None
    return str(json.loads(heard)) if heard.endswith(b"\n") else None


def _exchange(name: str, words: bytes) -> bytes:
    """Say this, and return the line that comes back. Raises OSError."""
    if sys.platform == "win32":
        with Path(rf"\\.\pipe\{name}").open("r+b", buffering=0) as pipe:
            pipe.write(words)
            return pipe.readline(LONGEST)
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_S)
        line.connect(name)
        line.sendall(words)
        with line.makefile("rb") as answer:
            return answer.readline(LONGEST)


def _name(data: Path) -> str:
    """Where the socket of this data folder is. Raises OSError where no folder is this user's alone."""
    name = f"diary-{hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]}"
    return name if sys.platform == "win32" else str(_private_folder() / name)


def _private_folder() -> Path:
    """A folder with a short path: the system allows a socket a hundred letters."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(given) if given and _is_private(Path(given)) else Path(tempfile.gettempdir()) / f"diary-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _is_private(folder):
        raise PermissionError(f"{folder} can be used by others")
    return folder


def _is_private(folder: Path) -> bool:
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return facts.st_uid == os.getuid() and not facts.st_mode & 0o077 and folder.is_dir() and not folder.is_symlink()
