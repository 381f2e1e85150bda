"""What every test stands on: nothing of this user's is touched, nothing is left behind, and real virtual devices."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import hypothesis
import psutil
import pytest

from tests.support.virtual_camera import (
    DeviceUnavailable,
    VirtualCamera,
    camera_media,
    camera_node,
    compiled,
    virtual_camera,
)
from tests.support.virtual_microphone import VirtualMicrophone, microphone_library, speech_file, virtual_microphone
from tests.support.xvfb import private_screen

PATIENCE_S = 5.0
"""How long threads, processes and sockets may take to end after a test."""


def pytest_configure(config: pytest.Config) -> None:
    """Windows go nowhere, tokens go to no keyring, and one number repeats whatever was random."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # The backend that refuses: the app then keeps tokens in its own file, under the test's folder.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ.setdefault("DIARY_TEST_SEED", str(random.SystemRandom().randrange(2**32)))
    hypothesis.settings.register_profile("diary", deadline=None, print_blob=True)
    hypothesis.settings.load_profile("diary")


def pytest_report_header() -> str:
    return f"seed: {os.environ['DIARY_TEST_SEED']} (set DIARY_TEST_SEED to it to repeat this run)"


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Randomness that the run's seed and the test's name repeat."""
    return random.Random(f"{os.environ['DIARY_TEST_SEED']} {request.node.nodeid}")


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread, a child process or a network socket."""
    before = _living()
    yield
    deadline = time.monotonic() + PATIENCE_S
    while (left := {key: what for key, what in _living().items() if key not in before}) and time.monotonic() < deadline:
        time.sleep(0.02)
    if left:
        pytest.fail("left behind: " + "; ".join(sorted(left.values())), pytrace=False)


def _living() -> dict[object, str]:
    """Every thread, child process and network socket of this process, and what to call it."""
    found: dict[object, str] = {}
    for thread in threading.enumerate():
        # A thread of Qt or PortAudio that once called Python keeps a "Dummy" entry that Python cannot remove.
        if not thread.name.startswith("Dummy-"):
            found[thread] = f"thread {thread.name}"
    me = psutil.Process()
    for child in me.children(recursive=True) if _has_children() else ():
        found[child] = f"process {child.pid} {_name(child)}"
    for connection in me.net_connections("inet") if _has_sockets() else ():
        found["socket", connection.fd, connection.laddr] = f"socket {connection.laddr} {connection.status}"
    return found


def _has_children() -> bool:
    """A quick look first: psutil reads every process of the machine, and there are a thousand tests."""
    try:
        return any((task / "children").read_text().strip() for task in Path("/proc/self/task").iterdir())
    except OSError:  # no such list here, or a thread that ended meanwhile
        return True


def _has_sockets() -> bool:
    """A quick look first: psutil reads every connection of the machine."""
    try:
        return any(str(file.readlink()).startswith("socket:") for file in list(Path("/proc/self/fd").iterdir())[:-1])
    except OSError:  # no such folder here, or a file that was closed meanwhile
        return True


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()[:6]) or process.name()
    except psutil.Error:
        return "(ended meanwhile)"


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app's files go under the test's own folder, and so do the settings of everything that it starts."""
    data = tmp_path / "diary"
    monkeypatch.setenv("DIARY_DATA_DIR", str(data))
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / f"xdg-{name.lower()}"))
    return data


# -- virtual devices --------------------------------------------------------------------------------------------------


@contextmanager
def skips_without_device() -> Iterator[None]:
    """A device that this machine cannot have skips the test, and says by name what is missing."""
    try:
        yield
    except DeviceUnavailable as error:
        pytest.skip(f"virtual device: {error}")


@pytest.fixture(scope="session")
def device_store(pytestconfig: pytest.Config) -> Path:
    """What the virtual devices need and what takes a moment to make; kept from one run to the next."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("virtual-devices")


@pytest.fixture(scope="session")
def video_node() -> Iterator[str]:
    """A device node for the virtual camera. Skips where root would have to make it."""
    with ExitStack() as stack:
        with skips_without_device():
            node = stack.enter_context(camera_node())
        yield node


@pytest.fixture
def camera(tmp_path: Path, device_store: Path, video_node: str) -> VirtualCamera:
    """A virtual camera. Use it in a child process: Popen(..., env={**os.environ, **camera.environment()})."""
    source = Path(__file__).parent / "support" / "fakecam.c"
    with skips_without_device():
        library = compiled(source, device_store, "-ldl", "-lpthread")
    media = camera_media(device_store)
    return virtual_camera(tmp_path / "camera", media=media, library=library, node=video_node, name="Virtual Camera")


@pytest.fixture
def microphone(tmp_path: Path, device_store: Path) -> VirtualMicrophone:
    """A virtual microphone that reads aloud, and beeps at the camera's flashes when both environments are given."""
    with skips_without_device():
        library, speech = microphone_library(device_store), speech_file(device_store)
    return virtual_microphone(tmp_path / "microphone", library=library, speech=speech)


@pytest.fixture
def screen() -> Iterator[str]:
    """A private X screen with a window manager; what DISPLAY must say for a child process."""
    with ExitStack() as stack:
        with skips_without_device():
            display = stack.enter_context(private_screen())
        yield display
