"""List the clips."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from portal import files
from portal.models import Clip
from portal.templatetags.diary import clock


class Command(BaseCommand):
    """`clips [--json]`."""

    help = "List the clips and their stage, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *, json: bool, **options: object) -> None:
        """One line each, or one JSON list."""
        clips = Clip.objects.select_related("owner")
        if json:
            self.stdout.write(as_json(list(clips)))
            return
        for clip in clips:
            words = (str(clip.clip_id), clip.get_stage_display(), clock(clip.length_s), clip.owner.username, clip.title)
            self.stdout.write("\t".join(words))


def as_json(clips: list[Clip]) -> str:
    """The list, for programs; `path` is where the portal keeps it."""
    return json.dumps(
        [
            {
                "clip_id": str(clip.clip_id),
                "title": clip.title,
                "owner": clip.owner.username,
                "stage": clip.stage,
                "note": clip.note or None,
                "sha256": clip.sha256,
                "bytes": clip.bytes,
                "seconds": clip.length_s,
                "checked": clip.checked_at is not None,
                "playable": clip.playable,
                "received_at": clip.received_at.isoformat(),
                "path": files.media().where(clip.media_name),
            }
            for clip in clips
        ],
        indent=2,
    )
