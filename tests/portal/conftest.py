"""One running portal for most tests; those that kill it start their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import portal_media
from tests.support.portal_client import PortalClient
from tests.support.portal_pages import add_moderator
from tests.support.portal_process import PortalProcess


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal with a moderator; at the end it must have stopped well and have had nothing to complain about."""
    process = PortalProcess(tmp_path_factory.mktemp("portal"))
    try:
        add_moderator(process)
        yield process
        assert process.stop() == 0
        assert process.errors == ""
    finally:
        process.kill()


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The data of a portal that knows one computer, and that computer's tokens: to be copied, which is quicker."""
    folder = tmp_path_factory.mktemp("seed") / "portal"
    with PortalProcess(folder) as process:
        tokens = PortalClient(process).tokens
    return folder, tokens


@pytest.fixture
def own_portal(seed: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[PortalProcess]:
    """A portal that the test may kill."""
    process = PortalProcess(Path(shutil.copytree(seed[0], tmp_path / "portal")))
    try:
        yield process
    finally:
        process.kill()


@pytest.fixture
def own_client(own_portal: PortalProcess, seed: tuple[Path, dict[str, str]]) -> PortalClient:
    """The computer that it knows."""
    return PortalClient.known(own_portal, seed[1])


@pytest.fixture(scope="session")
def carer(portal: PortalProcess) -> PortalClient:
    """A computer that may send."""
    return PortalClient(portal, user="carer")


@pytest.fixture(scope="session")
def stranger(portal: PortalProcess) -> PortalClient:
    """A computer of another account."""
    return PortalClient(portal, user="stranger")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of picture and sound."""
    return portal_media.film(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of sound."""
    return portal_media.sound(tmp_path_factory.mktemp("sound") / "sound.mp4")
