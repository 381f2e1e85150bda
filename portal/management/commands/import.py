"""Bring the clips of a rescue folder into the queue."""

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from portal.rescue import OUR_INDEX, Imported, find_folder, import_folder, words_for_us
from portal.sealed import SealError, WrongWords

NOT_ITS_WORDS = "What the app locked for this portal does not open this folder."
NEEDS_WORDS = "It opens with its six words."


class Command(BaseCommand):
    """`import FOLDER --user NAME`; a folder that is not locked for this portal asks for its words, or reads a line."""

    help = (
        "Bring the clips of a folder that the app put on a memory stick. Clips that are here already stay as they are. "
        "A folder that a computer of this portal made opens by itself; another one asks for its six words."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("folder", type=Path, help="the folder whose name begins with “Diary rescue”, or the stick")
        parser.add_argument("--user", required=True, help="in whose name the clips come")

    def handle(self, *, folder: Path, user: str, **options: object) -> None:
        """One line for each clip; what could not come is said at the end, as an error."""
        owner = User.objects.filter(username=user, is_active=True).first()
        if owner is None:
            raise CommandError(f"There is no account called {user}. Make it with “diary portal adduser {user}”.")
        found = self._import(folder, owner)
        for what, titles in (
            ("received", found.received),
            ("here already", found.already),
            ("not finished, so it needs a computer with the app", found.unfinished),
        ):
            for title in titles:
                self.stdout.write(f"{what}: {title}")
        if found.refused:
            raise CommandError(" ".join(f"Not received: {each}" for each in found.refused))

    def _import(self, chosen: Path, owner: User) -> Imported:
        """With what is sealed to this portal's key, else with the words that somebody types."""
        try:
            folder = find_folder(chosen)
            try:
                sealed, why = words_for_us(folder), ""
            except SealError as error:
                sealed, why = None, f"{error} {NEEDS_WORDS}"
            if sealed is not None:
                try:
                    return import_folder(folder, sealed, owner, index=OUR_INDEX)
                except WrongWords:
                    why = f"{NOT_ITS_WORDS} {NEEDS_WORDS}"
            return import_folder(folder, self._typed(why), owner)
        except SealError as error:
            raise CommandError(str(error)) from error

    def _typed(self, why: str) -> str:
        """why: what is to be said before somebody types them; empty where nothing is."""
        if sys.stdin.isatty():
            if why:
                self.stderr.write(why)
            return getpass.getpass("The six words (they are not shown): ")
        typed = sys.stdin.readline(1000)
        if why and not typed.strip():
            raise CommandError(why)
        return typed
