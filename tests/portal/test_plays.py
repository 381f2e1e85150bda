"""How often a clip is watched: once for each page, with and without script; never who."""

import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal import plays, tickets
from portal.buckets import Buckets, Once
from portal.models import Clip, Plays, Stage
from tests.support.portal_people import WHEN, bearer_of, browser_of, make_clip, make_people, set_stage


@pytest.fixture
def clip(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clip:
    """A published clip of Sam's; every page is old enough."""
    monkeypatch.setattr(plays, "_buckets", Buckets(at_once=20, a_minute=0))
    monkeypatch.setattr(plays, "_used", Once())
    monkeypatch.setattr(plays, "SECONDS", 0)
    settings.MEDIA = settings.POSTERS = tmp_path
    sam = make_people("Sam", "Moira", "Ada", moderators=["Moira"])["Sam"]
    return make_clip(sam, tmp_path, stage=Stage.PUBLISHED, published_at=WHEN)


def ticket(clip: Clip, browser: Client | None = None) -> str:
    """Of a page that is opened anew."""
    page = (browser or Client()).get(f"/clips/{clip.pk}").content.decode()
    (found,) = re.findall(r'id="seen".*name="ticket" value="([^"]+)"', page)
    assert f'preload="none" src="/clips/{clip.pk}/play?ticket=' in page  # without script
    return str(found)


def view(clip: Clip, ticket: str) -> int:
    return Client().post(f"/clips/{clip.pk}/view", {"ticket": ticket}).status_code


def test_a_play_counts_once_for_each_page_and_is_told_everywhere(clip: Clip) -> None:
    first = ticket(clip)
    assert [view(clip, first) for _ in range(3)] == [204] * 3
    assert clip.views == 1
    without_script = ticket(clip)
    for _ in range(3):
        answer = Client().get(f"/clips/{clip.pk}/play", {"ticket": without_script})
        assert answer["Location"] == f"/clips/{clip.pk}/media"
    assert clip.views == 2
    today = timezone.localdate()
    Plays.objects.create(clip=clip, day=today - timedelta(days=1), count=40)
    assert Plays.objects.get(day=today).count == 2
    moira = browser_of(User.objects.get(username="Moira"))
    pages = [Client().get(f"/clips/{clip.pk}"), moira.get(f"/clips/{clip.pk}"), moira.get("/queue")]
    assert all("42 times" in page.content.decode() for page in pages)
    told = Client().get(f"/api/clips/{clip.pk}", headers=bearer_of(clip.owner)).json()
    assert (told["views"], told["replies"]) == (42, 0)
    kept = {field.name for field in Plays._meta.get_fields()}
    assert kept == {"id", "clip", "day", "count"}


def test_what_does_not_count(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    good = ticket(clip)
    for wrong in ("", "nonsense", f"{good}x", tickets.make("comment", clip.pk), tickets.make("play", uuid.uuid4())):
        assert view(clip, wrong) == 204
    monkeypatch.setattr(plays, "SECONDS", 3)
    view(clip, good)  # its page is younger than the play that it tells of
    monkeypatch.setattr(plays, "SECONDS", 0)
    for who in ("Sam", "Moira"):  # the speaker and those who look after the clips are no audience
        assert "ticket=" not in browser_of(User.objects.get(username=who)).get(f"/clips/{clip.pk}").content.decode()
    set_stage(clip, Stage.SENT_BACK)
    assert view(clip, good) == 404
    assert clip.views == 0
    set_stage(clip, Stage.PUBLISHED)
    view(clip, good)
    assert clip.views == 1


def test_a_flood_of_reloads_is_slowed(clip: Clip) -> None:
    for _ in range(25):
        plays.count(clip, plays.ticket(clip))
    assert clip.views == 20
