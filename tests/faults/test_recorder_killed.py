"""The recorder killed: at every system call that touches its takes, and at any moment. What was said to be safe is."""

import random
import signal
from collections.abc import Iterator

import pytest

from tests.support.doomed import Casualty, DoomedRecorders, doomed_recorders, judge_all, require_strace
from tests.support.doomed_app import Fault, Plan, Signal
from tests.support.kill_campaign import APP_CALLS, CHILD_WRITES, random_plan
from tests.support.reliability import Tally

RANDOM_INSTANTS = 200


@pytest.fixture(scope="module")
def recorders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoomedRecorders]:
    require_strace()
    with doomed_recorders(tmp_path_factory.mktemp("doomed")) as server:
        yield server


def _judged(tally: Tally, casualties: list[Casualty]) -> None:
    verdicts = judge_all(casualties)
    lost_ms = max((verdict.lost_s for verdict in verdicts), default=0.0) * 1000
    if lost_ms > 0:
        tally.worth_saying = f"at most {lost_ms:.0f} ms of an open take were lost"
    tally.found(len(casualties), [fault for verdict in verdicts for fault in verdict.faults])


@pytest.mark.fault(
    "The app is killed at its N-th write, sync, cut or rename of a take",
    made="strace: SIGKILL at the N-th call of one thread, N = 1, 2, 3 ... until a session runs clean",
    holds="the encoder child finishes the take alone: all that was older than half a second is there, and plays",
)
def test_the_app_killed_at_every_call_that_touches_a_take(recorders: DoomedRecorders, tally: Tally) -> None:
    ended = recorders.sweep(APP_CALLS)
    assert {each.plan.fault.where for each in ended if each.plan.fault} == {"syncer", "encoder", "recorder"}
    assert all(each.status == -signal.SIGKILL for each in ended)
    _judged(tally, ended)


@pytest.mark.fault(
    "App and encoder child are killed together, at the N-th sync, cut or rename",
    made="strace: as above, and the child is killed as soon as the app is dead",
    holds="all that was said to be safe is there after recovery, and plays; one take is one file",
)
def test_app_and_encoder_killed_at_every_sync_cut_and_rename(recorders: DoomedRecorders, tally: Tally) -> None:
    ended = recorders.sweep([target for target in APP_CALLS if target[1] != "openat"], alone=False)
    _judged(tally, ended)


@pytest.mark.fault(
    "The encoder child is killed at its N-th write to the take",
    made="strace: SIGKILL at the N-th write of the first, the second and the third child of a session",
    holds="another child takes over, the user is told once, the take goes on, every frame is accounted for",
)
def test_the_encoder_killed_at_every_write(recorders: DoomedRecorders, tally: Tally) -> None:
    ended = recorders.sweep(CHILD_WRITES)
    assert all(each.status == 0 for each in ended), "the app goes on"
    for each in ended:
        assert sum("stumbled" in sentence for sentence in each.told) <= 1
        assert each.report_of("a.mp4") is not None
    _judged(tally, ended)


@pytest.mark.fault(
    "App, encoder child or both are killed at a random instant",
    made="200 sessions, SIGKILL at a moment that the run's seed chooses",
    holds="all that was said to be safe is there after recovery, and plays to its end; one take is one file",
)
def test_killed_at_random_instants(recorders: DoomedRecorders, rng: random.Random, tally: Tally) -> None:
    _judged(tally, recorders.run(random_plan(rng) for _ in range(RANDOM_INSTANTS)))


@pytest.mark.fault(
    "The disk reports an error (EIO) at the N-th sync",
    made="strace: EIO once, at the N-th fdatasync of the syncer, and at the sync before the take gets its name",
    holds="the user is told, no later sync is trusted, the take keeps its part name and is offered by recovery",
)
@pytest.mark.parametrize(
    "targets",
    [
        [("syncer", "fdatasync", 1)],
        [("encoder", "fdatasync", 1)],
    ],
)
def test_an_error_at_every_sync(recorders: DoomedRecorders, tally: Tally, targets: list[tuple[str, str, int]]) -> None:
    ended = recorders.sweep(targets, does="error=EIO")
    assert ended
    for each in ended:
        assert each.status == 0
        assert any("reports an error" in told or "could not be saved under its name" in told for told in each.told)
        left = {path.name for path in each.takes.iterdir()}
        assert left == {"a.recording.mp4", "b.mp4"}, "the suspect take has no name, and the next one works"
    _judged(tally, ended)


@pytest.mark.fault(
    "The disk reports an error (EIO) while the last seconds are being scrapped",
    made="strace: EIO once, at each of the two syncs of the cut, and at the cut itself",
    holds="the user is told, no later sync is trusted, the take keeps its part name and is offered by recovery",
)
@pytest.mark.parametrize(("call", "nth"), [("fsync", 1), ("ftruncate", 1), ("fsync", 2)])
def test_an_error_while_scrapping(recorders: DoomedRecorders, tally: Tally, call: str, nth: int) -> None:
    (ended,) = recorders.run([Plan(Fault("encoder", call, nth, "error=EIO"))])
    assert ended.status == 0
    assert any("reports an error" in told for told in ended.told)
    assert {path.name for path in ended.takes.iterdir()} == {"a.recording.mp4", "b.mp4"}
    _judged(tally, [ended])


@pytest.mark.fault(
    "The app is stopped for a while (SIGSTOP), with its encoder child or without",
    made="SIGSTOP at a random moment, SIGCONT 1.5 s later",
    holds="the take goes on and is whole, picture and sound in their places, every frame accounted for",
)
def test_stopped_and_continued(recorders: DoomedRecorders, rng: random.Random, tally: Tally) -> None:
    plans = []
    for number in range(12):
        at_s, to = rng.uniform(0.1, 1.2), ("app", "both", "child")[number % 3]
        plans.append(Plan(signals=(Signal(at_s, to, signal.SIGSTOP), Signal(at_s + 1.5, to, signal.SIGCONT))))
    ended = recorders.run(plans)
    assert all(each.status == 0 and each.said[-1].what == "end" for each in ended)
    _judged(tally, ended)
