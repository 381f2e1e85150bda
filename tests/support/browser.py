"""A real browser without a window: Debian's chromium through selenium."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--autoplay-policy=no-user-gesture-required",
)


def is_installed() -> bool:
    """Whether this machine has the browser."""
    return CHROMIUM.exists() and DRIVER.exists()


@contextlib.contextmanager
def browser(*, flags: tuple[str, ...] = ()) -> Iterator[Chrome]:
    """A browser with an empty profile; it is ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options=options, service=ChromeService(str(DRIVER)))
        try:
            yield driver
        finally:
            driver.quit()


def set_width(driver: Chrome, width: int, height: int = 900) -> None:
    """Make the page exactly this wide; a window cannot be as narrow as a telephone."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )


def whole_page(driver: Chrome, path: Path, *, width: int) -> Path:
    """A picture of the whole page at this width."""
    set_width(driver, width)
    height = int(driver.execute_script("return document.documentElement.scrollHeight"))
    set_width(driver, width, max(height, 400))
    driver.save_screenshot(str(path))
    return path


def complaints(driver: Chrome) -> list[str]:
    """What the browser's console said: blocked scripts and styles, missing files, errors."""
    return [str(entry["message"]) for entry in driver.execute("getLog", {"type": "browser"})["value"]]
