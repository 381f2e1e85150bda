"""`python -m portal` as a person or a script meets it."""

import io
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from portal.__main__ import COMMANDS, _warn_about, main
from portal.home import DATA_VARIABLE, HTTPS_VARIABLE
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable
from tests.support.portal_process import REPOSITORY, PortalProcess


def portal_command(*arguments: str, data: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **({DATA_VARIABLE: str(data)} if data else {})}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "portal", *arguments],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    for command in COMMANDS:
        assert f"  {command} " in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_the_first_start_makes_a_private_folder(tmp_path: Path) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    with PortalProcess(tmp_path / "portal", fresh=True) as portal:
        for folder in ("", "incoming", "media", "posters"):
            assert mode(portal.data / folder) == 0o700, folder
        for file in ("secret-key", "portal.sqlite3"):
            assert mode(portal.data / file) == 0o600, file
        assert portal.stop() == 0
        assert portal.errors == ""


def test_stopping_is_no_failure_and_the_key_stays(own_portal: PortalProcess) -> None:
    key = (own_portal.data / "secret-key").read_text()
    assert len(key) >= 50
    assert own_portal.stop() == 0
    own_portal.start()
    assert (own_portal.data / "secret-key").read_text() == key
    assert own_portal.stop() == 0
    assert own_portal.errors == ""


def test_a_second_server_on_the_same_folder_says_so(portal: PortalProcess) -> None:
    done = portal_command("--port", "0", data=portal.data)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"Another portal is already running with the files in {portal.data}.\n"


def test_a_port_in_use_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = portal_command("--data", str(tmp_path / "p"), "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"The portal cannot use port {port} on 127.0.0.1: ")


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = portal_command("--data", str(tmp_path / "file" / "portal"), "clips")
    assert done.returncode == 1
    assert done.stderr.startswith("The portal cannot keep its files in ")
    assert "Traceback" not in done.stderr


def test_over_https_alone_means_the_intake_too(seed: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(seed[0], tmp_path / "portal"))
    with PortalProcess(folder, environment={HTTPS_VARIABLE: "1"}) as process:

        def options(**headers: str) -> int:
            return requests.options(f"{process.url}intake/", headers=headers, timeout=TIMEOUT_S).status_code

        assert options() == 403
        assert options(**{"X-Forwarded-Proto": "https"}) == 204


@pytest.mark.parametrize(
    ("host", "warns"), [("127.0.0.1", False), ("localhost", False), ("::1", False), ("192.0.2.7", True)]
)
def test_a_portal_that_others_can_reach_in_the_clear_says_so(
    host: str, warns: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(HTTPS_VARIABLE, raising=False)
    _warn_about(host)
    assert ("passwords can be read" in capsys.readouterr().err) is warns


class TestAdminCommands:
    def test_an_admin_opens_the_admin_pages(self, db: None, client: Client, settings: Settings) -> None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        call_command("adduser", "Ada", "--admin", stdout=io.StringIO())
        client.force_login(User.objects.get(username="Ada"))
        for page in (
            "",
            "portal/clip/",
            "portal/computer/",
            "portal/event/",
            "auth/user/",
            "oauth2_provider/accesstoken/",
        ):
            assert client.get(f"/admin/{page}").status_code == 200, page
        assert client.get("/admin/portal/clip/add/").status_code == 403

    def test_adduser_without_a_terminal_makes_a_password_up(self, own_portal: PortalProcess) -> None:
        assert "may sign in with the password" in own_portal.run("adduser", "Ines")
        assert own_portal.run("adduser", "Jo", "--password-stdin", given="a long enough one\n") == "Jo may sign in.\n"

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("adduser", "bad name!"), "valid username"),
            (("approve", "NOPE-NOPE"), "We do not know this code"),
            (("deny", "NOPE-NOPE"), "We do not know this code"),
            (("revoke", "999"), "No computer has the number 999"),
            (("revoke", "many"), "invalid int value"),
            (("publish", "00000000-0000-4000-8000-000000000000"), "There is no such clip here"),
            (("publish", "nonsense"), "invalid UUID value"),
        ],
    )
    def test_what_cannot_be_done_is_one_sentence(self, db: None, arguments: tuple[str, ...], sentence: str) -> None:
        with pytest.raises(CommandError, match=sentence) as refused:
            call_command(*arguments)
        assert "\n" not in str(refused.value)

    def test_a_refusal_is_all_that_stderr_says(self, portal: PortalProcess) -> None:
        with pytest.raises(RuntimeError) as refused:
            portal.run("adduser", "Jo", "--password-stdin", given="short\n")
        assert str(refused.value) == "This password is too short. It must contain at least 10 characters."

    def test_clips_for_people(self, portal: PortalProcess, carer: PortalClient) -> None:
        clip = Sendable(b"words", title="For people", seconds=69)
        carer.send(clip)
        (line,) = [line for line in portal.run("clips").splitlines() if line.startswith(clip.clip_id)]
        assert line.split("\t")[3:] == ["carer", "For people"]
