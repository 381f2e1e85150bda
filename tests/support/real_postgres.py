"""A real PostgreSQL (Debian's) of one's own, in a folder that goes with it; spoken to by a unix socket with a password.

with Postgres() as server:
    environment = server.database()     # a new, migrated, empty one: DIARY_PORTAL_DATABASE and its password's file
    server.stop(), server.start()       # a restart
"""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg.sql import SQL, Identifier

from portal import database, home

REPOSITORY = Path(__file__).resolve().parents[2]
USER = "diary"
TEMPLATE = "migrated"


class Unavailable(Exception):
    """This computer has no such server; the text says what is not tried."""


def _programs() -> Path:
    """The newest of Debian's; elsewhere whatever is in the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if path is None:
        raise Unavailable("PostgreSQL is not installed: nothing is tried with it")
    return Path(path).resolve().parent


class Postgres:
    """One server. It refuses to run as root, so root's belongs to `nobody`."""

    def __init__(self) -> None:
        """Make it and start it; raises Unavailable."""
        programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="diary-postgresql-"))
        self._password = secrets.token_urlsafe(16)
        (self._folder / "password").write_text(self._password + "\n")
        self._user = "nobody" if os.getuid() == 0 else None
        if self._user is not None:
            nobody = pwd.getpwnam(self._user)
            for path in (self._folder, self._folder / "password"):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        self._control = programs / "pg_ctl"
        self._run(
            *(programs / "initdb", "--no-sync", "--no-locale", "--encoding=UTF8", "--auth=scram-sha-256"),
            *("--username", USER, "--pwfile", self._folder / "password", "-D", self._folder / "data"),
        )
        self.start()
        self._make_template()

    def _run(self, *command: str | Path) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, user=self._user, umask=0o077)

    def start(self) -> None:
        """Start it (again), and wait until it answers. It is no child of this process, and outlives a test."""
        options = f"-c unix_socket_directories={self._folder} -c listen_addresses= -c fsync=off"
        self._run(self._control, "start", "-w", "-D", self._folder / "data", "-l", self._folder / "log", "-o", options)

    def stop(self) -> None:
        """End it at once, as its administrator does who restarts it: whoever is connected is thrown out."""
        self._run(self._control, "stop", "-w", "-m", "fast", "-D", self._folder / "data")

    def connect(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of the tests' own; each statement is a transaction."""
        return psycopg.connect(
            host=str(self._folder), user=USER, password=self._password, dbname=name, autocommit=True, connect_timeout=5
        )

    def environment(self, name: str) -> dict[str, str]:
        """What tells a portal to use this database."""
        return {
            database.DATABASE_VARIABLE: f"postgresql://{USER}@/{name}?host={self._folder}",
            database.FROM_FILE_VARIABLE: str(self._folder / "password"),
        }

    def database(self) -> dict[str, str]:
        """A new one, with the portal's tables and nothing in them; returns its environment."""
        name = f"portal_{secrets.token_hex(6)}"
        self._create(name, template=TEMPLATE)
        return self.environment(name)

    def _create(self, name: str, *, template: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))

    def _make_template(self) -> None:
        """By the portal itself, as its first start would."""
        self._create(TEMPLATE, template="template0")
        environment = {**os.environ, **self.environment(TEMPLATE), home.DATA_VARIABLE: str(self._folder / "portal")}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [sys.executable, "-m", "portal", "devices"]
        subprocess.run(command, check=True, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)

    def close(self) -> None:
        """Stop it, and leave nothing."""
        self.stop()
        shutil.rmtree(self._folder)

    def __enter__(self) -> "Postgres":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
