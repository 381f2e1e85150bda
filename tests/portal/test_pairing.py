"""Letting a computer in (RFC 8628), refreshing, and taking it back. docs/protocol.md, section 2."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import requests
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, DeviceGrant, RefreshToken
from pytest_django import Settings

from portal import throttle
from portal.models import Computer
from tests.support.portal_client import DEVICE_GRANT, TIMEOUT_S, PortalClient, Sendable
from tests.support.portal_process import PortalProcess


class TestOverTheWire:
    """Against a running portal."""

    def test_the_code_is_eight_letters_that_nobody_mixes_up(self, portal: PortalProcess, carer: PortalClient) -> None:
        asked = carer.ask("Ward 4")
        assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{8}", asked["user_code"])
        assert asked["verification_uri"] == f"{portal.url}device"
        shown = f"{asked['user_code'][:4]}-{asked['user_code'][4:]}"
        assert asked["verification_uri_complete"] == f"{portal.url}device?code={shown}"
        assert (asked["interval"], asked["expires_in"]) == (2, 1800)

    def test_pending_then_refused(self, portal: PortalProcess, carer: PortalClient) -> None:
        asked = carer.ask("Ward 5")
        first = carer.poll(asked["device_code"])
        assert (first.status_code, first.json()) == (400, {"error": "authorization_pending"})
        assert carer.poll(asked["device_code"]).json() == {"error": "slow_down"}
        portal.run("deny", asked["user_code"])
        assert carer.poll(asked["device_code"]).json() == {"error": "access_denied"}

    def test_allowed_once_and_only_once(self, portal: PortalProcess, carer: PortalClient) -> None:
        asked = carer.ask("Ward 6")
        portal.run("approve", f"{asked['user_code'][:4]}-{asked['user_code'][4:]}".lower(), "--user", "newcomer")
        answer = carer.poll(asked["device_code"])
        assert answer.status_code == 200
        assert {"access_token", "refresh_token", "expires_in", "token_type"} <= set(answer.json())
        assert answer.headers["Cache-Control"] == "no-store"
        assert carer.poll(asked["device_code"]).json() == {"error": "expired_token"}
        with pytest.raises(RuntimeError, match="We do not know this code"):
            portal.run("approve", asked["user_code"])

    def test_refresh_gives_a_new_access_token_and_keeps_the_refresh_token(
        self, portal: PortalProcess, carer: PortalClient
    ) -> None:
        client = PortalClient(portal, user="refresher")
        before = client.tokens
        answer = client.token(grant_type="refresh_token", refresh_token=before["refresh_token"])
        assert answer.status_code == 200
        client.tokens = answer.json()
        assert client.tokens["access_token"] != before["access_token"]
        assert client.tokens["refresh_token"] == before["refresh_token"]
        assert client.create(Sendable(b"x")).status_code == 201
        client.tokens = before
        assert client.create(Sendable(b"x")).status_code == 401

    def test_revoked_is_out_at_once(self, portal: PortalProcess) -> None:
        client = PortalClient(portal, user="leaver", computer="Lost laptop")
        (line,) = [line for line in portal.run("devices").splitlines() if "Lost laptop" in line]
        assert "leaver" in line
        assert "may send" in line
        portal.run("revoke", line.split("\t")[0])
        assert client.create(Sendable(b"x")).status_code == 401
        refused = client.token(grant_type="refresh_token", refresh_token=client.tokens["refresh_token"])
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        assert "Lost laptop" not in portal.run("devices")

    def test_another_client_is_refused(self, carer: PortalClient) -> None:
        answer = requests.post(
            carer.places["device_authorization_endpoint"],
            data={"client_id": "evil", "scope": "clips"},
            timeout=TIMEOUT_S,
        )
        assert answer.status_code in (400, 401)

    @pytest.mark.parametrize("fields", [{}, {"device_code": "nonsense"}])
    def test_nonsense_is_an_expired_token(self, carer: PortalClient, fields: dict[str, str]) -> None:
        answer = carer.token(grant_type=DEVICE_GRANT, **fields)
        assert (answer.status_code, answer.json()) == (400, {"error": "expired_token"})


@pytest.fixture(autouse=True)
def no_wrong_tries_yet() -> Iterator[None]:
    """The counters live in this process's memory: begin and end without any."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def asking(db: None, client: Client) -> Callable[[], Computer]:
    """Makes computers that ask."""

    def ask() -> Computer:
        client.post(
            "/o/device-authorization/",
            "client_id=diary-app&scope=clips&computer=Reception",
            content_type="application/x-www-form-urlencoded",
        )
        return Computer.objects.get(name="Reception")

    return ask


