"""Local files after the receipt: they go by the rule of the paired portal, never before, and never by half a word."""

import itertools
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary_app import keeping
from diary_app.catalogue import Catalogue, database
from diary_app.catalogue import news as catalogue_news
from diary_app.clip import Clip, ClipId, KeptRange, Rendition, Stage
from diary_app.delivery.uploader import Uploader
from diary_app.folders import Folders
from diary_app.keep_rule import NO_RULE, KeepRule, days_have_passed
from diary_app.keeping import Keeping
from diary_app.news import ClipChanged
from diary_app.rescue.taking import plan
from tests.support.delivery_desk import NEVER, PACE, Desk, Line, eventually, running
from tests.support.diary_files import ReadyClip
from tests.support.scripted_server import Exchange, ScriptedPortal, answer

if TYPE_CHECKING:
    from _typeshed import TraceFunction

RECEIVED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
DAYS = 7
LATER = RECEIVED + timedelta(days=DAYS, hours=1)
YEAR = timedelta(days=365)


class Killed(BaseException):
    """The end of the process."""


class Home(Desk):
    """A desk whose portal has a rule, and whose clocks can be set."""

    now = LATER
    paired: str | None = None

    def keeping(self) -> Keeping:
        return Keeping(
            self.folders, self.catalogue, paired=lambda: self.paired, tell=self.news.append, now=lambda: self.now
        )

    def deliver(self) -> ReadyClip:
        """A clip that the portal has, with a small copy and something left over by a killed edit."""
        ready = self.ready(size=10_000)
        _, clip = self.carry(ready)
        assert clip.stage is Stage.RECEIVED
        with self.catalogue._change() as db:
            stored = f"renditions/{ready.clip_id}.small.mp4"
            db.execute("INSERT INTO small_copy VALUES (?, ?, 'cd', 5, 12.5, NULL, 1)", (ready.clip_id, stored))
        self.make_files(ready)
        return ready

    def make_files(self, ready: ReadyClip) -> None:
        for folder, ending in ((self.folders.takes, ".mp4"), (self.folders.takes, ".mp4.part")):
            (folder / f"{ready.clip_id}{ending}").write_bytes(b"the take")
        (self.folders.renditions / f"{ready.clip_id}.small.mp4").write_bytes(b"small")
        ready.path.touch()
        long_ago = (RECEIVED - timedelta(hours=1)).timestamp()
        os.utime(ready.path, (long_ago, long_ago))

    def round(self, keeper: Keeping) -> None:
        with self.line.account(NEVER) as account:
            keeper.round(account, NEVER)

    def start_again(self) -> None:
        """After a kill: what was not committed has never been, and the locks are nobody's."""
        self.catalogue._db.close()
        self.catalogue = Catalogue(self.folders.catalogue)

    def files(self, clip_id: ClipId) -> set[str]:
        folders = (self.folders.takes, self.folders.renditions)
        return {path.name.removeprefix(clip_id) for folder in folders for path in folder.glob(f"{clip_id}*")}

    def portal_says(self, at: datetime) -> None:
        self.portal.date = format_datetime(at, usegmt=True)


ALL = {".mp4", ".mp4.part", ".small.mp4"}


@pytest.fixture
def home(tmp_path: Path, rng: random.Random) -> Iterator[Home]:
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal:
        made = Home(folders, Catalogue(folders.catalogue), portal, Line(portal.url), rng)
        made.paired = portal.url
        portal.honest.more = {"keep_days": DAYS}
        portal.honest.received_at = RECEIVED.isoformat()
        made.portal_says(LATER)
        yield made
        made.catalogue.close()  # perhaps another one than it began with


def test_after_so_many_days_the_files_go_and_the_clip_stays(home: Home) -> None:
    ready, other = home.deliver(), home.ready(size=5_000)
    home.catalogue.set_seconds(other.clip_id, 12.5)
    before = home.catalogue.clip(ready.clip_id)
    home.news.clear()
    home.round(home.keeping())
    after = home.catalogue.clip(ready.clip_id)
    assert after == replace(before, removed_at=LATER)
    assert home.files(ready.clip_id) == set()
    assert home.files(other.clip_id) == {".mp4"}
    assert home.news == [ClipChanged(ready.clip_id)]
    assert plan(home.catalogue).clips == (home.catalogue.clip(other.clip_id),), "a stick is for what has not arrived"


# -- what stays -----------------------------------------------------------------------------------------------------

Spoil = Callable[[Home, ReadyClip], None]


def rule(value: object) -> Spoil:
    return lambda home, _ready: home.portal.honest.more.update({"keep_days": value})


def clocks(*, portal: timedelta, ours: timedelta) -> Spoil:
    """So far from the receipt each of them says to be."""

    def spoil(home: Home, _ready: ReadyClip) -> None:
        home.portal_says(RECEIVED + portal)
        home.now = RECEIVED + ours

    return spoil


