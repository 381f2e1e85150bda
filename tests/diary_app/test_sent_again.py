"""A clip that was sent back is edited and sent again: by the app's catalogue and courier, against a scripted portal."""

import contextlib
import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import About, Clip, Delivery, KeptRange, Rendition, Stage
from diary_app.delivery.courier import Delivered, Failed
from diary_app.diary import Diary
from diary_app.errors import Refused
from diary_app.folders import Folders
from tests.support.delivery_desk import Desk, Line
from tests.support.diary_files import ReadyClip, add_ready_clip, add_small_copy
from tests.support.scripted_server import ScriptedPortal, refuse
from upload.attempt import ONCE_ONLY

SLIP = "BCDF-GHJK-LMNP"
LATER = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path, rng: random.Random) -> Iterator[Desk]:
    """A portal that takes clips again, and gives slips."""
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        portal.honest.more |= {"again": True, "copies": ["full", "small"]}
        yield Desk(folders, catalogue, portal, Line(portal.url), rng)


def sent_back(desk: Desk) -> ReadyClip:
    """A clip that the portal had, and that came back."""
    ready = desk.ready(10_000)
    portal = desk.portal
    slip = {"slip": SLIP}
    portal.next("receipt", lambda one: one.reply_json(200, portal.honest.receipt(ready.clip_id) | slip))
    desk.carry(ready)
    portal.honest.stages[ready.clip_id] = ("sent_back", "Once more, please.")
    assert desk.catalogue.hear(desk.catalogue.clip(ready.clip_id), Stage.SENT_BACK, note="Once more, please.")
    return ready


def changed(desk: Desk, ready: ReadyClip, content: bytes = b"without the name") -> Clip:
    """Edited, made anew, and wanted again."""
    assert desk.catalogue.begin_next_sending(ready.clip_id)
    desk.catalogue.set_keep(ready.clip_id, [KeptRange(0.0, 2.0)])
    ready.path.write_bytes(content)
    made = Rendition(ready.path, hashlib.sha256(content).hexdigest(), len(content), 2.0)
    desk.catalogue.set_rendition(ready.clip_id, made)
    return want(desk, ready)


def want(desk: Desk, ready: ReadyClip) -> Clip:
    desk.catalogue.move(ready.clip_id, Stage.READY)
    desk.catalogue.want(ready.clip_id)
    return desk.catalogue.clip(ready.clip_id)


def test_it_goes_as_the_next_sending_and_its_old_receipt_proves_nothing(desk: Desk) -> None:
    ready = sent_back(desk)
    before = desk.catalogue.clip(ready.clip_id)
    clip = changed(desk, ready)
    assert (clip.sending, clip.receipt, clip.delivery.upload_url) == (2, None, None)
    assert clip.former is not None
    assert before.receipt is not None
    assert (clip.former.page, clip.former.slip) == (before.receipt.page, SLIP)
    assert [each.clip_id for each in desk.catalogue.queue()] == [ready.clip_id]
    assert desk.catalogue.may_leave(received_before=LATER) == []
    assert not desk.catalogue.hear(before, Stage.PUBLISHED, note=None), "news of the time before"
    outcome, now = desk.carry(ready)
    assert isinstance(outcome, Delivered)
    assert now.rendition is not None
    assert now.receipt is not None
    assert (now.stage, now.receipt.sha256, now.former) == (Stage.RECEIVED, now.rendition.sha256, None)
    assert desk.portal.honest.received[ready.clip_id].metadata["sending"] == "2"
    assert not desk.catalogue.begin_next_sending(ready.clip_id), "nobody sent it back"


def test_the_receipt_of_the_same_film_that_was_sent_before_is_not_taken_for_the_new_one(desk: Desk) -> None:
    """Only the title was changed."""
    ready = sent_back(desk)
    desk.catalogue.begin_next_sending(ready.clip_id)
    want(desk, ready)
    desk.portal.next("POST", refuse(409, "The portal says no."))
    outcome, clip = desk.carry(ready)
    assert isinstance(outcome, Failed)
    assert (clip.stage, clip.receipt, clip.delivery.held) == (Stage.READY, None, True)
    desk.catalogue.try_again(ready.clip_id)
    assert isinstance(desk.carry(ready)[0], Delivered)


def test_withdrawn_meanwhile_ends_it(desk: Desk) -> None:
    ready = sent_back(desk)
    changed(desk, ready)
    desk.portal.always("POST", refuse(403, "This clip was withdrawn."))
    desk.portal.honest.stages[ready.clip_id] = ("withdrawn", None)
    _outcome, clip = desk.carry(ready)
    assert (clip.stage, clip.delivery.held, clip.receipt) == (Stage.WITHDRAWN, False, None)


def test_a_portal_that_takes_a_clip_once_only_is_not_asked(desk: Desk) -> None:
    ready = sent_back(desk)
    changed(desk, ready)
    del desk.portal.honest.more["again"]
    asked = desk.portal.asked("POST")
    _outcome, clip = desk.carry(ready)
    assert (clip.delivery.held, clip.delivery.problem) == (True, ONCE_ONLY)
    assert desk.portal.asked("POST") == asked


def test_a_small_copy_that_had_arrived_goes_once_more(desk: Desk) -> None:
    """A moderator sent the clip back when only that was there, and the film itself was not changed."""
    ready = desk.ready(10_000)
    add_small_copy(desk.folders, desk.catalogue, ready.clip_id, size=100, rng=desk.rng)
    desk.catalogue.small_copy_arrived(ready.clip_id)
    desk.catalogue.keep_upload(ready.clip_id, f"{desk.portal.url}/intake/of-the-sending-before")
    desk.catalogue.move(ready.clip_id, Stage.SENT_BACK, note="Louder.")
    assert desk.catalogue.begin_next_sending(ready.clip_id)
    clip = desk.catalogue.clip(ready.clip_id)
    assert clip.small_copy is not None
    assert (clip.small_copy.arrived, clip.rendition is not None, clip.note) == (False, True, "Louder.")
    assert clip.delivery == Delivery()


# -- what a change is -------------------------------------------------------------------------------------------------


def test_the_first_change_begins_it_and_a_look_does_not(own_data_folder: Path, rng: random.Random) -> None:
    folders = Folders(own_data_folder)
    with contextlib.closing(Diary(folders)) as diary:
        ready = add_ready_clip(folders, diary._catalogue, size=100, rng=rng)
        about = diary.clip(ready.clip_id).about
        with pytest.raises(Refused):
            diary.set_about(ready.clip_id, About(title="Another"))
        diary._catalogue.move(ready.clip_id, Stage.SENT_BACK)
        diary.set_about(ready.clip_id, about)
        assert diary.clip(ready.clip_id).sending == 1
        diary.set_about(ready.clip_id, About(title="Another", people=about.people))
        diary.set_about(ready.clip_id, About(title="And another", people=about.people))
        clip = diary.clip(ready.clip_id)
        assert (clip.sending, clip.stage, clip.wanted, clip.rendition is None) == (2, Stage.SAVED, False, False)
        diary.send(ready.clip_id)
        assert diary.clip(ready.clip_id).stage is Stage.READY, "its film was there"
