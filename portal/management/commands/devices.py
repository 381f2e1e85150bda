"""List the computers."""

from django.core.management.base import BaseCommand

from portal.models import Computer


class Command(BaseCommand):
    """`devices`."""

    help = "List the computers that may send clips, and those that were asked about."

    def handle(self, **options: object) -> None:
        """One line each: number, name, account, how it stands."""
        for computer in Computer.objects.select_related("owner"):
            stands = "may send" if computer.refresh_token_id else "waits for an answer"
            owner = computer.owner.username if computer.owner else "-"
            self.stdout.write(f"{computer.pk}\t{computer.name}\t{owner}\t{stands}\t{computer.asked_at:%Y-%m-%d %H:%M}")
