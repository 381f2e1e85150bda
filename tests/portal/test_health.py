"""`GET /health`: all is well, or it is not, and not a word more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from tests.support.portal_process import PortalProcess


def test_all_is_well_and_nobody_has_to_sign_in(portal: PortalProcess) -> None:
    answer = requests.get(f"{portal.url}health", timeout=30)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert answer.headers["Cache-Control"] == "no-store"


def test_whoever_watches_over_this_computer_needs_no_https(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.INCOMING = tmp_path
    assert Client().get("/health").status_code == 200
    assert Client().get("/sign-in").status_code == 301
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_nothing(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.INCOMING = tmp_path / "gone"
    answer = Client().get("/health")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})


@contextmanager
def broken_database() -> Iterator[None]:
    """Every question to it fails."""

    def fail(*_: object) -> object:
        raise OperationalError("disk I/O error")

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.usefixtures("db")
def test_a_database_that_does_not_answer(settings: Settings, tmp_path: Path) -> None:
    settings.INCOMING = tmp_path
    with broken_database():
        answer = Client().get("/health")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})
