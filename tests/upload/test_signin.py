"""Sign-in by device code: the pauses of RFC 8628, and every way it can end."""

import random
from collections.abc import Iterator
from threading import Event

import pytest

from tests.support.scripted_server import CAPTIVE, Exchange, ScriptedPortal, Step, answer
from tests.support.sending import QUICK
from upload.discovery import discover
from upload.errors import CodeDenied, CodeExpired, DeliveryError, ForeignAddress, NotAPortal, PortalBusy, Stopped
from upload.secret import Secret
from upload.signin import LONGEST_INTERVAL_S, DeviceCode, ask_for_code, wait_for_tokens
from upload.tokens import Tokens
from upload.transport import Transport


class QuickTime(Event):
    """A stop event in whose waits no time passes but the test's own."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []
        self.now = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        self.now += timeout
        return self.is_set()

    def clock(self) -> float:
        return self.now


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    with ScriptedPortal() as portal:
        portal.honest.allowed = False
        yield portal


def _code(portal: ScriptedPortal) -> DeviceCode:
    with Transport(portal.url, timeouts=QUICK) as transport:
        return ask_for_code(transport, discover(transport))


def _wait(portal: ScriptedPortal, time: QuickTime) -> Tokens:
    with Transport(portal.url, timeouts=QUICK) as transport:
        found = discover(transport)
        return wait_for_tokens(transport, found, ask_for_code(transport, found), stop=time, clock=time.clock)


def _says(word: str) -> Step:
    return lambda exchange: exchange.reply_json(400, {"error": word})


def test_a_code_to_show(portal: ScriptedPortal) -> None:
    code = _code(portal)
    assert code.user_code == "ABCD-EFGH"
    assert code.address == f"{portal.url}/join"
    assert code.address_with_code == f"{portal.url}/join?code=ABCDEFGH"
    assert "device-code" not in repr(code)


def test_it_asks_at_once_and_then_every_interval(portal: ScriptedPortal) -> None:
    time = QuickTime()
    for _ in range(3):
        portal.next("token", _says("authorization_pending"))
    portal.honest.allowed = True
    assert _wait(portal, time) == Tokens(Secret("first"), Secret("refresh-1"))
    assert time.waits == [1, 1, 1]
    asked = [one.form for one in portal.seen if one.path == "/token"]
    assert asked[0] == {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": "device-code",
        "client_id": "diary-app",
    }


def test_slow_down_makes_every_later_pause_longer(portal: ScriptedPortal) -> None:
    time = QuickTime()
    for word in ("slow_down", "authorization_pending", "slow_down", "authorization_pending"):
        portal.next("token", _says(word))
    portal.honest.allowed = True
    _wait(portal, time)
    assert time.waits == [6, 6, 11, 11]


@pytest.mark.parametrize("trouble", [Exchange.cut, CAPTIVE, answer(503), answer(429), answer(400, {}, b"<html>")])
def test_a_broken_connection_only_makes_the_pauses_longer(portal: ScriptedPortal, trouble: Step) -> None:
    time = QuickTime()
    for _ in range(9):
        portal.next("token", trouble)
    portal.honest.allowed = True
    assert _wait(portal, time).access == Secret("first")
    assert time.waits == sorted(time.waits)
    assert time.waits[-1] == LONGEST_INTERVAL_S


@pytest.mark.parametrize(
    ("word", "kind"),
    [("access_denied", CodeDenied), ("expired_token", CodeExpired), ("invalid_grant", CodeExpired)],
)
def test_an_end_without_a_token(portal: ScriptedPortal, word: str, kind: type[DeliveryError]) -> None:
    portal.always("token", _says(word))
    with pytest.raises(kind):
        _wait(portal, QuickTime())


def test_nobody_types_the_code(portal: ScriptedPortal) -> None:
    time = QuickTime()
    with pytest.raises(CodeExpired, match="not used in time"):
        _wait(portal, time)
    assert time.now == 600


def test_stop_ends_the_wait(portal: ScriptedPortal) -> None:
    time = QuickTime()

    def stop_then_answer(exchange: Exchange) -> None:
        time.set()
        exchange.reply_json(400, {"error": "authorization_pending"})

    portal.next("token", stop_then_answer)
    with pytest.raises(Stopped):
        _wait(portal, time)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(CAPTIVE, NotAPortal), (answer(200, {}, b"{}"), NotAPortal), (answer(500), PortalBusy), (answer(403), NotAPortal)],
)
def test_no_code(portal: ScriptedPortal, reply: Step, kind: type[DeliveryError]) -> None:
    portal.always("device", reply)
    with pytest.raises(kind):
        _code(portal)


@pytest.mark.parametrize("field", ["verification_uri", "verification_uri_complete"])
def test_a_code_to_be_typed_elsewhere_is_refused(portal: ScriptedPortal, field: str) -> None:
    facts: dict[str, object] = {
        "device_code": "x",
        "user_code": "ABCD",
        "verification_uri": f"{portal.url}/join",
        "expires_in": 60,
    }
    portal.always("device", lambda exchange: exchange.reply_json(200, facts | {field: "https://evil.example/"}))
    with pytest.raises(ForeignAddress):
        _code(portal)


def test_what_may_be_missing_has_the_standards_value(portal: ScriptedPortal, rng: random.Random) -> None:
    facts: dict[str, object] = {
        "device_code": "x",
        "user_code": f"{rng.randrange(10**6):06}",
        "verification_uri": f"{portal.url}/join",
        "expires_in": 10**9,
    }
    portal.always("device", lambda exchange: exchange.reply_json(200, facts))
    code = _code(portal)
    assert (code.interval_s, code.expires_in_s) == (5, 1800)
    assert code.address_with_code == code.address
    assert code.user_code == facts["user_code"]
