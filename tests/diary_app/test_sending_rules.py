"""When clips go out: hold, connections that are paid for by the amount, the cap on speed, and what is remembered."""

import contextlib
import itertools
import logging
import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from diary_app.catalogue import Catalogue, CatalogueDamaged, UnknownClip
from diary_app.catalogue.schema import MIGRATIONS
from diary_app.clip import Clip, Delivery, Goes, Stage, new_clip_id
from diary_app.delivery.courier import Courier, Stayed
from diary_app.delivery.kept_rules import KeptRules
from diary_app.delivery.pacer import Pacer
from diary_app.delivery.sending_rules import Cap, Connection, MayGo, Rules, may_go
from diary_app.delivery.uploader import HELD, Uploader, deliver
from diary_app.delivery.when_to_send import WhenToSend
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.news import ClipChanged, Progress
from tests.support.delivery_desk import NEVER, Desk, Line, eventually, running
from tests.support.diary_files import ReadyClip
from tests.support.scripted_server import Exchange, ScriptedPortal, Step
from upload.errors import DeliveryError

MB = 1_000_000


@pytest.fixture
def desk(tmp_path: Path, rng: random.Random) -> Iterator[Desk]:
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        yield Desk(folders, catalogue, portal, Line(portal.url), rng)


@pytest.fixture
def when(desk: Desk) -> WhenToSend:
    kept = KeptRules(desk.folders.data / "sending.json")
    return WhenToSend(desk.catalogue, kept, tell=desk.news.append, wake=lambda: None)


def uploader_of(desk: Desk, when: WhenToSend) -> Uploader:
    return Uploader(desk.catalogue, desk.courier(), stays=when.stays, now=lambda: desk.wall)


# -- the rule -------------------------------------------------------------------------------------------------------


def expected(goes: Goes, held: bool, also_metered: bool, metered: bool) -> MayGo:
    """The rule once more, as a table that is read from the top."""
    table = (
        (goes is Goes.HELD, MayGo.ON_HOLD),
        (held, MayGo.NEEDS_SOMEBODY),
        (not metered, MayGo.YES),
        (also_metered, MayGo.YES),
        (goes is Goes.ANYWAY, MayGo.YES),
        (True, MayGo.METERED),
    )
    return next(answer for holds, answer in table if holds)


def test_the_rule_for_every_clip_and_connection(desk: Desk) -> None:
    clip = desk.catalogue.clip(desk.ready().clip_id)
    no_yes = (False, True)
    for goes, held, also_metered, metered in itertools.product(Goes, no_yes, no_yes, no_yes):
        asked = replace(clip, delivery=Delivery(goes=goes, held=held))
        found = may_go(asked, Rules(also_metered), Connection(metered))
        assert found is expected(goes, held, also_metered, metered), (goes, held, also_metered, metered)


# -- what is remembered ---------------------------------------------------------------------------------------------


def test_rules_are_remembered_and_another_process_sees_them(tmp_path: Path) -> None:
    one, other = KeptRules(tmp_path / "sending.json"), KeptRules(tmp_path / "sending.json")
    assert one.read() == Rules()
    one.change(cap=Cap.LOW)
    one.change(also_metered=True)
    assert other.read() == Rules(also_metered=True, cap=Cap.LOW)
    assert other.change(cap=Cap.NONE) == one.read() == Rules(also_metered=True)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"also_metered": 1}', b'{"bytes_per_s": 3}', b"\xff"])
def test_damaged_rules_count_as_none_and_the_log_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = tmp_path / "sending.json"
    path.write_bytes(content)
    kept = KeptRules(path)
    with caplog.at_level(logging.WARNING):
        assert kept.read() == kept.read() == Rules()
    assert [record.getMessage() for record in caplog.records] == [
        "the rules for sending cannot be read, so there are none"
    ]
    assert kept.change(also_metered=True) == kept.read() == Rules(also_metered=True)


def test_rules_that_cannot_be_kept_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="could not be kept"):
        KeptRules(tmp_path / "file" / "sending.json").change(cap=Cap.LOW)


def test_an_older_catalogue_learns_what_owners_say(tmp_path: Path) -> None:
    place = tmp_path / "diary.sqlite3"
    clip_id = new_clip_id()
    with contextlib.closing(sqlite3.connect(place)) as db:
        for statement in ";".join(MIGRATIONS[:2]).split(";"):
            db.execute(statement)
        db.execute(
            "INSERT INTO clip (clip_id, kind, stage, created_at, take, wanted)"
            " VALUES (?, 'video', 'waiting', '2026-01-01T00:00:00+00:00', 'takes/a.mp4', 1)",
            (clip_id,),
        )
        db.execute("INSERT INTO delivery (clip_id, attempts, upload_url) VALUES (?, 3, 'http://x/1')", (clip_id,))
        db.execute("PRAGMA user_version=2")
        db.commit()
    before = Delivery(attempts=3, upload_url="http://x/1")
    with contextlib.closing(Catalogue(place)) as catalogue:
        assert catalogue.clip(clip_id).delivery == before
        catalogue.set_goes(clip_id, Goes.HELD)
    with contextlib.closing(Catalogue(place)) as catalogue:
        assert catalogue.clip(clip_id).delivery == replace(before, goes=Goes.HELD)
        catalogue.set_delivery(clip_id, Delivery(attempts=4))
        catalogue.try_again()
        assert catalogue.goes(clip_id) is Goes.HELD, "an attempt that ends, or a new sign-in, is not its owner's word"
        catalogue.want(clip_id)
        assert catalogue.goes(clip_id) is Goes.BY_ITSELF, "Send means send"
        with pytest.raises(UnknownClip):
            catalogue.set_goes(new_clip_id(), Goes.HELD)
    with pytest.raises(CatalogueDamaged):
        catalogue.goes(clip_id)


