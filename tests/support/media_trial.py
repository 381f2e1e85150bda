"""Opens files as the app does, each in a process of its own, and tells what came of it and what it cost. Linux alone.

    python -m tests.support.media_trial     orders on standard input, one JSON object a line; answers likewise

Everything is imported once and each file has a fork of that, so a trial costs no start of an interpreter. A fork does
the first look with its limits, as the child of an import does; where the file passes, a second one does what the app
then does with it, without any limit. Both are measured from outside.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from diary_app.clip import KeptRange
from diary_app.editing import first_look
from diary_app.editing.errors import EditError
from diary_app.editing.filmstrip import film_strip, sound_wave
from diary_app.editing.frames import index_frames
from diary_app.editing.media import container_format
from diary_app.editing.probe import probe
from diary_app.editing.render import trim
from tests.support.command_line import REPOSITORY, environment

WORD = 8
READY = "ready\n"
LIMIT_S = 20.0
"""By the clock; what takes longer hangs."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a file: "taken", "refused", "crash" (an error that is not ours) or "hang"; and the dearest step."""

    outcome: str
    says: str
    cpu_s: float
    mb: float
    """Memory above what the process had before it saw the file, in 10^6 bytes."""


def in_plain_words(trial: Trial) -> bool:
    """True for what may come of a bad file: it is taken, or refused in plain words on one line."""
    plain = "\n" not in trial.says and trial.says.endswith((".", "?"))
    return trial.outcome == "taken" or (trial.outcome == "refused" and plain)


# -- the side of the tests ---------------------------------------------------------------------------------------------


class Trials:
    """A server of trials; one thread at a time."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def of(self, path: Path, *, edit: Path | None = None) -> Trial:
        """Try a file; where it is taken and `edit` is given, a piece of it is cut out and written there, too."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps({"path": str(path), "edit": str(edit) if edit else ""}) + "\n")
        self._server.stdin.flush()
        return Trial(**json.loads(self._server.stdout.readline()))


@contextlib.contextmanager
def trials(*before: str) -> Iterator[Trials]:
    """Start a server; `before` goes in front of the command (strace, for example)."""
    command = [*before, sys.executable, "-m", "tests.support.media_trial"]
    settings = {**environment(), "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=settings
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stdout.readline() == READY
        yield Trials(server)
        server.stdin.close()
        server.wait(LIMIT_S)


# -- the server --------------------------------------------------------------------------------------------------------


def main() -> None:
    """Serve until standard input ends."""
    print(READY, end="", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        path, edit = Path(order["path"]), Path(order["edit"]) if order["edit"] else None
        trial = _forked(partial(_look, path), path)
        if trial.outcome == "taken":
            work = _forked(partial(_work, path, edit), path)
            trial = Trial(work.outcome, work.says, max(trial.cpu_s, work.cpu_s), max(trial.mb, work.mb))
        print(json.dumps(asdict(trial)), flush=True)


Told = tuple[str, str, float]
"""Outcome, words, and the seconds of the processor that the dearest step took."""


def _look(path: Path) -> Told:
    container_format(path)
    first_look.keep_limits(path)
    told = first_look.answer(path)
    return ("refused" if "says" in told else "taken"), told.get("says", ""), _spent_s()


def _work(path: Path, edit: Path | None) -> Told:
    """What the app does with a file that it has taken."""
    steps: list[Callable[[], object]] = [
        lambda: probe(path),
        lambda: index_frames(path),
        lambda: next(film_strip(path, count=3), None),
        lambda: next(sound_wave(path, buckets=50), None),
    ]
    if edit is not None:
        steps.append(lambda: trim(path, edit, keep=(KeptRange(0.0, 0.05),)))
    dearest_s = 0.0
    for step in steps:
        before_s = _spent_s()
        step()
        dearest_s = max(dearest_s, _spent_s() - before_s)
    return "taken", "", dearest_s


def _spent_s() -> float:
    """Of the processor, by this process and by those of its children that have ended."""
    return sum(os.times()[:4])


def _forked(work: Callable[[], Told], path: Path) -> Trial:
    """Do the work in a fork, and measure it."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(read)
        _be_the_child(work, write)
    os.close(write)
    data = _all_of(read, pid, until=time.monotonic() + LIMIT_S)
    _, status, usage = os.wait4(pid, 0)
    before, told = data[:WORD], data[WORD:]
    mb = (1024 * usage.ru_maxrss - int.from_bytes(before, "big")) / 1e6
    if told:
        outcome, says, cpu_s = json.loads(told)
        return Trial(outcome, says, cpu_s, mb)
    code, cpu_s = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
    if code in (first_look.TOO_LONG, first_look.TOO_LARGE, -signal.SIGXCPU):
        return Trial("refused", str(first_look.outgrown(path, code)), cpu_s, mb)
    return Trial("hang" if code == -signal.SIGKILL else "crash", f"status {code}", cpu_s, mb)


def _be_the_child(work: Callable[[], Told], write: int) -> NoReturn:
    """First of all say how much memory there is from the start: it cannot be asked of a process that was ended."""
    os.write(write, first_look.resident().to_bytes(WORD, "big"))
    try:
        told = work()
    except EditError as error:
        told = "refused", str(error), _spent_s()
    except BaseException:  # a fork must not go back into the server, whatever it is that went wrong
        told = "crash", traceback.format_exc(), _spent_s()
    os.write(write, json.dumps(told).encode())
    os._exit(0)


def _all_of(pipe: int, pid: int, *, until: float) -> bytes:
    """What comes down the pipe until it is closed; the fork is killed when that takes too long."""
    data = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            os.kill(pid, signal.SIGKILL)
            until += 3600.0
            continue
        if not (more := os.read(pipe, 65536)):
            os.close(pipe)
            return data
        data += more


if __name__ == "__main__":
    main()
