"""What a start that cannot work says."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.command_line import REPOSITORY


def test_a_folder_that_cannot_be_used_is_said_on_the_screen_and_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DIARY_DATA_DIR": str(tmp_path / "file" / "diary")}
    app = subprocess.Popen(
        [sys.executable, "-m", "ui"], cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True
    )
    with app:
        assert app.stderr is not None
        said = app.stderr.readline()
        assert app.poll() is None, "the sentence stays on the screen until somebody has read it"
        app.kill()
    assert said.startswith("The app cannot write to its folder")
