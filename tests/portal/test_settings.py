"""The settings: safe to deploy, and in step with the migrations."""

import os
import subprocess
import sys
from pathlib import Path

from django.core.management import call_command

from portal import home
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


def test_a_code_survives_being_typed() -> None:
    code = new_user_code()
    assert read_user_code(f" {show_user_code(code).lower()} ") == code
