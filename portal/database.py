"""The portal's database: a file in its folder, or a PostgreSQL that DIARY_PORTAL_DATABASE names. docs/portal.md."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal import home

DATABASE_VARIABLE = "DIARY_PORTAL_DATABASE"
FROM_FILE_VARIABLE = "DIARY_PORTAL_DATABASE_PASSWORD_FILE"
EXAMPLE = "postgresql://diary@db.example/diary"
PATIENCE: dict[str, object] = {
    "connect_timeout": 5,
    # A database that went away without a word is noticed within half a minute, not within two hours.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""What is asked of libpq where the setting says nothing else; seconds, the last in milliseconds."""
MIGRATING = 0x6469617279_01
"""The advisory lock of whoever brings the tables up to date."""


def configured(data: Path) -> dict[str, object]:
    """What Django is to use. data: the portal's folder. Raises home.HomeError where the setting cannot be used."""
    return _postgresql() if os.environ.get(DATABASE_VARIABLE) else _sqlite(data)


def _sqlite(data: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data / "portal.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            # A write lock from the start of a transaction: none fails half-way because another came between.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _postgresql() -> dict[str, object]:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise home.HomeError(
            f"{DATABASE_VARIABLE} needs the Python package psycopg, which is not installed."
        ) from error
    try:
        found = conninfo_to_dict(os.environ[DATABASE_VARIABLE])
    except ProgrammingError:
        found = {}
    if "password" in found:
        raise home.HomeError(
            f"{DATABASE_VARIABLE} must not hold the password. Put it into a file that only the portal may read, "
            f"and name the file in {FROM_FILE_VARIABLE}."
        )
    if not {"dbname", "service"} & set(found):  # from None: what libpq says of it may quote a password
        raise home.HomeError(f"{DATABASE_VARIABLE} must name a database, for example {EXAMPLE}.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": found.pop("dbname", ""),
        "USER": found.pop("user", ""),
        "HOST": found.pop("host", ""),
        "PORT": str(found.pop("port", "")),
        "PASSWORD": home.secret_from(FROM_FILE_VARIABLE) if os.environ.get(FROM_FILE_VARIABLE) else "",
        "CONN_MAX_AGE": None,  # who ends it: portal/apps.py, portal/intake/store.py
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**PATIENCE, **found},
    }


def prepare() -> None:
    """Bring the tables up to date; raises home.HomeError where the database cannot be used. Blocks."""
    from django.core.management import call_command

    with in_sentences(), _one_at_a_time():
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def in_sentences() -> Iterator[None]:
    """A database that cannot be used, in one sentence; raises home.HomeError."""
    from django.db import InterfaceError, OperationalError

    try:
        yield
    except (InterfaceError, OperationalError) as error:
        # libpq tries several addresses and has a line for each; the last one says why. It never tells a password.
        why = str(error).strip().rpartition("\n")[2].strip()
        raise home.HomeError(f"The portal cannot use its database: {why.rstrip('.')}.") from error


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """An admin command may begin while the server brings the tables up to date. SQLite sees to it by itself."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        if cursor.fetchone() != ("UTF8",):
            raise home.HomeError("The portal's database must be made with the encoding UTF8.")
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
