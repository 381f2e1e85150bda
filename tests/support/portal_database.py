"""An empty portal database that is migrated already: making one takes seconds, and every portal of the tests wants one.

Kept in the tests' own cache, under the digest of what it is made from.
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from upload.files import locked

REPOSITORY = Path(__file__).resolve().parents[2]
NAME = "portal.sqlite3"


def lay_in(data: Path) -> None:
    """Put one into a portal's folder, as its first start would; what is there already stays."""
    if (data / NAME).exists():
        return
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(_migrated(), data / NAME)
    (data / NAME).chmod(0o600)


def _migrated() -> Path:
    kept = REPOSITORY / ".pytest_cache" / "portal" / f"{_digest()}.sqlite3"
    if not kept.exists():
        with locked(kept.with_suffix(".lock"), give_up=lambda: False):  # one of the test processes makes it for all
            if not kept.exists():
                _make(kept)
    return kept


def _make(kept: Path) -> None:
    folder = kept.parent / secrets.token_hex(8)
    folder.mkdir(parents=True)
    made = [sys.executable, "-m", "portal", "--data", str(folder), "devices"]
    subprocess.run(made, cwd=REPOSITORY, env=_environment(), check=True, stdout=subprocess.DEVNULL)
    (folder / NAME).replace(kept)
    shutil.rmtree(folder)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def _digest() -> str:
    parts = [REPOSITORY / "requirements.lock", *sorted((REPOSITORY / "portal").rglob("*.py"))]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()[:20]
