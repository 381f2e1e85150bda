"""The app's own child processes take no module from the folder that the user is in."""

import subprocess
from pathlib import Path

import pytest

from diary_app.cli.portal import run_portal
from diary_app.editing.first_look import first_look
from diary_app.editing.render import render
from diary_app.editing.render_child import render_apart
from diary_app.folders import Folders
from tests.support.command_line import command, environment
from tests.support.takes import make_sound, tone

STRANGER = "open('was-here', 'w').close()\nraise SystemExit('a stranger was imported')\n"


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that we are in, which holds modules that are called as some of Python's and of ours."""
    folder = tmp_path / "downloads"
    for name in ("json.py", "logging.py", "portal/__init__.py", "diary_app/__init__.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(STRANGER)
    monkeypatch.chdir(folder)
    return folder


def test_no_stranger_is_imported(downloads: Path, tmp_path: Path) -> None:
    take = make_sound(tmp_path / "take.m4a", tone(0.5), extra=("-f", "mp4"))
    assert first_look(take).seconds == pytest.approx(0.5, abs=0.1)
    assert render_apart(take, Path("out.m4a")).sha256 == render(take, tmp_path / "same.m4a").sha256
    assert run_portal(["--help"], Folders(tmp_path)) == 0
    assert not (downloads / "was-here").exists()


def test_the_strangers_would_be_imported_otherwise(downloads: Path) -> None:
    done = subprocess.run(command("--help"), env=environment(), capture_output=True, text=True, check=False)
    assert "a stranger was imported" in done.stderr
