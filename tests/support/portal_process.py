"""A real portal in a process of its own, on loopback, for the portal's tests and for the app's.

with PortalProcess(folder) as portal:
    requests.get(portal.url + ".well-known/diary-portal", timeout=10)
    portal.approve("ABCD-EFGH")
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from tests.support.portal_database import lay_in

REPOSITORY = Path(__file__).resolve().parents[2]
READY = "Portal ready at "
START_S = 60
STOP_S = 30


class PortalProcess:
    """`python -m portal --data FOLDER --port 0`, running until it is stopped. `url` ends with a slash."""

    def __init__(
        self,
        data: Path,
        *,
        practice: bool = True,
        environment: dict[str, str] | None = None,
        before: Sequence[str] = (),
        fresh: bool = False,
    ) -> None:
        """Start it and wait until it is ready; `before` goes in front of the command (strace, for example).

        fresh: it has to make its folder and its database itself, which takes seconds.
        """
        self.data = data
        if not fresh:
            lay_in(data)
        self._environment = {**os.environ, "PYTHONWARNINGS": "error", **(environment or {})}
        self._environment.pop("DJANGO_SETTINGS_MODULE", None)
        self._before = before
        self._options = ["--practice"] if practice else []
        self._process: subprocess.Popen[str] | None = None
        self._errors: list[str] = []
        self._reader: threading.Thread | None = None
        self.url = ""
        self.start()

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def errors(self) -> str:
        """What it wrote on stderr since it was started last."""
        return "".join(self._errors)

    def start(self) -> None:
        """Start it (again, with the same data, on the port it had); raises RuntimeError where it does not come up."""
        port = self.url.rsplit(":", 1)[-1].strip("/") if self.url else "0"
        self._errors = []
        self._process = subprocess.Popen(
            [*self._before, *self._command("--port", port)],
            cwd=REPOSITORY,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read_errors, args=(self._process,), name="portal-errors")
        self._reader.start()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith(READY):
            self.kill()
            raise RuntimeError(f"The portal did not start: {line}{self.errors}")
        self.url = line.removeprefix(READY).strip()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "portal", "--data", str(self.data), *self._options, *arguments]

    def _read_errors(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        with process.stderr:
            self._errors.extend(process.stderr)

    def run(self, *arguments: str, given: str = "") -> str:
        """Run an admin command on the same data; returns its stdout, raises RuntimeError with its stderr."""
        done = subprocess.run(
            self._command(*arguments),
            cwd=REPOSITORY,
            env=self._environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout

    def approve(self, code: str, *, user: str = "carer") -> None:
        """Let in the computer that shows this code."""
        self.run("approve", code, "--user", user)

    def stop(self) -> int:
        """End it as a service manager would; returns its exit status."""
        return self._end(lambda process: process.terminate())

    def kill(self) -> None:
        """End it as a power cut would (kill -9)."""
        self._end(lambda process: process.kill())

    def wait(self) -> int:
        """Wait until it ended by itself."""
        return self._end(lambda process: None)

    def _end(self, how: Callable[["subprocess.Popen[str]"], None]) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        how(process)
        try:
            status = process.wait(STOP_S)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()
            if self._reader is not None:
                self._reader.join()
        return status

    def __enter__(self) -> "PortalProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
