"""Joining a portal: by code, by token file; what is kept, and what is not."""

import json
import stat
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from diary_app.delivery.pairing import FROM_FILE_VARIABLE, NotPaired, Pairing, PairingDesk
from diary_app.delivery.practice import PracticePortal
from diary_app.folders import Folders
from tests.support.portal_process import PortalProcess
from tests.support.scripted_server import CAPTIVE, ScriptedPortal
from upload.discovery import discover
from upload.errors import CodeDenied, NotAPortal, SignInNeeded, Stopped, UnsafeAddress
from upload.receipt import fetch_stage
from upload.secret import Secret
from upload.tokens import FileVault, Tokens
from upload.transport import Transport

NEVER = Event()


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    with ScriptedPortal() as portal:
        yield portal


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data").make()


def make_desk(folders: Folders, *, portal: str | None = None, token_file: Path | None = None) -> PairingDesk:
    environment = {FROM_FILE_VARIABLE: str(token_file)} if token_file else {}
    return PairingDesk(folders, PracticePortal(folders), portal=portal, environment=environment)


def _joined(folders: Folders, portal: ScriptedPortal) -> PairingDesk:
    desk = make_desk(folders)
    desk.wait(desk.begin(portal.url), NEVER)
    return desk


def _token_file(folder: Path, word: str = "first") -> Path:
    path = folder / "token"
    path.write_text(f"{word}\n")
    return path


def test_a_new_app_is_joined_to_nothing(folders: Folders) -> None:
    desk = make_desk(folders)
    assert desk.paired() is None
    with pytest.raises(NotPaired, match="not joined"), desk.account(NEVER):
        pass


def test_joining_by_code(folders: Folders, portal: ScriptedPortal) -> None:
    desk = make_desk(folders)
    invitation = desk.begin(portal.url)
    assert invitation.code.user_code == "ABCD-EFGH"
    pairing = desk.wait(invitation, NEVER)
    assert pairing == Pairing(portal.url, "Scripted portal", practice=False, account=pairing.account)
    again = make_desk(folders)
    assert again.paired() == pairing, "it is still joined after a restart"
    with again.account(NEVER) as account:
        assert fetch_stage(account, "no-such-clip") is None


def test_the_key_for_memory_sticks_is_the_one_that_the_portal_published_last(
    folders: Folders, portal: ScriptedPortal
) -> None:
    first, second = (f"age1{letter * 58}" for letter in "qp")
    portal.honest.more = {"rescue_recipient": first}
    desk = _joined(folders, portal)
    known = desk.paired()
    assert known is not None
    assert known.rescue_recipient == first
    for published, kept in ((second, second), ("age1nonsense", ""), (first, first), (None, "")):
        portal.honest.more = {"rescue_recipient": published}
        with desk.account(NEVER):
            pass
        assert desk.paired() == replace(known, rescue_recipient=kept)


def test_tokens_are_not_in_the_settings(folders: Folders, portal: ScriptedPortal) -> None:
    portal.honest.token = "canary-9d1c"
    _joined(folders, portal)
    assert "canary" not in folders.settings.read_text()
    assert "canary" in folders.tokens.read_text()
    if sys.platform != "win32":
        assert {stat.S_IMODE(path.stat().st_mode) for path in (folders.settings, folders.tokens)} == {0o600}


def test_joining_leaves_other_settings_alone(folders: Folders, portal: ScriptedPortal) -> None:
    folders.settings.write_text(json.dumps({"scale": 1.25, "portal": {"url": "nonsense"}}))
    desk = make_desk(folders)
    assert desk.paired() is None
    desk.wait(desk.begin(portal.url), NEVER)
    assert json.loads(folders.settings.read_text())["scale"] == 1.25
    desk.unpair()
    assert json.loads(folders.settings.read_text()) == {"scale": 1.25}


@pytest.mark.parametrize(
    "content", ["", "nonsense", "[]", '{"portal": 5}', '{"portal": {"url": "http://evil.example"}}']
)
def test_damaged_settings_count_as_not_joined(folders: Folders, content: str) -> None:
    folders.settings.write_text(content)
    assert make_desk(folders).paired() is None


def test_leaving_forgets_the_tokens(folders: Folders, portal: ScriptedPortal) -> None:
    desk = _joined(folders, portal)
    desk.unpair()
    desk.unpair()
    assert desk.paired() is None
    assert json.loads(folders.tokens.read_text()) == {}


def test_joining_anew_forgets_the_older_tokens(folders: Folders, portal: ScriptedPortal) -> None:
    desk = _joined(folders, portal)
    first = desk.paired()
    second = desk.wait(desk.begin(portal.url), NEVER)
    assert first is not None
    assert list(json.loads(folders.tokens.read_text())) == [second.account]
    assert second.account != first.account


