"""A portal that lies, wherever a number, a hash or an address is told: nothing it says is believed without proof."""

import contextlib
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Stage
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News
from tests.support.chaos_desk import AT_PORTAL, wrong_words
from tests.support.delivery_desk import NEVER, Desk, Line
from tests.support.diary_files import ReadyClip
from tests.support.reliability import Tally
from tests.support.scripted_server import Exchange, ScriptedPortal, Step, answer

SIZE = 20_000
AT_A_PLACE = 7
"""Lies that one run tells at each place; the seed chooses them."""
MOST_REQUESTS = 16
"""In one attempt: three times through, where it arrives damaged."""
LESS_OR_MORE = ("-1", "0", "1", str(SIZE // 2), str(SIZE - 1), str(SIZE), str(SIZE + 1), "99999999999999999999")
NUMBERS = (*LESS_OR_MORE, "", "many", "1e3", "0x10", "+5", "٣", "3.0", "5, 5", "NaN")


class Watched(list[News]):
    """The news that a screen gets; each is compared at once with what the portal really holds."""

    def __init__(self, catalogue: Catalogue, portal: ScriptedPortal) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._catalogue, self._portal = catalogue, portal

    def append(self, news: News) -> None:
        if isinstance(news, ClipChanged):
            clip = self._catalogue.clip(news.clip_id)
            held = self._portal.honest.received.get(clip.clip_id)
            if clip.stage in AT_PORTAL or clip.receipt is not None:
                truth = None if held is None or clip.rendition is None else held.sha256 == clip.rendition.sha256
                self.faults += [] if truth else [f"called {clip.stage}, and the portal holds {held}"]
            self.faults += wrong_words(clip.delivery.problem)
        super().append(news)


@pytest.fixture
def desk(tmp_path: Path, rng: random.Random) -> Iterator[Desk]:
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        yield Desk(folders, catalogue, portal, Line(portal.url), rng, news=Watched(catalogue, portal))


def lying(headers: Mapping[str, str], facts: Mapping[str, object] | None = None) -> Step:
    """Do what was asked, and say something else about it; a header or a fact of None is left out."""

    def step(exchange: Exchange) -> None:
        said = exchange.portal.honest.answer(exchange.request, exchange.blocks())
        body = said.body
        if facts is not None and said.status == 200:
            told = {**json.loads(body), **facts}
            body = json.dumps({key: value for key, value in told.items() if value != "left out"}).encode()
        every = {**said.headers, **{name: value.encode().decode("latin-1") for name, value in headers.items()}}
        exchange.reply(said.status, {name: value for name, value in every.items() if value != "left out"}, body)

    return step


def offsets(header: str) -> dict[str, Step]:
    """Every lie about a number in a header."""
    return {f"{header}: {value}": lying({header: value}) for value in (*NUMBERS, "left out")}


def facts_told(key: str, *values: object) -> dict[str, Step]:
    """Lies about one fact of a JSON answer."""
    return {f"{key}: {value!r}": lying({}, {key: value}) for value in (*values, None, True, [], {}, "", "left out")}


def busy(wish: str) -> dict[str, Step]:
    """A portal that is busy, and wishes for a pause."""
    return {f"Retry-After: {wish}": answer(503, {"Retry-After": wish.encode().decode("latin-1")})}


def lengths() -> dict[str, Step]:
    """Lies about how long the answer itself is."""
    values = ("0", "1", "1000000", "-5", "many", "99999999999999999999")
    return {f"Content-Length: {value}": lying({"Content-Length": value, "Connection": "close"}) for value in values}


HASHES = ("0" * 64, "f" * 63, "F" * 64, 64, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
ELSEWHERE = ("http://127.0.0.1:1/intake/1", "https://portal.example.org/1", "//portal.example.org/1", "javascript:1")
WISHES = ("-1", "0", "99999999999", "NaN", "1e9", "soon", "٣", "", "Wed, 21 Oct 1995 07:28:00 GMT", "1" * 5000)
LATER = "Fri, 31 Dec 9999 23:59:59 GMT"

LIES: dict[tuple[str, str], dict[str, Step]] = {
    ("discovery", "max_bytes"): facts_told("max_bytes", 0, SIZE - 1, -1, 1.5, str(SIZE), 10**30),
    ("discovery", "protocol"): facts_told("protocol", 0, 2, -1, "1", 10**30),
    ("discovery", "intake"): facts_told("intake", *ELSEWHERE, 5),
    ("POST", "address"): {where: lying({"Location": where}) for where in (*ELSEWHERE, "", "/intake/other", "left out")},
    ("HEAD", "offset"): offsets("Upload-Offset"),
    ("HEAD", "length"): offsets("Upload-Length"),
    ("PATCH", "offset"): offsets("Upload-Offset"),
    ("receipt", "sha256"): facts_told("sha256", *HASHES),
    ("receipt", "bytes"): facts_told("bytes", 0, SIZE - 1, SIZE + 1, -1, float(SIZE), str(SIZE), 10**30),
    ("receipt", "clip_id"): facts_told("clip_id", "0f8fad5b-d9cb-469f-a165-70867728950e", 5),
    ("receipt", "page"): facts_told("page", *ELSEWHERE, 5),
    ("receipt", "own length"): lengths(),
    ("POST", "pause"): {name: step for wish in (*WISHES, LATER) for name, step in busy(wish).items()},
}


@pytest.mark.fault(
    "The portal lies about an offset, a length, a hash, an address or a pause",
    made="a scripted portal that does what it is asked and says something else, in every place where a number is told",
    holds="never called received without the whole file there; attempts end soon; once it is honest, received once",
)
@pytest.mark.parametrize("place", list(LIES), ids=" ".join)
def test_lies_about_numbers(desk: Desk, place: tuple[str, str], rng: random.Random, tally: Tally) -> None:
    faults = []
    lies = LIES[place]
    chosen = rng.sample(list(lies), min(len(lies), AT_A_PLACE))
    for name, lie in ((name, lies[name]) for name in chosen):
        ready = desk.ready(SIZE)
        desk.portal.always(place[0], lie)
        faults += [f"{name}: {fault}" for fault in _while_it_lies(desk, ready)]
        desk.portal.forget_steps()
        faults += [f"{name}, then honest: {fault}" for fault in _afterwards(desk, ready)]
    assert isinstance(desk.news, Watched)
    tally.found(len(chosen), faults + desk.news.faults)


def _while_it_lies(desk: Desk, ready: ReadyClip) -> list[str]:
    before = len(desk.portal.seen)
    desk.courier().carry(desk.catalogue.clip(ready.clip_id), NEVER)
    return _not_sensible(desk, desk.catalogue.clip(ready.clip_id), len(desk.portal.seen) - before)


def _not_sensible(desk: Desk, clip: Clip, requests: int) -> list[str]:
    """What is wrong with how a clip stands after an attempt."""
    wait_s = clip.delivery.not_before - desk.wall
    checks = {
        f"{requests} requests in one attempt": requests <= MOST_REQUESTS,
        f"waits for {wait_s:.0f} s": clip.stage is not Stage.WAITING or 1 <= wait_s <= 4500,
        f"{clip.stage}, tried at once again": clip.stage is not Stage.READY or clip.delivery.held,
        "a file was deleted": clip.rendition is not None and clip.rendition.path.exists() and clip.take.exists(),
    }
    return [what for what, good in checks.items() if not good]


def _afterwards(desk: Desk, ready: ReadyClip) -> list[str]:
    """The portal is honest again, and its user presses Send where that is needed."""
    desk.catalogue.try_again(ready.clip_id)
    if desk.catalogue.clip(ready.clip_id).receipt is None:
        desk.courier().carry(desk.catalogue.clip(ready.clip_id), NEVER)
    clip = desk.catalogue.clip(ready.clip_id)
    held = desk.portal.honest.received.get(ready.clip_id)
    if clip.stage is not Stage.RECEIVED or held is None:
        return [f"{clip.stage}: {clip.delivery.problem}"]
    return [] if bytes(held.data) == ready.path.read_bytes() else ["other bytes arrived"]


@pytest.mark.fault(
    "The portal lies about where a clip is",
    made="a scripted portal: stages, notes and clips that there are not, about a clip that it has",
    holds="the clip stays what it was, received and checked",
)
def test_lies_about_the_stage(desk: Desk, tally: Tally) -> None:
    ready = desk.ready(SIZE)
    courier = desk.courier()
    courier.carry(desk.catalogue.clip(ready.clip_id), NEVER)
    before = desk.catalogue.clip(ready.clip_id)
    assert before.stage is Stage.RECEIVED
    lies = {**facts_told("stage", "sending", "saved", "lost", "RECEIVED", 5), **facts_told("clip_id", "other")}
    lies |= {f"answer {status}": answer(status) for status in (200, 204, 301, 403, 404, 410, 500)}
    faults = []
    for name, lie in lies.items():
        desk.portal.always("stage", lie)
        courier.ask_stages([before], NEVER)
        faults += [name] if desk.catalogue.clip(ready.clip_id) != before else []
    tally.found(len(lies), faults)
