"""Joining an organisation's portal from Welcome: a real portal in a process of its own, and a short code."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from diary_app.diary import Diary
from tests.support.app_window import Someone
from tests.support.portal_process import PortalProcess
from ui import welcome_words
from ui.place import Name


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalProcess]:
    with PortalProcess(tmp_path / "portal", practice=True) as running:
        yield running


def test_a_code_that_staff_allow_joins_the_portal(someone: Someone, diary: Diary, portal: PortalProcess) -> None:
    someone.write("portal-address", portal.url)
    someone.press("join")
    code = someone.reads("join-code")
    assert len(code) == 9
    assert someone.focused == "join-cancel"
    portal.approve(code)
    someone.arrives(Name.HOME)
    facts = diary.portal()
    assert facts is not None
    assert facts.url == portal.url.rstrip("/")


def test_waiting_for_a_code_can_be_stopped(someone: Someone, diary: Diary, portal: PortalProcess) -> None:
    someone.write("portal-address", portal.url)
    someone.press("join")
    someone.press("join-cancel")
    assert someone.focused == "portal-address"
    assert diary.portal() is None


def test_the_window_closes_while_a_code_is_waited_for(someone: Someone, portal: PortalProcess) -> None:
    someone.write("portal-address", portal.url)
    someone.press("join")
    someone.see("join-code")
    someone.window.end()
    assert not someone.window.isVisible()


def test_an_address_that_is_no_portal_says_so_and_is_kept(someone: Someone) -> None:
    someone.press("join")
    assert someone.reads("welcome-banner-what") == welcome_words.JOIN_NO_ADDRESS
    someone.write("portal-address", "http://127.0.0.1:9")
    someone.press("join")
    someone.until(lambda: someone.focused == "welcome-banner", what="the banner")
    assert someone.reads("portal-address") == "http://127.0.0.1:9"
    assert someone.reads("join") == welcome_words.JOIN_ASK
