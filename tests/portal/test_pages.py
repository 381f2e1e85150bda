"""Every page for every role, at every stage: who sees what, and what nobody sees."""

import re
import uuid
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from portal import moderation, words
from portal.models import Audience, Clip, Deed, Event, Stage
from tests.support.portal_people import browser_of, make_clip, make_people, set_stage

ROLES = ("nobody", "colleague", "owner", "moderator")


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """One account for each role."""
    return make_people(*ROLES[1:], moderators=["moderator"])


@pytest.fixture
def as_role(people: dict[str, User]) -> dict[str, Client]:
    """One browser for each role."""
    return {role: browser_of(people.get(role)) for role in ROLES}


@pytest.fixture
def clip(people: dict[str, User], settings: Settings, tmp_path: Path) -> Clip:
    """A clip that has been received and checked."""
    settings.MEDIA = settings.POSTERS = tmp_path
    return make_clip(people["owner"], tmp_path)


SIGN_IN = "sign in"
SEEN = {
    # (stage, audience): what nobody, a colleague, the owner and a moderator get for the page
    (Stage.RECEIVED, Audience.STAFF): (SIGN_IN, 404, 200, 200),
    (Stage.IN_REVIEW, Audience.STAFF): (SIGN_IN, 404, 200, 200),
    (Stage.SENT_BACK, Audience.STAFF): (SIGN_IN, 404, 200, 200),
    (Stage.WITHDRAWN, Audience.STAFF): (SIGN_IN, 404, 200, 200),
    (Stage.PUBLISHED, Audience.STAFF): (200, 200, 200, 200),
    (Stage.PUBLISHED, Audience.TEAM): (SIGN_IN, 200, 200, 200),
}


@pytest.mark.parametrize(("stage", "audience"), SEEN, ids=[f"{stage}-{audience}" for stage, audience in SEEN])
def test_who_sees_a_clip(as_role: dict[str, Client], clip: Clip, stage: Stage, audience: Audience) -> None:
    for role, expected in zip(ROLES, SEEN[stage, audience], strict=True):
        set_stage(clip, stage, audience=audience)
        page = as_role[role].get(f"/clips/{clip.clip_id}")
        if expected == SIGN_IN:
            assert page.status_code == 302, role
            assert page["Location"].startswith("/sign-in?next="), role
        else:
            assert page.status_code == expected, role
        for part in ("media", "poster"):
            answer = as_role[role].get(f"/clips/{clip.clip_id}/{part}")
            open_to_them = expected == 200 and stage != Stage.WITHDRAWN
            assert answer.status_code == (200 if open_to_them else 404), (role, part)
            answer.close()


def test_a_clip_that_does_not_exist_looks_like_one_that_is_hidden(as_role: dict[str, Client], clip: Clip) -> None:
    for role in ("nobody", "colleague"):
        hidden = as_role[role].get(f"/clips/{clip.clip_id}")
        missing = as_role[role].get(f"/clips/{uuid.uuid4()}")
        assert hidden.status_code == missing.status_code
        assert hidden.content == missing.content


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", (200, 200, 200, 200)),
        ("/sign-in", (200, 302, 302, 302)),
        ("/queue", (302, 403, 403, 200)),
        ("/device", (302, 200, 200, 200)),
        ("/admin/", (302, 302, 302, 302)),
        ("/nothing", (404, 404, 404, 404)),
    ],
)
def test_who_opens_a_page(
    as_role: dict[str, Client], clip: Clip, path: str, expected: tuple[int, int, int, int]
) -> None:
    assert tuple(as_role[role].get(path).status_code for role in ROLES) == expected


@pytest.mark.parametrize("action", ["publish", "send-back"])
def test_only_moderators_act(as_role: dict[str, Client], clip: Clip, action: str) -> None:
    for role in ("nobody", "colleague", "owner"):
        answer = as_role[role].post(f"/clips/{clip.clip_id}/{action}", {"note": "no"})
        assert answer.status_code == (302 if role == "nobody" else 403)
    clip.refresh_from_db()
    assert clip.stage == Stage.RECEIVED
    assert as_role["moderator"].get(f"/clips/{clip.clip_id}/{action}").status_code == 405


def test_a_form_of_another_site_does_nothing(people: dict[str, User], clip: Clip) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people["moderator"])
    answer = strict.post(f"/clips/{clip.clip_id}/publish")
    assert answer.status_code == 403
    assert "Please try again" in answer.content.decode()
    clip.refresh_from_db()
    assert clip.stage == Stage.RECEIVED


