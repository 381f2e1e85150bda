"""Bring the clips of a rescue folder into the queue."""

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from portal.rescue import import_folder
from portal.sealed import SealError


class Command(BaseCommand):
    """`import FOLDER --user NAME`; the six words are asked for, or come on standard input."""

    help = (
        "Bring the clips of a folder that the app put on a memory stick. Clips that are here already stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("folder", type=Path, help="the folder whose name begins with “Diary rescue”")
        parser.add_argument("--user", required=True, help="in whose name the clips come")

    def handle(self, *, folder: Path, user: str, **options: object) -> None:
        """One line for each clip; what could not come is said at the end, as an error."""
        owner = User.objects.filter(username=user, is_active=True).first()
        if owner is None:
            raise CommandError(f"There is no account called {user}. Make it with “diary portal adduser {user}”.")
        try:
            found = import_folder(folder, _words(), owner)
        except SealError as error:
            raise CommandError(str(error)) from error
        for what, titles in (
            ("received", found.received),
            ("here already", found.already),
            ("not finished, so it needs a computer with the app", found.unfinished),
        ):
            for title in titles:
                self.stdout.write(f"{what}: {title}")
        if found.refused:
            raise CommandError(" ".join(f"Not received: {each}" for each in found.refused))


def _words() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("The six words (they are not shown): ")
    return sys.stdin.readline(1000)
