"""The first look at a file that somebody else made: in a child process with little time and little memory.

A file of a kilobyte can claim a table of gigabytes, or tags that take hours to sort, and the libraries that read it
believe it; nothing inside one process can interrupt them. So a foreign file is opened here first. What our own
recorder made needs none of this. Any thread; waits for the child.

    python -m diary_app.editing.first_look PATH     the child: one line of JSON; other statuses than 0 are a limit or
                                                    a crash
"""

import json
import logging
import math
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from diary_app.child import own_python
from diary_app.clip import Kind
from diary_app.editing.errors import EditFailed, EditRefused, WorldError
from diary_app.editing.frames import index_frames
from diary_app.editing.media import container_format
from diary_app.editing.probe import probe

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""Seconds of the processor once the libraries are loaded; the header of an honest file takes less than a tenth."""
BYTES_A_SECOND = 80_000_000
"""So many bytes earn another second: 8K pictures are in large files, and without a length they are read through."""
MOST_MEMORY = 260_000_000
"""Bytes above what the loaded libraries take. The first picture of an honest film of 8K takes half of it."""
SMALL = 1_000_000
"""Bytes. The pictures of smaller files are counted too; those of an honest one are soon counted."""
POLL_S = 0.01
PATIENCE_S = 30.0
"""Seconds by the clock: a memory stick may have to wake up."""
SLOW_DISK = 10_000_000
"""Bytes a second of the slowest disk that is waited for."""
TOO_LONG, TOO_LARGE = 81, 82
"""How the child ends at a limit."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What an import must know of a file."""

    kind: Kind
    seconds: float


def first_look(path: Path) -> FirstLook:
    """Open a foreign file where it can do no harm; raises EditRefused, WorldError and EditFailed as probe() does."""
    container_format(path)
    try:
        child = subprocess.run(
            own_python("diary_app.editing.first_look", str(path.absolute())),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_S + path.stat().st_size / SLOW_DISK,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise outgrown(path, TOO_LONG) from error
    except OSError as error:
        raise EditFailed("A part of this app is missing: it needs to be installed again.", detail=str(error)) from error
    if child.returncode:
        log.warning("what a first look said: %s", child.stderr.decode(errors="replace")[-2000:])
        raise outgrown(path, child.returncode)
    return _understood(json.loads(child.stdout))


def outgrown(path: Path, status: int) -> EditRefused:
    """The sentence for a child that ended with this status, which is not 0."""
    log.warning("the first look at %s ended with %d", path.name, status)
    if status in (TOO_LONG, TOO_LARGE):
        return EditRefused(
            f"{path.name} asks for more than any recording needs, so it was not opened. Nothing was changed. "
            "Try another copy of it."
        )
    return EditRefused(f"{path.name} is damaged and cannot be opened. Nothing was changed. Try another copy of it.")


def _understood(told: dict[str, str]) -> FirstLook:
    if "seconds" in told:
        return FirstLook(Kind(told["kind"]), float(told["seconds"]))
    says = str(told["says"])
    raise WorldError(says) if told["error"] == WorldError.__name__ else EditRefused(says)


# -- the child ---------------------------------------------------------------------------------------------------------


def main(words: list[str]) -> int:
    """Look, and say what was seen."""
    path = Path(words[0])
    keep_limits(path)
    print(json.dumps(answer(path)))
    return 0


def answer(path: Path) -> dict[str, str]:
    """What the parent is told."""
    try:
        facts = probe(path)
        if facts.kind is Kind.VIDEO and facts.bytes <= SMALL:
            index_frames(path)
    except (EditRefused, WorldError) as error:
        return {"error": type(error).__name__, "says": str(error)}
    return {"kind": facts.kind.value, "seconds": repr(facts.seconds)}


def keep_limits(path: Path) -> None:
    """End this process when it takes more than a look may; from now on, and for good."""
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    until_s = time.process_time() + LOOK_S + size / BYTES_A_SECOND
    most = resident() + MOST_MEMORY
    if sys.platform != "win32":
        import resource

        # The watch below must be let in by the interpreter; the system needs nobody's leave.
        limit = math.ceil(until_s) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    threading.Thread(target=_watch, args=(until_s, most), name="limits", daemon=True).start()


def _watch(until_s: float, most: int) -> None:
    while True:
        if time.process_time() > until_s:
            os._exit(TOO_LONG)
        if resident() > most:
            os._exit(TOO_LARGE)
        time.sleep(POLL_S)


def resident() -> int:
    """Bytes of memory that this process really holds; 0 on Windows, where only time is limited."""
    if sys.platform == "win32":
        return 0
    table = Path("/proc/self/statm")
    if table.exists():
        return int(table.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
