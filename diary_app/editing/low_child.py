"""Child processes of low priority: they give way to recording and to the screen, and end when we do. No shell.

Runs in the caller's thread, with two short-lived reader threads that end with the child.
"""

import contextlib
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from diary_app.editing.errors import EditFailed

POLL_S = 0.1
NICE = 10


class LowChild:
    """A running child. Its output is read line by line with said(); one thread."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def said(self, check: Callable[[], None]) -> Iterator[str]:
        """Every line of its standard output until it closes that; check() is called every POLL_S, and may raise."""
        while True:
            check()
            try:
                line = self._lines.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if line is None:
                return
            yield line

    def pump(self, stream: IO[str]) -> None:
        """On a thread of its own: hand on what is read."""
        for line in stream:
            self._lines.put(line)
        self._lines.put(None)


@contextlib.contextmanager
def low_child(
    command: Sequence[str], *, hear: Callable[[str], None], stdin: int = subprocess.DEVNULL, own_group: bool = False
) -> Iterator[LowChild]:
    """Run a command while the block runs; what still runs then is killed: nobody wants what it was making.

    hear: called with every line of its error stream, on a thread of its own. own_group: the child leads a process group
    (not on Windows), so that it and what it starts can be stopped at once. Raises EditFailed where it does not start.
    """
    try:
        process = subprocess.Popen(
            [*_leash(), *command],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            process_group=0 if own_group and os.name != "nt" else None,
            creationflags=_quietly(),
        )
    except OSError as error:
        raise EditFailed("A part of this app is missing: it needs to be installed again.", detail=str(error)) from error
    try:
        _lower_priority(process.pid)
        child = LowChild(process)
        with _readers(child, hear):
            yield child
    finally:
        _end(process)


def _leash() -> list[str]:
    """On Linux the child ends with us: an encoder whose app was killed must not go on heating the room."""
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", "KILL", "--"] if tool else []


def _quietly() -> int:
    """Windows: low priority from the first moment, and no console window."""
    return getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)


def _lower_priority(pid: int) -> None:
    """Where the system has it: recording and the screen come first."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, NICE)


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _readers(child: LowChild, hear: Callable[[str], None]) -> Iterator[None]:
    stdout, stderr = child.process.stdout, child.process.stderr
    if stdout is None or stderr is None:
        raise RuntimeError("a child was started without its pipes")
    threads = [
        threading.Thread(target=child.pump, args=(stdout,), name="child-output"),
        threading.Thread(target=_listen, args=(stderr, hear), name="child-words"),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        _end(child.process)
        for thread in threads:
            thread.join()
        stdout.close()
        stderr.close()


def _listen(stream: IO[str], hear: Callable[[str], None]) -> None:
    for line in stream:
        hear(line.rstrip())
