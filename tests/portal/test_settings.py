"""The settings: safe to deploy, and in step with the migrations."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from portal import database, home, s3
from portal.codes import new_user_code, read_user_code, show_user_code
from tests.support.portal_process import REPOSITORY


def test_the_migrations_are_complete(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_checks_find_nothing() -> None:
    call_command("check", fail_level="WARNING")


def test_behind_https_the_deployment_checks_find_nothing(tmp_path: Path) -> None:
    home.prepare(tmp_path / "portal")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        home.DATA_VARIABLE: str(tmp_path / "portal"),
        home.HTTPS_VARIABLE: "1",
        home.HOSTS_VARIABLE: "diary.example",
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _large(folder: Path) -> dict[str, str]:
    """The settings of a large portal; none of its servers is asked when settings are read."""
    (folder / "password").write_text("a password\n")
    (folder / "key").write_text("name\nkey\n")
    return {
        database.DATABASE_VARIABLE: database.EXAMPLE,
        database.FROM_FILE_VARIABLE: str(folder / "password"),
        s3.S3_VARIABLE: s3.EXAMPLE,
        s3.KEY_VARIABLE: str(folder / "key"),
    }


def test_a_large_portal_is_what_its_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, what in _large(tmp_path).items():
        monkeypatch.setenv(name, what)
    found = database.configured(tmp_path)
    assert [found[key] for key in ("HOST", "USER", "NAME", "PASSWORD")] == [
        "db.example",
        "diary",
        "diary",
        "a password",
    ]
    assert s3.configured() == s3.Place("https://storage.example", "diary", "us-east-1", "name", "key")


@pytest.mark.parametrize(
    ("name", "what", "sentence"),
    [
        (database.DATABASE_VARIABLE, "postgresql://diary:canary@db.example/diary", "must not hold the password"),
        (database.DATABASE_VARIABLE, "canary here", "must name a database, for example postgresql://"),
        (database.DATABASE_VARIABLE, "postgresql://db.example", "must name a database, for example postgresql://"),
        (database.FROM_FILE_VARIABLE, "/nowhere/canary", "cannot read /nowhere/canary"),
        (s3.S3_VARIABLE, "storage.example/diary", "must be an address with the bucket at its end"),
        (s3.S3_VARIABLE, "https://storage.example", "must be an address with the bucket at its end"),
        (
            s3.S3_VARIABLE,
            "https://canary:canary@s3.example/diary",
            "must be an address with the bucket at its end",
        ),
        (s3.S3_VARIABLE, "http://storage.example/diary", "must begin with https://"),
        (s3.KEY_VARIABLE, "", "must name a file with two lines"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    name: str, what: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each, right in {**_large(tmp_path), name: what}.items():
        monkeypatch.setenv(each, right)
    with pytest.raises(home.HomeError, match=sentence) as refused:
        database.configured(tmp_path), s3.configured()
    assert name in str(refused.value)
    assert "canary" not in str(refused.value).replace("/nowhere/canary", "")


def test_a_portal_without_these_settings_loads_neither_library(tmp_path: Path) -> None:
    home.prepare(tmp_path / "portal")
    loaded = (
        "import django, sys; django.setup(); import portal.server;"
        "print({'boto3', 'botocore', 'psycopg'} & set(sys.modules))"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        home.DATA_VARIABLE: str(tmp_path / "portal"),
    }
    command = [sys.executable, "-c", loaded]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "set()\n"


def test_a_code_survives_being_typed() -> None:
    code = new_user_code()
    assert read_user_code(f" {show_user_code(code).lower()} ") == code
