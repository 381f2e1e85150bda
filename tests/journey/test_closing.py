"""The whole app, its window closed while a clip is sent: it goes on, arrives, and ends; or stops, and goes on later."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, ClipId, Stage
from diary_app.folders import Folders
from tests.support.command_line import REPOSITORY
from tests.support.diary_files import add_ready_clip
from tests.support.scripted_server import Exchange, ScriptedPortal, be_honest

LIMIT_S = 120


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    """A portal in memory."""
    with ScriptedPortal() as made:
        yield made


@pytest.fixture
def folders(own_data_folder: Path, portal: ScriptedPortal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Folders:
    """A data folder that is joined to it."""
    place = Folders(own_data_folder).make()
    place.settings.write_text(
        f'{{"portal": {{"url": "{portal.url}", "name": "P", "practice": false, "account": "x"}}}}'
    )
    token = tmp_path / "token"
    token.write_text(portal.honest.token)
    token.chmod(0o600)
    monkeypatch.setenv("DIARY_PORTAL_TOKEN_FILE", str(token))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return place


@pytest.fixture
def clip_id(folders: Folders, rng: random.Random) -> ClipId:
    """A clip that is ready and wanted."""
    catalogue = Catalogue(folders.catalogue)
    try:
        return add_ready_clip(folders, catalogue, size=200_000, rng=rng).clip_id
    finally:
        catalogue.close()


def read(folders: Folders, clip_id: ClipId) -> Clip:
    catalogue = Catalogue(folders.catalogue)
    try:
        return catalogue.clip(clip_id)
    finally:
        catalogue.close()


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=REPOSITORY, env=os.environ, stdout=subprocess.PIPE, text=True
    )


def test_it_goes_on_without_a_window_arrives_and_ends(
    portal: ScriptedPortal, folders: Folders, clip_id: ClipId
) -> None:
    may_go_on = Event()

    def wait_for_the_test(exchange: Exchange) -> None:
        may_go_on.wait(LIMIT_S)
        be_honest(exchange)

    portal.next("PATCH", wait_for_the_test)
    try:
        with start("tests.journey.close_window", "close-go-on") as app:
            assert app.stdout is not None
            assert [app.stdout.readline().strip() for _ in range(3)] == [
                "closed while sending",
                "answered",
                "no window",
            ]
            assert app.poll() is None, "the clip is not there yet"
            assert read(folders, clip_id).receipt is None
            other = subprocess.run(
                [sys.executable, "-m", "ui", "--background"], cwd=REPOSITORY, capture_output=True, text=True, check=True
            )
            assert other.stderr == "", "what would start at sign-in leaves the first one alone"
            may_go_on.set()
            assert app.wait(LIMIT_S) == 0
    finally:
        may_go_on.set()
    clip = read(folders, clip_id)
    assert clip.receipt is not None
    assert clip.receipt.sha256 == portal.honest.received[clip_id].sha256


def test_it_stops_and_goes_on_after_signing_in(portal: ScriptedPortal, folders: Folders, clip_id: ClipId) -> None:
    closing = Event()

    def never(exchange: Exchange) -> None:
        closing.wait(LIMIT_S)
        exchange.cut()

    portal.next("PATCH", never)
    try:
        with start("tests.journey.close_window", "close-end") as app:
            assert app.wait(LIMIT_S) == 0
    finally:
        closing.set()
    assert read(folders, clip_id).stage is Stage.READY
    with start("ui", "--background") as later:
        assert later.wait(LIMIT_S) == 0
    assert read(folders, clip_id).receipt is not None