def test_opening_it_is_noted_once(as_role: dict[str, Client], clip: Clip, people: dict[str, User]) -> None:
    as_role["owner"].get(f"/clips/{clip.clip_id}")
    clip.refresh_from_db()
    assert clip.stage == Stage.RECEIVED
    for _ in range(2):
        as_role["moderator"].get(f"/clips/{clip.clip_id}")
    clip.refresh_from_db()
    assert clip.stage == Stage.IN_REVIEW
    (event,) = Event.objects.all()
    assert (event.actor, event.what) == (people["moderator"], Deed.CLAIMED)


def test_publish_then_send_back(as_role: dict[str, Client], clip: Clip) -> None:
    moderator, page = as_role["moderator"], f"/clips/{clip.clip_id}"
    assert moderator.post(f"{page}/publish").status_code == 302
    clip.refresh_from_db()
    assert clip.stage == Stage.PUBLISHED
    assert clip.published_at is not None
    assert "A &lt;b&gt;walk" in as_role["nobody"].get("/").content.decode()
    assert moderator.post(f"{page}/send-back", {"note": "Ken asked us to."}).status_code == 302
    clip = Clip.objects.get()
    assert (clip.stage, clip.note) == (Stage.SENT_BACK, "Ken asked us to.")
    assert clip.published_at is None
    assert "walk" not in as_role["nobody"].get("/").content.decode()
    assert "Ken asked us to." in as_role["owner"].get(page).content.decode()
    assert [event.what for event in Event.objects.all()] == [Stage.PUBLISHED, Stage.SENT_BACK]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"people": [{"name": "Ken", "agrees": False}]}, words.NOT_AGREED),
        ({"checked_at": None, "playable": False}, words.NOT_CHECKED),
        ({"playable": False}, words.NOT_PLAYABLE),
        ({"stage": Stage.WITHDRAWN}, words.WITHDRAWN),
        ({"stage": Stage.PUBLISHED}, words.ALREADY_PUBLISHED),
        ({"stage": Stage.SENT_BACK}, words.ALREADY_SENT_BACK),
    ],
)
def test_what_must_not_be_published_says_why(
    as_role: dict[str, Client], clip: Clip, change: dict[str, object], sentence: str
) -> None:
    Clip.objects.filter(pk=clip.pk).update(**change)
    answer = as_role["moderator"].post(f"/clips/{clip.clip_id}/publish")
    assert (answer.status_code, sentence in answer.content.decode()) == (409, True)
    assert not Event.objects.filter(what=Stage.PUBLISHED).exists()


def test_sending_back_needs_a_note_and_keeps_what_was_typed(as_role: dict[str, Client], clip: Clip) -> None:
    answer = as_role["moderator"].post(f"/clips/{clip.clip_id}/send-back", {"note": "  "})
    assert (answer.status_code, words.NOTE_NEEDED in answer.content.decode()) == (409, True)
    set_stage(clip, Stage.WITHDRAWN)
    answer = as_role["moderator"].post(f"/clips/{clip.clip_id}/send-back", {"note": "Lovely."})
    assert answer.status_code == 409


def test_two_moderators_cannot_both_deal_with_it(clip: Clip, people: dict[str, User]) -> None:
    mine = Clip.objects.get(pk=clip.pk)
    moderation.publish(clip, people["moderator"])
    with pytest.raises(moderation.ModerationRefused, match="Somebody else"):
        moderation.send_back(mine, people["moderator"], "Too late")


def test_the_lists_respect_the_audience(as_role: dict[str, Client], clip: Clip) -> None:
    set_stage(clip, Stage.PUBLISHED, audience=Audience.TEAM)
    assert "walk" not in as_role["nobody"].get("/").content.decode()
    assert "walk" in as_role["colleague"].get("/").content.decode()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/queue", "/device", "/nothing", "clip"])
def test_every_page_carries_its_shields(as_role: dict[str, Client], clip: Clip, path: str) -> None:
    answer = as_role["moderator"].get(f"/clips/{clip.clip_id}" if path == "clip" else path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    page = answer.content.decode()
    assert re.findall(r"<script(?! src=\"/static/portal/[a-z]+\.js\" defer></script>)", page) == []
    assert " style=" not in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "<b>walk" not in page


def test_a_practice_portal_says_so_everywhere(as_role: dict[str, Client], settings: Settings) -> None:
    assert "Practice." not in as_role["nobody"].get("/sign-in").content.decode()
    settings.PRACTICE = True
    assert "<strong>Practice.</strong>" in as_role["nobody"].get("/sign-in").content.decode()
