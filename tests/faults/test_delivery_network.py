"""The network on the way to the portal, cut, slow, silent or in the way: one queue entry, no false word, no flood."""

import functools
import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diary_app.clip import Clip, Stage
from tests.support.certificates import self_signed
from tests.support.chaos_desk import HASTY, PATIENT, SIZE, ChaosDesk, chaos_desk
from tests.support.chaos_faults import (
    CAPTIVE,
    DOWN,
    UP,
    cut_down,
    cut_up,
    delayed,
    instead,
    refused,
    stalled_down,
    stalled_up,
    twice,
)
from tests.support.chaos_proxy import ChaosProxy, Fault
from tests.support.portal_client import PortalClient
from tests.support.reliability import Tally

KINDS = ("discovery", "POST", "HEAD", "PATCH", "receipt")
ANSWERS = (408, 409, 413, 423, 429, 460, 500, 502, 503, 504, 507)
REDIRECTS = (301, 302, 303, 307, 308)
REFUSES_S = 30.0
WHOLE = "after the last byte, before the reply"


@pytest.fixture
def desk(tmp_path: Path, client: PortalClient, rng: random.Random) -> Iterator[ChaosDesk]:
    with chaos_desk(tmp_path / "data", client, rng) as desk:
        yield desk


def _all_met(desk: ChaosDesk) -> Callable[[Clip], bool]:
    return lambda clip: desk.line.left == 0


def _deliver(desk: ChaosDesk) -> Clip:
    """A new clip through the faults that were ordered; where it is held, its user presses Send again."""
    ready = desk.ready()
    for _ in range(20):
        clip = desk.deliver(ready)
        if clip.receipt is not None:
            break
        assert clip.delivery.held, f"it never arrived: {clip.delivery}"
        desk.catalogue.try_again(ready.clip_id)
    assert clip.stage is Stage.RECEIVED
    assert desk.line.left == 0, "some faults were never met"
    return clip


@pytest.mark.fault(
    "The line is cut, at every place of every request and of every answer",
    made="chaos proxy: FIN and RST within the head, at its end, at the body's first byte, around a block's border, at"
    " the last byte, after it, and at six places of the reply",
    holds="received once, the same SHA-256; every sentence is true and says that the recording is safe",
)
def test_cut_at_every_place(desk: ChaosDesk, rng: random.Random, tally: Tally) -> None:
    for reset in (False, True):
        finishing = [cut_down(place, reset=reset) for place in DOWN.values()] + [cut_up(UP[WHOLE], reset=reset)]
        finishing = rng.sample(finishing, 3)
        tally.runs += _order_cuts(desk, reset=reset) + len(finishing)
        for fault in finishing:
            desk.line.next("PATCH", fault)
            _deliver(desk)
    assert desk.sentences
    assert all("no connection" in sentence for sentence in desk.sentences), desk.sentences
    tally.found(tally.runs, desk.judged())


def _order_cuts(desk: ChaosDesk, *, reset: bool) -> int:
    """Everything that can be done to one clip before it is whole at the portal; how many cuts that is."""
    faults = 0
    for what in KINDS:
        for name, place in UP.items():
            if what != "PATCH" or name != WHOLE:
                desk.line.next(what, cut_up(place, reset=reset))
                faults += 1
        for place in DOWN.values() if what != "PATCH" else ():
            desk.line.next(what, cut_down(place, reset=reset))
            faults += 1
    return faults


@pytest.mark.fault(
    "The line is cut twenty times in one clip",
    made="chaos proxy: cut at twenty places that the seed chooses",
    holds="received once, the same SHA-256; at most 2 % of the bytes went over the line again",
)
def test_twenty_cuts_cost_two_percent(desk: ChaosDesk, rng: random.Random, tally: Tally) -> None:
    size = 60_000_000
    for _ in range(20):
        stretch = int(size / 21 * rng.uniform(0.5, 1.0))
        desk.line.next("PATCH", cut_up(functools.partial(_after, stretch)))
    ready = desk.ready(size)
    desk.deliver(ready)
    again = desk.line.up / size - 1
    tally.worth_saying = f"{again:.2%} again"
    tally.found(20, desk.judged() + ([f"{again:.2%} were sent again"] if not 0 <= again <= 0.02 else []))


def _after(stretch: int, head: int, body: int) -> int:
    return head + stretch


@pytest.mark.fault(
    "Another answer comes in place of the portal's",
    made="chaos proxy: 408 409 413 423 429 460 500 502 503 504 507, whether the portal had done what was asked or not",
    holds="received once, the same SHA-256, without a person or after one press of Send; every sentence is true",
)
def test_another_answer(desk: ChaosDesk, rng: random.Random, tally: Tally) -> None:
    for what in KINDS:
        for status in ANSWERS:
            desk.line.next(what, refused(status))
            if what in ("POST", "receipt"):
                desk.line.next(what, refused(status, done=True))
    tally.runs = desk.line.left
    _deliver(desk)
    for status in rng.sample(ANSWERS, 2):
        tally.runs += 1
        desk.line.next("PATCH", refused(status, done=True))
        _deliver(desk)
    tally.found(tally.runs, desk.judged())


