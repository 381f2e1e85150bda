"""`diary ...` as a process of its own, as a script would run it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TIMEOUT_S = 240


def command(*arguments: str | Path) -> list[str]:
    """The command line of `diary ARGUMENTS`."""
    return [sys.executable, "-m", "ui", *map(str, arguments)]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the process sees: no display, warnings are errors of ours only, and what the test adds."""
    plain = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    return {**plain, **(more or {})}


def diary(*arguments: str | Path, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=REPOSITORY,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def diary_json(*arguments: str | Path, env: Mapping[str, str] | None = None) -> object:
    """Run one command that must succeed, and read the JSON that it prints."""
    done = diary(*arguments, env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_one_sentence(done: "subprocess.CompletedProcess[str]") -> str:
    """A failure: a status that is not zero, nothing on standard output, one plain sentence or two, no traceback."""
    assert done.returncode != 0, done.stdout
    assert done.stdout == ""
    said = done.stderr.strip()
    assert said, "it failed without a word"
    assert "Traceback" not in said
    assert "\n" not in said, said
    assert said.endswith((".", "?")), said
    return said
