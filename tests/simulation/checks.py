"""The promises of a recorder, each a check by name over the evidence of one session."""

import itertools
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from capture.model import SOUND_RATE, TakeReport
from capture.preroll import PREROLL_S
from capture.recorder import Told
from capture.state import Paused, Ready, Recording, Scrap, Start
from tests.simulation.devices import QUIETEST, STEEPNESS, sound_at
from tests.simulation.evidence import Claim, Evidence, Media, Sound, Stretch
from tests.simulation.muxing import EVERY
from tests.simulation.told import (
    done_once,
    every_failure_is_told,
    lengths,
    memory,
    no_bugs,
    reports,
    states,
    states_follow,
    told,
)

SAFE_AFTER_S = 0.5
"""The promise: what is older than this is on the disk."""
IN_STEP_S = 0.002
"""The promise: so far may sound lie from its picture."""
NEAR_S = 0.35
"""The closest a session may come to the moment of a command, before what belongs on which side is open."""

Check = Callable[[Evidence], Iterator[str]]


def violations(evidence: Evidence) -> list[str]:
    """Every promise that this session broke, by the name of its check."""
    return [f"{name}: {what}" for name, check in CHECKS.items() for what in check(evidence)]


# -- what every file must be ------------------------------------------------------------------------------------------


def playable(evidence: Evidence) -> Iterator[str]:
    """One head, whole fragments, times that run on."""
    for take, media in evidence.takes.items():
        for fault in media.faults:
            yield f"{take.name}: {fault}"
        numbers = media.numbers
        if any(later <= earlier for earlier, later in itertools.pairwise(numbers)):
            yield f"{take.name}: pictures come twice or in another order: {numbers}"


def names(evidence: Evidence) -> Iterator[str]:
    """Only what is whole has its own name; nothing is written over another file, nothing that could play is left."""
    for take, media in evidence.takes.items():
        if not media.whole_bytes:
            yield f"{take.name} holds nothing"
    for name in evidence.overwritten:
        yield f"{name} was written over"
    for name in evidence.suspect:
        yield f"{name} got its name although the disk had failed it"
    if evidence.end != "closed":
        for part, media in evidence.parts.items():
            if media.whole_bytes and not media.faults:  # what comes after a hole is not trusted
                yield f"{part.name} could be played, and was not made whole"


def finished_stays(evidence: Evidence) -> Iterator[str]:
    """A take that was told as done, or made whole, is there to the last byte, whatever comes afterwards."""
    for take, content in evidence.finished.items():
        if evidence.contents.get(take) != content:
            yield f"{take.name} was told as done, and is not what it was"


# -- what is safe -----------------------------------------------------------------------------------------------------


def _survivor(evidence: Evidence, claim: Claim) -> Media:
    return evidence.takes.get(claim.take, Media()) if claim.take else Media()


def safe_is_safe(evidence: Evidence) -> Iterator[str]:
    """What the screen called safe is there after the disaster."""
    claim = evidence.claim
    if claim is None or claim.take is None or not claim.safe_s:
        return
    if any(isinstance(event, Scrap) and evidence.ended_s - at_s < 1.0 for at_s, event in evidence.posted):
        return  # the user has just asked for some of it to be gone
    there = _survivor(evidence, claim)
    numbers = {picture.number for picture in there.pictures}
    for picture in claim.before.pictures:
        if picture.at_s < claim.safe_s - 1e-6 and picture.number not in numbers:
            yield f"{claim.safe_s:.3f} s were called safe, and the picture of {picture.at_s:.3f} s is gone"
            return
    ends_s = max(there.picture_end_s, there.sound_end_s)
    if ends_s < claim.safe_s - 1e-6:
        yield f"{claim.safe_s:.3f} s were called safe, and {ends_s:.3f} s are there"
    for sound in claim.before.sounds:
        end_s = sound.at_s + sound.samples / SOUND_RATE
        if there.sound_end_s + 1e-6 < end_s <= claim.safe_s:
            yield f"{claim.safe_s:.3f} s were called safe, and sound ends at {there.sound_end_s:.3f} s"
            return


