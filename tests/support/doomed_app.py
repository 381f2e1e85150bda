"""Recorders that are meant to die: a server that forks one for every order, and the session that it records.

    python -m tests.support.doomed_app        orders on standard input, one JSON object a line; answers likewise

Everything is imported once, so a recorder costs no start of an interpreter. Each has a keeper, a process of its own
that sends the signals of the plan, waits until the recorder and all that it started have ended, and answers. What the
recorder says (what is safe, what the user is told, how it stands) goes to a file at once, so that it survives it.
Linux alone: tests.support.doomed is the other side.
"""

import contextlib
import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from capture.clock import MonotonicClock
from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE, Opener
from capture.disk import RealDisk
from capture.encoder import Encoder, EncoderChild, Piece
from capture.model import PictureFormat
from capture.recorder import Recorder, RecorderNews, StateChanged, TakeDone, Told
from capture.state import Pause, Paused, Prepare, Ready, Recording, Resume, Scrap, Start, State, Stop, Wish
from capture.threads import Running, SystemThreads

TINY = PictureFormat(96, 64, 30.0)
SAID = "said.jsonl"
TAKES = "takes"
PR_SET_CHILD_SUBREAPER = 36
LIMIT_S = 60.0
KEEPER_FAILED = 99


@dataclass(frozen=True, slots=True)
class Fault:
    """What strace does at the N-th call of one thread, or of the encoder child ("child")."""

    where: str
    calls: str
    nth: int
    does: str = "signal=KILL"
    ordinal: int = 1
    """Which of the threads (or children) of this name is meant: 1 is the first to start."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal that the keeper sends: so long after the beginning, to "app", "child" or "both"."""

    at_s: float
    to: str
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One recorder's life. `alone`: when the recorder dies, its encoder child is left to finish."""

    fault: Fault | None = None
    signals: tuple[Signal, ...] = ()
    alone: bool = True

    @staticmethod
    def of(told: dict[str, object]) -> "Plan":
        """The plan that asdict() has taken apart."""
        fault, signals = told["fault"], told["signals"]
        assert isinstance(signals, list)
        return Plan(
            Fault(**fault) if isinstance(fault, dict) else None,
            tuple(Signal(**each) for each in signals),
            bool(told["alone"]),
        )


# -- the recorder -----------------------------------------------------------------------------------------------------


class CountingDisk(RealDisk):
    """The computer's own disk, which tells when something was cut off."""

    def __init__(self) -> None:
        self.cuts = 0

    def cut(self, path: Path, at: int) -> None:
        super().cut(path, at)
        self.cuts += 1


