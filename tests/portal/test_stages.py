"""One request about many clips: those of this account, as each would be told alone."""

import uuid
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from portal.models import Clip, Stage
from tests.support.portal_people import bearer_of, browser_of, make_clip, make_people


@pytest.fixture
def people(db: None, settings: Settings, tmp_path: Path) -> dict[str, User]:
    settings.MEDIA = settings.POSTERS = settings.INCOMING = tmp_path
    return make_people("Sam", "Kim")


def asked(user: User, *ids: object) -> dict[str, dict[str, object]]:
    """What is told of these clips, by id."""
    answer = browser_of(None).get("/api/clips", {"ids": ",".join(map(str, ids))}, headers=bearer_of(user))
    assert answer.status_code == 200
    return {told["clip_id"]: told for told in answer.json()["clips"]}


def test_it_is_what_each_would_be_told_alone(people: dict[str, User], tmp_path: Path) -> None:
    sam = people["Sam"]
    numbers = iter(range(9))

    def made(owner: User, **facts: object) -> Clip:
        return make_clip(owner, tmp_path, media_name=f"{next(numbers)}.mp4", **facts)

    published, back = made(sam, stage=Stage.PUBLISHED), made(sam, stage=Stage.SENT_BACK, note="Louder.")
    small, others = made(sam, whole=False), made(people["Kim"])
    told = asked(sam, published.pk, small.pk, back.pk, others.pk, uuid.uuid4(), "nonsense", "")
    assert set(told) == {str(published.pk), str(back.pk)}
    for clip_id, facts in told.items():
        assert browser_of(None).get(f"/api/clips/{clip_id}", headers=bearer_of(sam)).json() == facts
    assert told[str(back.pk)]["note"] == "Louder."


def test_too_many_and_nobody(people: dict[str, User]) -> None:
    many = {"ids": ",".join(str(uuid.uuid4()) for _ in range(101))}
    assert browser_of(None).get("/api/clips", many, headers=bearer_of(people["Sam"])).status_code == 400
    assert browser_of(people["Sam"]).get("/api/clips", {"ids": ""}).status_code == 401, "a cookie is no token"
