"""Has recorders die (tests.support.doomed_app), recovers their takes, and judges what is left of them."""

import contextlib
import itertools
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import pytest

from capture.disk import RealDisk
from capture.encoder import part_path
from capture.recovery import Mended, make_whole
from capture.take import LATE_SOUND_S
from tests.support.command_line import REPOSITORY, environment
from tests.support.doomed_app import SAID, TAKES, Fault, Plan
from tests.support.playing import complaints, play

AT_ONCE = 6
"""So many die side by side: a recorder mostly waits."""
FRAME_S, GRAIN_S = 1 / 30, 0.03
GRAIN_OF_A_CUT_S = 0.35
"""A cut takes a whole fragment, and the picture waits for its sound for so long."""
UNSAID_S = 0.5
"""All that is older than this must be there, also where the recorder had not yet said that it was safe."""
MOST = 400
"""No session makes more calls of one kind; a sweep that gets there has not ended."""


class QuickClock:
    """A clock whose sleep takes no time: for recovery, where nobody writes any more."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now_s(self) -> float:
        return self._now_s

    def sleep(self, seconds: float) -> None:
        self._now_s += max(0.0, seconds)

    def asleep_s(self) -> float:
        return 0.0


OF_A_FAULT = ("stumbled", "had to stop", "has stopped. Try", "reports an error", "could not be saved", "inside the app")


def _is_of_a_fault(sentence: str) -> bool:
    """Unlike what devices say that were late on a busy computer."""
    return any(words in sentence for words in OF_A_FAULT)


@dataclass(frozen=True, slots=True)
class Said:
    """One line that the recorder has left."""

    what: str
    take: str
    facts: dict[str, object]

    def number(self, name: str) -> float:
        value = self.facts[name]
        assert isinstance(value, int | float)
        return float(value)


@dataclass(frozen=True, slots=True)
class Casualty:
    """A recorder that has ended, and what it has left."""

    folder: Path
    plan: Plan
    status: int
    said: tuple[Said, ...]

    @property
    def takes(self) -> Path:
        return self.folder / TAKES

    @property
    def told(self) -> list[str]:
        """What the user was told."""
        return [str(each.facts["sentence"]) for each in self.said if each.what == "told"]

    @property
    def clean(self) -> bool:
        """It came to its end, and the fault that was planned did not come."""
        return self.status == 0 and self.said[-1].what == "end" and not any(map(_is_of_a_fault, self.told))

    def about(self, take: str) -> list[Said]:
        return [each for each in self.said if each.take == take]

    def report_of(self, take: str) -> dict[str, object] | None:
        """The report of a take that was closed."""
        report = next((each.facts["report"] for each in self.about(take) if each.what == "done"), None)
        assert report is None or isinstance(report, dict)
        return report

    def promised_s(self, take: str) -> float:
        """What of it was certainly on the disk, as the recorder said last."""
        before, after, least_s = self._around_cut(take)
        promised_s = next((each.number("s") for each in reversed(before) if each.what == "safe"), 0.0)
        return next((each.number("s") for each in reversed(after) if each.what == "safe"), min(promised_s, least_s))

    def given_s(self, take: str) -> float:
        """What the encoder child had been given, as the recorder said last; 0 while the end was being cut off."""
        before, after, least_s = self._around_cut(take)
        said = before if least_s == math.inf else after
        return next((each.number("s") for each in reversed(said) if each.what == "recorded"), 0.0)

    def _around_cut(self, take: str) -> tuple[list[Said], list[Said], float]:
        """What was said before the end of it was to be cut off; what surely after; and what is left of it at least."""
        said = self.about(take)
        cut = next((number for number, each in enumerate(said) if each.what == "scrap"), None)
        if cut is None:
            return said, [], math.inf
        to_s = said[cut].number("s") - said[cut].number("seconds")
        # A figure that was read just before the cut may be told just after it; a smaller one was read after it.
        after = itertools.dropwhile(lambda each: each.what != "recorded" or each.number("s") > to_s + 0.01, said[cut:])
        return said[:cut], list(after), max(0.0, to_s - GRAIN_OF_A_CUT_S)

    def forget(self) -> None:
        shutil.rmtree(self.folder)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found after recovery."""

    faults: tuple[str, ...]
    lost_s: float
    """The most that is missing of what the encoder child had been given of an open take."""


