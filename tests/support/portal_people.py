"""Accounts, browsers, tokens and a clip for tests that ask Django itself, without a running portal."""

import io
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from portal.accounts import make_moderator
from portal.models import Audience, Clip, Stage

WHEN = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
CONTENT = bytes(range(256)) * 40


def make_people(*names: str, moderators: Iterable[str] = (), admin: str = "") -> dict[str, User]:
    """One account for each name."""
    made = {name: User.objects.create_user(name) for name in names}
    for name in moderators:
        make_moderator(made[name])
    if admin:
        made[admin].is_staff = made[admin].is_superuser = True
        made[admin].save()
    return made


def browser_of(user: User | None) -> Client:
    """A browser of its own, signed in."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def bearer_of(user: User) -> dict[str, str]:
    """The header that this account's computer sends."""
    said = io.StringIO()
    call_command("token", "a script", "--user", user.username, stdout=said)
    return {"Authorization": f"Bearer {said.getvalue().strip()}"}


def make_clip(owner: User, folder: Path, **changes: object) -> Clip:
    """A film that has been received and checked; settings.MEDIA and settings.POSTERS must be the folder."""
    (folder / "film.mp4").write_bytes(CONTENT)
    (folder / "film.jpg").write_bytes(b"a picture")
    facts: dict[str, object] = {
        "clip_id": uuid.uuid4(),
        "owner": owner,
        "sha256": "0" * 64,
        "bytes": len(CONTENT),
        "filetype": "video/mp4",
        "title": "A <b>walk</b>",
        "audience": Audience.STAFF,
        "seconds": 69,
        "recorded": WHEN,
        "received_at": WHEN,
        "people": [{"name": "Ada", "agrees": True}],
        "media_name": "film.mp4",
        "poster_name": "film.jpg",
        "checked_at": WHEN,
        "playable": True,
    }
    return Clip.objects.create(**{**facts, **changes})


def set_stage(clip: Clip, stage: Stage, *, audience: Audience = Audience.STAFF) -> None:
    """Put it there, without asking any rule."""
    clip.stage, clip.audience = stage, audience
    clip.published_at = WHEN if stage == Stage.PUBLISHED else None
    clip.save()
