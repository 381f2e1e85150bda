"""The programs that ours is measured against: HandBrakeCLI from Debian, smartcut in an environment of its own, `cp`.

smartcut wants another PyAV than the app: it is installed from rivals.lock (hashes, no addresses) into build/rivals, and
is never a part of the product.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks._child import Spent
from diary_app.clip import KeptRange
from diary_app.editing.low_child import NICE

LOCK = Path(__file__).with_name("rivals.lock")
FOLDER = Path(__file__).parent.parent / "build" / "rivals"
HANDBRAKE = ("HandBrakeCLI", "--preset", "Fast 720p30")


def need_handbrake() -> None:
    """End the program with a sentence where there is none."""
    if shutil.which(HANDBRAKE[0]) is None:
        sys.exit("HandBrakeCLI is not installed, and ours is measured against it: sudo apt-get install handbrake-cli")


def handbrake(source: Path, out: Path) -> Spent:
    """Its `Fast 720p30` of a film, as low in priority as our own encoder runs."""
    return _spent(["nice", "-n", str(NICE), *HANDBRAKE, "-i", str(source), "-o", str(out)])


def smartcut(source: Path, out: Path, keep: Sequence[KeptRange]) -> Spent:
    """The same kept ranges, cut by it. Raises CalledProcessError where it gives up."""
    edges = ",".join(f"{edge:.6f}" for part in keep for edge in (part.start_s, part.end_s))
    return _spent([str(_smartcut()), str(source), str(out), "--keep", edges])


def smartcut_start() -> Spent:
    """What its start alone takes."""
    return _spent([str(_smartcut()), "--help"])


def copied(source: Path, out: Path, *, synced: bool) -> Spent:
    """`cp` of a file; synced means that it counts until the copy is on the disk, as our files are."""
    out.unlink(missing_ok=True)
    began_s = time.perf_counter()
    spent = _spent(["cp", str(source), str(out)])
    if not synced:
        return spent
    with out.open("rb+") as file:
        os.fsync(file.fileno())
    return Spent(time.perf_counter() - began_s, spent.processor_s)


def _spent(command: Sequence[str]) -> Spent:
    """Run a program to its end. Raises CalledProcessError where it fails."""
    began_s = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall_s = time.perf_counter() - began_s
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Spent(wall_s, used.ru_utime + used.ru_stime)


def _smartcut() -> Path:
    """The program; installed at the first use, and again when the lock has changed."""
    stamp, wanted = FOLDER / "installed", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        print("Installing smartcut for the comparison (a minute).", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
        pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--only-binary", ":all:", "--require-hashes", "-r", str(LOCK)], check=True)
        stamp.write_text(wanted)
    return FOLDER / "bin" / "smartcut"
