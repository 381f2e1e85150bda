"""The app starts, says in one sentence what is wrong, and goes on: each as a real process."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import new_clip_id
from diary_app.folders import Folders
from tests.support.command_line import REPOSITORY
from tests.support.takes import make_take, ticking

LIMIT_S = 120
PAIRING = {"url": "https://portal.example", "name": "P", "practice": False, "account": "x"}


@pytest.fixture
def place(tmp_path: Path) -> Folders:
    """A data folder of an app that is joined to a portal which nobody can reach."""
    place = Folders(tmp_path / "data").make()
    place.settings.write_text(json.dumps({"portal": PAIRING}))
    Catalogue(place.catalogue).close()
    return place


def look(place: Folders, name: str, *options: str) -> tuple[str, list[str]]:
    """Where the words stand ('window' or 'message'), and the words.

    No session bus, no keyring, no tray, no notifications: as on a locked-down account.
    """
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "XDG_", "DIARY_"))}
    done = subprocess.run(
        [sys.executable, "-m", "tests.journey.look_window", name, "--data-dir", str(place.data), *options],
        cwd=REPOSITORY,
        env={**bare, "QT_QPA_PLATFORM": "offscreen", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    ((where, words),) = json.loads(done.stdout.splitlines()[-1]).items()
    assert done.returncode == (0 if where == "window" else 1), done.stderr
    return where, words


def damaged(place: Folders) -> None:
    make_take(place.takes / f"{new_clip_id()}.mp4", ticking(30))
    place.catalogue.write_bytes(b"This is no list. " * 1000)


def newer(place: Folders) -> None:
    with closing(sqlite3.connect(place.catalogue)) as db:
        db.execute("PRAGMA user_version=99")


def a_file_in_its_place(place: Folders) -> None:
    place.data.rename(place.data.with_name("elsewhere"))
    place.data.write_text("no folder")


CASES: dict[str, tuple[Callable[[Folders], None], str, str, str]] = {
    "a damaged list": (damaged, "mended", "window", "Your recordings are safe: 1 was found again."),
    "a newer list": (newer, "mended", "message", "Please update the app"),
    "no data folder": (a_file_in_its_place, "mended", "message", "data"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_says_what_is_wrong(place: Folders, case: str) -> None:
    spoil, name, where, sentence = CASES[case]
    spoil(place)
    found, words = look(place, name)
    assert found == where
    assert any(sentence in each for each in words), words


def test_settings_with_mistakes_and_a_camera_that_is_not_there(place: Folders, tmp_path: Path) -> None:
    machine = tmp_path / "it.toml"
    machine.write_text('look = "dark"\nmode = "boat"\n')
    place.own_settings.write_text("not = = toml")
    (place.data / "window.ini").write_bytes(b"\xff\x00 no settings of a window")
    options = ("--settings", str(machine), "--camera", "No such camera", "--microphone", "No such microphone")
    where, words = look(place, "settings-wrong", *options)
    assert where == "window"
    assert any("“mode”" in each for each in words), words
    assert any("line 1" in each for each in words), words