def test_what_goes_wrong_leaves_the_old_pairing(folders: Folders, portal: ScriptedPortal) -> None:
    desk = _joined(folders, portal)
    before = desk.paired()
    with pytest.raises(UnsafeAddress):
        desk.begin("http://portal.example.org")
    portal.next("discovery", CAPTIVE)
    with pytest.raises(NotAPortal):
        desk.begin(portal.url)
    invitation = desk.begin(portal.url)
    portal.next("token", lambda exchange: exchange.reply_json(400, {"error": "access_denied"}))
    with pytest.raises(CodeDenied):
        desk.wait(invitation, NEVER)
    assert desk.paired() == before


def test_stop_ends_the_wait_for_a_person(folders: Folders, portal: ScriptedPortal) -> None:
    portal.honest.allowed = False
    desk = make_desk(folders)
    invitation = desk.begin(portal.url)
    stop = Event()
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Stopped):
        desk.wait(invitation, stop)
    assert desk.paired() is None


# -- scripts --------------------------------------------------------------------------------------------------------


def test_joining_with_a_token_from_a_file(folders: Folders, portal: ScriptedPortal, tmp_path: Path) -> None:
    desk = make_desk(folders)
    pairing = desk.pair_with_token(portal.url, _token_file(tmp_path))
    assert desk.vault.load(pairing.account) == Tokens(Secret("first"))
    with make_desk(folders).account(NEVER) as account:
        assert fetch_stage(account, "no-such-clip") is None


def test_a_token_that_the_portal_does_not_know_joins_nothing(
    folders: Folders, portal: ScriptedPortal, tmp_path: Path
) -> None:
    desk = make_desk(folders)
    with pytest.raises(SignInNeeded):
        desk.pair_with_token(portal.url, _token_file(tmp_path, "wrong"))
    assert desk.paired() is None
    assert not folders.tokens.exists()


def test_a_mounted_token_is_read_each_time_and_never_kept(
    folders: Folders, portal: ScriptedPortal, tmp_path: Path
) -> None:
    token_file = _token_file(tmp_path)
    desk = make_desk(folders, portal=portal.url, token_file=token_file)
    with desk.account(NEVER) as account:
        fetch_stage(account, "no-such-clip")
    portal.honest.token = "second"
    with desk.account(NEVER) as account, pytest.raises(SignInNeeded):
        fetch_stage(account, "no-such-clip")
    token_file.write_text("second")
    with desk.account(NEVER) as account:
        assert fetch_stage(account, "no-such-clip") is None
    assert "token file" in desk.vault.where
    assert not folders.tokens.exists()
    assert not desk.sign_in_again(NEVER)


def test_another_portal_than_the_paired_one_needs_its_own_sign_in(folders: Folders, portal: ScriptedPortal) -> None:
    _joined(folders, portal)
    with ScriptedPortal() as other:
        with pytest.raises(NotPaired, match=other.url), make_desk(folders, portal=other.url).account(NEVER):
            pass
        assert not other.seen, "no token went there"
    with make_desk(folders, portal=f"{portal.url}/").account(NEVER) as account:
        assert account.portal.url == portal.url


def test_two_processes_refresh_one_after_the_other(folders: Folders, portal: ScriptedPortal) -> None:
    """Both find their token refused; one refreshes, the other uses what the first one got."""
    desk = _joined(folders, portal)
    pairing = desk.paired()
    assert pairing is not None
    FileVault(folders.tokens).save(pairing.account, Tokens(Secret("old"), Secret("refresh-1")))
    found: list[object] = []

    def ask() -> None:
        with make_desk(folders).account(NEVER) as account:
            found.append(fetch_stage(account, "no-such-clip"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    asked = portal.asked("token")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [None] * 4
    assert portal.asked("token") - asked == 1


def test_discovery_is_asked_each_time(folders: Folders, portal: ScriptedPortal) -> None:
    desk = _joined(folders, portal)
    with desk.account(NEVER) as account, Transport(portal.url) as transport:
        assert account.portal == discover(transport)


def test_somebody_elses_practice_portal_is_not_taken_for_our_own(folders: Folders, tmp_path: Path) -> None:
    desk = make_desk(folders)
    with PortalProcess(tmp_path / "theirs", practice=True) as portal:
        invitation = desk.begin(portal.url)
        portal.approve(invitation.code.user_code)
        pairing = desk.wait(invitation, NEVER)
        assert not pairing.practice
        with desk.account(NEVER) as account:
            assert account.holds(portal.url)
    assert not folders.practice_portal.exists()
