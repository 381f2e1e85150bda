"""`diary rescue` as somebody types it: words on standard output and standard input, never among the arguments."""

import io
from pathlib import Path

import pytest

from diary_app.cli.main import main
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.rescue import bringing, passphrase, taking
from diary_app.rescue.age import KEY_WORK
from tests.support import portal_media


def run(capsys: pytest.CaptureFixture[str], data: Path, *arguments: str | Path) -> tuple[int, str, str]:
    """Run it; gives the status, standard output and standard error."""
    status = main(["--data-dir", str(data), "rescue", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_there_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "WORDS_WORK", KEY_WORK)
    monkeypatch.setattr(bringing, "first_look", bool)
    one, two, stick = tmp_path / "one", tmp_path / "two", tmp_path / "stick"
    stick.mkdir()
    status, out, err = run(capsys, one, stick)
    assert (status, out) == (1, "")
    assert err == "Every clip on this computer has arrived at the portal. There is nothing to take.\n"

    diary = Diary(Folders(one))
    clip_id = diary.add_file(portal_media.sound(tmp_path / "A song.mp4", seconds=1))
    diary.close()
    status, out, err = run(capsys, one, stick)
    assert status == 0, err
    first, second = out.splitlines()
    words = first.removeprefix("The six words: ")
    assert len(passphrase.read(words)) == 6
    (folder,) = stick.iterdir()
    assert second.startswith(f"{folder}: 1 clip, ")
    log = (one / "diary.log").read_text()
    assert words not in log
    assert passphrase.joined(passphrase.read(words)) not in log

    for typed, code, said in (
        ("mouse " * 6, 1, "These are not the six words of this folder. Look at your paper, and type them again.\n"),
        (words, 0, "1 clip brought here, 0 here already\n"),
        (words, 0, "0 clips brought here, 1 here already\n"),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        status, out, err = run(capsys, two, "--import", stick)
        assert (status, out + err) == (code, said)
    diary = Diary(Folders(two))
    assert [clip.clip_id for clip in diary.clips()] == [clip_id]
    diary.close()
