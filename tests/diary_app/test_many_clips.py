"""Reading clips costs as many queries for ten thousand of them as for one, and gives what reading one by one gives."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, ClipId, Delivery, Goes, KeptRange, SmallCopy, Stage
from diary_app.delivery.rounds import IN_TURN, NEWEST, SETTLED, Rounds
from diary_app.folders import Folders
from tests.support.many_clips import add_many


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    folders = Folders(tmp_path / "data").make()
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        add_many(catalogue, range(25))
        yield catalogue


def count(catalogue: Catalogue, read: Callable[[], object]) -> int:
    """How many statements it takes."""
    said: list[str] = []
    catalogue._db.set_trace_callback(said.append)
    read()
    catalogue._db.set_trace_callback(None)
    return len(said)


def test_every_way_of_reading_gives_the_same_clips(catalogue: Catalogue) -> None:
    chosen = catalogue.clips()[3].clip_id
    with catalogue._change() as db:
        db.execute("INSERT INTO name_said VALUES (?, 0, 2.0, 3.0)", (chosen,))
        db.execute("INSERT INTO kept_range VALUES (?, 1, 40.0, 50.0)", (chosen,))
        db.execute(
            "INSERT INTO small_copy VALUES (?, 'renditions/small.mp4', 'cd', 7, 30.0, 'http://x/1', 1)", (chosen,)
        )
    catalogue.set_delivery(chosen, Delivery(2, 5.0, "http://x/2", "No connection.", held=True))
    catalogue.set_goes(chosen, Goes.ANYWAY)
    every = catalogue.clips()
    assert every == [catalogue.clip(clip_id) for clip_id in catalogue.ids()]
    assert every == catalogue.some([clip.clip_id for clip in every])
    assert every[:4] == catalogue.newest(4)
    published = [clip for clip in reversed(every) if clip.stage is Stage.PUBLISHED]
    assert published == catalogue.at_stage(Stage.PUBLISHED)
    found: Clip = every[3]
    assert (found.keep, found.names_said) == ((KeptRange(1, 31), KeptRange(40, 50)), (KeptRange(2, 3),))
    small = catalogue._folder / "renditions" / "small.mp4"
    assert found.small_copy == SmallCopy(small, "cd", 7, 30.0, "http://x/1", arrived=True)
    assert found.delivery == Delivery(2, 5.0, "http://x/2", "No connection.", held=True, goes=Goes.ANYWAY)


def test_a_take_that_is_open_is_in_no_list(catalogue: Catalogue) -> None:
    newest = catalogue.clips()[0].clip_id
    catalogue.move(newest, Stage.RECORDING)
    assert newest not in catalogue.ids()
    assert newest not in {clip.clip_id for clip in catalogue.newest(25)}


def test_many_clips_take_no_more_queries_than_one(catalogue: Catalogue) -> None:
    one = count(catalogue, lambda: catalogue.clip(catalogue.ids()[0]))
    for read in (catalogue.clips, lambda: catalogue.newest(20), lambda: catalogue.at_stage(*Stage)):
        assert count(catalogue, read) <= one


def test_every_round_asks_for_the_newest_and_some_of_the_others_until_all_had_their_turn(
    catalogue: Catalogue,
) -> None:
    add_many(catalogue, range(25, 207))
    settled = [clip.clip_id for clip in reversed(catalogue.at_stage(*SETTLED))]
    rounds = Rounds(lambda: 0.0, shortest_s=20, longest_s=300)
    asked: list[ClipId] = []
    for _ in range(2 * -(-(len(settled) - NEWEST) // IN_TURN)):
        this = [clip.clip_id for clip in rounds.settled(catalogue.page_of_stage)]
        assert this[:NEWEST] == settled[:NEWEST]
        assert len(this) <= NEWEST + IN_TURN
        asked += this[NEWEST:]
    assert sorted(asked) == sorted(settled[NEWEST:] * 2)