def fresh(evidence: Evidence) -> Iterator[str]:
    """What is older than half a second, or than what the world kept from being synced, is there after a disaster."""
    claim = evidence.claim
    if claim is None or claim.take is None or not claim.recording or _troubled(evidence):
        return
    if evidence.ended_s - claim.since_s < 2.5 or _recently(evidence, 2.5):
        return
    limit_s = SAFE_AFTER_S + _slack_s(evidence)
    there = _survivor(evidence, claim)
    ends_s = max(there.picture_end_s, there.sound_end_s)
    missing_s = claim.recorded_s - ends_s
    missing_s -= evidence.stalled_s(evidence.ended_s - missing_s, evidence.ended_s)
    if missing_s > limit_s:
        yield f"the last {missing_s:.2f} s of {claim.recorded_s:.2f} s are gone"
    if evidence.camera is None or not there.numbers:
        return
    newest_s = evidence.frames[there.numbers[-1] - 1]
    awake_s = evidence.ended_s - newest_s - evidence.stalled_s(newest_s, evidence.ended_s)
    if awake_s > limit_s + 1.5 * evidence.camera.slower / evidence.camera.picture.fps:
        yield f"the newest picture that is left is {awake_s:.2f} s old"


def true_times(evidence: Evidence) -> Iterator[str]:
    """Every picture has its own time in the file, but for what came after the last sync before a disaster."""
    for take, media in evidence.takes.items():
        unsynced_s = 0.0
        if evidence.end != "closed" and all(take != done for done, _ in reports(evidence)):
            unsynced_s = SAFE_AFTER_S + _slack_s(evidence) + evidence.stalled_s(0.0, evidence.ended_s)
        for picture in media.untrue:
            if picture.at_s <= media.picture_end_s - unsynced_s:
                yield f"{take.name}: the picture of {picture.at_s:.3f} s has another time in the file"
                return


def _slack_s(evidence: Evidence) -> float:
    """The promise is for 30 pictures a second and blocks of 10 ms: rarer ones come later into the encoder."""
    slack_s = 0.1 if evidence.late else 0.0
    if evidence.camera is not None:
        slack_s += 3.5 * evidence.camera.slower / evidence.camera.picture.fps + evidence.camera.late_s
    if evidence.microphone is not None:
        slack_s += 8 * (evidence.microphone.block - 480) / SOUND_RATE + evidence.microphone.late_s
    return slack_s


def _troubled(evidence: Evidence) -> bool:
    """The disk or the encoder has failed: the recorder has told so, and stops."""
    return bool(evidence.failed_syncs) or any("has stopped" in s or "had to stop" in s for s in told(evidence))


def _recently(evidence: Evidence, seconds: float) -> bool:
    """The user or the world has changed something a moment ago."""
    moments = [at_s for at_s, _ in evidence.posted] + [at_s for at_s, kind in evidence.faults if kind != evidence.end]
    moments += [at_s for at_s, news in evidence.news if isinstance(news, Told)]
    return any(evidence.ended_s - at_s < seconds for at_s in moments)


# -- what belongs to a take -------------------------------------------------------------------------------------------


def recorded(evidence: Evidence, take: Path) -> list[Stretch]:
    """When this take was being recorded, as the screen has said; the second before it included."""
    stretches: list[Stretch] = []
    begun_s: float | None = None
    first = True
    for at_s, state in states(evidence):
        mine = isinstance(state, Recording) and state.take == take
        if mine and begun_s is None:
            begun_s = at_s - (PREROLL_S if first else 0.0)
        elif not mine and begun_s is not None:
            stretches.append((begun_s, at_s))
            begun_s, first = None, False
        first = first or isinstance(state, Ready)
    if begun_s is not None:
        stretches.append((begun_s, math.inf))
    return stretches


def _scraps(evidence: Evidence, take: Path) -> list[tuple[float, float]]:
    """When the user scrapped how much of this take, and the recorder obeyed for certain."""
    known = states(evidence)
    found = []
    for at_s, event in evidence.posted:
        if isinstance(event, Scrap):
            before = [state for moment_s, state in known if moment_s < at_s]
            after = [state for moment_s, state in known if at_s <= moment_s <= at_s + NEAR_S]
            near = [*before[-1:], *after]
            if near and all(isinstance(state, Recording | Paused) and state.take == take for state in near):
                found.append((at_s, event.seconds))
    return found