class DoomedRecorders:
    """The server of doomed recorders."""

    def __init__(self, folder: Path, server: "subprocess.Popen[str]") -> None:
        self._folder = folder
        self._server = server
        self._count = itertools.count(1)

    def run(self, plans: Iterable[Plan]) -> list[Casualty]:
        """Let them live and die side by side; in the order in which they end."""
        return list(self._as_they_end(iter(plans)))

    def _as_they_end(self, plans: Iterator[Plan]) -> Iterator[Casualty]:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        waiting: dict[str, Plan] = {}
        while True:
            for plan in itertools.islice(plans, AT_ONCE - len(waiting)):
                folder = self._folder / str(next(self._count))
                (folder / TAKES).mkdir(parents=True)
                waiting[str(folder)] = plan
                self._server.stdin.write(json.dumps({"folder": str(folder), "plan": asdict(plan)}) + "\n")
                self._server.stdin.flush()
            if not waiting:
                return
            answer = json.loads(self._server.stdout.readline())
            yield _casualty(Path(answer["folder"]), waiting.pop(answer["folder"]), answer["status"])

    def sweep(
        self, targets: Sequence[tuple[str, str, int]], *, does: str = "signal=KILL", alone: bool = True
    ) -> list[Casualty]:
        """The fault at the N-th call for N = 1, 2, 3 ... until a session runs clean; all those that did not.

        targets: thread (or "child"), call, and which of those of that name is meant; each is swept until it is clean.
        """
        clean: set[tuple[str, str, int]] = set()

        def plans() -> Iterator[Plan]:
            for nth in range(1, MOST):
                left = [target for target in targets if target not in clean]
                if not left:
                    return
                for where, call, ordinal in left:
                    yield Plan(Fault(where, call, nth, does, ordinal), alone=alone)
            raise AssertionError(f"they never ran clean: {set(targets) - clean}")

        ended = []
        for casualty in self._as_they_end(plans()):
            fault = casualty.plan.fault
            assert fault is not None
            if casualty.clean:
                clean.add((fault.where, fault.calls, fault.ordinal))
            else:
                ended.append(casualty)
        return ended


def _casualty(folder: Path, plan: Plan, status: int) -> Casualty:
    lines = (folder / SAID).read_text().splitlines() if (folder / SAID).exists() else []
    said = [json.loads(line) for line in lines]
    return Casualty(folder, plan, status, tuple(Said(each.pop("what"), each.pop("take"), each) for each in said))


@contextlib.contextmanager
def doomed_recorders(folder: Path) -> Iterator[DoomedRecorders]:
    """Start the server; end it, and all that is left of it."""
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.doomed_app"],
        cwd=REPOSITORY,
        env={**environment(), **threads},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield DoomedRecorders(folder, server)
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(30) == 0


def require_strace() -> None:
    """Skip where strace cannot take hold of a process."""
    if sys.platform != "linux" or shutil.which("strace") is None:
        pytest.skip("a fault at the N-th call: strace is not installed")
    probe = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True)
    if probe.returncode:
        pytest.skip("a fault at the N-th call: strace may not trace here")


# -- judging ----------------------------------------------------------------------------------------------------------


def judge_all(casualties: Iterable[Casualty], *, ffmpeg_every: int = 8) -> list[Verdict]:
    """Recover and judge them, some at a time; every few of them are played by ffmpeg too."""
    with ThreadPoolExecutor(2) as pool:
        numbered = enumerate(casualties)
        return list(pool.map(lambda each: judge(each[1], with_ffmpeg=each[0] % ffmpeg_every == 0), numbered))


def judge(casualty: Casualty, *, with_ffmpeg: bool = False) -> Verdict:
    """Recover its takes, and compare them with what the recorder had promised."""
    faults, lost_s = list(_of_the_app(casualty)), 0.0
    begun = [each.take for each in casualty.said if each.what == "start"]
    for name in begun:
        before = sorted(path.name for path in casualty.takes.iterdir())
        if casualty.report_of(name) is not None and name not in before and not casualty.told:
            faults.append(f"{name}: was said to be done, and has no name")
        mended, found = _recovered(casualty.takes / name)
        faults += [f"{name}: {fault}" for fault in found]
        faults += [f"{name}: {fault}" for fault in _compared(casualty, name, mended, with_ffmpeg=with_ffmpeg)]
        if casualty.report_of(name) is None:
            lost_s = max(lost_s, casualty.given_s(name) - (mended.seconds if mended else 0.0))
    left = {path.name for path in casualty.takes.iterdir()} - {*begun, *(part_path(Path(name)).name for name in begun)}
    faults += [f"left behind: {name}" for name in left]
    shown = f"{casualty.plan} in {casualty.folder}"
    return Verdict(tuple(f"{fault} ({shown})" for fault in faults), lost_s)


