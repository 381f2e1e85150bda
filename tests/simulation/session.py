"""Runs one session: the recorder on simulated ports, a user, faults, perhaps a disaster and the restart after it."""

import functools
import random
from dataclasses import replace
from pathlib import Path

from capture.encoder import part_path
from capture.model import PictureFormat
from capture.recorder import Recorder, RecorderNews, TakeDone
from capture.recovery import make_whole
from capture.state import Event, Paused, Prepare, Recording
from tests.simulation.child import Children
from tests.simulation.devices import Devices
from tests.simulation.disk import SimulatedDisk
from tests.simulation.evidence import Claim, Evidence, media_of
from tests.simulation.plan import Fault, Plan, Wait
from tests.simulation.scheduler import APP, Scheduler, SimulatedClock, SimulatedThreads, Stuck

PATIENCE_S = 8.0
"""How long the user waits for a state."""
LIMIT_S = 200.0
"""A session that lasts longer than this, what was stopped left out, has come to no end."""
LAST_WORDS_S = 1.0
"""So long after the restart a child of the dead app may still write."""
STALL_AFTER_S = 1.0
"""So long does a fault go on to be felt."""


class Session:
    """One session; run() once, then look at the evidence."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        rng = random.Random(plan.seed + " world")
        self._scheduler = Scheduler(rng, switches=plan.switches, late=plan.late)
        self._disk = SimulatedDisk(self._scheduler, rng, free=plan.free, scale=plan.scale)
        self._children = Children(self._scheduler, self._disk, rng)
        self._disk.children_live = lambda: self._children.busy
        self._children.weakness = replace(plan.weakness)
        self._devices = Devices(self._scheduler, rng, plan.camera, plan.microphone)
        self._threads = SimulatedThreads(self._scheduler)
        self._clock = SimulatedClock(self._scheduler)
        self._recorder: Recorder | None = None
        self._slow_until_s = 0.0
        self._rng = rng
        self.began_s = self._scheduler.now_s
        self.evidence = Evidence(
            plan.camera if plan.wish.camera else None, plan.microphone if plan.wish.microphone else None, plan.late > 0
        )
        self._disk.sync_s = self._sync_takes_s
        self._disk.on_sync = self._note_sync

    @property
    def simulated_s(self) -> float:
        """How much time has passed in this world."""
        return self._scheduler.now_s - self.began_s + self._scheduler.asleep_s

    @property
    def now_s(self) -> float:
        """This world's clock."""
        return self._scheduler.now_s

    @property
    def child_failures(self) -> int:
        """How often a child died, hung or did not start by itself."""
        return self._children.failures

    def run(self) -> Evidence:
        """To the end, the restart included."""
        try:
            self._live()
            if self.plan.disaster is not None and self.evidence.end != "closed":
                self._restart()
        except Stuck as stuck:
            self.evidence.trouble.append(str(stuck))
        finally:
            self._scheduler.kill_all()
        self._gather()
        return self.evidence

    # -- the first life -----------------------------------------------------------------------------------------------

    def _live(self) -> None:
        world, disaster = self._scheduler, self.plan.disaster
        for fault in self.plan.faults:
            world.at(self.began_s + fault.at_s, functools.partial(self._go_wrong, fault))
        if disaster is not None and disaster.at_s is not None:
            world.at(self.began_s + disaster.at_s, self._strike)
        if disaster is not None and disaster.call is not None:
            world.strike_at_call(disaster.call, self._strike)
        self._limit()
        world.start("main", self._use, APP)
        world.run()

    def _limit(self) -> None:
        lengths = [fault.lasts_s for fault in self.plan.faults if fault.kind == "stopped"]
        self._scheduler.at(self._scheduler.now_s + LIMIT_S + sum(lengths), self._no_end)

    def _no_end(self) -> None:
        self.evidence.trouble.append(f"no end: {self._scheduler.running()} go on")
        self._scheduler.finish()

    def _use(self) -> None:
        """The user, and at the end the window closes."""
        recorder = self._recorder = Recorder(
            clock=self._clock,
            disk=self._disk,
            open_camera=self._devices.open_camera,
            open_microphone=self._devices.open_microphone,
            on_news=self._hear,
            threads=self._threads,
            encoder=self._children.start,
        )
        for wait_s, step in self.plan.steps:
            self._clock.sleep(wait_s)
            if isinstance(step, Wait):
                self._wait_for(recorder, step)
            else:
                self._post(recorder, Prepare(self.plan.wish) if isinstance(step, Prepare) else step)
        recorder.close()
        self._end("closed")

    def _wait_for(self, recorder: Recorder, wait: Wait) -> None:
        until_s = self._clock.now_s() + PATIENCE_S
        while type(recorder.state).__name__ not in (wait.state, "Idle") and self._clock.now_s() < until_s:
            self._clock.sleep(0.05)

    def _post(self, recorder: Recorder, event: Event) -> None:
        self.evidence.posted.append((self._scheduler.now_s, event))
        recorder.post(event)

    def _hear(self, news: RecorderNews) -> None:
        self.evidence.news.append((self._scheduler.now_s, news))
        if isinstance(news, TakeDone) and news.take in self._disk.names():
            self.evidence.finished[news.take] = self._disk.content(news.take)

    def _end(self, how: str) -> None:
        self.evidence.end = how
        self.evidence.ended_s = self._scheduler.now_s
        running = [name for name in self._scheduler.running() if name != "main"]
        if how == "closed":
            self.evidence.left_running += running
            self.evidence.left_running += ["ffmpeg"] if self._children.busy else []
        self._scheduler.finish()

    # -- what goes wrong ----------------------------------------------------------------------------------------------

    def _go_wrong(self, fault: Fault) -> None:
        world, devices = self._scheduler, self._devices
        if world.is_dead(APP) or self.evidence.ended_s:
            return
        now_s, over_s = world.now_s, world.now_s + fault.lasts_s
        self.evidence.faults.append((now_s, fault.kind))
        self.evidence.lasted[now_s, fault.kind] = fault.lasts_s
        match fault.kind:
            case "camera out":
                devices.camera_in = False
                devices.wake_readers()
                world.at(over_s, self._plug_in)
            case "camera changes":
                devices.camera_in = False
                devices.camera.picture = self._other_size(devices.camera.picture)
                devices.wake_readers()
                world.at(over_s, self._plug_in)
            case "camera hangs":
                devices.camera_hangs = True
                world.at(over_s, self._unhang)
                self._stall(now_s, over_s + STALL_AFTER_S)
            case "microphone out":
                devices.microphone_in = False
                world.at(over_s, self._plug_in)
            case "slow syncs":
                self._slow_until_s = over_s
            case "sync fails":
                self._disk.sync_fails = True
                world.at(over_s, self._heal)
                self._stall(now_s, over_s + STALL_AFTER_S)
            case "disk full":
                self._disk.free = 0
            case "nearly full":
                self._disk.free = 60_000_000
            case "asleep":
                world.asleep_s += fault.lasts_s
            case "stopped":
                self._stop(over_s)
            case "child killed":
                self._children.kill_all()
                self._stall(now_s, now_s + 2 * STALL_AFTER_S)

    def _other_size(self, before: PictureFormat) -> PictureFormat:
        factor = self._rng.choice((1, 2, 3))
        return PictureFormat(16 * factor, 12 * factor, self._rng.choice((5.0, before.fps, 30.0)))

    def _plug_in(self) -> None:
        self._devices.camera_in = self._devices.microphone_in = True

    def _unhang(self) -> None:
        self._devices.camera_hangs = False
        self._devices.wake_readers()

    def _heal(self) -> None:
        self._disk.sync_fails = False

    def _stop(self, over_s: float) -> None:
        if self._scheduler.is_stopped(APP):
            return
        self._devices.thaw_s = over_s
        self._scheduler.stop_process(APP)
        self._scheduler.at(over_s, lambda: self._scheduler.continue_process(APP))
        self._stall(self._scheduler.now_s, over_s + STALL_AFTER_S)

    def _stall(self, start_s: float, end_s: float) -> None:
        self.evidence.stalls.append((start_s, end_s))

    def _sync_takes_s(self) -> float:
        if self._scheduler.now_s < self._slow_until_s:
            return self._rng.uniform(0.1, 2.0)
        return self._rng.choice((0.001, 0.004, 0.02))

    def _note_sync(self, start_s: float, end_s: float) -> None:
        if end_s - start_s > 0.02:
            self._stall(start_s, end_s)

    # -- disaster and restart -----------------------------------------------------------------------------------------

    def _strike(self) -> None:
        if self.evidence.ended_s or self.plan.disaster is None:
            return
        self.evidence.claim = self._claim()
        kind = self.plan.disaster.kind
        self.evidence.faults.append((self._scheduler.now_s, kind))
        self.evidence.stalls += self._children.stalls + self._devices.silent + self._devices.dark
        self._end(kind)
        if kind == "power cut":
            self._cut_power()
            return
        self._scheduler.kill(APP)
        if kind == "kill both":
            self._children.kill_all()
        else:
            self._children.end_input()

    def _cut_power(self) -> None:
        self._disk.cut_power()
        self._children.lose_power()
        self._scheduler.kill_all()

    def _claim(self) -> Claim | None:
        recorder = self._recorder
        if recorder is None:
            return None
        state = recorder.state
        take = state.take if isinstance(state, Recording | Paused) else None
        part = part_path(take) if take is not None else None
        before = self._disk.content(part) if part in self._disk.names() and part is not None else b""
        since_s = next((at_s for at_s, news in reversed(self.evidence.news) if _is_start(news, take)), 0.0)
        return Claim(
            take, recorder.safe_s(), recorder.recorded_s(), isinstance(state, Recording), since_s, media_of(before)
        )

    def _restart(self) -> None:
        """The app starts again: what was cut short is made whole. The power may fail again in the midst."""
        world = self._scheduler
        self._disk.sync_fails = False
        self._disk.free = max(self._disk.free, 1_000_000_000)
        world.revive(APP)
        if self.plan.second is not None:
            world.strike_at_call(world.calls + self.plan.second, self._cut_again)
        self._limit()
        world.start("restart", self._mend, APP)
        world.run()

    def _cut_again(self) -> None:
        self.evidence.faults.append((self._scheduler.now_s, "power cut in the restart"))
        self._cut_power()
        self._scheduler.revive(APP)
        self._limit()
        self._scheduler.start("restart", self._mend, APP)

    def _mend(self) -> None:
        self._disk.forget_suspicions()
        for take in self.plan.takes:
            self._make_whole(take)
            if take in self._disk.names():
                self.evidence.finished[take] = self._disk.content(take)
        self._clock.sleep(LAST_WORDS_S)
        self._scheduler.finish()

    def _make_whole(self, take: Path) -> None:
        """A child that hangs keeps the file for itself until the computer is started again."""
        try:
            make_whole(take, self._disk, self._clock)
        except BlockingIOError:
            self._children.lose_power()
            make_whole(take, self._disk, self._clock)

    # -- the end ------------------------------------------------------------------------------------------------------

    def _gather(self) -> None:
        evidence = self.evidence
        evidence.frames = self._devices.frames
        if not evidence.claim:
            evidence.stalls += self._children.stalls + self._devices.silent + self._devices.dark
        evidence.trouble += self._scheduler.trouble
        evidence.overwritten += self._disk.overwritten
        evidence.suspect += self._disk.published_suspect
        evidence.failed_syncs = self._disk.failed_syncs
        evidence.longest_queue = self._threads.longest[0]
        for path in self._disk.names():
            content = self._disk.content(path)
            if path in self.plan.takes:
                evidence.takes[path] = media_of(content)
                evidence.contents[path] = content
            else:
                evidence.parts[path] = media_of(content)


def _is_start(news: RecorderNews, take: Path | None) -> bool:
    state = getattr(news, "state", None)
    return isinstance(state, Recording) and state.take == take
