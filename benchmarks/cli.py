"""What it costs to start `diary ...`, beside Python that does nothing: each in turn, in processor time.

The keys end in _over_bare: that many times what `python -c pass` takes in the same environment. The wall's clock is not
used, so that other programs do not count; the least of many starts is taken, as everything else only adds to it.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 15
DIARY = [sys.executable, "-m", "ui"]
STARTS = {
    "bare": [sys.executable, "-c", "pass"],
    "help": [*DIARY, "--help"],
    "clips": [*DIARY, "clips"],
    "devices": [*DIARY, "devices"],
    "diary": [sys.executable, "-c", "import diary_app.diary"],
}
"""`diary`: the libraries of every command that records, sends or rescues."""


def _processor_s(command: Sequence[str], folder: Path) -> float:
    """What one run takes of the processor, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "DIARY_DATA_DIR": str(folder)}
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run() -> dict[str, object]:
    """The least of each, and how many times the bare one it is."""
    least = dict.fromkeys(STARTS, float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for name, command in STARTS.items():
                least[name] = min(least[name], _processor_s(command, Path(folder)))
    bare_s = least.pop("bare")
    ratios = {f"{name}_over_bare": round(seconds / bare_s, 1) for name, seconds in least.items()}
    return {"bare_ms": round(1000 * bare_s), **ratios}
