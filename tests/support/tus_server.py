"""The official tus server for Node (`@tus/server` with its file store) in a process of its own, on loopback.

with TusServer(folder) as server:
    hand_over(... server.url ...)
    server.held().read_bytes()

`./scripts/test` installs it from tests/support/tus_node/package-lock.json, which pins every package by its hash.
"""

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

import pytest

from upload.tus import CHUNK_FOR_OTHERS

HOME = Path(__file__).with_name("tus_node")


def need_tus_server() -> None:
    """Skip the test, by name, where the server is not installed."""
    if shutil.which("node") is None or not (HOME / "node_modules" / "@tus" / "server").is_dir():
        pytest.skip("node: the tus server is not installed; ./scripts/test does that")


class TusServer:
    """Running until it is stopped or killed. folder: its uploads; most_bytes: in one request, 413 for more.

    token: what requests must carry, 401 otherwise; None: nothing.
    """

    def __init__(self, folder: Path, *, token: str | None = None, most_bytes: int = CHUNK_FOR_OTHERS) -> None:
        self._folder = folder
        self._options = [str(most_bytes), *([] if token is None else [token])]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.start()

    def start(self) -> None:
        """Start it (again, with the same uploads, at another port)."""
        self._process = subprocess.Popen(
            ["node", str(HOME / "server.mjs"), str(self._folder), "0", *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/files"

    @property
    def place(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", int(self.url.removesuffix("/files").rsplit(":", 1)[-1])

    @property
    def requests(self) -> list[str]:
        """Every request so far, each as its method and its Upload-Offset, or a dash."""
        log = self._folder.with_name(f"{self._folder.name}.log")
        return log.read_text(encoding="ascii").splitlines() if log.exists() else []

    @property
    def offsets(self) -> list[int]:
        """Where each PATCH so far began."""
        return [int(line.split()[1]) for line in self.requests if line.startswith("PATCH")]

    def held(self) -> Path:
        """The one upload that it has."""
        (found,) = (path for path in self._folder.iterdir() if path.suffix != ".json")
        return found

    @property
    def bytes_held(self) -> int:
        """How much of that upload lies on its disk; 0 before it is there."""
        return sum(path.stat().st_size for path in self._folder.iterdir() if path.suffix != ".json")

    def metadata(self) -> dict[str, str]:
        """What it was told about that upload."""
        told = json.loads(self.held().with_suffix(".json").read_bytes())["metadata"]
        assert isinstance(told, dict)
        return told

    def kill(self) -> None:
        """End it as a crash does."""
        assert self._process is not None
        self._process.kill()
        self.stop()

    def stop(self) -> None:
        """End it, if it runs, and wait."""
        process, self._process = self._process, None
        if process is not None:
            process.communicate(timeout=30)

    def __enter__(self) -> "TusServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
