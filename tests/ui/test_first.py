"""One window for one data folder: who is first, who knocks, and what a killed process leaves behind."""

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from PySide6.QtTest import QTest

from diary_app.folders import Folders
from tests.support.command_line import REPOSITORY
from tests.support.wait import until
from ui.first import Claim, Knock, enter
from ui.front_door import FrontDoor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the socket is a file elsewhere than on Windows")
NO_PATIENCE_S = 0.0


@pytest.fixture
def folders(own_data_folder: Path) -> Folders:
    """An empty data folder."""
    return Folders(own_data_folder)


@pytest.fixture
def claim(folders: Folders) -> Iterator[Claim]:
    """This process is the first."""
    found = enter(folders, Knock())
    assert isinstance(found, Claim)
    yield found
    found.release()


@pytest.fixture
def door(claim: Claim) -> Iterator[FrontDoor]:
    """It listens."""
    made = FrontDoor()
    made.listen(claim.name)
    yield made
    made.close()


def knock_at(folders: Folders, knock: Knock) -> Claim | str:
    """Another start, while this one's window lives."""
    found: list[Claim | str] = []
    other = Thread(target=lambda: found.append(enter(folders, knock)), name="another start")
    other.start()
    while other.is_alive():
        QTest.qWait(5)
    return found[0]


def test_a_later_start_is_heard_with_all_it_says(folders: Folders, door: FrontDoor) -> None:
    heard: list[Knock] = []

    def answer(knock: Knock) -> str:
        heard.append(knock)
        return "I am here – already"

    door.on_knock = answer
    said = Knock(camera="Front camera", microphone="Ⓜ", token="t")
    assert knock_at(folders, said) == "I am here – already"
    assert heard == [said]


def test_only_this_user_can_open_it(claim: Claim, door: FrontDoor) -> None:
    place = Path(claim.name)
    assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert place.parent.stat().st_uid == os.getuid()


def test_a_folder_that_others_can_use_is_not_trusted(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_all = tmp_path / "run"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(open_to_all))
    found = enter(folders, Knock())
    assert isinstance(found, Claim)
    assert not Path(found.name).is_relative_to(open_to_all)
    found.release()


@pytest.mark.parametrize("words", [b"no JSON\n", b'{"window": 1}\n', b"x" * 20_000])
def test_words_that_are_no_knock_change_nothing(claim: Claim, door: FrontDoor, words: bytes) -> None:
    heard: list[Knock] = []

    def hear(knock: Knock) -> str:
        heard.append(knock)
        return ""

    door.on_knock = hear
    with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        line.connect(claim.name)
        line.setblocking(False)
        line.send(words)
        until(lambda: _has_ended(line), what="the line is cut")
    assert not heard


def _has_ended(line: socket.socket) -> bool:
    QTest.qWait(5)
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False


def test_a_first_one_that_does_not_answer_is_not_waited_for(folders: Folders, claim: Claim) -> None:
    found = enter(folders, Knock(), patience_s=NO_PATIENCE_S)
    assert isinstance(found, Claim)
    assert "does not answer" in found.problem
    assert not found.name, "it does not take the other one's place"


def test_a_folder_that_cannot_be_used_is_somebody_elses_to_report(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = enter(Folders(tmp_path / "file" / "diary"), Knock())
    assert isinstance(found, Claim)
    assert found.problem


FIRST = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from diary_app.folders import Folders
from ui.first import Knock, enter
from ui.front_door import FrontDoor
app = QCoreApplication(sys.argv)
claim = enter(Folders(Path(sys.argv[1])), Knock())
door = FrontDoor()
door.on_knock = lambda knock: "from " + knock.camera
door.listen(claim.name)
print(claim.name, flush=True)
app.exec()
"""


def test_what_a_killed_process_leaves_is_replaced(folders: Folders) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FIRST, str(folders.data)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        name = first.stdout.readline().strip()
        assert enter(folders, Knock(camera="here")) == "from here"
        first.kill()
    assert Path(name).exists(), "a killed process takes nothing away"
    claim = enter(folders, Knock())
    assert isinstance(claim, Claim)
    door = FrontDoor()
    door.on_knock = lambda knock: json.dumps(knock.window)
    door.listen(claim.name)
    assert knock_at(folders, Knock(window=False)) == "false"
    door.close()
    claim.release()
    assert not Path(name).exists()
