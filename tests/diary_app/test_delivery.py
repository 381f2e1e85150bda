"""The uploader and the courier over a scripted portal: what becomes of a clip, whatever the portal does."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Delivery, Rendition, Stage
from diary_app.courier import LEASE_S, Courier, Elsewhere, Failed, parcel_of
from diary_app.delivery import Pace, Uploader, deliver
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News, PortalChanged, Progress
from tests.support.diary_files import ReadyClip, add_ready_clip
from tests.support.honest_portal import TUS
from tests.support.scripted_server import CAPTIVE, Exchange, ScriptedPortal, Step, answer, hang, refuse
from tests.support.sending import QUICK, MemoryVault, good_tokens
from upload.account import Account
from upload.discovery import discover
from upload.errors import Damage, NotAPortal, PortalBusy, Refusal, SignInNeeded, Stopped, World
from upload.transport import Transport

SIZE = 300_000
PACE = Pace(look_s=0.05, stage_s=0.05, longest_stage_s=0.1)
NEVER = Event()


@dataclass
class Line:
    """A connector to the scripted portal; signs in anew where `again` says so."""

    url: str
    vault: MemoryVault = field(default_factory=lambda: MemoryVault(good_tokens()))
    again: bool = False
    asked_again: int = 0

    @contextmanager
    def account(self, stop: Event) -> Iterator[Account]:
        with Transport(self.url, timeouts=QUICK, stop=stop) as transport:
            yield Account(
                transport,
                discover(transport),
                vault=self.vault,
                name="test",
                refreshing=contextlib.nullcontext,
            )

    def sign_in_again(self, stop: Event) -> bool:
        self.asked_again += 1
        self.vault.tokens = good_tokens() if self.again else self.vault.tokens
        return self.again


@dataclass
class Desk:
    """Everything that a test of the delivery needs."""

    folders: Folders
    catalogue: Catalogue
    portal: ScriptedPortal
    line: Line
    rng: random.Random
    news: list[News] = field(default_factory=list)
    wall: float = 1_000_000.0

    def courier(self, *, lease_s: float = LEASE_S) -> Courier:
        return Courier(
            self.catalogue,
            self.line,
            tell=self.news.append,
            clock=time.monotonic,
            now=lambda: self.wall,
            random=lambda: 0.0,
            lease_s=lease_s,
        )

    def uploader(self) -> Uploader:
        return Uploader(self.catalogue, self.courier(), pace=PACE, now=lambda: self.wall)

    def ready(self, size: int = SIZE) -> ReadyClip:
        return add_ready_clip(self.folders, self.catalogue, size=size, rng=self.rng)

    def carry(self, ready: ReadyClip) -> tuple[object, Clip]:
        outcome = self.courier().carry(self.catalogue.clip(ready.clip_id), NEVER)
        return outcome, self.catalogue.clip(ready.clip_id)


@pytest.fixture
def desk(tmp_path: Path, rng: random.Random) -> Iterator[Desk]:
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        yield Desk(folders, catalogue, portal, Line(portal.url), rng)


@contextmanager
def running(uploader: Uploader) -> Iterator[Uploader]:
    uploader.start()
    try:
        yield uploader
    finally:
        uploader.stop()


def eventually(true: Callable[[], bool], *, within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def at(desk: Desk, ready: ReadyClip, *stages: Stage) -> Callable[[], bool]:
    return lambda: desk.catalogue.clip(ready.clip_id).stage in stages


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


# -- families -------------------------------------------------------------------------------------------------------


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
        assert PortalChanged(SignInNeeded().sentence) in desk.news
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
    assert clip.delivery.problem == "This account may not send clips."
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
        desk.catalogue.forget_rendition(ready.clip_id)
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


# -- stopping, leases, several processes ----------------------------------------------------------------------------


def test_stop_in_the_middle_puts_the_clip_back(desk: Desk) -> None:
    ready = desk.ready(size=16_000_000)
    desk.portal.next("PATCH", hang)
    with running(desk.uploader()):
        eventually(lambda: desk.portal.asked("PATCH") == 1)
        begun = time.monotonic()
    assert time.monotonic() - begun < 1.5
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


def test_a_lease_is_prolonged_while_sending_and_its_loss_ends_it(desk: Desk) -> None:
    ready = desk.ready(size=3_000_000)
    courier = desk.courier(lease_s=0.0)  # runs out at once, so every block prolongs it

    def steal(exchange: Exchange) -> None:
        next(iter(exchange.blocks(1000)))
        desk.wall += 100
        assert desk.catalogue.lease(ready.clip_id, holder="thief", now=desk.wall, seconds=1000)
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