# -- hold, and connections that are paid for by the amount ----------------------------------------------------------


def after_one_mb(act: Callable[[], None], over: Event) -> Step:
    """The portal keeps one megabyte, then act() happens, and it reads nothing more."""

    def step(exchange: Exchange) -> None:
        honest, clip_id = exchange.portal.honest, exchange.path.rsplit("/", 1)[-1]
        for block in exchange.blocks(MB):
            honest.keep(clip_id, honest.uploads[clip_id], block)
        act()
        over.wait(60)
        exchange.cut()

    return step


def stays_in_the_queue(desk: Desk, ready: ReadyClip) -> Clip:
    """The clip as an attempt that does not count leaves it."""
    clip = desk.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.receipt) == (Stage.READY, None)
    assert clip.delivery.attempts == 0
    assert clip.delivery.problem is None
    assert clip.delivery.upload_url is not None
    assert desk.catalogue.lease(ready.clip_id, holder="another process", now=desk.wall, seconds=9)
    desk.catalogue.release(ready.clip_id, holder="another process")
    return clip


@pytest.mark.parametrize("why", ["hold", "metered"])
def test_a_clip_that_is_stopped_on_its_way_goes_on_where_it_was(desk: Desk, when: WhenToSend, why: str) -> None:
    """The portal is silent, so without the brake the attempt would fail, and count."""
    ready, over = desk.ready(size=16 * MB), Event()
    stop_it = {"hold": lambda: when.hold(ready.clip_id), "metered": lambda: when.on_connection(metered=True)}[why]
    go_on = {"hold": when.send_now, "metered": when.send_anyway}[why]
    desk.portal.next("PATCH", after_one_mb(stop_it, over))
    uploader = uploader_of(desk, when)
    try:
        assert uploader.deliver_next()
        stays_in_the_queue(desk, ready)
        asked = len(desk.portal.seen)
        assert not uploader.deliver_next(), "it stays"
        assert len(desk.portal.seen) == asked, "and nothing is asked"
    finally:
        over.set()
    go_on(ready.clip_id)
    assert uploader.deliver_next()
    again = [one.headers["Upload-Offset"] for one in desk.portal.seen if one.method == "PATCH"]
    assert again == ["0", str(MB)], "what the portal had is not sent again"
    clip = desk.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.delivery) == (Stage.RECEIVED, Delivery())
    assert desk.portal.honest.received[ready.clip_id].sha256 == ready.sha256


def test_while_metered_only_what_somebody_asked_for_goes(desk: Desk, when: WhenToSend) -> None:
    small, large = desk.ready(1000), desk.ready(2000)
    uploader = uploader_of(desk, when)
    when.on_connection(metered=True)
    assert {one.clip_id for one in desk.news if isinstance(one, ClipChanged)} == {small.clip_id, large.clip_id}
    assert not uploader.deliver_next()
    assert not desk.portal.seen
    when.send_anyway(large.clip_id)
    assert uploader.deliver_next()
    assert not uploader.deliver_next()
    assert list(desk.portal.honest.received) == [large.clip_id]
    when.change(also_metered=True)
    assert uploader.deliver_next()
    assert set(desk.portal.honest.received) == {large.clip_id, small.clip_id}


def test_a_hold_outlives_the_app_and_leaves_the_others_alone(desk: Desk, when: WhenToSend) -> None:
    held, other = desk.ready(1000), desk.ready(2000)
    when.hold(held.clip_id)
    with contextlib.closing(Catalogue(desk.folders.catalogue)) as again:
        assert when.may_go(again.clip(held.clip_id)) is MayGo.ON_HOLD
    with running(uploader_of(desk, when)) as uploader:
        eventually(lambda: list(desk.portal.honest.received) == [other.clip_id])
        uploader.send_all_now()
        when.send_now(held.clip_id)
        uploader.wake()
        eventually(lambda: len(desk.portal.honest.received) == 2)


