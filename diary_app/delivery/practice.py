"""The practice portal: a real portal on this computer, so that Send works before anybody has set anything up.

It belongs to the process that started it and ends with it, however that ends (diary_app.leash): no process is left
behind. A second process finds it and uses it; when the first one ends, the second starts its own on the same data and
the same port, and an upload that was under way goes on. The page named in a receipt can be opened again at any time:
`diary portal` (data: Folders.practice_portal, port: remembered_port) brings it back at the same address.

Blocking; never on the GUI thread.
"""

import logging
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

from diary_app.child import own_python
from diary_app.folders import Folders
from upload.discovery import discover
from upload.errors import DeliveryError, Stopped, World
from upload.files import locked, write_whole
from upload.transport import Timeouts, Transport

log = logging.getLogger(__name__)

FIRST_PORT = 8400
READY = "Portal ready at "
START_S = 60.0
"""How long the portal may take to start: its first start makes its database."""
STOP_S = 15.0
LOOK_S = 0.05
ASK = Timeouts(connect_s=2.0, answer_s=5.0, whole_answer_s=5.0)


class PracticeFailed(World):
    """The practice portal did not start; the cause is in its log."""

    default = "The practice portal on this computer did not start. Your recording is safe."


class PracticePortal:
    """The practice portal as this process sees it; one for each process. Any thread."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ours(self) -> bool:
        """True while a portal runs that this process started, and that will end with it."""
        return self._process is not None and self._process.poll() is None

    @property
    def log_file(self) -> Path:
        """What the portal wrote since it was started last."""
        return self._folders.data / "practice-portal.log"

    def ensure(self, stop: Event) -> str:
        """Return the address of the running practice portal, starting it where it does not run.

        Raises PracticeFailed and Stopped.
        """
        ends = time.monotonic() + START_S
        lock = self._folders.data / "practice-portal.lock"
        try:
            with locked(lock, give_up=lambda: stop.is_set() or time.monotonic() > ends) as held:
                if stop.is_set():
                    raise Stopped
                if not held:
                    raise PracticeFailed
                return self._find(stop, ends=ends) or self._start(stop)
        except OSError as error:
            raise PracticeFailed from error

    def is_at(self, url: str) -> bool:
        """True where the practice portal of our own data answers at this address: not any portal that says practice."""
        return _is_running(self._folders) and _address(self._folders) == url

    def stop(self) -> None:
        """End the portal if this process started it; waits until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        _let_go(process)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def admin(self, *arguments: str) -> str:
        """Run one of the portal's admin commands on the practice data; returns its output. Raises PracticeFailed."""
        done = subprocess.run(
            portal_command(self._folders, *arguments),
            cwd=_package_root(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
            creationflags=_own_group(),
        )
        if done.returncode:
            log.error("portal %s: %s", arguments[0], done.stderr.strip()[-2000:])
            raise PracticeFailed
        return done.stdout

    def _find(self, stop: Event, *, ends: float) -> str | None:
        """The address of the portal that runs on our data, whoever started it; None where none runs."""
        while _is_running(self._folders):
            url = _address(self._folders)
            if url is not None and _answers(url):
                return url
            if stop.wait(LOOK_S):
                raise Stopped
            if time.monotonic() > ends:
                raise PracticeFailed
        return None

    def _start(self, stop: Event) -> str:
        """At the port that it had last if it is free; another program may take it at that very moment: then any."""
        self.stop()
        port = _free(remembered_port(self._folders))
        try:
            url = self._start_at(port, stop)
        except PracticeFailed:
            if port == 0:
                raise
            url = self._start_at(0, stop)
        write_whole(_port_file(self._folders), url.rsplit(":", 1)[1].encode())
        return url

    def _start_at(self, port: int, stop: Event) -> str:
        command = portal_command(self._folders, "--port", str(port))
        with self.log_file.open("wb") as output:
            process = subprocess.Popen(
                own_python("diary_app.leash", *command),
                cwd=_package_root(),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                creationflags=_own_group(),
            )
        self._process = process
        try:
            return self._wait_until_ready(process, stop)
        except (PracticeFailed, Stopped):
            self.stop()
            raise

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", stop: Event) -> str:
        ends = time.monotonic() + START_S
        while time.monotonic() < ends:
            for line in self.log_file.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
                if line.startswith(READY) and line.endswith("\n"):
                    return line.removeprefix(READY).strip().rstrip("/")
            if process.poll() is not None:
                break
            if stop.wait(LOOK_S):
                raise Stopped
        last = self.log_file.read_text(encoding="utf-8", errors="replace")[-2000:]
        log.error("the practice portal did not start: %s", last)
        raise PracticeFailed


def portal_command(folders: Folders, *arguments: str) -> list[str]:
    """The command line of the practice portal, or of an admin command on its data."""
    return own_python("portal", "--practice", "--data", str(folders.practice_portal), *arguments)


def remembered_port(folders: Folders) -> int:
    """The port that the practice portal had last, or its first choice."""
    try:
        port = int(_port_file(folders).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return FIRST_PORT  # never started, or damaged: another port only means that uploads are asked for anew
    return port if 0 < port < 65_536 else FIRST_PORT


def _free(port: int) -> int:
    """The port if nobody has it, else 0: the portal then takes any."""
    with socket.socket() as probe:
        if sys.platform != "win32":  # there the option would allow two listeners on one port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _answers(url: str) -> bool:
    try:
        with Transport(url, timeouts=ASK) as transport:
            return discover(transport).practice
    except DeliveryError:
        return False


def _port_file(folders: Folders) -> Path:
    return folders.data / "practice-portal.port"


def _is_running(folders: Folders) -> bool:
    """True while a portal holds the lock of our practice data: a portal of another folder or person does not count."""
    if not folders.practice_portal.is_dir():
        return False
    with locked(folders.practice_portal / "running.lock", give_up=lambda: True) as free:
        return not free


def _address(folders: Folders) -> str | None:
    """What the portal wrote into its own folder, which only this user can write."""
    try:
        return (folders.practice_portal / "running.url").read_text(encoding="utf-8").strip().rstrip("/") or None
    except FileNotFoundError:
        return None


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()


def _package_root() -> Path:
    """A folder that is always there: a process that stays must not keep a memory stick from being taken out."""
    return Path(__file__).resolve().parent.parent


def _own_group() -> int:
    """Windows: no console window, and no Ctrl-C of ours."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0
