"""A clip's way in words: the steps of the Sending screen, and the one line of a list. Pure; no Qt."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from diary_app import kept_words, phrases
from diary_app.clip import Clip, Stage
from diary_app.keep_rule import KeepRule
from diary_app.language import shown
from diary_app.news import Progress
from ui import news_words, sending_words, words


class Mark(Enum):
    """The shape before a step."""

    DONE = auto()
    """A tick in a full circle."""
    NOW = auto()
    """A pointer."""
    NEXT = auto()
    """An empty circle."""
    STUCK = auto()
    """A triangle."""


MARK_WORDS = {Mark.DONE: words.DONE, Mark.NOW: words.NOW, Mark.NEXT: words.NEXT, Mark.STUCK: words.STUCK}

ORDER = (
    Stage.SAVED,
    Stage.PREPARING,
    Stage.READY,
    Stage.WAITING,
    Stage.SENDING,
    Stage.RECEIVED,
    Stage.IN_REVIEW,
    Stage.PUBLISHED,
)
ENDS = (Stage.SENT_BACK, Stage.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the way."""

    mark: Mark
    text: str
    detail: str = ""
    fraction: float | None = None
    """0 to 1 while it is going on and known."""
    here: bool = False
    """True for the one step that the clip is at."""


def _rank(stage: Stage) -> int:
    return ORDER.index(stage) if stage in ORDER else len(ORDER) - 2


def steps(clip: Clip, progress: Progress | None = None) -> tuple[Step, ...]:
    """The way of a clip that the user has sent, from Saved to Published."""
    way = (
        Step(Mark.DONE, words.STEP_SAVED),
        _prepare(clip, progress),
        _with_small_copy(clip, _send(clip, progress)),
        _arrived(clip, Stage.RECEIVED, words.STEP_RECEIVED),
        _looked_at(clip),
        _end(clip),
    )
    busy = [place for place, step in enumerate(way) if step.mark in (Mark.NOW, Mark.STUCK)]
    done = [place for place, step in enumerate(way) if step.mark is Mark.DONE]
    here = busy[0] if busy else done[-1]
    return tuple(replace(step, here=place == here) for place, step in enumerate(way))


def _prepare(clip: Clip, progress: Progress | None) -> Step:
    if clip.rendition and _rank(clip.stage) >= _rank(Stage.READY):
        return Step(Mark.DONE, words.STEP_READY.format(size=phrases.size(clip.rendition.bytes)))
    if clip.stage is Stage.PREPARING:
        return _going_on(words.STEP_PREPARING, progress if progress and progress.stage is Stage.PREPARING else None)
    if clip.delivery.problem:
        return Step(Mark.STUCK, words.STEP_PREPARE, shown(clip.delivery.problem))
    return Step(Mark.NOW if clip.wanted else Mark.NEXT, words.STEP_PREPARE)


def _going_on(text: str, progress: Progress | None) -> Step:
    if progress is None:
        return Step(Mark.NOW, text)
    left = progress.seconds_left
    detail = words.LEFT.format(time=phrases.about(left)) if left is not None else ""
    return Step(Mark.NOW, text, detail, progress.fraction)


def _send(clip: Clip, progress: Progress | None) -> Step:
    if ended_too_soon(clip):
        return Step(Mark.NEXT, words.STEP_SEND, sending_words.SMALL_ONLY)
    if _rank(clip.stage) >= _rank(Stage.RECEIVED):
        return Step(Mark.DONE, words.STEP_SENT)
    if clip.stage is Stage.SENDING:
        return _going_on(words.STEP_SENDING, progress if progress and progress.stage is Stage.SENDING else None)
    problem = shown(clip.delivery.problem or "")
    if clip.rendition and clip.delivery.held:
        return Step(Mark.STUCK, words.STEP_HELD, problem)
    if clip.stage is Stage.WAITING:
        return Step(Mark.STUCK, words.STEP_WAITING, problem or words.WAIT_WHY)
    return Step(Mark.NOW if clip.stage is Stage.READY and clip.wanted else Mark.NEXT, words.STEP_SEND, "")


def ended_too_soon(clip: Clip) -> bool:
    """Somebody at the portal was done with it when only its small copy was there."""
    return clip.stage in ENDS and clip.receipt is None and clip.small_copy is not None


def _with_small_copy(clip: Clip, step: Step) -> Step:
    """What is at the portal already; never more than that, for the clip itself counts."""
    if clip.small_copy is None or not clip.small_copy.arrived or step.mark is Mark.DONE or clip.stage in ENDS:
        return step
    before = f"{step.detail.rstrip('.')}. " if step.detail else ""
    return replace(step, detail=before + sending_words.SMALL_ARRIVED)


def _arrived(clip: Clip, stage: Stage, text: str) -> Step:
    arrived = _rank(clip.stage) >= _rank(stage) and not ended_too_soon(clip)
    return Step(Mark.DONE if arrived else Mark.NEXT, text)


def _looked_at(clip: Clip) -> Step:
    if clip.stage is Stage.IN_REVIEW:
        return Step(Mark.NOW, words.STEP_LOOKED_AT)
    done = clip.stage is Stage.PUBLISHED or clip.stage in ENDS
    return Step(Mark.DONE if done else Mark.NEXT, words.STEP_LOOKED_AT)


def _end(clip: Clip) -> Step:
    if clip.stage is Stage.SENT_BACK:
        return Step(Mark.STUCK, words.STEP_SENT_BACK, clip.note or "")
    if clip.stage is Stage.WITHDRAWN:
        return Step(Mark.DONE, words.STEP_WITHDRAWN, clip.note or "")
    if clip.stage is not Stage.PUBLISHED:
        return Step(Mark.NEXT, words.STEP_PUBLISHED)
    return Step(Mark.DONE, words.STEP_PUBLISHED, kept_words.figures(clip))


def saved_step(clip: Clip, rule: KeepRule, portal: str, now: datetime, *, own_file: bool) -> Step:
    """The first step: whether it is on this computer, and until when; portal: its name; now: local time.

    own_file: its take lies where its owner put it, and is no business of ours.
    """
    if clip.removed_at is not None:
        return Step(
            Mark.DONE, kept_words.removed_because(clip, portal, now), kept_words.where_it_is(clip, own_file=own_file)
        )
    stays = kept_words.stays(clip, rule, now)
    why = news_words.STAYS_WHY.format(stays=stays, portal=portal or kept_words.THE_PORTAL) if stays else ""
    return Step(Mark.DONE, words.STEP_SAVED, why)


def line(clip: Clip, progress: Progress | None = None) -> Step:
    """Where a clip is, in one line for a list."""
    text = words.STAGES[clip.stage]
    if clip.delivery.held or clip.stage in (Stage.SENT_BACK, Stage.RECORDING):
        return Step(Mark.STUCK, words.STEP_HELD if clip.delivery.held else text)
    match clip.stage:
        case Stage.PUBLISHED:
            return Step(Mark.DONE, ", ".join(filter(None, (text, kept_words.figures(clip)))))
        case Stage.RECEIVED | Stage.WITHDRAWN:
            return Step(Mark.DONE, text)
        case Stage.SAVED:
            return Step(Mark.NOW if clip.wanted else Mark.DONE, text if clip.wanted else f"{text}. {words.NOT_SENT}")
        case Stage.WAITING:
            return Step(Mark.STUCK, text)
        case _:
            return Step(Mark.NOW, text, fraction=progress.fraction if progress else None)
