"""The one seam over requests: where it goes, what it trusts, and that every wait has an end."""

import json
import logging
import random
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import self_signed
from tests.support.scripted_server import Exchange, ScriptedPortal, answer, hang
from tests.support.sending import QUICK, MemoryVault, Notes, make_parcel, signed_in
from upload.attempt import attempt
from upload.discovery import discover
from upload.errors import (
    AppTooOld,
    DeliveryError,
    ForeignAddress,
    NoConnection,
    NotAPortal,
    PortalBusy,
    Stopped,
    TimedOut,
    UnsafeAddress,
    WrongCertificate,
)
from upload.secret import Secret
from upload.tokens import Tokens
from upload.transport import MAX_ANSWER, Timeouts, Transport

CANARY = "canary-7f3a9b"


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    with ScriptedPortal() as portal:
        yield portal


def _ask(portal: ScriptedPortal) -> None:
    with Transport(portal.url, timeouts=QUICK) as transport:
        discover(transport)


def test_plain_http_only_to_this_computer() -> None:
    with pytest.raises(UnsafeAddress):
        Transport("http://portal.example.org")


def test_an_address_elsewhere_is_refused_before_anything_is_opened(portal: ScriptedPortal) -> None:
    with ScriptedPortal() as other, Transport(portal.url, timeouts=QUICK) as transport:
        with pytest.raises(ForeignAddress):
            transport.request("GET", f"{other.url}/intake/1", token=Secret(CANARY))
        assert not other.seen


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_never_followed(portal: ScriptedPortal, status: int) -> None:
    with ScriptedPortal() as other, Transport(portal.url, timeouts=QUICK) as transport:
        portal.always("stage", answer(status, {"Location": f"{other.url}/clips/1"}))
        with pytest.raises(NotAPortal):
            transport.request("GET", f"{portal.url}/clips/1", token=Secret(CANARY))
        assert not other.seen


def test_a_portal_that_points_elsewhere_gets_nothing(portal: ScriptedPortal) -> None:
    with ScriptedPortal() as other:
        portal.honest.url = other.url
        with pytest.raises(ForeignAddress):
            _ask(portal)
        assert not other.seen


def test_a_netrc_does_not_replace_our_token(
    portal: ScriptedPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Transport(portal.url, timeouts=QUICK) as transport:
        transport.request("GET", f"{portal.url}/clips/1", token=Secret("first"))
        transport.request("GET", f"{portal.url}/clips/1")
    assert [one.headers.get("Authorization") for one in portal.seen] == ["Bearer first", None]


def test_no_proxy_is_asked_for_this_computer(portal: ScriptedPortal, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    _ask(portal)


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    with ScriptedPortal(certificate=self_signed(tmp_path)) as portal:
        with pytest.raises(WrongCertificate, match="could not prove that it is the real one") as caught:
            _ask(portal)
        assert caught.value.__cause__ is not None
        assert not portal.seen


def test_a_certificate_for_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path, address="127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    with ScriptedPortal(certificate=certificate) as portal:
        with pytest.raises(WrongCertificate):
            _ask(portal)
        assert not portal.seen


def test_a_certificate_that_this_computer_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    with ScriptedPortal(certificate=certificate) as portal:
        _ask(portal)
        with signed_in(portal.url) as account:
            parcel = make_parcel(tmp_path, size=300_000, rng=random.Random(1))
            assert attempt(account, parcel, kept=None, watcher=Notes().watcher).sha256 == parcel.sha256


def test_https_to_something_that_speaks_http(portal: ScriptedPortal) -> None:
    with Transport(portal.url.replace("http:", "https:"), timeouts=QUICK) as transport, pytest.raises(NoConnection):
        discover(transport)


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Transport(f"http://127.0.0.1:{port}", timeouts=QUICK) as transport, pytest.raises(NoConnection) as caught:
        discover(transport)
    assert "no connection" in caught.value.sentence


def test_no_answer_has_an_end(portal: ScriptedPortal) -> None:
    portal.next("discovery", hang)
    with Transport(portal.url, timeouts=Timeouts(1, 0.3, 1)) as transport, pytest.raises(TimedOut):
        discover(transport)


def test_an_answer_in_drips_has_an_end(portal: ScriptedPortal) -> None:
    def drip(exchange: Exchange) -> None:
        exchange.reply(200, {"Content-Length": "1000"})
        while not exchange.portal.closing.wait(0.05):
            exchange.more(b" ")

    portal.next("discovery", drip)
    with Transport(portal.url, timeouts=Timeouts(1, 1, 0.4)) as transport, pytest.raises(TimedOut):
        discover(transport)


def test_an_answer_in_chunks(portal: ScriptedPortal) -> None:
    text = json.dumps(portal.honest.facts()).encode()
    chunks = [text[at : at + 50] for at in range(0, len(text), 50)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    portal.next("discovery", lambda exchange: exchange.reply(200, {"Transfer-Encoding": "chunked"}, body))
    _ask(portal)


def test_an_endless_answer_is_no_portal(portal: ScriptedPortal) -> None:
    portal.next("discovery", answer(200, {}, b" " * (MAX_ANSWER + 1)))
    with pytest.raises(NotAPortal):
        _ask(portal)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Welcome to Hotel Wi-Fi</html>",
        b"",
        b"[]",
        b'"text"',
        b"{}",
        b'{"protocol": "1"}',
        b"\xff\xfe",
        b"nul" * 9,
    ],
)
def test_an_answer_that_is_not_ours(portal: ScriptedPortal, body: bytes) -> None:
    portal.next("discovery", answer(200, {"Content-Type": "application/json"}, body))
    with pytest.raises(NotAPortal, match="sign-in page"):
        _ask(portal)


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": True},
        {"practice": "no"},
        {"max_bytes": -1},
        {"accepts": "video/mp4"},
        {"intake": ""},
        {"client_id": None},
    ],
)
def test_a_description_of_another_shape(portal: ScriptedPortal, change: dict[str, object]) -> None:
    portal.next("discovery", lambda exchange: exchange.reply_json(200, portal.honest.facts() | change))
    with pytest.raises(NotAPortal):
        _ask(portal)