class Session:
    """A whole session, told line by line: two takes, the first of them paused and cut back."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._takes = folder / TAKES
        self._said = os.open(folder / SAID, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._news: queue.SimpleQueue[RecorderNews] = queue.SimpleQueue()
        self._take = ""
        self._last: dict[str, float] = {}
        self._done = 0
        self._disk = CountingDisk()
        clock = MonotonicClock()
        opener = Opener(clock)
        tracer = Tracer(plan.fault, self._takes)
        self._recorder = Recorder(
            clock=clock,
            disk=self._disk,
            open_camera=opener.camera,
            open_microphone=opener.microphone,
            on_news=self._news.put,
            threads=TracedThreads(tracer),
            encoder=tracer.start_child,
        )

    def say(self, what: str, **facts: object) -> None:
        os.write(self._said, json.dumps({"what": what, "take": self._take, **facts}).encode() + b"\n")

    def run(self) -> None:
        self._recorder.post(Prepare(Wish(DEMO_CAMERA, DEMO_MICROPHONE, TINY)))
        self._until(Ready)
        self._start("a.mp4")
        self._record(0.5)
        if self._still_on():
            self._recorder.post(Pause())
            self._until(Paused, Ready)
            self._recorder.post(Resume())
            self._until(Recording, Ready)
        self._record(0.4)
        if self._still_on():
            self._scrap(0.4)
        self._record(0.4)
        self._stop()
        self._start("b.mp4")
        self._record(0.3)
        self._stop()
        self._recorder.close()
        self.say("end")

    def _still_on(self) -> bool:
        """False where the take has ended by itself."""
        return not isinstance(self._recorder.state, Ready)

    def _start(self, name: str) -> None:
        self._take, self._last = name, {}
        self.say("start")
        self._recorder.post(Start(self._takes / name))
        self._wait(lambda: isinstance(self._recorder.state, Recording) or self._done > 0)

    def _record(self, seconds: float) -> None:
        """Until the take is so much longer, or has ended by itself."""
        end_s = self._recorder.recorded_s() + seconds
        self._wait(lambda: not self._still_on() or self._recorder.recorded_s() >= end_s)

    def _scrap(self, seconds: float) -> None:
        before_s = self._recorder.recorded_s()
        self.say("scrap", s=before_s, seconds=seconds)
        self._recorder.post(Scrap(seconds))
        self._wait(lambda: not self._still_on() or self._disk.cuts > 0)
        self._last = {}
        self.say("scrapped")

    def _stop(self) -> None:
        self.say("stop")
        self._recorder.post(Stop())
        self._wait(lambda: self._done > 0)
        self._done = 0
        self._until(Ready)

    def _until(self, *kinds: type[State]) -> None:
        self._wait(lambda: isinstance(self._recorder.state, kinds))

    def _wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S
        while True:
            met = condition()
            self._tell()
            if met:
                return
            if time.monotonic() > end:
                self.say("stuck", state=str(self._recorder.state))
                os._exit(3)
            time.sleep(0.003)

    def _tell(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._tell_news(self._news.get_nowait())
        for what, s in (("safe", self._recorder.safe_s()), ("recorded", self._recorder.recorded_s())):
            if s > 0 and s != self._last.get(what):
                self._last[what] = s
                self.say(what, s=s)

    def _tell_news(self, news: RecorderNews) -> None:
        match news:
            case Told(sentence):
                self.say("told", sentence=sentence)
            case StateChanged(state):
                self.say("state", state=type(state).__name__)
            case TakeDone(_take, report):
                self._done += 1
                self.say("done", report=asdict(report))


class Tracer:
    """Has strace look at one thread, or at one encoder child."""

    def __init__(self, fault: Fault | None, takes: Path) -> None:
        self._fault = fault
        self._takes = takes
        self._count: Counter[str] = Counter()
        self._guard = threading.Lock()

    def meets(self, name: str) -> bool:
        """Is this the one that the fault means? Counts them."""
        with self._guard:
            self._count[name] += 1
            fault = self._fault
            return fault is not None and fault.where == name and fault.ordinal == self._count[name]

    def start_child(self, piece: Piece) -> Encoder:
        before = _ffmpegs(os.getpid())
        child = EncoderChild(piece)
        if self.meets("child"):
            (new,) = set(_ffmpegs(os.getpid())) - set(before)
            self.trace(new.pid, "-f")
        return child

    def trace(self, task: int, *words: str) -> None:
        """Return when strace has taken hold of this task."""
        fault = self._fault
        assert fault is not None
        command = ["strace", "-qq", "-o", "/dev/null", *words, "-p", str(task), "-e", f"trace={fault.calls}"]
        for name in ("a", "b"):
            for each in (f"{name}.recording.mp4", f"{name}.mp4"):
                command += ["-P", str(self._takes / each)]
        command += ["-P", str(self._takes), "-e", f"inject={fault.calls}:{fault.does}:when={fault.nth}"]
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + LIMIT_S
        while "TracerPid:\t0\n" in Path(f"/proc/{task}/status").read_text() and time.monotonic() < end:
            time.sleep(0.001)


class TracedThreads(SystemThreads):
    """The computer's own threads; the one that is meant runs under strace."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start(self, name: str, run: Callable[[], None]) -> Running:
        if not self._tracer.meets(name):
            return super().start(name, run)

        def traced() -> None:
            self._tracer.trace(threading.get_native_id())
            run()

        return super().start(name, traced)


def _ffmpegs(parent: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return [child for child in psutil.Process(parent).children() if "ffmpeg" in child.name()]
    return []


# -- the keeper -------------------------------------------------------------------------------------------------------


def keep(folder: Path, plan: Plan) -> int:
    """Fork the recorder, send it the plan's signals, and wait until all of it has ended; its status."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began_s = time.monotonic()
    app = os.fork()
    if app == 0:
        _be_the_app(folder, plan)
    for each in plan.signals:
        if (status := _status_within(app, began_s + each.at_s - time.monotonic())) is not None:
            break
        _send(app, each)
    else:
        status = _status_within(app, LIMIT_S * 3)
    if status is None:
        os.kill(app, signal.SIGKILL)
        status = os.waitpid(app, 0)[1]
    _see_off(spare=plan.alone)
    return os.waitstatus_to_exitcode(status)


def _be_the_app(folder: Path, plan: Plan) -> None:
    status = 1
    try:
        os.dup2(os.open(folder / "errors.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        Session(folder, plan).run()
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)


def _status_within(app: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while True:
        pid, status = os.waitpid(app, os.WNOHANG)
        if pid:
            return status
        if time.monotonic() >= end:
            return None
        time.sleep(0.002)


def _send(app: int, each: Signal) -> None:
    if each.to in ("child", "both"):
        for child in _ffmpegs(app):
            with contextlib.suppress(psutil.Error):  # it has ended meanwhile
                child.send_signal(each.number)
    if each.to in ("app", "both"):
        os.kill(app, each.number)


def _see_off(*, spare: bool) -> None:
    """What the recorder has started is ours now: wait until it has ended; strace and what is not spared is killed."""
    end = time.monotonic() + LIMIT_S
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if not spare or "ffmpeg" not in child.name() or time.monotonic() > end:
                child.kill()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


# -- the server -------------------------------------------------------------------------------------------------------


def serve() -> None:
    """Fork a keeper for every order."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            status = KEEPER_FAILED
            with contextlib.suppress(Exception):
                status = keep(Path(order["folder"]), Plan.of(order["plan"]))
            os.write(1, json.dumps({"folder": order["folder"], "status": status}).encode() + b"\n")
            os._exit(0)


if __name__ == "__main__":
    serve()
