"""Looking into a running portal's database, and moving its clock: what lies there is made older."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from tests.support.portal_database import NAME
from tests.support.portal_process import PortalProcess

PATIENCE_S = 30


@contextlib.contextmanager
def rows(portal: PortalProcess) -> Iterator[sqlite3.Connection]:
    """The database; what is changed in it is kept when the block ends well."""
    connection = sqlite3.connect(portal.data / NAME, timeout=PATIENCE_S)
    with contextlib.closing(connection), connection:
        yield connection


def upload_id(location: str) -> str:
    """The id of an upload by its address."""
    return urlsplit(location).path.rsplit("/", 1)[-1]


def age(portal: PortalProcess, location: str, *, days: float) -> None:
    """Let it be so many days since anything came of this upload."""
    then = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)
    with rows(portal) as database:
        changed = database.execute(
            "UPDATE portal_upload SET touched_at = ? WHERE id = ?",
            (then.isoformat(" "), UUID(upload_id(location)).hex),
        )
        assert changed.rowcount == 1