def _without_scraps(stretches: list[Stretch], scraps: list[tuple[float, float]], late_s: float) -> list[Stretch]:
    """What is left of the stretches when each scrap has taken the last seconds before it."""
    kept: list[Stretch] = []
    queue = sorted(scraps)
    for begun_s, over_s in stretches:
        from_s = begun_s
        while queue and queue[0][0] < over_s:
            at_s, seconds = queue.pop(0)
            kept = _cut_tail([*kept, (from_s, at_s)] if at_s > from_s else kept, seconds - late_s)
            from_s = max(from_s, at_s)
        kept.append((from_s, over_s))
    for _, seconds in queue:
        kept = _cut_tail(kept, seconds - late_s)
    return kept


def _cut_tail(stretches: list[Stretch], seconds: float) -> list[Stretch]:
    left = list(stretches)
    while left and seconds > 0:
        begun_s, over_s = left.pop()
        if over_s - begun_s > seconds:
            left.append((begun_s, over_s - seconds))
        seconds -= over_s - begun_s
    return left


def _covered(at_s: float, stretches: list[Stretch], slack_s: float = 1e-6) -> bool:
    return any(begun_s - slack_s <= at_s <= over_s + slack_s for begun_s, over_s in stretches)


def paused(evidence: Evidence) -> Iterator[str]:
    """No picture of a pause, from before the take or from after it."""
    for take, media in evidence.takes.items():
        stretches = recorded(evidence, take)
        if not stretches:
            continue
        for number in media.numbers:
            if not _covered(evidence.frames[number - 1], stretches):
                yield f"{take.name} shows picture {number}, which was taken while nothing was recorded"


def scrapped(evidence: Evidence) -> Iterator[str]:
    """No picture from what the user scrapped."""
    for take, media in evidence.takes.items():
        scraps = _scraps(evidence, take)
        stopped_s = evidence.stalled_s(0.0, math.inf) if any(kind == "stopped" for _, kind in evidence.faults) else 0.0
        if not scraps or stopped_s or _unsettled(evidence, scraps):
            continue
        kept = _without_scraps(recorded(evidence, take), scraps, NEAR_S + _slack_s(evidence))
        for number in media.numbers:
            if not _covered(evidence.frames[number - 1], kept):
                yield f"{take.name} still shows picture {number}, which was scrapped"


def _unsettled(evidence: Evidence, scraps: list[tuple[float, float]]) -> bool:
    """The end came before the encoder could obey."""
    return evidence.end != "closed" and any(evidence.ended_s - at_s < 3.0 for at_s, _ in scraps)


# -- the account ------------------------------------------------------------------------------------------------------


def account(evidence: Evidence) -> Iterator[str]:
    """Every frame is written, scrapped or lost by a cause; the file holds as many as were written."""
    for take, report in reports(evidence):
        lost = report.lost
        parts = (report.frames_written, report.frames_scrapped, lost.device, lost.queue, lost.encoder)
        if sum(parts) != report.frames_captured or min(parts) < 0:
            yield f"{take.name}: {report.frames_captured} captured are not {parts}"
        if report.seconds and take in evidence.finished and take in evidence.takes:
            there = len(evidence.takes[take].numbers)
            if there != report.frames_written and not _dropped_by_the_disk(evidence):
                yield f"{take.name}: {report.frames_written} written, and {there} in the file"
        if (
            evidence.end == "closed"
            and take in evidence.finished
            and not any(other.seconds for name, other in reports(evidence) if name == take)
        ):
            yield f"{take.name} is there, and its report says nothing of it"
    yield from _all_frames(evidence)


def _dropped_by_the_disk(evidence: Evidence) -> bool:
    """After a sync that failed the system drops what it had not written; a power cut shows it. The take is suspect."""
    return evidence.end != "closed" and any(kind == "sync fails" for _, kind in evidence.faults)


def _first_report(evidence: Evidence, take: Path) -> TakeReport | None:
    return next((report for name, report in reports(evidence) if name == take and report.frames_captured), None)


