"""The words of a take are heard in a process of its own, of low priority: it takes 300 MB while it runs.

The child is told what to hear by one line on its standard input, tells on its standard output how far it is and every
stretch that is done, and ends when its input does, and on Linux also when the app is killed. While a take is recorded
it does not run at all: it is ended, which gives its memory back, and another one goes on behind the last word.

    python -m diary_app.captions.child     the child; any other status than 0 is a crash
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import IO

from capture.models import ModelMissing
from diary_app.captions.hearing import hear, raw_sound
from diary_app.captions.line import Heard
from diary_app.captions.whisper import Whisper, stay_offline
from diary_app.child import own_python
from diary_app.editing.errors import EditError, EditFailed, EditRefused
from diary_app.editing.low_child import POLL_S, low_child
from diary_app.editing.probe import probe
from diary_app.editing.progress import Meter, OnProgress, ignore_progress

log = logging.getLogger(__name__)

MODULE = "diary_app.captions.child"
NO_SPEECH_HERE = "This recording has no sound, so there is nothing to write down."
CANNOT = "Captions cannot be made on this computer."
BROKE_OFF = "Writing down what you said broke off. Your recording is safe."
GOODBYE_S = 10.0


class _GaveWay(Exception):
    """A take is being recorded."""


@dataclass(slots=True)
class _Heard:
    """What is known so far, whichever child it came from."""

    words: list[Heard] = field(default_factory=list)
    next_s: float = 0.0
    done: bool = False


def hear_apart(
    take: Path,
    *,
    on_progress: OnProgress = ignore_progress,
    stop: threading.Event | None = None,
    recording: Callable[[], bool] = lambda: False,
    module: str = MODULE,
) -> Sequence[Heard]:
    """The words of a take (its own seconds), heard in a child process; waits for it. Raises EditError.

    stop: once it is set, the child is gone within a second, and EditStopped is raised. recording: while it says so,
    nothing is done. EditRefused: there is no sound in it.
    """
    meter, heard = Meter(on_progress, stop or threading.Event()), _Heard()
    while not heard.done:
        while recording():
            meter.stop.wait(POLL_S)
            meter.check()
        try:
            _run(take, heard, meter, recording, module)
        except _GaveWay:
            log.info("gave way to a recording at %.0f s", heard.next_s)
    return heard.words


def _run(take: Path, heard: _Heard, meter: Meter, recording: Callable[[], bool], module: str) -> None:
    def check() -> None:
        meter.check()
        if recording():
            raise _GaveWay

    with low_child(own_python(module), hear=_hear, stdin=subprocess.PIPE) as child, _told(child.process) as pipe:
        _give(pipe, {"take": str(take.absolute()), "from_s": heard.next_s})
        for line in child.said(check):
            if line.endswith("\n"):  # or else it was killed in the middle of a word
                _take(json.loads(line), heard, meter)
        with contextlib.suppress(subprocess.TimeoutExpired):  # it has said its last word, and is killed if need be
            child.process.wait(GOODBYE_S)
    if not heard.done:
        raise EditFailed(BROKE_OFF, detail=f"it ended with {child.process.returncode}")


@contextlib.contextmanager
def _told(process: "subprocess.Popen[str]") -> Iterator[IO[str]]:
    """The pipe to it; at its end the child ends too."""
    if process.stdin is None:
        raise RuntimeError("the child was started without its pipes")
    try:
        yield process.stdin
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _give(pipe: IO[str], order: dict[str, object]) -> None:
    with contextlib.suppress(BrokenPipeError):  # it has died already, which is noticed at once
        pipe.write(json.dumps(order) + "\n")
        pipe.flush()


def _take(told: dict[str, object], heard: _Heard, meter: Meter) -> None:
    """One line of the child's."""
    match told:
        case {"at": float(at_s), "of": float(seconds)}:
            meter.report(at_s / seconds)
        case {"words": list(words), "next_s": float(next_s)}:
            heard.words += [Heard(*word) for word in words]
            heard.next_s = next_s
        case {"done": True}:
            heard.done = True
        case {"refused": str(sentence)}:
            raise EditRefused(sentence)
        case {"failed": str(sentence), "detail": str(detail)}:
            raise EditFailed(sentence, detail=detail)


def _hear(line: str) -> None:
    log.info("child: %s", line)


# -- the child ---------------------------------------------------------------------------------------------------------


def main() -> int:
    """Hear what is ordered, and say what became of it."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    stay_offline()
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, name="input", daemon=True).start()
    try:
        _work(Path(order["take"]), float(order["from_s"]))
    except EditRefused as error:
        _say(refused=str(error))
    except EditError as error:
        _say(failed=str(error), detail=error.detail if isinstance(error, EditFailed) else "")
    except (ModelMissing, ImportError) as error:
        _say(failed=CANNOT, detail=str(error))
    return 0


def _work(take: Path, from_s: float) -> None:
    facts = probe(take)
    if not facts.has_sound:
        raise EditRefused(NO_SPEECH_HERE)

    def told(at_s: float) -> None:
        _say(at=float(at_s), of=float(facts.seconds))

    for words, next_s in hear(raw_sound(take), Whisper(), from_s=from_s, seconds=facts.seconds, told=told):
        _say(words=[astuple(word) for word in words], next_s=float(next_s))
    _say(done=True)


def _say(**told: object) -> None:
    print(json.dumps(told), flush=True)


def _end_with_input() -> None:
    # os.read, not sys.stdin: a buffered reader that still waits when the interpreter ends would abort it.
    while os.read(0, 4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
