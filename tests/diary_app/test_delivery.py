"""The uploader and the courier over a scripted portal: what becomes of a clip, whatever the portal does."""

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Delivery, Stage
from diary_app.delivery.courier import Elsewhere
from diary_app.delivery.parcels import parcel_of
from diary_app.delivery.uploader import deliver
from diary_app.folders import Folders
from diary_app.news import ClipChanged, Progress
from tests.support.delivery_desk import NEVER, SIZE, Desk, Line, at, eventually, running
from tests.support.scripted_server import Exchange, ScriptedPortal, answer, be_honest, hang
from upload.errors import PortalBusy, Stopped


@pytest.fixture
def desk(tmp_path: Path, rng: random.Random) -> Iterator[Desk]:
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        yield Desk(folders, catalogue, portal, Line(portal.url), rng)


# -- the good way ---------------------------------------------------------------------------------------------------


def test_a_clip_is_received_and_checked(desk: Desk) -> None:
    ready = desk.ready()
    with running(desk.uploader()):
        eventually(at(desk, ready, Stage.RECEIVED))
    clip = desk.catalogue.clip(ready.clip_id)
    assert clip.receipt is not None
    assert clip.receipt.sha256 == ready.sha256
    assert clip.delivery == Delivery()
    assert ready.path.exists(), "nothing is deleted here"
    changed = [one for one in desk.news if isinstance(one, ClipChanged)]
    progress = [one for one in desk.news if isinstance(one, Progress)]
    assert len(changed) >= 2
    assert [one.fraction for one in progress] == sorted(one.fraction for one in progress)
    assert (progress[0].fraction, progress[-1].fraction) == (0, 1)
    assert {one.stage for one in progress} == {Stage.SENDING}


def test_what_is_said_about_a_clip(desk: Desk) -> None:
    ready = desk.ready()
    _, clip = desk.carry(ready)
    assert desk.portal.honest.received[ready.clip_id].metadata == {
        "clipid": ready.clip_id,
        "sha256": ready.sha256,
        "filetype": "video/mp4",
        "title": "Tuesday’s walk",
        "audience": "staff",
        "seconds": "12.500",
        "recorded": clip.created_at.replace(microsecond=0).isoformat(),
        "people": '[{"name": "Ann", "agrees": true}]',
    }


def test_a_title_is_one_line_and_not_too_long(desk: Desk) -> None:
    clip = desk.catalogue.clip(desk.ready().clip_id)
    assert clip.rendition is not None
    long = replace(clip, about=replace(clip.about, title="a\n b" * 200))
    title = parcel_of(long, clip.rendition).facts["title"]
    assert len(title) == 200
    assert "\n" not in title


def test_small_ones_first_and_one_at_a_time(desk: Desk) -> None:
    sizes = [300_000, 10_000, 100_000]
    ids = {str(desk.ready(size).clip_id): size for size in sizes}
    with running(desk.uploader()):
        eventually(lambda: len(desk.portal.honest.received) == 3)
    assert [ids[clip_id] for clip_id in desk.portal.honest.received] == sorted(sizes)


def test_a_clip_that_comes_later_is_found(desk: Desk) -> None:
    with running(desk.uploader()) as uploader:
        ready = desk.ready()
        uploader.wake()
        eventually(at(desk, ready, Stage.RECEIVED))


def test_only_what_the_user_wants_is_sent(desk: Desk) -> None:
    ready = desk.ready()
    desk.catalogue._update(ready.clip_id, wanted=0)
    other = desk.ready()
    with running(desk.uploader()):
        eventually(at(desk, other, Stage.RECEIVED))
    assert list(desk.portal.honest.received) == [other.clip_id]


# -- stopping, leases, several processes ----------------------------------------------------------------------------


def test_stop_in_the_middle_puts_the_clip_back(desk: Desk) -> None:
    ready = desk.ready(size=16_000_000)
    desk.portal.next("PATCH", hang)
    with running(desk.uploader()):
        eventually(lambda: desk.portal.asked("PATCH") == 1)
        begun = time.monotonic()
    assert time.monotonic() - begun < 4  # the time-outs here are 5
    clip = desk.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.receipt, clip.delivery.held) == (Stage.READY, None, False)
    desk.portal.forget_steps()
    with running(desk.uploader()):
        eventually(at(desk, ready, Stage.RECEIVED))


def test_a_lease_keeps_two_processes_apart(desk: Desk) -> None:
    ready = desk.ready()
    assert desk.catalogue.lease(ready.clip_id, holder="another process", now=desk.wall, seconds=15)
    outcome, clip = desk.carry(ready)
    assert outcome == Elsewhere()
    assert clip.stage is Stage.READY
    assert not desk.portal.seen
    desk.wall += 16
    _, clip = desk.carry(ready)
    assert clip.stage is Stage.RECEIVED, "a process that died does not keep a clip"


