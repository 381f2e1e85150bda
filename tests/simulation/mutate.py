"""Applies each of tests.simulation.mutations to a copy of the tree, and runs the test that must fail."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.simulation.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 600.0
KILLED, SURVIVED, NOT_FOUND = "killed", "SURVIVED", "NOT FOUND"


def _copy(to: Path) -> None:
    """What git knows of, and what is new: the working tree as it is."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _fails(tree: Path, command: str) -> bool:
    """Whether it ends with an error. What it imports is the copy's: the copy comes first on Python's path."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    quick = ["-q", "-x", "-p", "no:cacheprovider"] if "pytest" in command else []
    try:
        done = subprocess.run(
            [sys.executable, *command.split(), *quick],
            cwd=tree, env=environment, capture_output=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command} did not run: {done.stderr.decode()[-2000:]}")
    return done.returncode == 1


def _try(tree: Path, mutation: Mutation) -> str:
    path = tree / mutation.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        return NOT_FOUND
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        return KILLED if _fails(tree, mutation.killer) else SURVIVED
    finally:
        path.write_text(text, encoding="utf-8")


def main() -> int:
    """Print a table; 1 when anything survives."""
    parser = argparse.ArgumentParser(prog="mutate", description="Shows that a test fails for every sync and check.")
    parser.add_argument("--only", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--unproven", action="store_true", help="do not show first that the tests pass as things are")
    wanted = parser.parse_args()
    chosen = [mutation for mutation in MUTATIONS if wanted.only in (None, mutation.name)]
    if wanted.list or not chosen:
        print("\n".join(mutation.name for mutation in MUTATIONS))
        return 0 if wanted.list else 2
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        _copy(tree)
        for command in () if wanted.unproven else sorted({mutation.killer for mutation in chosen}):
            if _fails(tree, command):
                print(f"{command} fails without any mutation")
                return 1
        bad = 0
        for mutation in chosen:
            result = _try(tree, mutation)
            bad += result != KILLED
            print(f"{result:9}  {mutation.name:40} {mutation.file:26} {mutation.killer}", flush=True)
    print(f"{len(chosen)} mutations, {bad} not killed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
