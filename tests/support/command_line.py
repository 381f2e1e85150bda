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


ONE_AFTER_ANOTHER = """
import contextlib, io, json, sys
from ui.launch import main

def ended(words):
    try:
        return main(words)
    except SystemExit as left:
        return left.code

for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as errors:
        status = ended(json.loads(line))
    print(json.dumps([status, out.getvalue(), errors.getvalue()]), flush=True)
"""


class Diaries:
    """One process that runs many commands one after another, which costs one start. Close it at the end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", ONE_AFTER_ANOTHER],
            cwd=REPOSITORY, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end, as diary() does."""
        words = [str(argument) for argument in arguments]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the process died of {words}"
        return subprocess.CompletedProcess(words, *json.loads(answer))

    def close(self) -> None:
        """End the process."""
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
            assert self._process.wait(TIMEOUT_S) == 0


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