def test_a_clip_that_a_dead_process_was_sending_waits_for_its_turn(desk: Desk) -> None:
    large, small = desk.ready(size=2 * SIZE), desk.ready()
    desk.catalogue.move(large.clip_id, Stage.SENDING)
    assert desk.catalogue.lease(large.clip_id, holder="a process that dies", now=desk.wall, seconds=15)
    uploader = desk.uploader()
    assert uploader.deliver_next()
    assert desk.catalogue.clip(small.clip_id).stage is Stage.RECEIVED
    assert desk.catalogue.clip(large.clip_id).stage is Stage.SENDING, "it may still be alive"
    desk.wall += 16
    seen = list[Stage]()
    smaller = desk.ready(size=SIZE // 2)

    def look(exchange: Exchange) -> None:
        seen.append(desk.catalogue.clip(large.clip_id).stage)
        be_honest(exchange)

    desk.portal.next("POST", look)
    assert uploader.deliver_next()
    assert desk.catalogue.clip(smaller.clip_id).stage is Stage.RECEIVED
    assert seen == [Stage.READY], "nothing is said to be on its way that is not"


def test_two_threads_of_one_process_do_not_send_the_same_clip_twice(desk: Desk) -> None:
    ready = desk.ready()
    courier = desk.courier()
    clip = desk.catalogue.clip(ready.clip_id)
    meanwhile: list[object] = []

    def ask_from_here(exchange: Exchange) -> None:
        meanwhile.append(courier.carry(clip, NEVER))
        be_honest(exchange)

    desk.portal.next("PATCH", ask_from_here)
    courier.carry(clip, NEVER)
    assert meanwhile == [Elsewhere()]
    assert desk.portal.asked("PATCH") == 1
    assert desk.catalogue.clip(ready.clip_id).stage is Stage.RECEIVED


def test_a_lease_is_prolonged_while_sending_and_its_loss_ends_it(desk: Desk) -> None:
    ready = desk.ready(size=16_000_000)  # more than the system takes before anybody reads it
    courier = desk.courier(lease_s=0.0)  # runs out at once, so every block prolongs it

    def steal(exchange: Exchange) -> None:
        next(iter(exchange.blocks(1000)))
        desk.wall += 100
        # A second later: a block that is on its way just now may have prolonged it until this very moment.
        assert desk.catalogue.lease(ready.clip_id, holder="thief", now=desk.wall + 1, seconds=1000)
        for _ in exchange.blocks():
            pass
        exchange.cut()

    desk.portal.next("PATCH", steal)
    assert courier.carry(desk.catalogue.clip(ready.clip_id), NEVER) == Elsewhere()


def test_a_clip_that_was_received_meanwhile_is_not_sent_again(desk: Desk) -> None:
    ready = desk.ready()
    stale = desk.catalogue.clip(ready.clip_id)
    desk.carry(ready)
    asked = len(desk.portal.seen)
    desk.courier().carry(stale, NEVER)
    assert len(desk.portal.seen) == asked


# -- news from the portal -------------------------------------------------------------------------------------------


def test_the_moderators_word_comes_back(desk: Desk) -> None:
    ready = desk.ready()
    with running(desk.uploader()):
        eventually(at(desk, ready, Stage.RECEIVED))
        desk.portal.honest.stages[ready.clip_id] = ("in_review", None)
        eventually(at(desk, ready, Stage.IN_REVIEW))
        desk.portal.honest.stages[ready.clip_id] = ("sent_back", "Once more at 1:10, please.")
        eventually(at(desk, ready, Stage.SENT_BACK))
    assert desk.catalogue.clip(ready.clip_id).note == "Once more at 1:10, please."


def test_a_portal_without_news_costs_nothing(desk: Desk) -> None:
    ready = desk.ready()
    desk.portal.always("stage", Exchange.cut)
    with running(desk.uploader()):
        eventually(lambda: desk.portal.asked("stage") >= 2)
    assert desk.catalogue.clip(ready.clip_id).stage is Stage.RECEIVED


# -- the command line's way -----------------------------------------------------------------------------------------


def test_deliver_returns_the_receipt(desk: Desk) -> None:
    ready = desk.ready()
    receipt = deliver(ready.clip_id, catalogue=desk.catalogue, courier=desk.courier(), stop=NEVER, patience_s=0)
    assert receipt.sha256 == ready.sha256


def test_deliver_without_patience_raises_and_keeps_the_clip_in_the_queue(desk: Desk) -> None:
    ready = desk.ready()
    desk.portal.next("POST", answer(503))
    with pytest.raises(PortalBusy):
        deliver(ready.clip_id, catalogue=desk.catalogue, courier=desk.courier(), stop=NEVER, patience_s=0)
    assert [one.clip_id for one in desk.catalogue.queue()] == [ready.clip_id]


def test_deliver_with_patience_waits(desk: Desk) -> None:
    ready = desk.ready()
    desk.portal.next("POST", answer(503))
    receipt = deliver(
        ready.clip_id,
        catalogue=desk.catalogue,
        courier=desk.courier(),
        stop=NEVER,
        patience_s=60,
        now=lambda: desk.wall + 10,
    )
    assert receipt.sha256 == ready.sha256


def test_deliver_waits_for_the_app_that_has_the_clip(desk: Desk) -> None:
    ready = desk.ready()
    assert desk.catalogue.lease(ready.clip_id, holder="the app", now=desk.wall, seconds=1000)
    app = threading.Timer(0.2, desk.catalogue.release, (ready.clip_id,), {"holder": "the app"})
    app.start()
    receipt = deliver(ready.clip_id, catalogue=desk.catalogue, courier=desk.courier(), stop=NEVER, patience_s=0)
    app.join()
    assert receipt.sha256 == ready.sha256


def test_deliver_stops(desk: Desk) -> None:
    ready = desk.ready()
    stop = Event()
    stop.set()
    with pytest.raises(Stopped):
        deliver(ready.clip_id, catalogue=desk.catalogue, courier=desk.courier(), stop=stop, patience_s=9)
