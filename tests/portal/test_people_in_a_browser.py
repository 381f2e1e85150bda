"""Watching, saying something and withdrawing in a real browser, with the keyboard; every new page fits a telephone."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.support import browser as chromium
from tests.support.portal_client import PortalClient, Sendable
from tests.support.portal_pages import WAIT_S, press, sign_in
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import rows
from tests.support.wait import until

pytestmark = pytest.mark.skipif(
    not chromium.is_installed(), reason="chromium and chromium-driver are not installed: no page is tried in a browser"
)
TITLE = "The night shift"
TOO_SMALL = """
return [...document.querySelectorAll('button, nav a, .foot a, input:not([type=hidden]):not([type=checkbox]), .check')]
  .filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)
"""


@pytest.fixture
def page() -> Iterator[Chrome]:
    with chromium.browser() as driver:
        chromium.set_width(driver, 1280)
        yield driver


def fits(page: Chrome) -> None:
    """At the width of a telephone nothing is cut off, and what is pressed is large enough."""
    chromium.set_width(page, 320)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 320, page.current_url
    assert page.execute_script(TOO_SMALL) == []
    chromium.set_width(page, 1280)
    assert chromium.complaints(page) == []


def typed(page: Chrome, *keys: str) -> None:
    """Into whatever has the focus."""
    page.switch_to.active_element.send_keys(*keys)


def arrives(page: Chrome, heading: str) -> None:
    """Wait for the page of this heading."""
    waiting = WebDriverWait(page, WAIT_S, ignored_exceptions=[StaleElementReferenceException])
    waiting.until(lambda driver: driver.find_element(By.TAG_NAME, "h1").text == heading)


def code_on(page: Chrome) -> str:
    return page.find_element(By.CSS_SELECTOR, "p.code").text


def test_watched_commented_read_and_withdrawn(
    portal: PortalProcess, carer: PortalClient, film: Path, page: Chrome
) -> None:
    clip = Sendable(film.read_bytes(), title=TITLE)
    carer.send(clip)
    with rows(portal) as database:  # as if it had been checked and published
        now = "stage = 'published', playable = 1, checked_at = received_at, published_at = received_at"
        database.execute(f"UPDATE portal_clip SET {now} WHERE clip_id = ?", (UUID(clip.clip_id).hex,))
    page.get(f"{portal.url}clips/{clip.clip_id}")
    page.execute_script("return document.querySelector('video').play()")
    until(lambda: carer.stage(clip.clip_id)["views"] == 1, what="the play that counts")
    fits(page)
    page.find_element(By.ID, "comment-text").send_keys("I would like every handover to be like this.", Keys.TAB)
    typed(page, "Kim", Keys.TAB)
    typed(page, Keys.ENTER)  # the button waits until the page has done its work
    arrives(page, "Thank you for your comment")
    code = code_on(page)
    fits(page)
    page.get(f"{portal.url}my-comment")
    fits(page)
    page.find_element(By.NAME, "code").send_keys(code.lower())
    press(page, "Next")
    assert "It is waiting." in page.find_element(By.TAG_NAME, "main").text
    fits(page)
    sign_in(page, portal, "Moira")
    page.get(f"{portal.url}queue")
    fits(page)
    page.find_element(By.PARTIAL_LINK_TEXT, "I would like").send_keys(Keys.ENTER)
    arrives(page, f"A comment on “{TITLE}”")
    fits(page)
    press(page, "Put it on the page")
    assert carer.stage(clip.clip_id)["replies"] == 1
    page.delete_all_cookies()
    page.get(f"{portal.url}slip")
    fits(page)
    typed(page, str(carer.receipt(clip.clip_id)["slip"]), Keys.ENTER)
    arrives(page, "Withdraw this clip?")
    fits(page)
    press(page, "Withdraw it")
    fits(page)
    until(lambda: carer.stage(clip.clip_id)["replies"] == 0, what="the removal")
    assert page.find_element(By.TAG_NAME, "h1").text.startswith("Withdrawn")
