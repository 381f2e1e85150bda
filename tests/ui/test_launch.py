"""The entry point: one sentence without a screen, and a command line that never loads Qt."""

import os
import subprocess
import sys

from tests.support.command_line import REPOSITORY


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with an environment without a screen, but for what is given."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in screens}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_screen_it_says_so_in_one_sentence() -> None:
    done = run("import sys; from ui.launch import main; sys.exit(main([]))")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("There is no screen")
    assert len(done.stderr.splitlines()) == 1


def test_the_command_line_does_not_load_qt() -> None:
    done = run("import sys; from ui.launch import main; main(['clips', '--json']); print('PySide6' in sys.modules)")
    assert done.stdout.splitlines()[-1] == "False", done.stderr
