"""Which clips go out by themselves, and what is told of them while no window is open. Pure; no Qt."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from diary_app.clip import Clip, ClipId, Stage
from diary_app.delivery.sending_rules import MayGo
from diary_app.news import Progress
from ui import background_words as words

GOING = (Stage.SAVED, Stage.PREPARING, Stage.READY, Stage.WAITING, Stage.SENDING)
"""The stages before the receipt."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A native notification."""

    title: str
    text: str


Seen = Mapping[ClipId, Stage]
"""Where each clip was when it was looked at last."""


def wanted(clips: Iterable[Clip]) -> list[Clip]:
    """The clips that the user has sent and that have not arrived, whatever they wait for."""
    return [clip for clip in clips if clip.wanted and clip.receipt is None and clip.stage in GOING]


def going(clips: Iterable[Clip], may_go: Callable[[Clip], MayGo]) -> list[Clip]:
    """Those of them that need nobody: they go now, or as soon as there is another connection."""
    return [clip for clip in wanted(clips) if may_go(clip) in (MayGo.YES, MayGo.METERED)]


def see(clips: Iterable[Clip]) -> dict[ClipId, Stage]:
    """What is to be remembered until the next look."""
    return {clip.clip_id: clip.stage for clip in clips}


def news_of(clips: Iterable[Clip], before: Seen) -> list[Notice]:
    """What the portal's people have done with clips since the last look."""
    told = {Stage.PUBLISHED: words.PUBLISHED, Stage.SENT_BACK: words.SENT_BACK}
    found = []
    for clip in clips:
        was = before.get(clip.clip_id)
        if was not in (None, clip.stage) and clip.stage in told:
            found.append(Notice(words.named(told[clip.stage], clip.title), clip.note or words.OPEN_TO_SEE))
    return found


def farewell(clips: Iterable[Clip], followed: Iterable[ClipId]) -> Notice | None:
    """What became of the clips that went out without a window; None where there was none."""
    ids = set(followed)
    found = [clip for clip in clips if clip.clip_id in ids]
    if not found:
        return None
    left = [clip for clip in found if clip.receipt is None]
    if left:
        return Notice(words.named(words.NEEDS_YOU, left[0].title), words.NEEDS_YOU_WHY)
    if len(found) == 1:
        return Notice(words.named(words.ARRIVED, found[0].title), words.ARRIVED_WHY)
    return Notice(words.ALL_ARRIVED.format(number=len(found)), words.ARRIVED_WHY)


def line(clips: list[Clip], progress: Progress | None) -> str:
    """What the icon says is going on; clips: those that go."""
    if not clips:
        return words.NOTHING
    shown = next((clip for clip in clips if progress is not None and clip.clip_id == progress.clip_id), None)
    if shown is None or progress is None or progress.stage is not Stage.SENDING:
        return words.WAITING.of(len(clips))
    return words.named(words.SENDING, shown.title, part=f"{progress.fraction:.0%}")
