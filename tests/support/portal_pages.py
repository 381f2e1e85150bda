"""Pictures of every page of the portal, at the width of a telephone and of a desk: `take_screenshots(folder)`."""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.support import portal_media
from tests.support.browser import browser, set_width, whole_page
from tests.support.portal_client import PortalClient, Sendable
from tests.support.portal_process import PortalProcess

WIDTHS = (320, 1280)
PASSWORD = "correct horse battery"
WAIT_S = 30


def sign_in(driver: Chrome, portal: PortalProcess, name: str, *, password: str = PASSWORD) -> None:
    """Sign in through the page."""
    driver.get(f"{portal.url}sign-in")
    driver.find_element(By.NAME, "username").send_keys(name)
    driver.find_element(By.NAME, "password").send_keys(password)
    press(driver, "Sign in")


def press(driver: Chrome, words: str) -> None:
    """Press the button that says this, in the page itself (not in its head), and wait for the next page."""
    button = driver.find_element(By.XPATH, f"//main//button[normalize-space()='{words}']")
    button.click()
    WebDriverWait(driver, WAIT_S).until(lambda _: _is_gone(button))


def _is_gone(element: object) -> bool:
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.remote.webelement import WebElement

    assert isinstance(element, WebElement)
    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False


def add_moderator(portal: PortalProcess, name: str = "Moira") -> None:
    """An account that may moderate."""
    portal.run("adduser", name, "--moderator", "--password-stdin", given=f"{PASSWORD}\n")


def fill(portal: PortalProcess, folder: Path) -> PortalClient:
    """Send the clips that the pictures show; returns the carer's computer."""
    carer = PortalClient(portal, user="Sam", computer="Ward 3 laptop")
    walk = portal_media.film(folder / "walk.mp4", seconds=4, size="1280x720").read_bytes()
    talk = portal_media.sound(folder / "talk.mp4", seconds=3).read_bytes()
    people = (("Sam Oduya", True), ("Joan Ellis", True))
    carer.send(Sendable(walk, title="Tuesday’s walk by the river", people=people, seconds=4))
    carer.send(
        Sendable(talk, title="What I would change about handover", filetype="audio/mp4", audience="team", seconds=3)
    )
    carer.send(Sendable(walk, title="Birthday tea", people=(("Sam Oduya", True), ("Ken", False)), seconds=4))
    return carer


def take_screenshots(
    folder: Path, *, dark: bool = False, settle_s: float = 1.5, widths: Sequence[int] = WIDTHS
) -> list[Path]:
    """Start a portal, fill it, and take a picture of each page at each width; returns the files, PNG.

    settle_s is for the eye alone: chromium turns a wheel over a film for a moment after it has loaded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    flags = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    with (
        tempfile.TemporaryDirectory() as data,
        tempfile.TemporaryDirectory() as films,
        PortalProcess(Path(data)) as portal,
        browser(flags=flags) as driver,
    ):
        add_moderator(portal)
        carer = fill(portal, Path(films))
        pictures = []
        for name in _visit(driver, portal, carer):
            time.sleep(settle_s)
            pictures += [whole_page(driver, folder / f"portal-{name}-{width}.png", width=width) for width in widths]
        return pictures


def _visit(driver: Chrome, portal: PortalProcess, carer: PortalClient) -> Iterator[str]:
    """Go from page to page; yields each page's name when it stands still."""
    set_width(driver, WIDTHS[-1])
    driver.get(f"{portal.url}sign-in")
    yield "sign-in"
    sign_in(driver, portal, "Moira")
    yield "home-empty"
    driver.get(f"{portal.url}queue")
    yield "queue"
    yield from _moderate(driver, portal)
    yield from _connect(driver, portal, carer)
    driver.get(portal.url)
    yield "home"
    driver.get(f"{portal.url}nothing-here")
    yield "not-found"
    driver.delete_all_cookies()
    driver.get(portal.url)
    driver.find_element(By.PARTIAL_LINK_TEXT, "Tuesday").click()
    wait_for_film(driver)
    clip_id = driver.current_url.rsplit("/", 1)[-1]
    yield "watch"
    yield from _say(driver, portal)
    driver.delete_all_cookies()
    driver.get(f"{portal.url}slip")
    yield "slip"
    driver.find_element(By.NAME, "code").send_keys(str(carer.receipt(clip_id)["slip"]))
    press(driver, "Next")
    press(driver, "Withdraw it")
    yield "certificate"


def _say(driver: Chrome, portal: PortalProcess) -> Iterator[str]:
    """A comment without a name, and the moderators' page of it."""
    driver.find_element(By.ID, "comment-text").send_keys("I would like every handover to be like this. Thank you, Sam.")
    press(driver, "Send this comment")
    yield "comment-done"
    sign_in(driver, portal, "Moira")
    driver.get(f"{portal.url}queue")
    driver.find_element(By.PARTIAL_LINK_TEXT, "I would like").click()
    yield "comment"
    press(driver, "Put it on the page")


def _moderate(driver: Chrome, portal: PortalProcess) -> Iterator[str]:
    driver.find_element(By.PARTIAL_LINK_TEXT, "Tuesday").click()
    wait_for_film(driver)
    yield "moderate"
    press(driver, "Publish")
    wait_for_film(driver)
    yield "published"
    driver.get(f"{portal.url}queue")
    driver.find_element(By.PARTIAL_LINK_TEXT, "Birthday").click()
    press(driver, "Publish")
    wait_for_film(driver)
    yield "refused"
    driver.get(f"{portal.url}queue")
    driver.find_element(By.PARTIAL_LINK_TEXT, "handover").click()
    yield "moderate-sound"


def _connect(driver: Chrome, portal: PortalProcess, carer: PortalClient) -> Iterator[str]:
    asked = carer.ask("Reception PC")
    driver.get(f"{portal.url}device")
    yield "device"
    driver.find_element(By.NAME, "code").send_keys(asked["user_code"].lower())
    press(driver, "Next")
    yield "device-ask"
    press(driver, "Allow")
    yield "device-done"


def wait_for_film(driver: Chrome) -> None:
    """Until the browser has the film's first picture."""
    WebDriverWait(driver, WAIT_S).until(
        lambda page: page.execute_script("const v = document.querySelector('video'); return v && v.readyState >= 2")
    )


if __name__ == "__main__":
    for picture in take_screenshots(Path(sys.argv[1])):
        sys.stdout.write(f"{picture}\n")