def _all_frames(evidence: Evidence) -> Iterator[str]:
    """As many frames as the camera gave while it was recording are accounted for."""
    for take in {name for name, _ in reports(evidence)}:
        report, stretches = _first_report(evidence, take), recorded(evidence, take)
        tries = sum(isinstance(event, Start) and event.take == take for _, event in evidence.posted)
        if report is None or evidence.camera is None or not stretches or tries > 1:
            continue
        certain = [
            (begun_s + (PREROLL_S if not number else 0.0), over_s) for number, (begun_s, over_s) in enumerate(stretches)
        ]
        accounted = report.frames_captured - report.lost.device
        late = 6 if any(kind == "stopped" for _, kind in evidence.faults) else 2
        late += sum(1 for at_s in evidence.frames if any(over_s - 0.15 < at_s <= over_s for _, over_s in stretches))
        least = sum(1 for at_s in evidence.frames if _covered(at_s, certain)) - late
        most = sum(1 for at_s in evidence.frames if _covered(at_s, stretches, 0.1))
        if not least <= accounted <= most:
            yield f"{take.name}: the camera gave {least} to {most} frames, and {accounted} are accounted for"


def sound_lost_is_told(evidence: Evidence) -> Iterator[str]:
    """Where silence stands in for sound, the report says so; real sound is never silent here."""
    for take, report in reports(evidence):
        media = evidence.takes.get(take)
        if evidence.microphone is None or media is None or take not in evidence.finished or not report.seconds:
            continue
        values = [value for sound in media.sounds[1:] for value in sound.values]
        heard = list(itertools.dropwhile(lambda value: abs(value) < QUIETEST / 2, values))  # it may begin late
        silent = sum(EVERY for value in heard if abs(value) < QUIETEST / 2)
        pieces = 1 + sum(isinstance(event, Scrap) for _, event in evidence.posted) + _stumbles(evidence)
        told_s = report.sound_lost_s + 0.1 * pieces + 0.1
        if silent / SOUND_RATE > told_s:
            yield f"{take.name}: {silent / SOUND_RATE:.2f} s are silent, and {report.sound_lost_s:.2f} s were told"


def _stumbles(evidence: Evidence) -> int:
    return sum("stumbled" in sentence for sentence in told(evidence))


# -- in step ----------------------------------------------------------------------------------------------------------


def in_step(evidence: Evidence) -> Iterator[str]:
    """The sound of each moment lies beside the picture of that moment."""
    if evidence.camera is None or evidence.microphone is None:
        return
    allowed = (IN_STEP_S + 2 * evidence.microphone.jitter_s) * STEEPNESS + 400
    for take, media in evidence.takes.items():
        worst = max((_difference(*pair, evidence) for pair in _pairs(media, evidence)), default=0.0)
        if worst > allowed:
            yield f"{take.name}: sound lies {1000 * (worst - 400) / STEEPNESS:.1f} ms or more from its picture"


def _pairs(media: Media, evidence: Evidence) -> Iterator[tuple[Sound, float]]:
    """Sound in the midst of a stretch, and how much later than its place in the file it must have been taken."""
    pictures = media.pictures
    times = [picture.at_s for picture in pictures]
    for before, sound, after in zip(media.sounds, media.sounds[1:], media.sounds[2:], strict=False):
        values = (*before.values, *sound.values, *after.values)
        if min(values) < QUIETEST - 100:
            continue
        place = bisect_right(times, sound.at_s)
        around = pictures[max(0, place - 2) : place + 2]
        if len(around) < 4 or not all(picture.number for picture in around):
            continue
        offsets = [evidence.frames[picture.number - 1] - picture.at_s for picture in around]
        if max(offsets) - min(offsets) < 2e-4:
            yield sound, sum(offsets) / len(offsets)


def _difference(sound: Sound, offset_s: float, _evidence: Evidence) -> float:
    """Between what is there and what should be, in the sound's own units; the best of the packet's values."""
    count = sound.samples // EVERY
    moments_s = sound.at_s + offset_s + np.arange(count) * EVERY / SOUND_RATE
    differences = np.abs(np.array(sound.values[:count]) - sound_at(moments_s))
    return float(np.median(differences)) if count else 0.0


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        playable,
        names,
        finished_stays,
        safe_is_safe,
        fresh,
        true_times,
        paused,
        scrapped,
        account,
        sound_lost_is_told,
        in_step,
        lengths,
        done_once,
        states_follow,
        every_failure_is_told,
        no_bugs,
        memory,
    )
}
