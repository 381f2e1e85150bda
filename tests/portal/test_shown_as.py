"""How a speaker is shown: taken in with a clip, checked, and told to moderators alone, with what to look out for."""

from pathlib import Path

import pytest
from pytest_django import Settings
from selenium.webdriver.common.by import By

from portal.intake.metadata import SHOWN, BadMetadata, ClipFacts, read_facts
from portal.models import Clip, ShowAs
from tests.support import browser as chromium
from tests.support.portal_client import PortalClient, Sendable, metadata
from tests.support.portal_pages import sign_in
from tests.support.portal_people import browser_of, make_clip, make_people
from tests.support.portal_process import PortalProcess


def read(shown: str | None) -> ClipFacts:
    return read_facts(metadata(Sendable(b"x").facts({"show_as": shown})), accepts=("video/mp4",))


def test_it_is_read_and_may_be_missing() -> None:
    assert read(None).show_as == ShowAs.AS_I_AM
    assert [read(shown).show_as for shown in SHOWN] == ShowAs.values
    with pytest.raises(BadMetadata) as refused:
        read("invisible")
    assert refused.value.key == "show_as"


@pytest.mark.django_db
def test_only_a_moderator_is_told(settings: Settings, tmp_path: Path) -> None:
    people = make_people("owner", "moderator", moderators=["moderator"])
    settings.MEDIA = settings.POSTERS = tmp_path
    address = f"/clips/{make_clip(people['owner'], tmp_path).clip_id}"
    moderator, owner = browser_of(people["moderator"]), browser_of(people["owner"])
    assert "shown-as" not in moderator.get(address).content.decode()
    for shown in (ShowAs.VOICE_ONLY, ShowAs.DISGUISED_VOICE, ShowAs.BLURRED_FACE):
        Clip.objects.update(show_as=shown)
        page = moderator.get(address).content.decode()
        assert f"Shown as: {shown.label.lower()}" in page
        assert "Check that nobody can be recognised" in page
        assert "shown-as" not in owner.get(address).content.decode()


@pytest.mark.skipif(not chromium.is_installed(), reason="chromium and chromium-driver are not installed")
def test_what_an_app_said_stands_on_the_page(portal: PortalProcess, carer: PortalClient, film: Path) -> None:
    sent = Sendable(film.read_bytes())
    location = carer.create(sent, changes={"show_as": "blurred_face"}).headers["Location"]
    assert carer.patch(location, sent.content).status_code == 204
    with chromium.browser() as page:
        sign_in(page, portal, "Moira")
        page.get(str(carer.receipt(sent.clip_id)["page"]))
        assert page.find_element(By.CSS_SELECTOR, "#shown-as h2").text == "Shown as: blurred face"
        chromium.set_width(page, 320)
        assert page.execute_script("return document.documentElement.scrollWidth") <= 320
