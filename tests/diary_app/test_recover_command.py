"""`diary recover`: what was cut short is listed with its length, kept, or binned."""

import subprocess
from pathlib import Path

import pytest

from tests.support.command_line import REPOSITORY, command, diary_json, environment
from tests.support.wait import until

DEMO = ("--camera", "demo", "--microphone", "demo", "--size", "160x120")


@pytest.fixture
def cut_short(tmp_path: Path) -> Path:
    """A recording whose app was killed."""
    out = tmp_path / "take.mp4"
    part = tmp_path / "take.recording.mp4"
    app = subprocess.Popen(command("record", out, "--seconds", "600", *DEMO), cwd=REPOSITORY, env=environment())
    until(lambda: part.exists() and part.stat().st_size > 20_000, what="a growing take")
    app.kill()
    app.wait()
    return out


def _recover(*options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command("recover", *options), cwd=REPOSITORY, env=environment(), capture_output=True, text=True, check=False
    )


def _listed() -> dict[str, object]:
    found = diary_json("recover", "--list", "--json")
    assert isinstance(found, list)
    assert len(found) == 1
    facts: dict[str, object] = found[0]
    return facts


def test_it_is_listed_as_often_as_one_likes_and_then_kept(cut_short: Path) -> None:
    for _ in range(2):
        found = _listed()
        assert found["path"] == str(cut_short)
        assert isinstance(found["seconds"], float)
        assert found["seconds"] > 0.5
    kept = _recover()
    assert "found and kept" in kept.stdout
    assert _recover("--list").stdout == "No recording was cut short.\n"
    assert cut_short.exists()


def test_it_is_binned_by_its_name_and_a_file_of_the_users_own_stays(cut_short: Path) -> None:
    assert _recover("--bin", "no-such-clip").returncode == 1
    binned = _recover("--bin", str(_listed()["clip_id"]))
    assert "the file itself stays where you put it" in binned.stdout
    assert cut_short.exists()
    assert _recover("--list").stdout == "No recording was cut short.\n"
