"""A clip that may not go out just now: what its way, its line in a list and the screen say. Pure; no Qt."""

from dataclasses import dataclass

from diary_app.clip import Clip, Stage
from diary_app.delivery.sending_rules import MayGo
from diary_app.news import Progress
from ui import sending_words, words
from ui.journey import Mark, Step, line, steps

SEND = 2
"""The place of the step Send among the steps."""


@dataclass(frozen=True, slots=True)
class Stay:
    """How it is said that a clip stays for now."""

    mark: Mark
    text: str
    note: str
    """What happens next."""


STAYS = {
    MayGo.ON_HOLD: Stay(Mark.NEXT, sending_words.HELD, sending_words.HELD_NOTE),
    MayGo.METERED: Stay(Mark.STUCK, sending_words.METERED, sending_words.METERED_NOTE),
}


def stay_of(clip: Clip, answer: MayGo) -> Stay | None:
    """Why this clip stays; None where it does not, or where nothing could go out yet for another reason."""
    if not clip.wanted or clip.receipt is not None:
        return None
    if answer is MayGo.METERED and clip.stage not in (Stage.READY, Stage.WAITING):
        return None
    return STAYS.get(answer)


def way_of(clip: Clip, progress: Progress | None, answer: MayGo) -> tuple[Step, ...]:
    """The steps of the Sending screen."""
    way = steps(clip, progress)
    stay = stay_of(clip, answer)
    if stay is None:
        return way
    stays = Step(stay.mark if way[SEND].here else Mark.NEXT, stay.text, words.SAFE, here=way[SEND].here)
    return (*way[:SEND], stays, *way[SEND + 1 :])


def line_of(clip: Clip, progress: Progress | None, answer: MayGo) -> Step:
    """The one line of a list."""
    stay = stay_of(clip, answer)
    if stay is None:
        return line(clip, progress)
    safe = f"{stay.text}. {words.SAFE}" if answer is MayGo.METERED else stay.text
    return Step(stay.mark, safe)
