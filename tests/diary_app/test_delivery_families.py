"""What becomes of a clip when something goes wrong: the family of the error decides."""

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Delivery, Rendition, Stage
from diary_app.delivery.courier import Failed
from diary_app.folders import Folders
from diary_app.news import PortalChanged
from tests.support.delivery_desk import NEVER, SIZE, Desk, Line, at, eventually, running
from tests.support.honest_portal import TUS
from tests.support.scripted_server import CAPTIVE, Exchange, ScriptedPortal, Step, answer, refuse
from upload.errors import Damage, NotAPortal, PortalBusy, Refusal, SignInNeeded, World


@pytest.fixture
def desk(tmp_path: Path, rng: random.Random) -> Iterator[Desk]:
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        yield Desk(folders, catalogue, portal, Line(portal.url), rng)


@pytest.mark.parametrize(
    ("step", "kind"), [(Exchange.cut, World), (CAPTIVE, NotAPortal), (answer(503), PortalBusy), (answer(507), World)]
)
def test_the_world_is_waited_for(desk: Desk, step: Step, kind: type[World]) -> None:
    ready = desk.ready()
    desk.portal.always("POST", step)
    outcome, clip = desk.carry(ready)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, kind)
    assert clip.stage is Stage.WAITING
    assert clip.delivery == Delivery(attempts=1, not_before=desk.wall + 1, problem=outcome.error.sentence)
    desk.carry(ready)
    _, clip = desk.carry(ready)
    assert clip.delivery.attempts == 3
    assert clip.delivery.not_before == desk.wall + 4, "the pauses grow"


def test_retry_after_is_respected(desk: Desk) -> None:
    ready = desk.ready()
    desk.portal.next("POST", answer(429, {"Retry-After": "120"}))
    with running(desk.uploader()):
        eventually(at(desk, ready, Stage.WAITING))
        asked = len(desk.portal.seen)
        desk.wall += 119
        time.sleep(0.3)
        assert len(desk.portal.seen) == asked
        desk.wall += 2
        eventually(at(desk, ready, Stage.RECEIVED))


def test_pauses_begin_anew_when_bytes_moved(desk: Desk) -> None:
    ready = desk.ready()
    courier = desk.courier()
    desk.portal.always("POST", Exchange.cut)
    for _ in range(5):
        courier.carry(desk.catalogue.clip(ready.clip_id), NEVER)
    assert desk.catalogue.clip(ready.clip_id).delivery.attempts == 5
    desk.portal.forget_steps()
    upload = {**TUS, "Upload-Offset": "1000", "Upload-Length": str(SIZE)}
    desk.portal.next("HEAD", answer(200, upload))
    desk.portal.next("PATCH", Exchange.cut)
    desk.portal.next("HEAD", Exchange.cut)
    courier.carry(desk.catalogue.clip(ready.clip_id), NEVER)
    assert desk.catalogue.clip(ready.clip_id).delivery.attempts == 1


def test_identity_is_held_until_the_user_signed_in(desk: Desk) -> None:
    ready = desk.ready()
    desk.portal.honest.token = "another"
    desk.portal.honest.refresh_token = "another"
    with running(desk.uploader()) as uploader:
        eventually(lambda: desk.catalogue.clip(ready.clip_id).delivery.held)
        clip = desk.catalogue.clip(ready.clip_id)
        assert clip.stage is Stage.READY
        assert clip.delivery.problem == SignInNeeded().sentence
        eventually(lambda: PortalChanged(SignInNeeded().sentence) in desk.news)
        asked = desk.portal.asked("POST")
        time.sleep(0.3)
        assert desk.portal.asked("POST") == asked, "a held clip is left alone"
        desk.portal.honest.token = "first"
        uploader.send_all_now()
        eventually(at(desk, ready, Stage.RECEIVED))


def test_a_sign_in_that_needs_nobody_goes_on_at_once(desk: Desk) -> None:
    ready = desk.ready()
    desk.line.again = True
    desk.line.vault.tokens = None
    _, clip = desk.carry(ready)
    assert clip.stage is Stage.RECEIVED
    assert desk.line.asked_again == 1


def test_a_refusal_is_held_with_the_portals_sentence(desk: Desk) -> None:
    ready = desk.ready()
    desk.portal.always("POST", refuse(403, "This account may not send clips."))
    outcome, clip = desk.carry(ready)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Refusal)
    assert (clip.stage, clip.delivery.held) == (Stage.READY, True)
    assert clip.delivery.problem == "This account may not send clips. Your recording is safe on this computer."
    desk.portal.forget_steps()
    with running(desk.uploader()) as uploader:
        uploader.send_now(ready.clip_id)
        eventually(at(desk, ready, Stage.RECEIVED))


def test_damage_is_sent_three_times_and_then_held(desk: Desk) -> None:
    ready = desk.ready()
    desk.portal.always("PATCH", refuse(460, "Damaged."))
    outcome, clip = desk.carry(ready)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Damage)
    assert clip.delivery.held
    assert desk.portal.asked("PATCH") == 3


def test_a_false_receipt_is_never_called_received(desk: Desk) -> None:
    ready = desk.ready()
    lie = {"sha256": "0" * 64}
    desk.portal.always("receipt", lambda one: one.reply_json(200, desk.portal.honest.receipt(ready.clip_id) | lie))
    _, clip = desk.carry(ready)
    assert (clip.stage, clip.receipt) == (Stage.READY, None)


@pytest.mark.parametrize("how", ["missing", "shorter", "forgotten"])
def test_a_finished_file_that_is_gone_is_to_be_made_again(desk: Desk, how: str) -> None:
    ready = desk.ready()
    if how == "missing":
        ready.path.unlink()
    elif how == "shorter":
        ready.path.write_bytes(b"short")
    else:
        desk.catalogue.forget_rendition(ready.clip_id, problem="")
    _, clip = desk.carry(ready)
    assert (clip.stage, clip.wanted, clip.rendition) == (Stage.SAVED, False, None)
    assert clip.delivery.problem is not None
    assert "Press Send" in clip.delivery.problem
    assert clip.take.exists()


def test_a_bug_holds_one_clip_and_the_others_go_on(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    broken, good = desk.ready(size=10), desk.ready(size=SIZE)
    # A length of no bytes is nothing that the app ever makes: a bug elsewhere.
    broken.path.write_bytes(b"")
    desk.catalogue.set_rendition(broken.clip_id, Rendition(broken.path, "0" * 64, 0, 1.0))
    with running(desk.uploader()):
        eventually(at(desk, good, Stage.RECEIVED))
    clip = desk.catalogue.clip(broken.clip_id)
    assert (clip.stage, clip.delivery.held) == (Stage.READY, True)
    assert "log" in (clip.delivery.problem or "")
    assert "ZeroDivisionError" in caplog.text
