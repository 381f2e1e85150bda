"""Names that a speaker marked: taken in with a clip, checked, and shown to moderators alone, who can listen there."""

import json
from pathlib import Path

import pytest
from pytest_django import Settings
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from portal.intake.metadata import MOST_NAMES, BadMetadata, ClipFacts, read_facts
from portal.models import Clip
from tests.support import browser as chromium
from tests.support.portal_client import PortalClient, Sendable, metadata
from tests.support.portal_pages import WAIT_S, sign_in, wait_for_film
from tests.support.portal_people import browser_of, make_clip, make_people
from tests.support.portal_process import PortalProcess


def read(names: str | None) -> ClipFacts:
    return read_facts(metadata(Sendable(b"x").facts({"names_said": names})), accepts=("video/mp4",))


def test_they_are_read_and_may_be_missing() -> None:
    assert read(None).names_said == ()
    assert read("[[0, 0.5], [41.25, 42]]").names_said == ((0.0, 0.5), (41.25, 42.0))


@pytest.mark.parametrize(
    "wrong",
    [
        "Joan",
        "{}",
        "[1, 2]",
        "[[1]]",
        "[[2, 1]]",
        "[[1, 1]]",
        "[[-1, 2]]",
        '[["1", 2]]',
        "[[1, 1e999]]",
        "[[NaN, 2]]",
        "[" * 10_000,
        json.dumps([[at, at + 0.5] for at in range(MOST_NAMES + 1)]),
    ],
    ids=[str(number) for number in range(12)],
)
def test_what_is_no_list_of_stretches_is_refused(wrong: str) -> None:
    with pytest.raises(BadMetadata) as refused:
        read(wrong)
    assert refused.value.key == "names_said"


@pytest.mark.django_db
def test_only_a_moderator_is_told(settings: Settings, tmp_path: Path) -> None:
    people = make_people("owner", "moderator", moderators=["moderator"])
    settings.MEDIA = settings.POSTERS = tmp_path
    clip = make_clip(people["owner"], tmp_path)
    as_role = {role: browser_of(people.get(role)) for role in ("moderator", "owner", "nobody")}
    Clip.objects.update(names_said=[[40.8, 41.6], [3725.0, 3726.0]])
    address = f"/clips/{clip.clip_id}"
    seen = as_role["moderator"].get(address).content.decode()
    assert "I said a name at 0:41" in seen
    assert "I said a name at 1:02:05" in seen
    assert 'data-seek="40.80"' in seen
    for other in ("owner", "nobody"):
        assert "data-seek" not in as_role[other].get(address).content.decode()
    Clip.objects.update(names_said=[])
    assert "names" not in as_role["moderator"].get(address).content.decode()


@pytest.mark.skipif(not chromium.is_installed(), reason="chromium and chromium-driver are not installed")
def test_a_press_plays_from_just_before_it(portal: PortalProcess, carer: PortalClient, film: Path) -> None:
    sent = Sendable(film.read_bytes())
    location = carer.create(sent, changes={"names_said": "[[2.5, 2.9]]"}).headers["Location"]
    assert carer.patch(location, sent.content).status_code == 204
    with chromium.browser() as page:
        sign_in(page, portal, "Moira")
        page.get(str(carer.receipt(sent.clip_id)["page"]))
        wait_for_film(page)
        page.execute_script(
            "const film = document.querySelector('video');"
            "film.addEventListener('seeking', () => window.sought = film.currentTime)"
        )
        page.find_element(By.CSS_SELECTOR, "[data-seek]").click()
        WebDriverWait(page, WAIT_S).until(lambda driver: driver.execute_script("return window.sought"))
        assert page.execute_script("return window.sought") == pytest.approx(0.5, abs=0.3)
        chromium.set_width(page, 320)
        assert page.execute_script("return document.documentElement.scrollWidth") <= 320
