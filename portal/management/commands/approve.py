"""Let a computer in without a browser."""

from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from portal import pairing


class Command(BaseCommand):
    """`approve CODE [--user NAME]`."""

    help = "Let in the computer that shows CODE. For the practice portal, and for scripts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("code", help="the letters, in any case, with or without the hyphen")
        parser.add_argument("--user", default="practice", help="in whose name it sends (practice); made if not there")

    def handle(self, *, code: str, user: str, **options: object) -> None:
        """Allow it; a new account has no password, so nobody can sign in with it until it is given one."""
        try:
            computer = pairing.waiting(code)
            account = User.objects.filter(username=user).first() or User.objects.create_user(user)
            pairing.allow(computer, account)
        except pairing.PairingRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{computer.name} may now send clips as {user}.")
