"""What the screen said in a simulated session, and the checks that it was true and enough."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from capture.model import SOUND_RATE, TakeReport
from capture.recorder import StateChanged, TakeDone, Told
from capture.state import Recording, Start
from capture.syncing import SLEPT_S
from tests.simulation.evidence import Evidence


def states(evidence: Evidence) -> list[tuple[float, object]]:
    return [(at_s, news.state) for at_s, news in evidence.news if isinstance(news, StateChanged)]


def reports(evidence: Evidence) -> list[tuple[Path, TakeReport]]:
    return [(news.take, news.report) for _, news in evidence.news if isinstance(news, TakeDone)]


def told(evidence: Evidence) -> list[str]:
    return [news.sentence for _, news in evidence.news if isinstance(news, Told)]


def lengths(evidence: Evidence) -> Iterator[str]:
    """What is said of a take's length is what its file holds, and not what a dead child was given."""
    for take, report in reports(evidence):
        media = evidence.takes.get(take)
        if not report.seconds or media is None or evidence.end != "closed" or take not in evidence.finished:
            continue
        there_s = max(media.picture_end_s, media.sound_end_s)
        if abs(report.seconds - there_s) > 0.03:
            yield f"{take.name} is said to be {report.seconds:.3f} s long, and is {there_s:.3f} s"


def done_once(evidence: Evidence) -> Iterator[str]:
    """Each Start ends in one TakeDone."""
    started = sum(isinstance(event, Start) for _, event in evidence.posted)
    done = len(reports(evidence))
    if done > started or (evidence.end == "closed" and done != started):
        yield f"{started} starts, and {done} takes done"


_FOLLOWS = {
    "Idle": {"Opening"},
    "Opening": {"Opening", "Ready", "Idle"},
    "Ready": {"Opening", "Idle", "Ready", "Recording"},
    "Recording": {"Recording", "Paused", "Finishing"},
    "Paused": {"Recording", "Paused", "Finishing"},
    "Finishing": {"Finishing", "Ready", "Idle"},
}


def states_follow(evidence: Evidence) -> Iterator[str]:
    """The screen is shown only what may follow."""
    kinds = ["Idle", *(type(state).__name__ for _, state in states(evidence))]
    for before, after in itertools.pairwise(kinds):
        if after not in _FOLLOWS[before]:
            yield f"{after} after {before}"
    if evidence.end == "closed" and kinds[-1] != "Idle":
        yield f"it was closed, and the screen shows {kinds[-1]}"


_TOLD = {
    "sync fails": ("error",),
    "disk full": ("full", "error", "room"),
    "nearly full": ("full", "room"),
    "camera out": ("camera has stopped",),
    "camera changes": ("camera has stopped",),
    "microphone out": ("microphone has stopped",),
    "asleep": ("asleep",),
}
_TOLD_WITHIN_S = 2.2


def every_failure_is_told(evidence: Evidence) -> Iterator[str]:
    """What goes wrong while a take is open is told within a moment, in a sentence."""
    for at_s, kind in evidence.faults:
        words = _TOLD.get(kind)
        if words is None or not __must_be_told(evidence, at_s, kind):
            continue
        told = [news.sentence for moment_s, news in evidence.news if isinstance(news, Told) and moment_s >= at_s - 3.0]
        if not any(word in sentence for word in words for sentence in told):
            yield f"{kind} was not told: {told}"


def __must_be_told(evidence: Evidence, at_s: float, kind: str) -> bool:
    """A take was open all the while, nothing else was wrong, and the fault could be felt."""
    until_s = at_s + _TOLD_WITHIN_S
    if until_s > evidence.ended_s or len(evidence.faults) > 1 + (evidence.end != "closed") or evidence.late:
        return False
    if (kind.startswith("camera") and evidence.camera is None) or (
        kind.startswith("micro") and not evidence.microphone
    ):
        return False
    known = states(evidence)
    before = [state for moment_s, state in known if moment_s <= at_s][-1:]
    between = [state for moment_s, state in known if at_s < moment_s <= until_s]
    around = [*before, *between]
    return bool(around) and all(isinstance(state, Recording) for state in around) and _felt(evidence, at_s, kind)


def _felt(evidence: Evidence, at_s: float, kind: str) -> bool:
    length_s = evidence.lasted.get((at_s, kind), 0.0)
    if kind == "asleep":
        return length_s > SLEPT_S
    if kind in ("microphone out", "camera out", "camera changes"):
        return length_s > 1.3
    if kind == "sync fails":
        return length_s > 0.45
    return True


def no_bugs(evidence: Evidence) -> Iterator[str]:
    """No thread ends with an error, waits for ever, or is left behind."""
    yield from evidence.trouble
    for name in evidence.left_running:
        yield f"{name} still runs after close()"


MOST_WAITING_S, MOST_PICTURES = 68.0, 200
"""A minute of sound, and the pictures that find room, for a child that hangs while the app is killed."""


def memory(evidence: Evidence) -> Iterator[str]:
    """What waits is bounded."""
    block = evidence.microphone.block if evidence.microphone else SOUND_RATE
    if evidence.longest_queue > MOST_WAITING_S * SOUND_RATE / block + MOST_PICTURES:
        yield f"{evidence.longest_queue} items waited for one thread"
