"""Publish a clip without a browser."""

import uuid
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from portal import moderation, words
from portal.checks.arrival import check
from portal.models import Clip


class Command(BaseCommand):
    """`publish CLIP_ID`."""

    help = "Publish a clip. The same rules hold as on its page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("clip_id", type=uuid.UUID)

    def handle(self, *, clip_id: uuid.UUID, **options: object) -> None:
        """Check it, where that has not been done yet, and publish it."""
        check(str(clip_id))
        clip = Clip.objects.filter(clip_id=clip_id).first()
        if clip is None:
            raise CommandError(words.NO_SUCH_CLIP)
        try:
            moderation.publish(clip, None)
        except moderation.ModerationRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"“{clip.title}” is published.")
