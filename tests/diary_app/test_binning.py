"""The bin: what is at rest can be thrown away, and what is under way cannot, in whichever process."""

import contextlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diary_app.binning import Bin, may_be_binned
from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Delivery, Goes, Stage
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.news import ClipChanged
from tests.support.delivery_desk import Desk, Line, eventually, running
from tests.support.scripted_server import ScriptedPortal


@pytest.fixture
def desk(tmp_path: Path, rng: random.Random) -> Iterator[Desk]:
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        yield Desk(folders, catalogue, portal, Line(portal.url), rng)


def bin_of(desk: Desk) -> Bin:
    return Bin(desk.folders, desk.catalogue, drop=lambda _clip_id: None, tell=desk.news.append)


def test_what_its_owner_holds_can_be_binned_and_never_goes_out(desk: Desk) -> None:
    held, other = desk.ready(size=1_000), desk.ready(size=2_000)
    with pytest.raises(Refused, match="on its way"):
        bin_of(desk).throw(held.clip_id)
    desk.catalogue.set_goes(held.clip_id, Goes.HELD)
    bin_of(desk).throw(held.clip_id)
    assert not [path for path in desk.folders.data.rglob("*") if path.name.startswith(held.clip_id)]
    assert desk.news == [ClipChanged(held.clip_id)]
    with running(desk.uploader()):
        eventually(lambda: desk.catalogue.clip(other.clip_id).receipt is not None)
    assert list(desk.portal.honest.received) == [other.clip_id]


def test_what_another_process_sends_just_now_cannot(desk: Desk) -> None:
    ready = desk.ready(size=1_000)
    desk.catalogue.set_goes(ready.clip_id, Goes.HELD)
    assert desk.catalogue.lease(ready.clip_id, holder="diary send", now=2e10, seconds=15)
    with pytest.raises(Refused, match="on its way"):
        bin_of(desk).throw(ready.clip_id)
    assert ready.path.exists()
    assert desk.catalogue.clip(ready.clip_id).wanted


DONE_WITH = {Stage.SENT_BACK, Stage.WITHDRAWN}
"""By the portal: perhaps when only a small copy, or the sending before, was there."""
MAY = {
    "never sent": {Stage.SAVED, Stage.READY},
    "wanted": set[Stage](),
    "held by its owner": {Stage.SAVED, Stage.READY, Stage.WAITING},
    "refused by the portal": {Stage.SAVED, Stage.READY, Stage.WAITING},
    "received": set(Stage),
}


@pytest.mark.parametrize("how", MAY)
def test_what_may_be_binned(desk: Desk, how: str) -> None:
    ready = desk.ready(size=1_000)
    if how == "received":
        desk.carry(ready)
    clip: Clip = desk.catalogue.clip(ready.clip_id)
    clip = {
        "never sent": replace(clip, wanted=False),
        "held by its owner": replace(clip, delivery=Delivery(goes=Goes.HELD)),
        "refused by the portal": replace(clip, delivery=Delivery(held=True)),
    }.get(how, clip)
    assert {stage for stage in Stage if may_be_binned(replace(clip, stage=stage))} == MAY[how] | DONE_WITH


def test_a_take_that_was_cut_short_can_be_binned_once_it_is_whole(desk: Desk) -> None:
    clip = replace(desk.catalogue.clip(desk.ready(size=1_000).clip_id), stage=Stage.RECORDING)
    assert not may_be_binned(clip)
    assert may_be_binned(replace(clip, seconds=3.0))