@pytest.fixture
def signed_in(db: None, client: Client) -> User:
    """An account, signed in."""
    user = User.objects.create_user("Moira")
    client.force_login(user)
    return user


def code_of(computer: Computer) -> str:
    assert computer.grant is not None
    return computer.grant.user_code


def poll(client: Client, computer: Computer) -> dict[str, str]:
    """The computer asks whether it has been allowed."""
    assert computer.grant is not None
    fields = {"grant_type": DEVICE_GRANT, "device_code": computer.grant.device_code, "client_id": "diary-app"}
    return dict(client.post("/o/token/", fields).json())


class TestThePage:
    """In this process, through Django's test client."""

    def test_asks_before_it_allows(self, client: Client, signed_in: User, asking: Callable[[], Computer]) -> None:
        computer = asking()
        code = code_of(computer)
        shown = client.get("/device", {"code": code}).content.decode()
        assert f"{code[:4]}-{code[4:]}" in shown
        question = client.post("/device", {"code": f" {code[:4]} {code[4:]} ".lower()})
        assert "Reception" in question.content.decode()
        assert DeviceGrant.objects.get().status == DeviceGrant.AUTHORIZATION_PENDING
        done = client.post("/device", {"code": code, "answer": "allow"})
        assert "is connected" in done.content.decode()
        grant = DeviceGrant.objects.get()
        assert (grant.status, grant.user) == (DeviceGrant.AUTHORIZED, signed_in)

    def test_refuses(self, client: Client, signed_in: User, asking: Callable[[], Computer]) -> None:
        code = code_of(asking())
        assert "was not connected" in client.post("/device", {"code": code, "answer": "refuse"}).content.decode()
        assert DeviceGrant.objects.get().status == DeviceGrant.DENIED
        again = client.post("/device", {"code": code, "answer": "allow"})
        assert (again.status_code, "has been used" in again.content.decode()) == (400, True)

    def test_an_old_code_is_no_code(self, client: Client, signed_in: User, asking: Callable[[], Computer]) -> None:
        computer = asking()
        DeviceGrant.objects.update(expires=timezone.now() - timedelta(seconds=1))
        assert "too old" in client.post("/device", {"code": code_of(computer)}).content.decode()
        answer = poll(client, computer)
        assert answer == {"error": "expired_token"}

    def test_guessing_is_slowed_down(self, client: Client, signed_in: User, asking: Callable[[], Computer]) -> None:
        code = code_of(asking())
        for _ in range(throttle.TRIES):
            assert "do not know" in client.post("/device", {"code": "BBBBBBBB"}).content.decode()
        assert "wait a minute" in client.post("/device", {"code": code}).content.decode()
        cache.clear()
        assert "Reception" in client.post("/device", {"code": code}).content.decode()

    def test_tokens_are_kept_as_hashes_only(
        self, client: Client, signed_in: User, asking: Callable[[], Computer]
    ) -> None:
        computer = asking()
        client.post("/device", {"code": code_of(computer), "answer": "allow"})
        tokens = poll(client, computer)
        rows = [*AccessToken.objects.values_list(), *RefreshToken.objects.values_list()]
        assert rows
        assert tokens["access_token"] not in str(rows)
        assert tokens["refresh_token"] not in str(rows)

    def test_wrong_passwords_are_slowed_down(self, client: Client, db: None, settings: Settings) -> None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # eleven real ones take seconds
        User.objects.create_user("Guess", password="right horse battery")
        for _ in range(throttle.TRIES):
            assert (
                "do not belong together"
                in client.post("/sign-in", {"username": "Guess", "password": "x"}).content.decode()
            )
        said = client.post("/sign-in", {"username": "Guess", "password": "right horse battery"}).content.decode()
        assert "wait a minute" in said
        cache.clear()
        right = client.post("/sign-in", {"username": "Guess", "password": "right horse battery"})
        assert right.status_code == 302
