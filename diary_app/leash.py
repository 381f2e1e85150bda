"""`python -m diary_app.leash COMMAND ...`: run a command for as long as standard input is open.

The starter holds the other end of that pipe. When the starter ends, however it ends (closed, crashed, kill -9), the
system closes the pipe, and the command is ended too: no process is left behind, on Linux, macOS and Windows alike.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from threading import Thread
from types import FrameType

STOP_S = 10.0
"""How long the command may take to end by itself, in seconds."""


def main(command: Sequence[str]) -> int:
    """Run command until it ends or standard input does; returns its exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def on_signal(number: int, frame: FrameType | None) -> None:
        child.terminate()

    signal.signal(signal.SIGTERM, on_signal)
    Thread(target=_end_with_input, args=(child,), name="leash", daemon=True).start()
    return child.wait()


def _end_with_input(child: "subprocess.Popen[bytes]") -> None:
    # os.read, not sys.stdin: a buffered reader that still waits when the interpreter ends would abort it.
    while os.read(0, 4096):
        pass
    child.terminate()
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
