"""The words for figures and for how long files stay: one and many, this year and another, before and after."""

import contextlib
import json
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diary_app import kept_words
from diary_app.catalogue import Catalogue
from diary_app.cli.library import run_clips
from diary_app.clip import Clip, ClipId, Kind, Receipt, Stage
from diary_app.folders import Folders
from diary_app.keep_rule import NO_RULE, KeepRule
from tests.support.many_clips import add_many

CLIP_ID = ClipId("0f8fad5b-d9cb-469f-a165-70867728950e")
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
CLIP = Clip(
    CLIP_ID,
    Kind.VIDEO,
    Stage.PUBLISHED,
    NOW,
    Path("takes/a.mp4"),
    receipt=Receipt(CLIP_ID, "ab" * 32, 7, "2026-04-03T10:00:00+00:00", "http://127.0.0.1/1"),
)
MONTH = KeepRule("http://127.0.0.1", 30)


@pytest.mark.parametrize(
    ("views", "replies", "words"),
    [
        (12, 2, "12 views, 2 replies"),
        (1, 1, "1 view, 1 reply"),
        (0, 0, "no views"),
        (3, None, "3 views"),
        (None, 4, "4 replies"),
        (None, None, ""),
    ],
)
def test_figures(views: int | None, replies: int | None, words: str) -> None:
    assert kept_words.figures(replace(CLIP, views=views, replies=replies)) == words
    assert kept_words.figures(replace(CLIP, stage=Stage.IN_REVIEW, views=views, replies=replies)) == ""


def test_until_when_it_stays() -> None:
    assert kept_words.stays(CLIP, MONTH, NOW) == "Stays on this computer until 3 May"
    assert kept_words.stays(CLIP, MONTH, NOW - timedelta(days=365)) == "Stays on this computer until 3 May 2026"
    assert kept_words.stays(CLIP, MONTH, NOW + timedelta(days=30)) == kept_words.LEAVES_SOON
    for stage in (Stage.SENT_BACK, Stage.WITHDRAWN, Stage.SAVED):
        assert kept_words.stays(replace(CLIP, stage=stage), MONTH, NOW) == ""
    assert kept_words.stays(CLIP, NO_RULE, NOW) == ""
    assert kept_words.stays(replace(CLIP, receipt=None), MONTH, NOW) == ""
    assert kept_words.stays(replace(CLIP, removed_at=NOW), MONTH, NOW) == ""


@pytest.mark.parametrize(
    ("stage", "own_file", "words"),
    [
        (Stage.PUBLISHED, False, "The portal has it."),
        (Stage.RECEIVED, True, f"The portal has it. {kept_words.OWN_FILE}"),
        (Stage.WITHDRAWN, False, kept_words.TAKEN_BACK),
        (Stage.SENT_BACK, False, kept_words.SENT_BACK_GONE),
    ],
)
def test_what_is_gone_says_who_asked_and_where_the_clip_is(stage: Stage, own_file: bool, words: str) -> None:
    clip = replace(CLIP, stage=stage, removed_at=datetime(2026, 5, 3, 10, 0, tzinfo=UTC))
    assert (
        kept_words.removed_because(clip, "Oak House", NOW) == "Removed from this computer on 3 May, as Oak House asks."
    )
    assert kept_words.where_it_is(clip, own_file=own_file) == words
    assert kept_words.removed_because(CLIP, "Oak House", NOW) == ""


def test_the_list_of_clips_says_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = Folders(tmp_path / "data").make()
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        (clip_id,) = add_many(catalogue, range(1))
        catalogue.note_removed(ClipId(clip_id), NOW, received_before=NOW)
    run_clips(Namespace(json=False), folders)
    said = capsys.readouterr().out
    assert "12 views, 2 replies\n" in said
    assert (
        f"{kept_words.removed(replace(CLIP, removed_at=NOW), datetime.now().astimezone())}, as the portal asks." in said
    )
    run_clips(Namespace(json=True), folders)
    (facts,) = json.loads(capsys.readouterr().out)
    assert (facts["views"], facts["replies"], facts["removed_at"]) == (12, 2, NOW.isoformat())
