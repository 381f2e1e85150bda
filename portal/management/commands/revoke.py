"""Take back what a computer may do."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from portal import pairing
from portal.models import Computer


class Command(BaseCommand):
    """`revoke NUMBER`."""

    help = "The computer with this number (see `devices`) may not send clips any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("number", type=int)

    def handle(self, *, number: int, **options: object) -> None:
        """Revoke it."""
        computer = Computer.objects.filter(pk=number).first()
        if computer is None:
            raise CommandError(f"No computer has the number {number}.")
        pairing.revoke(computer)
        self.stdout.write(f"{computer.name} may not send clips any more.")