@pytest.mark.fault(
    "Something else answers: a hotel's sign-in page, or a redirect to another place",
    made="chaos proxy: 200 with HTML; 301 302 303 307 308 to another host, to plain http, and to a page of the hotel's",
    holds="nobody else hears a word; the clip waits, the sentence names the sign-in page; later it is received once",
)
def test_something_else_answers(desk: ChaosDesk, client: PortalClient, tally: Tally) -> None:
    with ChaosProxy(client.portal.url) as elsewhere:
        places = (f"{elsewhere.url}/sign-in", "http://portal.example.org/", "//portal.example.org/", "/hotel")
        faults = [CAPTIVE, *(instead(status, {"Location": place}) for status in REDIRECTS for place in places)]
        for what in KINDS:
            for fault in faults:
                desk.line.next(what, fault)
        tally.runs = desk.line.left
        _deliver(desk)
        overheard = [one.line for one in elsewhere.seen]
    assert all("sign-in page" in sentence for sentence in desk.sentences)
    tally.found(tally.runs, [*desk.judged(), *overheard])


@pytest.mark.fault(
    "The other side cannot prove that it is the portal",
    made="chaos proxy with TLS: a certificate for another address, one that has ended, one that nobody vouches for; and"
    " a good one of a portal that names addresses with plain http",
    holds="not one request is sent, or none after the first; the clip waits and the sentence says why; nothing is lost",
)
def test_a_bad_certificate(
    desk: ChaosDesk, client: PortalClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    ready = desk.ready()
    cases = [("127.0.0.2", 1, True, "prove"), ("127.0.0.1", -1, True, "prove"), ("127.0.0.1", 1, False, "prove")]
    for address, days_left, trusted, word in [*cases, ("127.0.0.1", 1, True, "another place")]:
        certificate = self_signed(tmp_path, address=address, days_left=days_left)
        monkeypatch.setenv("SSL_CERT_FILE", certificate if trusted else str(tmp_path / "nobody.pem"))
        with ChaosProxy(client.portal.url, certificate=certificate) as line:
            desk.connector.url = line.url
            clip = desk.try_once(ready)
        assert word in (clip.delivery.problem or ""), (address, days_left, trusted, clip.delivery.problem)
        assert clip.stage is Stage.WAITING
        assert [one.what for one in line.seen] == ([] if word == "prove" else ["discovery"])
        assert not line.secrets, "a token left this computer"
    monkeypatch.delenv("SSL_CERT_FILE")
    desk.connector.url = desk.line.url
    desk.deliver(ready)
    tally.found(len(cases) + 1, desk.judged())


@pytest.mark.fault(
    "The line falls silent or is slow",
    made="chaos proxy: nothing moves any more, at places of requests and answers; answers that come late; a slow line",
    holds="every wait ends; received once, the same SHA-256; every sentence is true",
)
def test_silence(desk: ChaosDesk, tally: Tally) -> None:
    stalls = [
        ("PATCH", stalled_up(UP[name])) for name in ("within the head", "a block's border", "before the last byte")
    ]
    stalls += [("PATCH", stalled_up(UP[WHOLE])), ("receipt", stalled_down(DOWN["the last byte"]))]
    stalls += [("receipt", stalled_down(DOWN["from within the head on"])), ("discovery", delayed(0.05))]
    for what, fault in stalls:
        desk.line.next(what, fault)
    ready = desk.ready()
    desk.connector.timeouts = HASTY
    desk.deliver(ready, until=_all_met(desk))
    desk.connector.timeouts = PATIENT
    desk.line.bytes_per_s = 4_000_000
    desk.deliver(ready)
    assert desk.line.left == 0
    tally.found(len(stalls) + 1, desk.judged())


@pytest.mark.fault(
    "Answers come twice",
    made="chaos proxy: each answer is followed by a copy of itself on the same connection",
    holds="no answer is taken for that of another request; received once, the same SHA-256",
)
def test_every_answer_comes_twice(desk: ChaosDesk, tally: Tally) -> None:
    for what in KINDS:
        desk.line.always(what, twice)
    desk.deliver(desk.ready())
    tally.found(len(desk.line.seen), desk.judged())


@pytest.mark.fault(
    "The portal refuses everything, and three clips wait",
    made="chaos proxy: 429 to each new clip, or no answer to where a clip stands; the clock is the test's own",
    holds="at most one request in a second is refused; afterwards all are received",
)
@pytest.mark.parametrize(
    ("what", "fault"),
    [
        ("POST", refused(429)),
        ("HEAD", cut_up(UP["the head's end"])),
    ],
    ids=["POST", "HEAD"],
)
def test_a_portal_that_refuses_is_not_flooded(desk: ChaosDesk, what: str, fault: Fault, tally: Tally) -> None:
    for _ in range(3):
        desk.ready(SIZE // 10)
    desk.line.always(what, fault)
    uploader = desk.uploader()
    began_s = desk.wall
    while desk.wall < began_s + REFUSES_S:
        if not uploader.deliver_next():
            desk.wall += 0.25
    moments = [one.at_s for one in desk.line.seen if one.what == what]
    pauses_s = [after - before for before, after in itertools.pairwise(moments)]
    assert len(moments) > 9, "it was asked hardly ever"
    faults = [f"{pause_s:.2f} s after the one before" for pause_s in pauses_s if pause_s < 1.0]
    tally.worth_saying = f"{len(moments)} refused in 30 s, the nearest {min(pauses_s):.2f} s apart"
    desk.line.be_good()
    desk.catalogue.try_again()
    while desk.catalogue.queue():
        if not uploader.deliver_next():
            desk.wall += 0.25
    tally.found(len(moments), desk.judged() + faults)
