"""Which language the app speaks: the settings', else the system's; and how another one is chosen at the first start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from diary_app.diary import Diary
from diary_app.folders import folders
from diary_app.language import CHOSEN
from diary_app.settings import read_settings, write_setting
from tests.support.app_window import Someone
from tests.support.command_line import REPOSITORY
from ui import app, first, launch, open_again
from ui.place import Name, Place


def says(data: Path, **environment: str) -> str:
    """What the app says where there is no screen to open its window on."""
    ours = (
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "QT_QPA_PLATFORM",
        "LANG",
        "LANGUAGE",
        "LC_ALL",
        "LC_MESSAGES",
        "DIARY_LANGUAGE",
    )
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(
        [sys.executable, "-m", "ui", "--data-dir", str(data)],
        cwd=REPOSITORY, env={**kept, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return done.stderr


def test_the_settings_decide_before_the_system(tmp_path: Path) -> None:
    assert says(tmp_path, LANG="cy_GB.UTF-8").startswith("Does dim sgrin")
    write_setting(folders(str(tmp_path)), "language", "cy")
    assert says(tmp_path, LANG="en_GB.UTF-8").startswith("Does dim sgrin")


def test_the_first_screen_offers_the_other_language(someone: Someone, diary: Diary, own_data_folder: Path) -> None:
    try:
        someone.press("language-cy")
        assert read_settings(folders(str(own_data_folder))).settings.language == "cy"
        assert not someone.window.isVisible()
        assert open_again.is_wanted()
    finally:
        instance = QApplication.instance()
        assert instance is not None
        instance.setProperty("diary-open-again", False)


def test_it_does_not_offer_that_in_the_middle_of_something(someone: Someone) -> None:
    someone.go(Place(Name.WELCOME, note="Choose another portal."))
    assert not someone.sees("language-cy")


def test_the_next_process_starts_when_the_folder_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    release = first.Claim.release

    def run(*_given: object, **_named: object) -> int:
        told.append("run")
        return 0

    def released(claim: first.Claim) -> None:
        told.append("free")
        release(claim)

    for name in (CHOSEN, "LD_LIBRARY_PATH"):  # the start of the app changes both for its process
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setattr(app, "run", run)
    monkeypatch.setattr(first.Claim, "release", released)
    monkeypatch.setattr(open_again, "is_wanted", lambda: True)
    monkeypatch.setattr(open_again, "start", lambda: told.append("start"))
    assert launch.main(["--data-dir", str(tmp_path)]) == 0
    assert told == ["run", "free", "start"]
