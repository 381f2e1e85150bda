"""The pages in a real browser: a moderator's and a viewer's whole way, and every page's picture."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.support import browser as chromium
from tests.support.portal_client import PortalClient, Sendable
from tests.support.portal_pages import PASSWORD, WAIT_S, press, sign_in, take_screenshots, wait_for_film
from tests.support.portal_process import PortalProcess
from tests.support.wait import until

pytestmark = pytest.mark.skipif(
    not chromium.is_installed(), reason="chromium and chromium-driver are not installed: no page is tried in a browser"
)
PLAYS = """
const player = document.querySelector(arguments[0]);
return {ready: player.readyState, at: player.currentTime, error: player.error && player.error.message,
        width: player.videoWidth, seconds: player.duration};
"""


@pytest.fixture
def page() -> Iterator[Chrome]:
    """A browser of its own for each test: nobody is signed in, and no process of it outlives the test."""
    with chromium.browser() as driver:
        chromium.set_width(driver, 1280)
        yield driver


def plays(page: Chrome, tag: str) -> dict[str, Any]:
    """Press play, and wait until the player has really moved on; returns what it says of itself."""
    page.execute_script("return document.querySelector(arguments[0]).play()", tag)
    WebDriverWait(page, WAIT_S).until(lambda driver: driver.execute_script(PLAYS, tag)["at"] > 0.5)
    said: dict[str, Any] = page.execute_script(PLAYS, tag)
    assert said["error"] is None
    assert said["ready"] >= 2
    return said


def test_a_moderator_watches_and_publishes_and_everybody_can_watch(
    portal: PortalProcess, carer: PortalClient, film: Path, page: Chrome
) -> None:
    clip = Sendable(film.read_bytes(), title="The river in November")
    carer.send(clip)
    until(lambda: "The river" in portal.run("clips"), what="the clip")
    sign_in(page, portal, "Moira")
    page.find_element(By.LINK_TEXT, "What came in").click()
    page.find_element(By.LINK_TEXT, "The river in November").click()
    assert page.current_url == carer.receipt(clip.clip_id)["page"]
    said = plays(page, "video")
    assert (said["width"], round(said["seconds"])) == (640, 3)
    assert carer.stage(clip.clip_id)["stage"] == "in_review"
    until(lambda: _checked(page), what="the check")
    press(page, "Publish")
    assert "is published" in page.find_element(By.CSS_SELECTOR, "[role=status]").text
    assert carer.stage(clip.clip_id)["stage"] == "published"
    page.delete_all_cookies()
    page.get(portal.url)
    page.find_element(By.LINK_TEXT, "The river in November").click()
    assert not page.find_elements(By.CSS_SELECTOR, "form.box:not(#comment)"), "nothing is moderated here"
    plays(page, "video")
    assert chromium.complaints(page) == []


def _checked(page: Chrome) -> bool:
    page.refresh()
    return "Still being checked" not in page.find_element(By.TAG_NAME, "main").text


def test_a_jump_in_the_film_is_a_range(portal: PortalProcess, carer: PortalClient, film: Path, page: Chrome) -> None:
    clip = Sendable(film.read_bytes(), title="A jump")
    carer.send(clip)
    sign_in(page, portal, "Moira")
    page.get(f"{portal.url}clips/{clip.clip_id}")
    wait_for_film(page)
    page.execute_script("document.querySelector('video').currentTime = 2.4")
    WebDriverWait(page, WAIT_S).until(
        lambda driver: driver.execute_script(
            "const v = document.querySelector('video');return !v.seeking && v.currentTime > 2.3 && v.readyState >= 2"
        )
    )


def test_a_sound_plays_and_is_sent_back_with_a_note(
    portal: PortalProcess, carer: PortalClient, sound: Path, page: Chrome
) -> None:
    clip = Sendable(sound.read_bytes(), title="A thought", filetype="audio/mp4", seconds=2)
    carer.send(clip)
    sign_in(page, portal, "Moira")
    page.get(f"{portal.url}clips/{clip.clip_id}")
    assert round(plays(page, "audio")["seconds"]) == 2
    press(page, "Send back with this note")
    wrong = page.find_element(By.CSS_SELECTOR, "[role=alert]")
    assert wrong.text.startswith("Please write a few words")
    assert page.switch_to.active_element == wrong
    page.find_element(By.NAME, "note").send_keys("Lovely. Please leave out the name.")
    press(page, "Send back with this note")
    assert carer.stage(clip.clip_id) == {
        "clip_id": clip.clip_id,
        "stage": "sent_back",
        "page": f"{portal.url}clips/{clip.clip_id}",
        "note": "Lovely. Please leave out the name.",
        "views": 0,
        "replies": 0,
    }


def test_a_computer_is_let_in_with_the_keyboard_alone(portal: PortalProcess, carer: PortalClient, page: Chrome) -> None:
    asked = carer.ask("Reception PC")
    page.get(asked["verification_uri"])
    page.switch_to.active_element.send_keys("Moira", Keys.TAB)
    page.switch_to.active_element.send_keys(PASSWORD, Keys.ENTER)
    WebDriverWait(page, WAIT_S).until(lambda driver: driver.find_elements(By.NAME, "code"))
    page.switch_to.active_element.send_keys(asked["user_code"].lower(), Keys.ENTER)
    WebDriverWait(page, WAIT_S).until(lambda driver: "Reception PC" in driver.find_element(By.TAG_NAME, "main").text)
    press(page, "Allow")
    assert page.find_element(By.TAG_NAME, "h1").text == "Reception PC is connected"
    assert carer.poll(asked["device_code"]).status_code == 200


def test_pages_fit_and_their_targets_are_large(
    portal: PortalProcess, carer: PortalClient, film: Path, page: Chrome
) -> None:
    clip = Sendable(film.read_bytes(), title="Averylongwordthatsomebodytypedwithoutanyspaces" * 2)
    carer.send(clip)
    sign_in(page, portal, "Moira")
    for path, width in itertools.product(("", "queue", "device", f"clips/{clip.clip_id}"), (320, 1280)):
        chromium.set_width(page, width)
        page.get(f"{portal.url}{path}")
        assert page.execute_script("return document.documentElement.scrollWidth") <= width, path
        small = page.execute_script(
            "return [...document.querySelectorAll('button, nav a, input:not([type=hidden]), textarea, .clips a')]"
            ".filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"
        )
        assert small == [], path
    page.get(portal.url)
    loaded = page.execute_script(
        "return document.fonts.ready.then(() => [...document.fonts].filter(f => f.status == 'loaded').length)"
    )
    assert loaded == 2
    assert chromium.complaints(page) == []


def test_the_pictures_can_be_taken(tmp_path: Path) -> None:
    pictures = take_screenshots(tmp_path, settle_s=0, widths=(1280,))
    assert len(pictures) == 17
    assert all(picture.stat().st_size > 4000 for picture in pictures)
