"""Make an account."""

import getpass
import secrets
import sys
from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from portal.accounts import make_moderator


class Command(BaseCommand):
    """`adduser NAME [--moderator] [--admin] [--password-stdin]`."""

    help = "Make an account, or give it a new password and more rights."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("name")
        parser.add_argument("--moderator", action="store_true", help="may watch, publish and send back clips")
        parser.add_argument("--admin", action="store_true", help="may do everything, and open the pages under /admin/")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *, name: str, moderator: bool, admin: bool, password_stdin: bool, **options: object) -> None:
        """Make it; without a terminal and without --password-stdin a password is made up and printed."""
        user = User.objects.filter(username=name).first() or User(username=name)
        password = _password(from_stdin=password_stdin)
        made_up = password or secrets.token_urlsafe(12)
        try:
            user.full_clean(exclude=["password"])
            validate_password(made_up, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(made_up)
        if admin:
            user.is_staff = user.is_superuser = True
        user.save()
        if moderator:
            make_moderator(user)
        self.stdout.write(f"{name} may sign in." if password else f"{name} may sign in with the password {made_up}")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password: ") if sys.stdin.isatty() else ""