def test_who_asks_by_name_means_now_but_may_be_held_again(desk: Desk, when: WhenToSend) -> None:
    ready, over = desk.ready(size=16 * MB), Event()
    when.hold(ready.clip_id)
    when.on_connection(metered=True)
    desk.portal.next("PATCH", after_one_mb(lambda: when.hold(ready.clip_id), over))
    with pytest.raises(DeliveryError, match=HELD):
        deliver(ready.clip_id, catalogue=desk.catalogue, courier=desk.courier(), stop=NEVER, patience_s=60)
    over.set()
    assert stays_in_the_queue(desk, ready).delivery.goes is Goes.HELD
    receipt = deliver(ready.clip_id, catalogue=desk.catalogue, courier=desk.courier(), stop=NEVER, patience_s=0)
    assert receipt.sha256 == ready.sha256


# -- the cap --------------------------------------------------------------------------------------------------------


class PausedTime:
    """A clock that only pauses move; told(): what happens in the pause that comes then."""

    def __init__(self) -> None:
        self.at_s = 100.0
        self.pauses = 0
        self.told: dict[int, Callable[[], None]] = {}

    def pause(self, stop: Event, seconds: float) -> bool:
        self.at_s += seconds
        self.pauses += 1
        self.told.get(self.pauses, lambda: None)()
        return stop.is_set()


def capped(desk: Desk, when: WhenToSend, time: PausedTime) -> Courier:
    return Courier(
        desk.catalogue,
        desk.line,
        tell=desk.news.append,
        clock=lambda: time.at_s,
        now=lambda: desk.wall,
        random=lambda: 0.0,
        cap=lambda: when.cap,
        pause=time.pause,
    )


def test_no_more_than_the_cap_goes_out_in_a_second_and_what_is_left_is_told(desk: Desk, when: WhenToSend) -> None:
    ready, time = desk.ready(size=2 * MB), PausedTime()
    when.change(cap=Cap.LOW)
    courier = capped(desk, when, time)
    courier.carry(desk.catalogue.clip(ready.clip_id), NEVER)
    assert ready.clip_id in desk.portal.honest.received
    assert time.at_s - 100 == pytest.approx(8, abs=0.3)  # 2 MB at 250 KB a second; the last block is not waited for
    half = next(one for one in desk.news if isinstance(one, Progress) and one.fraction > 0.5)
    assert half.seconds_left == pytest.approx(8 * (1 - half.fraction), rel=0.1)
    assert courier.bytes_per_s is None, "the cap's speed is not the connection's"


def test_another_cap_holds_at_once(desk: Desk, when: WhenToSend) -> None:
    ready, time = desk.ready(size=4 * MB), PausedTime()
    when.change(cap=Cap.LOW)
    time.told[15] = lambda: when.change(cap=Cap.MIDDLE)
    capped(desk, when, time).carry(desk.catalogue.clip(ready.clip_id), NEVER)
    assert ready.clip_id in desk.portal.honest.received
    assert time.at_s - 100 == pytest.approx(4 + 3, abs=0.6)  # 1 MB at 250 KB a second, 3 MB at 1 MB a second
    last = [one for one in desk.news if isinstance(one, Progress) and one.fraction < 0.9][-1]
    assert last.seconds_left == pytest.approx(4 * (1 - last.fraction), rel=0.1)


def test_a_hold_ends_a_pause(desk: Desk, when: WhenToSend) -> None:
    ready, time = desk.ready(size=2 * MB), PausedTime()
    when.change(cap=Cap.LOW)
    time.told[8] = lambda: when.hold(ready.clip_id)
    courier = capped(desk, when, time)
    assert courier.carry(desk.catalogue.clip(ready.clip_id), NEVER) == Stayed()
    assert time.pauses == 8
    stays_in_the_queue(desk, ready)


def test_a_pause_that_came_from_outside_is_not_caught_up_with() -> None:
    pacer = Pacer()
    assert pacer.wait_s(0, 0, 1000) == 0
    assert pacer.wait_s(0.1, 1000, 1000) == pytest.approx(0.9)
    assert pacer.wait_s(1.1, 1000, 1000) == 0, "a little late: caught up with"
    assert pacer.wait_s(1.1, 2000, 1000) == pytest.approx(0.9)
    assert pacer.wait_s(60.0, 2000, 1000) == 0
    assert pacer.wait_s(60.0, 3000, 1000) == pytest.approx(1.0), "no burst after an hour in a tunnel"
    assert pacer.wait_s(60.5, 500, 1000) == 0, "the portal had less than was thought"
    assert pacer.wait_s(60.5, 1000, None) == 0


def test_what_was_not_sent_yet_is_not_sent_after_a_hold(desk: Desk, when: WhenToSend) -> None:
    """The system holds megabytes that it would still send on a slow line: they are thrown away."""
    ready, over, ends = desk.ready(size=16 * MB), Event(), list[str]()

    def hold(exchange: Exchange) -> None:
        next(iter(exchange.blocks(1000)))
        when.hold(ready.clip_id)
        over.wait(60)
        try:
            for _ in exchange.blocks():
                pass
            ends.append("all of it was sent, and the end of it")
        except ConnectionResetError:
            ends.append("thrown away")

    desk.portal.next("PATCH", hold)
    assert uploader_of(desk, when).deliver_next()
    over.set()
    eventually(lambda: bool(ends))
    assert ends == ["thrown away"]
