"""The help code: what it holds, what it never holds, and copying it out of Help."""

import getpass
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from diary_app.clip import About, ClipId, Person, Stage
from diary_app.delivery.sending_rules import MayGo
from diary_app.diary import Diary
from diary_app.help_code import Facts, help_code, plain
from tests.support.app_window import Someone
from ui.place import Name, Place

FACTS = Facts(
    version="1.2",
    system="Linux",
    user="mary",
    screen="1024x600",
    mode="shared",
    portal="joined",
    cameras=("HD Webcam", "Mary’s phone"),
    microphones=(),
    camera="Old camera",
    microphone="",
    picture="1280x720 at 30",
    peak_db=-18.4,
    free_bytes=12_300_000_000,
    clips={Stage.SAVED: 3, Stage.RECEIVED: 0},
    stays={MayGo.METERED: 2},
    wrong_settings=1,
)


def test_every_line_of_the_code() -> None:
    assert help_code(FACTS).splitlines() == [
        "Diary 1.2, Linux",
        "Window: 1024x600; mode shared; portal joined",
        "Cameras: HD Webcam, …’s phone, missing: Old camera; 1280x720 at 30",
        "Microphones: none; peak -18 dB",
        "Disk: 12.3 GB free",
        "Clips: 3 saved",
        "Queue: 2 metered",
        "Wrong settings: 1",
    ]
    bare = replace(FACTS, cameras=("A",) * 9, camera="A", peak_db=-100.0, free_bytes=None)
    assert "[A], [A], [A], [A], [A], [A], and 3 more" in help_code(bare)
    assert "silent or closed" in help_code(bare)
    assert "Disk: unknown" in help_code(bare)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Camera /home/mary/fake.mp4", "Camera fake.mp4"),
        ("C:\\Users\\Mary\\cam", "cam"),
        ("MARY'S HEADSET", "…'S HEADSET"),
        ("two\nlines\t\x07", "two lines"),
        ("x" * 60, "x" * 39 + "…"),
        ("USB 2.0 / HD", "USB 2.0 HD"),
    ],
)
def test_a_devices_name_is_short_and_nobodys(name: str, shown: str) -> None:
    assert plain(name, "mary") == shown


def test_made_and_copied_in_help_it_holds_nothing_of_the_users(
    someone: Someone, diary: Diary, clip_id: ClipId, own_data_folder: Path
) -> None:
    diary.set_about(clip_id, About("A secret title", people=(Person("Gwendolyn", agrees=True),)))
    someone.go(Place(Name.CLIPS))
    someone.press("help")
    someone.press("help-code-make")
    someone.until(lambda: someone.focused == "help-code", what="the code has the focus")
    code = someone.reads("help-code")
    assert "1 saved" in code
    assert "GB free" in code
    for secret in ("secret", "Gwendolyn", str(own_data_folder), f"/{getpass.getuser()}", clip_id):
        assert secret not in code
    QApplication.clipboard().clear()
    someone.press("help-code-copy")
    assert QApplication.clipboard().text() == code
