"""The import of a memory stick that is killed at any of its lines is done again, and there is one clip."""

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.editing.progress import Meter
from diary_app.folders import Folders
from diary_app.rescue import taking
from diary_app.rescue.age import KEY_WORK
from portal import home
from tests.support.diary_files import add_ready_clip
from tests.support.portal_database import REPOSITORY, lay_in

STRIDE = 7
"""Killed at every seventh line that is run; 1 kills at each of them."""
FEWEST = 15
END_S = 300


@pytest.mark.skipif(sys.platform == "win32", reason="a child is forked for each import")
def test_an_import_that_is_killed_anywhere_is_done_again_and_there_is_one_clip(
    tmp_path: Path, rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "portal"
    lay_in(data)
    home.prepare(data)
    ours = home.rescue_identity(data)
    assert ours is not None
    folder, sha256 = stick(tmp_path, rng, ours.recipient, monkeypatch)
    environment = {**os.environ, home.DATA_VARIABLE: str(data), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-m", "tests.support.import_killed", str(data), str(folder), str(STRIDE)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=END_S, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(kills) >= FEWEST
    once = {
        "found": ["Tuesday’s walk"],
        "clips": [sha256],
        "films": [sha256],
        "uploads": [True],
        "events": ["received"],
        "checks": 1,
        "left": [],
    }
    assert [each for each in kills if each != once] == []


def stick(folder: Path, rng: random.Random, recipient: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """A rescue folder with one finished clip, and the clip's SHA-256."""
    monkeypatch.setattr(taking, "WORDS_WORK", KEY_WORK)
    folders = Folders(folder / "app").make()
    catalogue = Catalogue(folders.catalogue)
    made = add_ready_clip(folders, catalogue, size=1000, rng=rng)
    catalogue.set_seconds(made.clip_id, 13.0)
    words, now = "apple-badge-camel-dairy-easel-fence", datetime(2026, 11, 23, 11, 5, tzinfo=UTC)
    taken = taking.take(catalogue, folder, words, now=now, meter=Meter(), recipient=recipient)
    catalogue.close()
    return taken.folder, made.sha256
