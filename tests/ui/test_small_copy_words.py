"""What the Sending screen says while only the small copy of a clip is at the portal."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diary_app.clip import Clip, ClipId, Kind, Rendition, SmallCopy, Stage
from diary_app.news import Progress
from ui import sending_words
from ui.journey import Mark, line, steps

SMALL = SmallCopy(Path("small.mp4"), "0" * 64, 1_000_000, 60.0, arrived=True)
CLIP = Clip(
    ClipId("a clip"),
    Kind.VIDEO,
    Stage.SENDING,
    datetime(2026, 1, 1, tzinfo=UTC),
    Path("take.mp4"),
    wanted=True,
    rendition=Rendition(Path("clip.mp4"), "1" * 64, 30_000_000, 60.0),
    small_copy=SMALL,
)


@pytest.mark.parametrize("stage", [Stage.PREPARING, Stage.READY, Stage.WAITING, Stage.SENDING])
def test_it_says_what_is_there_and_nothing_more(stage: Stage) -> None:
    clip = replace(CLIP, stage=stage, rendition=None if stage is Stage.PREPARING else CLIP.rendition)
    said = steps(clip, Progress(clip.clip_id, Stage.SENDING, 0.5, 120.0))
    (told,) = [step for step in said if sending_words.SMALL_ARRIVED in step.detail]
    assert told == said[2]
    assert told.mark is not Mark.DONE
    assert all(step.mark is not Mark.DONE for step in said[2:])
    assert line(clip).mark is not Mark.DONE


def test_it_says_nothing_of_one_that_is_on_its_way_or_replaced() -> None:
    for clip in (replace(CLIP, small_copy=replace(SMALL, arrived=False)), replace(CLIP, stage=Stage.RECEIVED)):
        assert not [step for step in steps(clip) if sending_words.SMALL_ARRIVED in step.detail]


@pytest.mark.parametrize("stage", [Stage.SENT_BACK, Stage.WITHDRAWN])
def test_what_was_ended_too_soon_is_not_called_received(stage: Stage) -> None:
    said = steps(replace(CLIP, stage=stage, note="Louder, please."))
    assert [step.mark is Mark.DONE for step in said[2:4]] == [False, False]
    assert said[2].detail == sending_words.SMALL_ONLY
