"""Rendering in a process of its own, of low priority: nothing of it takes the interpreter or the memory of the app.

The child is told what to make by one line on its standard input, and says how far it is on its standard output. It
ends when its input does, and on Linux also when the app is killed. While a take is recorded it rests: it is frozen
where the system can do that, and elsewhere ended and begun again afterwards.

    python -m diary_app.editing.render_child     the child; any other status than 0 is a crash
"""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from diary_app.child import own_python
from diary_app.clip import KeptRange, Preset, Rendition, ShowAs
from diary_app.editing.errors import EditError, EditFailed, EditRefused, EditStopped, WorldError
from diary_app.editing.files import remove_leftovers
from diary_app.editing.finish import NOTHING_MORE, Asked
from diary_app.editing.low_child import POLL_S, LowChild, low_child
from diary_app.editing.progress import Meter, OnProgress, ignore_progress
from diary_app.editing.render import render

log = logging.getLogger(__name__)

MODULE = "diary_app.editing.render_child"
CAN_FREEZE = os.name != "nt"
"""Windows has no documented call for it."""
GRACE_S = 0.5
"""A child that is stopped may take so long to clear up after itself: a cancel is done within a second."""
GOODBYE_S = 10.0
"""And one that has said its last word, to end: nobody waits for it."""
ORPHAN_S = 5.0
"""And one whose app is gone."""
TELL_S = 0.1
FIRST_TO_GO = "500"
"""Where memory runs out, Linux is to end this process sooner than one that records (0 is usual, 1000 the most)."""


class RendererDied(EditFailed):
    """The child ended without a word: killed, out of memory, or crashed. It may well go better another time."""


class _GaveWay(Exception):
    """A take is being recorded, and the child could not be frozen."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What the child is to make: one line of JSON."""

    take: str
    out: str
    keep: Sequence[tuple[float, float]]
    preset: str
    target_mb: float | None
    clean: bool
    title: str
    names: Sequence[tuple[float, float]]
    small: bool
    show_as: str


def render_apart(
    take: Path,
    out: Path,
    *,
    keep: Sequence[KeptRange] = (),
    preset: Preset = Preset.NORMAL,
    target_mb: float | None = None,
    asked: Asked = NOTHING_MORE,
    small: bool = False,
    on_progress: OnProgress = ignore_progress,
    stop: threading.Event | None = None,
    rest: threading.Event | None = None,
) -> Rendition:
    """What render() does, in a child process; waits for it. Raises as render() does, and RendererDied.

    stop: once it is set, the child and all that it started and wrote are gone within a second. rest: while it is set,
    nothing is begun, and what was begun stands still; that time is left out of the seconds left.
    """
    parts = [(part.start_s, part.end_s) for part in keep]
    names = [(name.start_s, name.end_s) for name in asked.names]
    places = str(take.absolute()), str(out.absolute())
    order = _Order(*places, parts, preset.value, target_mb, asked.clean, asked.title, names, small, asked.show_as.value)
    brake = _Brake(rest or threading.Event())
    told = _last_word(order, Meter(on_progress, stop or threading.Event(), brake.now_s), brake)
    if "error" in told:
        raise _error(told)
    on_progress(1.0, 0.0)
    return Rendition(out, told["sha256"], int(told["bytes"]), float(told["seconds"]))


def _last_word(order: _Order, meter: Meter, brake: "_Brake") -> dict[str, str]:
    while True:
        brake.wait(meter)
        try:
            return _run(order, meter, brake)
        except _GaveWay:
            log.info("gave way to a recording")


def _run(order: _Order, meter: Meter, brake: "_Brake") -> dict[str, str]:
    with low_child(own_python(MODULE), hear=_hear, stdin=subprocess.PIPE, own_group=True) as child:
        try:
            _give(child.process, order)
            return _listen(child, meter, brake)
        finally:
            brake.release(child.process)
            _end(child.process, GRACE_S)
            if child.process.returncode:
                _kill_all(child.process)
                _clear_up(Path(order.out).parent)


def _listen(child: LowChild, meter: Meter, brake: "_Brake") -> dict[str, str]:
    """Pass progress on, until the child says what became of it."""
    try:
        for told in _messages(child, lambda: brake.check(child.process, meter)):
            if "done" not in told:
                _end(child.process, GOODBYE_S)
                return told
            meter.report(float(told["done"]))
    except (EditStopped, _GaveWay):
        brake.release(child.process)
        _end(child.process, GRACE_S)
        for told in _messages(child, _no_check):
            if "sha256" in told:  # it was quicker, and the file stands under its name
                return told
        raise
    raise RendererDied(
        "Making the file broke off. Your recording is safe. Close other programs, then try again.",
        detail=f"the renderer ended with {child.process.wait()}",
    )


def _no_check() -> None:
    """Only what is left is read."""


def _give(process: "subprocess.Popen[str]", order: _Order) -> None:
    if process.stdin is None:
        raise RuntimeError("the renderer was started without its pipes")
    with contextlib.suppress(BrokenPipeError):  # it has died already, which is noticed at once
        process.stdin.write(json.dumps(asdict(order)) + "\n")
        process.stdin.flush()


