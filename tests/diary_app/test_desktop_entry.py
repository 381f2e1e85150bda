"""The app in the list of programs, and what the system is told to start when the user signs in."""

import configparser
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from diary_app import cli
from diary_app.desktop_entry import APP_FILE, ICON_FILE, entry
from diary_app.folders import Folders, folders
from diary_app.start_at_login import EntryFile, Nowhere, RunValue, keep_in_step, login_entry
from ui.launch import window_options

ODD = Path('/home/Mörg & Söhne/100 % "real" $HOME `x` back\\slash')


class Keys(configparser.RawConfigParser):
    """Keys keep their capitals."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read(text: str) -> dict[str, str]:
    """As a desktop does: the entry's keys, with the escapes of strings undone."""
    parser = Keys(strict=True)
    parser.read_string(text)
    return {key: value.replace("\\\\", "\\") for key, value in parser["Desktop Entry"].items()}


def words_of(line: str) -> list[str]:
    """The words of Exec, with field codes undone; its quotes are those of a shell, by the specification."""
    said = subprocess.run(["sh", "-c", f"printf '%s\\0' {line}"], capture_output=True, text=True, check=True).stdout
    return [word.replace("%%", "%") for word in said.split("\0")[:-1]]


def check_starts_the_app(program: list[str], place: Path) -> None:
    """It is our own Python, and what it is told makes sense to the app."""
    assert program[:4] == [sys.executable, "-P", "-m", "ui"]
    assert window_options(program[4:]) == {"--background": "", "--data-dir": str(place)}


def test_the_autostart_file_of_linux_says_what_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    found = login_entry(Folders(ODD), platform="linux")
    assert isinstance(found, EntryFile)
    assert found.path.parent == tmp_path / "config" / "autostart"
    told = read(found.content.decode())
    assert told["Type"] == "Application"
    check_starts_the_app(words_of(told["Exec"]), ODD)


def test_it_is_there_exactly_while_it_is_wanted_and_something_waits(own_data_folder: Path, tmp_path: Path) -> None:
    found = login_entry(folders(), platform="linux")
    assert isinstance(found, EntryFile)
    assert found.path.is_relative_to(tmp_path), "no test touches this user's own folders"
    for wanted in (True, False):
        for waiting in (True, False, True):
            keep_in_step(found, wanted=wanted, waiting=waiting)
            keep_in_step(found, wanted=wanted, waiting=waiting)
            assert found.path.exists() == (wanted and waiting)
    other = login_entry(Folders(tmp_path / "another"), platform="linux")
    assert isinstance(other, EntryFile)
    assert other.path != found.path, "each data folder has its own"


def test_the_launch_agent_of_a_mac(tmp_path: Path) -> None:
    found = login_entry(Folders(ODD), platform="darwin", home=tmp_path)
    assert isinstance(found, EntryFile)
    assert found.path.parent == tmp_path / "Library" / "LaunchAgents"
    told = plistlib.loads(found.content)
    assert told["Label"] == found.path.stem
    assert told["RunAtLoad"] is True
    assert "KeepAlive" not in told, "it ends when all has arrived, and stays ended"
    check_starts_the_app(told["ProgramArguments"], ODD)


def test_the_run_key_of_windows() -> None:
    found = login_entry(Folders(Path("C:/Users/Jo Doe/diary")), platform="win32")
    assert isinstance(found, RunValue)
    assert found.content.endswith('-P -m ui --background --data-dir "C:/Users/Jo Doe/diary"')
    assert found.name.startswith("diary-")


def test_elsewhere_nothing_is_written() -> None:
    found = login_entry(folders(), platform="freebsd")
    assert isinstance(found, Nowhere)
    found.put()
    found.remove()


def test_diary_desktop_puts_the_app_into_the_list_of_programs_and_takes_it_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    share = tmp_path / "share"
    monkeypatch.setenv("XDG_DATA_HOME", str(share))
    (share / "applications").mkdir(parents=True)
    (share / "applications" / "other.desktop").touch()
    assert cli.main(["desktop", "--install"]) == 0
    told = read((share / APP_FILE).read_text())
    assert Path(told["Icon"]) == share / ICON_FILE
    assert b"<svg" in (share / ICON_FILE).read_bytes()
    assert words_of(told["Exec"])[3:4] == ["ui"]
    validate = shutil.which("desktop-file-validate")
    if validate:
        subprocess.run([validate, str(share / APP_FILE)], check=True)
    assert cli.main(["desktop", "--remove"]) == 0
    assert cli.main(["desktop", "--remove"]) == 0
    assert [path.name for path in share.rglob("*") if path.is_file()] == ["other.desktop"]
    assert "list of programs" in capsys.readouterr().err


def test_every_letter_of_a_command_survives() -> None:
    program = ["/a b", '"', "\\", "$x", "`y`", "%f", "ü"]
    line = read(entry(program, name="n", comment="c", icon="i"))["Exec"]
    assert words_of(line) == program
    assert "%%f" in line, "else the system puts a file's name there"