def test_a_newer_protocol(portal: ScriptedPortal) -> None:
    portal.next("discovery", lambda exchange: exchange.reply_json(200, portal.honest.facts() | {"protocol": 2}))
    with pytest.raises(AppTooOld):
        _ask(portal)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotAPortal), (401, NotAPortal), (503, PortalBusy), (204, NotAPortal)]
)
def test_discovery_with_another_status(portal: ScriptedPortal, status: int, kind: type[DeliveryError]) -> None:
    portal.next("discovery", answer(status))
    with pytest.raises(kind):
        _ask(portal)


def test_stop_ends_an_upload_that_does_not_move(portal: ScriptedPortal, tmp_path: Path, rng: random.Random) -> None:
    """The portal reads nothing: the kernel's buffers are full, and the sending thread is stuck inside one write."""
    portal.next("PATCH", hang)
    parcel = make_parcel(tmp_path, size=16_000_000, rng=rng)
    stop = threading.Event()
    ended: list[float] = []

    def send() -> None:
        try:
            with signed_in(portal.url, stop=stop, timeouts=Timeouts(60, 60, 60)) as account:
                attempt(account, parcel, kept=None, watcher=notes.watcher)
        except Stopped:
            ended.append(time.monotonic())

    notes = Notes()
    thread = threading.Thread(target=send)
    thread.start()
    stuck = _wait_until_still(notes.progress)
    assert 0 < stuck < parcel.source.bytes
    stop.set()
    asked = time.monotonic()
    thread.join(10)
    assert ended
    assert ended[0] - asked < 5, "half a second where the computer is not busy; the time-outs here are 60"


def test_stop_ends_a_wait_for_an_answer(portal: ScriptedPortal) -> None:
    portal.next("discovery", hang)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    begun = time.monotonic()
    with Transport(portal.url, timeouts=Timeouts(60, 60, 60), stop=stop) as transport, pytest.raises(Stopped):
        discover(transport)
    assert time.monotonic() - begun < 5


def test_after_stop_nothing_is_asked(portal: ScriptedPortal) -> None:
    stop = threading.Event()
    stop.set()
    with Transport(portal.url, stop=stop) as transport, pytest.raises(Stopped):
        discover(transport)
    assert not portal.seen


def _wait_until_still(progress: list[int]) -> int:
    """Wait until nothing has gone out for half a second; returns how far it came."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        before = progress[-1] if progress else None
        time.sleep(0.5)
        if progress and progress[-1] == before:
            return progress[-1]
    raise AssertionError("the upload never came to a stand")


@pytest.mark.parametrize("trouble", ["none", "401", "captive", "redirect", "cut", "nonsense"])
def test_a_token_shows_nowhere(
    portal: ScriptedPortal, tmp_path: Path, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    caplog.set_level(logging.DEBUG)
    portal.honest.token, portal.honest.refresh_token = CANARY, f"{CANARY}-refresh"
    steps = {
        "401": answer(401, {}, b"{}"),
        "captive": answer(200, {}, b"<html>"),
        "redirect": answer(302, {"Location": "http://127.0.0.1:1/"}),
        "cut": Exchange.cut,
        "nonsense": answer(400, {}, b"nonsense"),
    }
    if trouble in steps:
        portal.always("PATCH", steps[trouble])
    vault = MemoryVault(Tokens(Secret(CANARY), Secret(f"{CANARY}-refresh")))
    parcel = make_parcel(tmp_path, size=100_000, rng=random.Random(2))
    shown = ""
    try:
        with signed_in(portal.url, vault) as account:
            attempt(account, parcel, kept=None, watcher=Notes().watcher)
    except DeliveryError as error:
        shown = _everything(error)
    assert bool(shown) == (trouble != "none")
    assert caplog.text, "the log was not listened to"
    assert CANARY not in caplog.text + shown + repr(vault.tokens)
    assert all(CANARY not in one.path for one in portal.seen)


def _everything(error: BaseException | None) -> str:
    text = ""
    while error is not None:
        text += f"{error!r} {error} {vars(error)}"
        error = error.__cause__ or error.__context__
    return text
