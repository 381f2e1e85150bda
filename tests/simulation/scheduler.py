"""Runs every thread of a session in one thread of the computer, in virtual time and in an order that a seed decides.

Each thread is a greenlet. It goes on until it waits, or until a port lets another one go first; when nobody can go on,
time jumps to the next moment at which somebody can. A thread belongs to a process: processes are killed, and stopped.
"""

import heapq
import random
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Generic, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

from capture.threads import Flag, Mailbox, Running

T = TypeVar("T")

APP = "app"
"""The process under test."""
MOST_STEPS = 2_000_000
"""A session that takes more is caught in a circle."""
LATE_S = 0.03
"""So late may a thread be woken on a busy computer."""


class Stuck(Exception):
    """Nobody can go on, or everybody goes on for ever."""


class Task:
    """A thread."""

    def __init__(self, name: str, process: str) -> None:
        self.name = name
        self.process = process
        self.waits = 0
        """Goes up with every wait, so that the timer of one that is over wakes nobody."""
        self.asleep = False
        """True while it waits for somebody to wake it."""
        self.ended = False
        self.joiners: list[Task] = []
        self.greenlet: greenlet


class Scheduler:
    """The world's clock and the order of things."""

    def __init__(self, rng: random.Random, *, switches: float = 0.1, late: float = 0.0) -> None:
        self.rng = rng
        self.now_s = 1000.0
        self.asleep_s = 0.0
        self.switches = switches
        """How probable it is that a call to a port lets others go first."""
        self.late = late
        """How probable it is that a thread is woken late, by up to LATE_S."""
        self.calls = 0
        self.trouble: list[str] = []
        """What no thread may do: end with an error, take a lock twice."""
        self.current: Task | None = None
        self._hub = getcurrent()
        self._ready: list[Task] = []
        self._timers: list[tuple[float, int, Task | None, int, Callable[[], None] | None]] = []
        self._count = 0
        self._alive: dict[str, list[Task]] = {}
        self._dead: set[str] = set()
        self._stopped: dict[str, list[Task]] = {}
        self._strike_at = -1
        self._strike: Callable[[], None] | None = None
        self._struck: Callable[[], None] | None = None
        self._over = False

    # -- threads ------------------------------------------------------------------------------------------------------

    def start(self, name: str, run: Callable[[], None], process: str) -> Task:
        """A new thread, which goes on when its turn comes."""
        task = Task(name, process)

        def body() -> None:
            try:
                run()
            except GreenletExit:
                pass
            except BaseException:
                if process not in self._dead:
                    self.trouble.append(f"the thread {name} ended with an error:\n{traceback.format_exc()}")
            task.ended = True
            for joiner in task.joiners:
                self.wake(joiner)

        task.greenlet = greenlet(body, self._hub)
        self._alive.setdefault(process, []).append(task)
        self._make_ready(task)
        return task

    def running(self, process: str = APP) -> list[str]:
        """The names of the threads that have not ended."""
        return [task.name for task in self._alive.get(process, []) if not task.ended]

    def wake(self, task: Task) -> None:
        """It waits no longer."""
        if not task.asleep:  # its time was over just now
            return
        task.waits += 1
        task.asleep = False
        if self.late and task.process == APP and self.rng.random() < self.late:
            self._at(self.now_s + self.rng.random() * LATE_S, task, task.waits, None)
            return
        self._make_ready(task)

    def _make_ready(self, task: Task) -> None:
        if task.process in self._dead:
            return
        if task.process in self._stopped:
            self._stopped[task.process].append(task)
        else:
            self._ready.append(task)

    def wait(self, timeout_s: float | None) -> None:
        """The current thread waits until wake(), at most so long."""
        task = self.current
        assert task is not None, "only a thread can wait"
        if timeout_s is not None:
            self._at(self.now_s + timeout_s, task, task.waits, None)
        task.asleep = True
        self._leave(task)

    def _leave(self, task: Task) -> None:
        self._hub.switch()
        if task.process in self._dead:
            raise GreenletExit

    def touch(self) -> None:
        """A call to a port: others may go first, and here disaster may strike."""
        task = self.current
        assert task is not None, "only a thread calls ports that may wait"
        if task.process in self._dead:
            raise GreenletExit
        self.calls += 1
        if self.calls == self._strike_at:
            self._struck = self._strike
        elif self.rng.random() >= self.switches:
            return
        self._make_ready(task)
        task.waits += 1
        self._leave(task)

    def check_alive(self) -> None:
        """For calls that never wait: a dead process does nothing any more."""
        if self.current is not None and self.current.process in self._dead:
            raise GreenletExit

    # -- the world ----------------------------------------------------------------------------------------------------

    def at(self, at_s: float, do: Callable[[], None]) -> None:
        """Do something at this moment that does not wait."""
        self._at(at_s, None, 0, do)

    def _at(self, at_s: float, task: Task | None, waits: int, do: Callable[[], None] | None) -> None:
        self._count += 1
        heapq.heappush(self._timers, (at_s, self._count, task, waits, do))

    def strike_at_call(self, number: int, do: Callable[[], None]) -> None:
        """Do something in the midst of the `number`-th call to a port."""
        self._strike_at, self._strike = number, do

    def stop_process(self, process: str) -> None:
        """SIGSTOP: none of its threads goes on."""
        self._stopped[process] = [task for task in self._ready if task.process == process]
        self._ready = [task for task in self._ready if task.process != process]

    def continue_process(self, process: str) -> None:
        """SIGCONT."""
        self._ready += self._stopped.pop(process, [])

    def is_stopped(self, process: str) -> bool:
        """True between the two."""
        return process in self._stopped

    def is_dead(self, process: str) -> bool:
        """True after kill()."""
        return process in self._dead

    def doom(self, process: str) -> None:
        """Like kill(), but from a thread of another process: its threads end when they would go on."""
        self._dead.add(process)

    def kill(self, process: str) -> None:
        """kill -9: its threads end where they are. From the world alone, never from a thread."""
        self._dead.add(process)
        self._stopped.pop(process, None)
        self._ready = [task for task in self._ready if task.process != process]
        for task in self._alive.pop(process, []):
            task.waits += 1
            self.current = task
            if not task.ended:
                task.greenlet.throw(GreenletExit)
        self.current = None

    def kill_all(self) -> None:
        """The end of the world."""
        for process in list(self._alive):
            self.kill(process)
        self._timers.clear()

    def revive(self, process: str) -> None:
        """A process of that name may be started again."""
        self._dead.discard(process)
        self._alive.pop(process, None)

    def finish(self) -> None:
        """run() returns."""
        self._over = True

    def run(self) -> None:
        """Let everything go on until finish(). Raises Stuck."""
        self._over = False
        steps = 0
        while not self._over:
            if self._struck is not None:
                strike, self._struck = self._struck, None
                strike()
                continue
            if not self._ready:
                self._jump()
                continue
            steps += 1
            if steps > MOST_STEPS:
                raise Stuck("threads that go on for ever")
            ready = self._ready
            place = int(self.rng.random() * len(ready))
            task, ready[place] = ready[place], ready[-1]
            ready.pop()
            self.current = task
            if not task.ended:
                task.greenlet.switch()
            self.current = None

    def _jump(self) -> None:
        """To the next moment at which something happens."""
        if not self._timers:
            waiting = [f"{process}: {task.name}" for process, tasks in self._alive.items() for task in tasks]
            raise Stuck(f"everybody waits for ever: {waiting}")
        first_s = self._timers[0][0]
        self.now_s = max(self.now_s, first_s)
        while self._timers and self._timers[0][0] <= self.now_s and not self._over:
            _, _, task, waits, do = heapq.heappop(self._timers)
            if do is not None:
                do()
            elif task is not None and task.waits == waits and not task.ended and task.process not in self._dead:
                task.waits += 1
                task.asleep = False
                self._make_ready(task)


