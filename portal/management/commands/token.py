"""Give a script a token, so that it needs no person to let it in."""

import secrets
import uuid
from argparse import ArgumentParser
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, RefreshToken, set_token_value

from portal.models import Computer

LONGEST_DAYS = 366


class Command(BaseCommand):
    """`token NAME [--user NAME] [--days N]`."""

    help = "Print a token with which the script NAME may send clips. It is shown once: keep it in a private file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("name", help="what the script is called in `devices`, where `revoke` ends it")
        parser.add_argument("--user", default="practice", help="in whose name it sends (practice); made if not there")
        parser.add_argument("--days", type=int, default=90, help="how long it is good for (90)")

    def handle(self, *, name: str, user: str, days: int, **options: object) -> None:
        """Make it; only its hash is kept."""
        if not 1 <= days <= LONGEST_DAYS:
            raise CommandError(f"A token is good for 1 to {LONGEST_DAYS} days.")
        word = secrets.token_urlsafe(32)
        with transaction.atomic():
            account = User.objects.filter(username=user).first() or User.objects.create_user(user)
            ends = timezone.now() + timedelta(days=days)
            Computer.objects.create(name=name[:100], owner=account, refresh_token=_tokens(account, word, ends))
        self.stdout.write(word)


def _tokens(account: User, word: str, ends: datetime) -> RefreshToken:
    """The token itself, and a refresh token that nobody is told: `revoke` finds the one by the other."""
    application = Application.objects.get(client_id=settings.CLIENT_ID)
    access = AccessToken(user=account, application=application, scope="clips", expires=ends)
    set_token_value(access, word)
    access.save()
    refresh = RefreshToken(user=account, application=application, access_token=access, token_family=uuid.uuid4())
    set_token_value(refresh, secrets.token_urlsafe(32))
    refresh.save()
    return refresh
