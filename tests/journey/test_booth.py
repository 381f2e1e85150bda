"""A day at the booth in a real window: killed in the midst of a take, opened again, three strangers, and the sheet."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.folders import Folders
from diary_app.settings import pin_hash
from tests.support.command_line import REPOSITORY
from tests.support.scripted_server import ScriptedPortal

LIMIT_S = 200
PIN = "2468"


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    """A portal in memory."""
    with ScriptedPortal() as made:
        yield made


@pytest.fixture
def environment(own_data_folder: Path, portal: ScriptedPortal, tmp_path: Path, screen: str) -> dict[str, str]:
    """A booth that is joined to it, on a screen of its own; the computer has no voice."""
    place = Folders(own_data_folder).make()
    place.settings.write_text(
        f'{{"portal": {{"url": "{portal.url}", "name": "P", "practice": false, "account": "x"}}}}'
    )
    settings = {"mode": "booth", "event": "Care Day", "question": "What made you smile?", "pin": pin_hash(PIN)}
    place.own_settings.write_text("".join(f'{name} = "{value}"\n' for name, value in settings.items()))
    token = tmp_path / "token"
    token.write_text(portal.honest.token)
    token.chmod(0o600)
    own = {"DIARY_PORTAL_TOKEN_FILE": str(token), "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
    return {**os.environ, **own, "SPEECHD_CMD": "/bin/false", "SPEECHD_ADDRESS": f"unix_socket:{tmp_path}/no-voice"}


def drive(what: str, pictures: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.journey.drive_booth", what, PIN, str(pictures)],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_day_with_a_power_cut_adds_up(
    environment: dict[str, str], portal: ScriptedPortal, own_data_folder: Path, tmp_path: Path
) -> None:
    with drive("vanish", tmp_path, environment) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "recording\n"
        killed.kill()
    with drive("day", tmp_path, environment) as day:
        told, _ = day.communicate(timeout=LIMIT_S)
        assert day.returncode == 0
    lines = [line.strip() for line in told.splitlines()]
    assert lines[0] == "full screen"
    assert lines[1] == "End-of-day sheet: Care Day"
    assert lines.count("4 recorded = 1 received + 2 still here + 1 binned") == 2, told
    assert lines.count("of these: Not decided: 2") == 2, told
    catalogue = Catalogue(Folders(own_data_folder).catalogue)
    try:
        clips = catalogue.clips()
    finally:
        catalogue.close()
    (kept,) = [clip for clip in clips if clip.wanted]
    assert kept.receipt is not None
    assert kept.receipt.sha256 == portal.honest.received[kept.clip_id].sha256
    assert list(portal.honest.received) == [kept.clip_id], "nothing else has left this computer"
    assert all(clip.seconds for clip in clips), "what the kill cut short is whole"