def _of_the_app(casualty: Casualty) -> Iterator[str]:
    """What is wrong with the recorder itself."""
    if casualty.status not in (0, -9):
        errors = (casualty.folder / "errors.txt").read_text().strip().splitlines()
        yield f"status {casualty.status}: {errors[-1:]}"
    told = list(filter(_is_of_a_fault, casualty.told))
    if len(told) != len(set(told)):
        yield f"told twice: {told}"


def _recovered(take: Path) -> tuple[Mended | None, list[str]]:
    """Make it whole, as the next start of the app does."""
    part, faults = part_path(take), []
    if take.exists() and part.exists():
        faults.append("one take in two files")
    mended = make_whole(take, RealDisk(), QuickClock())
    if mended is None:
        size = part.stat().st_size if part.exists() else 0
        return None, faults if not take.exists() else [*faults, f"cannot be played, and has its name ({size} bytes)"]
    if part.exists():
        faults.append("the part is still there")
    if make_whole(take, RealDisk(), QuickClock()) != mended:
        faults.append("recovered again it is another one")
    return mended, faults


def _compared(casualty: Casualty, name: str, mended: Mended | None, *, with_ffmpeg: bool) -> Iterator[str]:
    report = casualty.report_of(name)
    promised_s = _seconds(report) if report is not None else casualty.promised_s(name)
    if mended is None:
        if promised_s > 0:
            yield f"{promised_s:.3f} s were promised, and nothing is left"
        return
    last_s = FRAME_S if report is not None else 0.0  # the file does not say how long its last picture stands
    if mended.seconds < promised_s - last_s - GRAIN_S:
        yield f"{promised_s:.3f} s were promised, and {mended.seconds:.3f} s are left"
    if report is None and casualty.status == -9 and casualty.plan.alone:
        yield from _all_that_was_given(casualty, name, mended)
    if report is not None:
        yield from _account(report, mended)
    sound_s = promised_s if report is None else 0.0 if casualty.told else promised_s - LATE_SOUND_S
    stands = report is not None or bool(casualty.told)  # a picture may stand where one piece has followed another
    yield from _plays(casualty.takes / name, mended, (0.0 if stands else promised_s, sound_s), with_ffmpeg=with_ffmpeg)


def _all_that_was_given(casualty: Casualty, name: str, mended: Mended) -> Iterator[str]:
    """The app alone was killed: its child has finished the take with what it had been given."""
    given_s = casualty.given_s(name)
    if mended.seconds < given_s - UNSAID_S and not _child_was_hit(casualty):
        yield f"the encoder child had been given {given_s:.3f} s, and {mended.seconds:.3f} s are left"


def _child_was_hit(casualty: Casualty) -> bool:
    return any(each.to != "app" for each in casualty.plan.signals)


def _seconds(report: dict[str, object]) -> float:
    seconds = report["seconds"]
    assert isinstance(seconds, float | int)
    return float(seconds)


def _account(report: dict[str, object], mended: Mended) -> Iterator[str]:
    """Every frame of a take that was closed is accounted for, and the file has as many as the report says."""
    lost = report["lost"]
    assert isinstance(lost, dict)
    counted = [report["frames_written"], report["frames_scrapped"], *lost.values()]
    total = sum(number for number in counted if isinstance(number, int))
    if report["frames_captured"] != total:
        yield f"{report['frames_captured']} frames captured, {total} accounted for"
    written = report["frames_written"]
    assert isinstance(written, int)
    if not written <= mended.pictures <= written + _BLACK:
        yield f"{written} frames reported, {mended.pictures} in the file"


_BLACK = 3
"""Black pictures that may stand for the camera's."""


def _plays(take: Path, mended: Mended, least_s: tuple[float, float], *, with_ffmpeg: bool) -> Iterator[str]:
    """least_s: how far the picture and the sound go at least, but for their last grain."""
    try:
        played = play(take)
    except (av.FFmpegError, IndexError) as error:
        yield f"does not play: {error}"
        return
    yield from played.faults
    if played.pictures != mended.pictures:
        yield f"{mended.pictures} pictures counted, {played.pictures} played"
    if played.picture_s < least_s[0] - UNSAID_S or played.sound_s < least_s[1] - 2 * GRAIN_S:
        yield f"plays {played.picture_s:.3f} s of picture and {played.sound_s:.3f} s of sound of {least_s[1]:.3f} s"
    if with_ffmpeg and (said := complaints(take)):
        yield f"ffmpeg says: {said}"