def stamped_years_ago(home: Home, ready: ReadyClip) -> None:
    """The portal's clock was wrong when it wrote the receipt."""
    with home.catalogue._change() as db:
        db.execute("UPDATE receipt SET received_at = ?", ((RECEIVED - YEAR).isoformat(),))
    home.portal.honest.received_at = (RECEIVED - YEAR).isoformat()
    clocks(portal=timedelta(days=1), ours=timedelta(days=1))(home, ready)


def portal_has_it(stage: str) -> Spoil:
    return lambda home, ready: home.portal.honest.stages.update({ready.clip_id: (stage, None)})


def another_file(home: Home, ready: ReadyClip) -> None:
    held = home.portal.honest.received[ready.clip_id]
    held.data[0] ^= 1


def another_length(home: Home, ready: ReadyClip) -> None:
    def step(exchange: Exchange) -> None:
        exchange.reply_json(200, home.portal.honest.receipt(ready.clip_id) | {"bytes": 1})

    home.portal.always("receipt", step)


def undated(date: str) -> Spoil:
    def spoil(home: Home, _ready: ReadyClip) -> None:
        home.portal.date = date

    return spoil


def edited(home: Home, ready: ReadyClip) -> None:
    home.catalogue.set_keep(ready.clip_id, [KeptRange(1, 2)])


def made_anew(home: Home, ready: ReadyClip) -> None:
    home.catalogue.set_rendition(ready.clip_id, Rendition(ready.path, "ef" * 32, 10_000, 12.5))


def another_portal(home: Home, _ready: ReadyClip) -> None:
    home.paired = "https://diary.example.org"


def receipt_without_time(home: Home, _ready: ReadyClip) -> None:
    with home.catalogue._change() as db:
        db.execute("UPDATE receipt SET received_at = 'once'")


SHORT = timedelta(days=DAYS) - timedelta(minutes=1)
STAYS: dict[str, Spoil] = {
    "no rule": rule(None),
    "a word": rule("7"),
    "a fraction": rule(7.5),
    "true": rule(value=True),
    "less than nothing": rule(-1),
    "ten thousand years": rule(3_650_000),
    "our clock is a year ahead": clocks(portal=SHORT, ours=YEAR),
    "the portal's clock is a year ahead": clocks(portal=YEAR, ours=SHORT),
    "our clock is a year behind": clocks(portal=YEAR, ours=-YEAR),
    "the receipt is stamped a year too early": stamped_years_ago,
    "the receipt's time means nothing": receipt_without_time,
    "the portal's answer has no time": undated(""),
    "the portal's answer has a nonsensical time": undated("soon"),
    "the portal forgot it": lambda home, _ready: home.portal.always("receipt", answer(404)),
    "the portal forgot where it is": lambda home, _ready: home.portal.always("stage", answer(404)),
    "the portal has another file": another_file,
    "the portal has another length": another_length,
    "sent back": portal_has_it("sent_back"),
    "withdrawn": portal_has_it("withdrawn"),
    "somebody looks at it": portal_has_it("in_review"),
    "edited since": edited,
    "made anew since": made_anew,
    "not the portal that we are joined to": another_portal,
}


@pytest.mark.parametrize("why", STAYS)
def test_it_stays(home: Home, why: str) -> None:
    ready = home.deliver()
    STAYS[why](home, ready)
    home.round(home.keeping())
    assert home.catalogue.clip(ready.clip_id).removed_at is None
    assert home.files(ready.clip_id) == ALL


def test_what_is_watched_stays_until_it_is_closed(home: Home) -> None:
    ready = home.deliver()
    keeper = home.keeping()
    keeper.watching(ready.clip_id)
    home.round(keeper)
    assert home.files(ready.clip_id) == ALL
    keeper.watching(None)
    home.round(keeper)
    assert home.files(ready.clip_id) == set()


def test_what_is_opened_in_the_moment_of_going_can_be_watched_to_its_end(home: Home) -> None:
    ready = home.deliver()
    keeper = home.keeping()
    keeper._tell = lambda _news: keeper.watching(ready.clip_id)  # somebody was quicker
    home.round(keeper)
    assert home.files(ready.clip_id) == ALL
    keeper.watching(None)
    home.round(keeper)
    assert home.files(ready.clip_id) == set()


def test_a_file_outside_the_data_folder_is_never_touched(home: Home, tmp_path: Path) -> None:
    ready = home.deliver()
    own = tmp_path / f"{ready.clip_id}.mp4"
    own.write_bytes(b"recorded with: record OUT")
    with home.catalogue._change() as db:
        db.execute("UPDATE clip SET take = ?", (own.as_posix(),))
    home.round(home.keeping())
    assert home.catalogue.clip(ready.clip_id).removed_at == LATER
    assert own.exists()
    assert home.files(ready.clip_id) == set()


# -- killed ---------------------------------------------------------------------------------------------------------

