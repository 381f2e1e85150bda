"""A clip in the portal's database, for tests within Django that need no file."""

import uuid
from datetime import UTC, datetime

from django.contrib.auth.models import User

from portal.models import Clip

WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def a_clip(*, checked: bool = False) -> Clip:
    """One of the user `carer`, just received."""
    owner, _ = User.objects.get_or_create(username="carer")
    return Clip.objects.create(
        clip_id=uuid.uuid4(),
        owner=owner,
        sha256="0" * 64,
        bytes=1,
        filetype="video/mp4",
        title="A clip",
        audience="staff",
        seconds=1,
        recorded=WHEN,
        received_at=WHEN,
        people=[],
        media_name=f"{uuid.uuid4()}.mp4",
        checked_at=WHEN if checked else None,
    )
