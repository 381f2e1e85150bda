"""Refuse a computer without a browser."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from portal import pairing


class Command(BaseCommand):
    """`deny CODE`."""

    help = "Refuse the computer that shows CODE."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("code", help="the letters, in any case, with or without the hyphen")

    def handle(self, *, code: str, **options: object) -> None:
        """Refuse it."""
        try:
            computer = pairing.waiting(code)
            pairing.refuse(computer, None)
        except pairing.PairingRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{computer.name} may not send clips.")