REMOVAL = {keeping.__file__, catalogue_news.__file__, database.__file__}


def killed_at(line: int, work: Callable[[], None]) -> bool:
    """Work, and die before this line of the removal, counted from 0; False where it has no such line."""
    left = line
    begun = False

    def trace(frame: FrameType, event: str, _argument: object) -> "TraceFunction | None":
        nonlocal left, begun
        begun = begun or frame.f_code.co_name == "_remove"
        if not begun or frame.f_code.co_filename not in REMOVAL:
            return None
        if event == "line":
            if left == 0:
                raise Killed
            left -= 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except Killed:
        return True
    finally:
        sys.settrace(before)
    return False


def test_killed_at_any_line_nothing_is_said_to_be_here_that_is_gone(home: Home) -> None:
    ready = home.deliver()
    outcomes: Counter[tuple[bool, bool]] = Counter()
    for line in itertools.count():
        clip = home.catalogue.clip(ready.clip_id)
        killed = killed_at(line, partial(home.keeping()._remove, clip, LATER, DAYS))
        home.start_again()
        said_gone = home.catalogue.clip(ready.clip_id).removed_at is not None
        left = home.files(ready.clip_id)
        assert said_gone or left == ALL
        outcomes[said_gone, bool(left)] += 1
        home.keeping().clear_up()
        assert home.files(ready.clip_id) == (set() if said_gone else ALL)
        if not killed:
            break
        home.catalogue._update(ready.clip_id, removed_at=None)
        home.make_files(ready)
    assert min(outcomes[False, True], outcomes[True, True], outcomes[True, False]) > 1, "the ways to end"


def test_what_an_earlier_run_left_goes_at_the_start(home: Home) -> None:
    ready = home.deliver()
    home.round(home.keeping())
    home.make_files(ready)
    again = home.keeping()
    again.start()
    again.close()
    assert home.files(ready.clip_id) == set()


# -- the rule -------------------------------------------------------------------------------------------------------


def test_the_rule_is_remembered_and_counts_for_its_own_portal_alone(home: Home) -> None:
    home.round(home.keeping())
    assert home.keeping().rule == KeepRule(home.portal.url, DAYS)
    home.paired = "https://diary.example.org"
    assert home.keeping().rule == NO_RULE


@pytest.mark.parametrize("content", [b"", b"[]", b'{"portal": 1, "days": 2}', b'{"portal": "x", "days": "2"}'])
def test_a_damaged_rule_is_none(home: Home, content: bytes) -> None:
    (home.folders.data / "keeping.json").write_bytes(content)
    assert home.keeping().rule == NO_RULE


spans = st.timedeltas(timedelta(0), timedelta(days=4000))


@given(st.integers(0, 400), spans, spans, st.booleans())
def test_one_wrong_clock_never_makes_it_early(days: int, truly: timedelta, wrong: timedelta, ours: bool) -> None:
    now = RECEIVED + truly
    early = days_have_passed(
        days,
        received_at=[RECEIVED],
        made_at=RECEIVED - timedelta(hours=1),
        portal_now=now if ours else now + wrong,
        now=now + wrong if ours else now,
    )
    assert early is (truly >= timedelta(days=days))


# -- news -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({"views": 12, "replies": 2}, (12, 2)),
        ({"views": 0}, (0, None)),
        ({}, (None, None)),
        ({"views": "12", "replies": -2}, (None, None)),
        ({"views": True, "replies": 1 << 60}, (None, None)),
    ],
)
def test_views_and_replies_come_back(home: Home, said: dict[str, object], heard: tuple[int | None, int | None]) -> None:
    ready = home.deliver()
    home.portal.honest.stages[ready.clip_id] = ("published", None)
    courier = home.courier()
    assert courier.ask_stages([home.catalogue.clip(ready.clip_id)], NEVER), "it moved"
    home.portal.honest.figures = said
    home.news.clear()
    assert not courier.ask_stages([home.catalogue.clip(ready.clip_id)], NEVER), "no reason to hurry"
    clip = home.catalogue.clip(ready.clip_id)
    assert (clip.views, clip.replies) == heard
    assert home.news == ([ClipChanged(ready.clip_id)] if heard != (None, None) else [])


def test_the_uploader_brings_news_and_follows_the_rule_by_itself(home: Home) -> None:
    ready = home.deliver()
    home.portal.honest.stages[ready.clip_id] = ("published", None)
    home.portal.honest.figures = {"views": 3}
    courier = home.courier()
    courier._afterwards = home.keeping().round
    with running(Uploader(home.catalogue, courier, pace=PACE, now=lambda: home.wall)):
        eventually(lambda: home.files(ready.clip_id) == set())
    clip: Clip = home.catalogue.clip(ready.clip_id)
    assert (clip.stage, clip.views, clip.removed_at) == (Stage.PUBLISHED, 3, LATER)
