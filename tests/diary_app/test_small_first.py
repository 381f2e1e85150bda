"""The small copy goes ahead of its clip, resumes by itself, and never keeps the clip from going."""

import base64
import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Goes, Rendition, SmallCopy, Stage
from diary_app.delivery.courier import OTHER_VERSION, Courier, Failed, WentAhead
from diary_app.delivery.small_first import TRIES, SmallFirst
from diary_app.editing import small_copy
from diary_app.folders import Folders
from diary_app.news import PortalChanged, Progress
from tests.support.delivery_desk import NEVER, SIZE, Desk, Line, eventually, running
from tests.support.diary_files import ReadyClip, add_small_copy
from tests.support.scripted_server import Exchange, ScriptedPortal, Step, answer, be_honest, cut_after, refuse
from upload.errors import SignInNeeded

SMALL_SIZE = 40_000
HTML = answer(413, {"Content-Type": "text/html"}, b"<html>too large</html>")


@pytest.fixture
def desk(tmp_path: Path, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A portal that takes small copies, and an app for which 100 kB are large."""
    monkeypatch.setattr(small_copy, "FROM_BYTES", 100_000)
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        portal.honest.more["copies"] = ["full", "small"]
        yield Desk(folders, catalogue, portal, Line(portal.url), rng)


def with_small(desk: Desk, ready: ReadyClip) -> SmallCopy:
    return add_small_copy(desk.folders, desk.catalogue, ready.clip_id, size=SMALL_SIZE, rng=desk.rng)


def being_prepared(desk: Desk) -> ReadyClip:
    """Its small copy is there, its rendition is not."""
    ready = desk.ready()
    with desk.catalogue._change() as db:
        db.execute("DELETE FROM rendition WHERE clip_id = ?", (ready.clip_id,))
    desk.catalogue.move(ready.clip_id, Stage.PREPARING)
    with_small(desk, ready)
    return ready


def is_small(exchange: Exchange) -> bool:
    """Whether a request is about a small copy."""
    said = exchange.headers.get("Upload-Metadata", "")
    return exchange.path.endswith("-small") or f"copy {base64.b64encode(b'small').decode()}" in said


def for_small(step: Step) -> Step:
    """This for small copies; the truth for all else."""
    return lambda exchange: (step if is_small(exchange) else be_honest)(exchange)


def arrived(desk: Desk) -> list[str]:
    """What the portal holds whole, in the order in which it came; the ids of small copies have an ending."""
    return list(desk.portal.honest.received)


def test_the_small_copy_goes_first_and_the_clip_follows(desk: Desk) -> None:
    ready = desk.ready()
    small = with_small(desk, ready)
    courier = desk.courier()
    assert courier.carry(desk.catalogue.clip(ready.clip_id), NEVER) == WentAhead()
    clip = desk.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.receipt, clip.small_copy) == (Stage.READY, None, replace(small, arrived=True))
    courier.carry(clip, NEVER)
    clip = desk.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.small_copy, small.path.exists()) == (Stage.RECEIVED, None, False)
    assert clip.receipt is not None
    assert clip.receipt.sha256 == ready.sha256
    assert arrived(desk) == [f"{ready.clip_id}-small", ready.clip_id]
    told = desk.portal.honest.received[f"{ready.clip_id}-small"].metadata
    whole = desk.portal.honest.received[ready.clip_id].metadata
    assert (told["copy"], told["sha256"], told["seconds"]) == ("small", small.sha256, "12.500")
    assert (told["title"], "copy" in whole) == (whole["title"], False)
    fractions = [one.fraction for one in desk.news if isinstance(one, Progress)]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert SMALL_SIZE / (SMALL_SIZE + SIZE) in fractions, "all of what goes is one way"


def test_small_files_go_first_of_whatever_clip(desk: Desk) -> None:
    large, middle = desk.ready(2 * SIZE), desk.ready()
    with_small(desk, large)
    with running(desk.uploader()):
        eventually(lambda: len(arrived(desk)) == 3)
    assert arrived(desk) == [f"{large.clip_id}-small", middle.clip_id, large.clip_id]


def test_a_portal_that_does_not_know_small_copies_is_sent_none(desk: Desk) -> None:
    desk.portal.honest.more.clear()
    ready = desk.ready()
    small = with_small(desk, ready)
    with running(desk.uploader()):
        eventually(lambda: desk.catalogue.clip(ready.clip_id).receipt is not None)
    assert arrived(desk) == [ready.clip_id]
    assert not small.path.exists()


@pytest.mark.parametrize(
    ("what", "step"),
    [("POST", refuse(403, "No.")), ("POST", refuse(409, "No.")), ("PATCH", refuse(460, "Damaged.")), ("PATCH", HTML)],
)
def test_a_refused_small_copy_keeps_nothing_from_going(desk: Desk, what: str, step: Step) -> None:
    ready = desk.ready()
    with_small(desk, ready)
    desk.portal.always(what, for_small(step))
    with running(desk.uploader()):
        eventually(lambda: desk.catalogue.clip(ready.clip_id).receipt is not None)
    assert arrived(desk) == [ready.clip_id]
    assert desk.catalogue.clip(ready.clip_id).small_copy is None


def test_a_small_copy_that_is_damaged_here_keeps_nothing_from_going(desk: Desk) -> None:
    ready = desk.ready()
    with_small(desk, ready).path.write_bytes(b"short")
    assert desk.carry(ready)[0] == WentAhead()
    assert desk.carry(ready)[1].receipt is not None


def test_two_attempts_that_fail_for_its_sake_are_enough(desk: Desk) -> None:
    ready = desk.ready()
    with_small(desk, ready)
    desk.portal.always("POST", for_small(answer(503)))
    for _ in range(TRIES):
        outcome, clip = desk.carry(ready)
        assert isinstance(outcome, Failed)
        assert clip.stage is Stage.WAITING
    _, clip = desk.carry(ready)
    assert clip.receipt is not None
    assert clip.receipt.sha256 == ready.sha256


def test_a_small_copy_is_carried_on_where_it_was_cut(desk: Desk) -> None:
    ready = desk.ready()
    with_small(desk, ready)
    desk.portal.next("PATCH", cut_after(10_000))
    desk.portal.next("HEAD", be_honest)
    desk.portal.next("HEAD", Exchange.cut)
    outcome, clip = desk.carry(ready)
    assert isinstance(outcome, Failed)
    assert clip.small_copy is not None
    assert clip.small_copy.upload_url is not None
    assert (desk.carry(ready)[0], desk.portal.asked("POST")) == (WentAhead(), 1)
    offsets = [int(one.headers["Upload-Offset"]) for one in desk.portal.seen if one.method == "PATCH"]
    assert offsets == [0, 10_000]


# -- while the clip is still being prepared ---------------------------------------------------------------------------


def test_it_goes_while_its_clip_is_prepared_and_the_clip_stays_where_it_is(desk: Desk) -> None:
    ready = being_prepared(desk)
    uploader = desk.uploader()
    assert uploader.deliver_next()
    clip = desk.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.small_copy is not None and clip.small_copy.arrived) == (Stage.PREPARING, True)
    assert not [one for one in desk.news if isinstance(one, Progress)]
    assert not uploader.deliver_next(), "there is nothing more to send yet"
    desk.catalogue.set_rendition(ready.clip_id, Rendition(ready.path, ready.sha256, SIZE, 12.5))
    desk.catalogue.move(ready.clip_id, Stage.READY)
    assert uploader.deliver_next()
    assert arrived(desk) == [f"{ready.clip_id}-small", ready.clip_id]


@pytest.mark.parametrize("step", [answer(503), Exchange.cut, answer(401)])
def test_what_goes_wrong_meanwhile_is_nobodys_business(desk: Desk, step: Step) -> None:
    ready = being_prepared(desk)
    desk.portal.always("POST", step)
    uploader = desk.uploader()
    assert uploader.deliver_next()
    clip = desk.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.delivery.problem, clip.delivery.held) == (Stage.PREPARING, None, False)
    assert clip.rendition is None
    assert clip.wanted


def test_a_hold_keeps_it_here(desk: Desk) -> None:
    ready = being_prepared(desk)
    desk.catalogue.set_goes(ready.clip_id, Goes.HELD)
    assert not desk.uploader().deliver_next()
    assert not desk.portal.seen


# -- the rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "speed", "metered", "goes"),
    [
        (lambda clip: clip, None, False, True),
        (lambda clip: clip, 1_000.0, False, True),
        (lambda clip: clip, 1e6, False, False),
        (lambda clip: clip, None, True, False),
        (lambda clip: replace(clip, delivery=replace(clip.delivery, goes=Goes.ANYWAY)), None, False, False),
        (lambda clip: replace(clip, delivery=replace(clip.delivery, upload_url="it has begun")), None, False, False),
        (lambda clip: replace(clip, delivery=replace(clip.delivery, attempts=TRIES)), None, False, False),
        (lambda clip: replace(clip, rendition=replace(clip.rendition, bytes=100_000)), None, False, False),
        (lambda clip: replace(clip, rendition=None, stage=Stage.SAVED), None, False, False),
    ],
)
def test_when_it_goes(
    desk: Desk, change: Callable[[Clip], Clip], speed: float | None, metered: bool, goes: bool
) -> None:
    ready = desk.ready()
    with_small(desk, ready)
    rule = SmallFirst(desk.catalogue, metered=lambda: metered)
    assert (rule.next_of(change(desk.catalogue.clip(ready.clip_id)), speed) is not None) is goes


# -- what the portal knows of the clip --------------------------------------------------------------------------------


def test_the_whole_queue_waits_for_the_person_after_one_attempt(desk: Desk) -> None:
    clips = [desk.ready(SIZE + number) for number in range(3)]
    desk.portal.honest.token = desk.portal.honest.refresh_token = "another"
    uploader = desk.uploader()
    assert uploader.deliver_next()
    uploader._rest_until_s = 0.0
    assert not uploader.deliver_next()
    assert desk.portal.asked("token") == 1
    for ready in clips:
        clip = desk.catalogue.clip(ready.clip_id)
        assert (clip.delivery.held, clip.delivery.problem) == (True, SignInNeeded().sentence)
    assert [one for one in desk.news if isinstance(one, PortalChanged)] == [PortalChanged(SignInNeeded().sentence)]
    desk.portal.honest.token = "first"
    with running(desk.uploader()) as going:
        going.send_all_now()
        eventually(lambda: len(arrived(desk)) == 3)


def test_another_version_that_the_portal_has_is_said_kindly(desk: Desk) -> None:
    ready = desk.ready()
    desk.carry(ready)
    other = desk.catalogue.clip(ready.clip_id)
    with desk.catalogue._change() as db:
        db.execute("DELETE FROM receipt")
    assert other.rendition is not None
    other.rendition.path.write_bytes(b"another version, made elsewhere")
    made = replace(other.rendition, sha256="1" * 64, bytes=31)
    desk.catalogue.set_rendition(ready.clip_id, made)
    desk.catalogue.move(ready.clip_id, Stage.READY)
    _, clip = desk.carry(ready)
    assert (clip.delivery.problem, clip.delivery.held) == (OTHER_VERSION, True)
    assert (clip.stage, clip.receipt) == (Stage.READY, None), "this file was never received"


def test_what_a_moderator_decided_on_the_small_copy_is_heard(desk: Desk) -> None:
    ready = desk.ready()
    with_small(desk, ready)
    courier: Courier = desk.courier()
    courier.carry(desk.catalogue.clip(ready.clip_id), NEVER)
    desk.portal.honest.stages[ready.clip_id] = ("sent_back", "Louder, please.")
    desk.portal.always("POST", refuse(403, "A moderator sent this clip back."))
    courier.carry(desk.catalogue.clip(ready.clip_id), NEVER)
    clip = desk.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.note, clip.receipt) == (Stage.SENT_BACK, "Louder, please.", None)
    assert (clip.delivery.problem, clip.delivery.held) == (None, False)
    assert not desk.uploader().deliver_next()