def _messages(child: LowChild, check: Callable[[], None]) -> Iterator[dict[str, str]]:
    for line in child.said(check):
        if line.endswith("\n"):  # or else it was killed in the middle of a word
            yield json.loads(line)


def _hear(line: str) -> None:
    log.info("child: %s", line)


def _end(process: "subprocess.Popen[str]", patience_s: float) -> None:
    """Let it clear up after itself, and where that takes too long kill it with all that it started."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        log.warning("the renderer did not end by itself")
        _kill_all(process)
        process.wait()


def _kill_all(process: "subprocess.Popen[str]") -> None:
    """It, and what it started, also where it has died before that."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _clear_up(folder: Path) -> None:
    try:
        remove_leftovers(folder)
    except OSError:
        log.warning("what a killed renderer left could not be removed", exc_info=True)


def _error(told: dict[str, str]) -> EditError:
    match told["error"]:
        case EditRefused.__name__:
            return EditRefused(told["says"])
        case WorldError.__name__:
            return WorldError(told["says"])
        case EditStopped.__name__:
            return EditStopped()
    return EditFailed(told["says"], detail=told["detail"])


class _Brake:
    """Has the work rest while a take is recorded, and leaves that time out of the clock. One thread."""

    def __init__(self, rest: threading.Event) -> None:
        self._rest = rest
        self._rested_s = 0.0
        self._frozen_s: float | None = None

    def now_s(self) -> float:
        """Seconds of work."""
        return (time.monotonic() if self._frozen_s is None else self._frozen_s) - self._rested_s

    def wait(self, meter: Meter) -> None:
        """Return when work may begin; raises EditStopped."""
        meter.check()
        while self._rest.is_set():
            meter.stop.wait(POLL_S)
            meter.check()

    def check(self, process: "subprocess.Popen[str]", meter: Meter) -> None:
        """Freeze the child or let it go on, as it should be now. Raises EditStopped and _GaveWay."""
        meter.check()
        if not self._rest.is_set():
            self.release(process)
        elif not CAN_FREEZE:
            raise _GaveWay
        elif self._frozen_s is None:
            self._frozen_s = time.monotonic()
            _signal_all(process, signal.SIGSTOP)

    def release(self, process: "subprocess.Popen[str]") -> None:
        """Let it go on, if it is frozen."""
        if self._frozen_s is not None:
            self._rested_s += time.monotonic() - self._frozen_s
            self._frozen_s = None
            _signal_all(process, signal.SIGCONT)


def _signal_all(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """To the child and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, number)


# -- the child ---------------------------------------------------------------------------------------------------------


def main() -> int:
    """Make what is ordered, and say what became of it."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    _be_first_to_go()
    cv2.setNumThreads(1)  # faces are looked for by several threads of our own
    order = _Order(**json.loads(sys.stdin.readline()))
    stop = threading.Event()
    threading.Thread(target=_stop_with_input, args=(stop,), name="input", daemon=True).start()
    _say(**_made(order, stop))
    return 0


def _made(order: _Order, stop: threading.Event) -> dict[str, str]:
    """What the parent is told at the end."""
    try:
        made = render(
            Path(order.take),
            Path(order.out),
            keep=[KeptRange(*part) for part in order.keep],
            preset=Preset(order.preset),
            target_mb=order.target_mb,
            asked=_asked(order),
            small=order.small,
            on_progress=_Teller(),
            stop=stop,
        )
    except EditError as error:
        kind = next(kind for kind in (EditRefused, WorldError, EditStopped, EditFailed) if isinstance(error, kind))
        detail = error.detail if isinstance(error, EditFailed) else ""
        log.info("not made: %s %s", error, detail)
        return {"error": kind.__name__, "says": str(error), "detail": detail}
    return {"sha256": made.sha256, "bytes": str(made.bytes), "seconds": repr(made.seconds)}


def _asked(order: _Order) -> Asked:
    names = tuple(KeptRange(*name) for name in order.names)
    return Asked(order.clean, order.title, names=names, show_as=ShowAs(order.show_as))


class _Teller:
    """Says how much is done, some times a second; the time left is for those who know for how long it has rested."""

    def __init__(self) -> None:
        self._told_s = -TELL_S

    def __call__(self, fraction: float, _seconds_left: float | None) -> None:
        now_s = time.monotonic()
        if now_s >= self._told_s + TELL_S:
            self._told_s = now_s
            _say(done=repr(fraction))


def _say(**told: str) -> None:
    print(json.dumps(told), flush=True)


def _be_first_to_go() -> None:
    """Linux: the app, which may be recording, is not the one that memory is taken from."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")


def _stop_with_input(stop: threading.Event) -> None:
    # os.read, not sys.stdin: a buffered reader that still waits when the interpreter ends would abort it.
    while os.read(0, 4096):
        pass
    stop.set()
    time.sleep(ORPHAN_S)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