class _Mailbox(Generic[T]):
    def __init__(self, scheduler: Scheduler, longest: list[int]) -> None:
        self._scheduler = scheduler
        self._items: deque[T] = deque()
        self._waiting: list[Task] = []
        self._longest = longest

    def put(self, item: T) -> None:
        self._scheduler.check_alive()
        self._items.append(item)
        self._longest[0] = max(self._longest[0], len(self._items))
        if self._waiting:
            self._scheduler.wake(self._waiting.pop(0))

    def get(self, timeout_s: float | None = None) -> T | None:
        self._scheduler.touch()
        until_s = None if timeout_s is None else self._scheduler.now_s + timeout_s
        while not self._items:
            left_s = None if until_s is None else until_s - self._scheduler.now_s
            if left_s is not None and left_s <= 0:
                return None
            task = self._scheduler.current
            assert task is not None
            self._waiting.append(task)
            self._scheduler.wait(left_s)
            if task in self._waiting:
                self._waiting.remove(task)
        return self._items.popleft()


class _Flag:
    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._up = False
        self._waiting: list[Task] = []

    def raise_it(self) -> None:
        self._scheduler.check_alive()
        self._up = True
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            self._scheduler.wake(task)

    def is_up(self) -> bool:
        self._scheduler.check_alive()
        return self._up

    def wait(self, timeout_s: float) -> bool:
        self._scheduler.touch()
        if not self._up:
            task = self._scheduler.current
            assert task is not None
            self._waiting.append(task)
            self._scheduler.wait(timeout_s)
            if task in self._waiting:
                self._waiting.remove(task)
        return self._up


class _Lock(AbstractContextManager[object]):
    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._owner: Task | None = None
        self._waiting: list[Task] = []

    def __enter__(self) -> object:
        self._scheduler.touch()
        task = self._scheduler.current
        assert task is not None
        if self._owner is task:
            raise AssertionError("a lock was taken twice by one thread")
        while self._owner is not None:
            self._waiting.append(task)
            self._scheduler.wait(None)
        self._owner = task
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._owner = None
        if self._waiting:
            self._scheduler.wake(self._waiting.pop(0))


class _Running:
    def __init__(self, scheduler: Scheduler, task: Task) -> None:
        self._scheduler = scheduler
        self._task = task

    def join(self, timeout_s: float | None = None) -> bool:
        self._scheduler.touch()
        current = self._scheduler.current
        if not self._task.ended:
            assert current is not None
            self._task.joiners.append(current)
            self._scheduler.wait(timeout_s)
            if current in self._task.joiners:
                self._task.joiners.remove(current)
        return self._task.ended


class SimulatedThreads:
    """The port capture.threads.Threads for the process under test."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self.longest = [0]
        """The most items that ever waited in one mailbox."""

    def start(self, name: str, run: Callable[[], None]) -> Running:
        self._scheduler.check_alive()
        return _Running(self._scheduler, self._scheduler.start(name, run, APP))

    def mailbox(self) -> Mailbox[T]:
        return _Mailbox(self._scheduler, self.longest)

    def flag(self) -> Flag:
        return _Flag(self._scheduler)

    def lock(self) -> AbstractContextManager[object]:
        return _Lock(self._scheduler)


class SimulatedClock:
    """The port capture.clock.Clock. Telling the time lets nobody else go first: a stamp is a stamp."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def now_s(self) -> float:
        return self._scheduler.now_s

    def sleep(self, seconds: float) -> None:
        self._scheduler.touch()
        if seconds > 0:
            self._scheduler.wait(seconds)

    def asleep_s(self) -> float:
        return self._scheduler.asleep_s
