"""The token on the way: refreshed once, never used up twice, and asked for when it is of no use."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scripted_server import (
    Exchange,
    ScriptedPortal,
    answer,
)
from tests.support.sending import MemoryVault, Notes, good_tokens, make_parcel, signed_in
from upload.attempt import Parcel, attempt
from upload.errors import (
    DeliveryError,
    NoConnection,
    NotAPortal,
    PortalBusy,
    SignInNeeded,
)
from upload.receipt import PortalReceipt
from upload.secret import Secret
from upload.tokens import Tokens

SIZE = 400_000


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    with ScriptedPortal() as portal:
        yield portal


@pytest.fixture
def parcel(tmp_path: Path, rng: random.Random) -> Parcel:
    return make_parcel(tmp_path, size=SIZE, rng=rng)


def _send(
    portal: ScriptedPortal,
    parcel: Parcel,
    *,
    notes: Notes | None = None,
    kept: str | None = None,
    chunk: int | None = None,
    vault: MemoryVault | None = None,
) -> PortalReceipt:
    with signed_in(portal.url, vault) as account:
        return attempt(account, parcel, kept=kept, watcher=(notes or Notes()).watcher, chunk=chunk)


def _arrived(portal: ScriptedPortal, parcel: Parcel) -> bool:
    return bytes(portal.honest.received[parcel.clip_id].data) == parcel.source.path.read_bytes()


# -- sign-in --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["POST", "HEAD", "PATCH", "receipt"])
def test_a_token_that_ran_out_is_refreshed_once(portal: ScriptedPortal, parcel: Parcel, what: str) -> None:
    def run_out(exchange: Exchange) -> None:
        portal.honest.token, portal.honest.refresh_token = "second", "refresh-2"
        answer(401)(exchange)

    def renew(exchange: Exchange) -> None:
        exchange.reply_json(200, {"access_token": "second", "refresh_token": "refresh-2", "expires_in": 9})

    vault = MemoryVault(good_tokens())
    portal.next(what, run_out)
    portal.next("token", renew)
    assert _send(portal, parcel, vault=vault).sha256 == parcel.sha256
    assert portal.asked("token") == 1
    assert vault.tokens == Tokens(Secret("second"), Secret("refresh-2"))
    assert [one.form["refresh_token"] for one in portal.seen if one.path == "/token"] == ["refresh-1"]


def test_a_refresh_that_does_not_help_asks_to_sign_in(portal: ScriptedPortal, parcel: Parcel) -> None:
    portal.always("POST", answer(401))
    with pytest.raises(SignInNeeded):
        _send(portal, parcel)
    assert (portal.asked("POST"), portal.asked("token")) == (2, 1)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer(400, {}, b'{"error": "invalid_grant"}'), SignInNeeded),
        (answer(401, {}, b'{"error": "invalid_client"}'), SignInNeeded),
        (answer(400, {}, b"<html>"), NotAPortal),
        (answer(503), PortalBusy),
        (answer(200, {}, b"{}"), NotAPortal),
        (Exchange.cut, NoConnection),
    ],
)
def test_a_refresh_that_fails_keeps_the_old_tokens(
    portal: ScriptedPortal, parcel: Parcel, reply: object, kind: type[DeliveryError]
) -> None:
    portal.honest.token = "second"
    assert callable(reply)
    portal.always("token", reply)
    vault = MemoryVault(good_tokens())
    with pytest.raises(kind):
        _send(portal, parcel, vault=vault)
    assert vault.tokens == good_tokens()


def test_a_faster_process_that_refreshed_already(portal: ScriptedPortal, parcel: Parcel) -> None:
    vault = MemoryVault(good_tokens())

    def other_process(exchange: Exchange) -> None:
        portal.honest.token = "second"
        vault.tokens = Tokens(Secret("second"), Secret("refresh-2"))
        answer(401)(exchange)

    portal.next("HEAD", other_process)
    assert _send(portal, parcel, vault=vault).sha256 == parcel.sha256
    assert portal.asked("token") == 0, "the one refresh token was not used up twice"


def test_without_a_token_nothing_is_asked(portal: ScriptedPortal, parcel: Parcel) -> None:
    with pytest.raises(SignInNeeded):
        _send(portal, parcel, vault=MemoryVault(None))
    assert portal.asked("POST") == 0
