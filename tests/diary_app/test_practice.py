"""The practice portal: a real process, found, re-used, brought back, and never left behind."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import psutil
import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Stage
from diary_app.delivery.courier import Courier, Delivered
from diary_app.delivery.pairing import PairingDesk
from diary_app.delivery.practice import PracticeFailed, PracticePortal, remembered_port
from diary_app.folders import Folders
from tests.support.diary_files import add_ready_clip
from tests.support.portal_database import lay_in
from tests.support.portal_process import REPOSITORY
from tests.support.wait import until
from upload.discovery import discover
from upload.errors import Stopped
from upload.files import write_whole
from upload.receipt import fetch_stage
from upload.transport import Transport

NEVER = Event()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose practice portal has made its database: that takes a moment, and is not what is tested."""
    folders = Folders(tmp_path_factory.mktemp("made")).make()
    _own_port(folders)
    lay_in(folders.practice_portal)
    PracticePortal(folders).admin("clips")
    return folders.data


@pytest.fixture
def folders(tmp_path: Path, made: Path) -> Folders:
    shutil.copytree(made, tmp_path / "data")
    folders = Folders(tmp_path / "data")
    _own_port(folders)
    return folders


def _own_port(folders: Folders) -> None:
    """A port that nobody else on this computer uses just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        write_whole(folders.data / "practice-portal.port", str(free.getsockname()[1]).encode())


@pytest.fixture
def practice(folders: Folders) -> Iterator[PracticePortal]:
    practice = PracticePortal(folders)
    yield practice
    practice.stop()


def _is_practice(url: str) -> bool:
    with Transport(url) as transport:
        return discover(transport).practice


def _ours(*portals: PracticePortal) -> list[bool]:
    return [one.ours for one in portals]


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_until_gone(processes: set[psutil.Process]) -> None:
    until(lambda: not any(_lives(process) for process in processes), what="every process to be gone")


def test_it_starts_is_found_again_and_ends(folders: Folders, practice: PracticePortal) -> None:
    before = _children()
    url = practice.ensure(NEVER)
    assert _is_practice(url)
    assert practice.ensure(NEVER) == url
    other = PracticePortal(folders)
    assert other.ensure(NEVER) == url, "a second process uses the same one"
    assert _ours(practice, other) == [True, False]
    other.stop()
    assert _is_practice(url), "and does not end what it did not start"
    processes = _children() - before
    practice.stop()
    _wait_until_gone(processes)
    assert other.ensure(NEVER) == url, "it comes back at the same address"
    assert _ours(practice, other) == [False, True]
    other.stop()


def test_two_starters_start_one(folders: Folders) -> None:
    both = [PracticePortal(folders), PracticePortal(folders)]
    urls: list[str] = []
    threads = [threading.Thread(target=lambda one=one: urls.append(one.ensure(NEVER))) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(urls)) == 1
    assert sorted(_ours(*both)) == [False, True]
    for one in both:
        one.stop()


def test_a_port_that_somebody_else_took(folders: Folders, practice: PracticePortal) -> None:
    with socket.create_server(("127.0.0.1", remembered_port(folders))) as somebody:
        url = practice.ensure(NEVER)
        assert _is_practice(url)
        assert not url.endswith(f":{somebody.getsockname()[1]}")
    assert url.endswith(f":{remembered_port(folders)}")


def test_the_practice_portal_of_another_folder_is_not_ours(
    folders: Folders, practice: PracticePortal, tmp_path: Path
) -> None:
    url = practice.ensure(NEVER)
    shutil.copytree(folders.practice_portal, tmp_path / "other" / "practice-portal")
    other_folders = Folders(tmp_path / "other")
    write_whole(other_folders.data / "practice-portal.port", str(remembered_port(folders)).encode())
    other = PracticePortal(other_folders)
    try:
        assert other.ensure(NEVER) != url
    finally:
        other.stop()


def test_kill_9_of_the_app_leaves_no_process(folders: Folders) -> None:
    program = (
        "import sys, threading; from pathlib import Path;"
        "from diary_app.folders import Folders; from diary_app.delivery.practice import PracticePortal;"
        "print(PracticePortal(Folders(Path(sys.argv[1]))).ensure(threading.Event()), flush=True);"
        "threading.Event().wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folders.data)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as app:
        assert app.stdout is not None
        url = app.stdout.readline().strip()
        assert _is_practice(url)
        children = set(psutil.Process(app.pid).children(recursive=True))
        assert len(children) >= 2
        os.kill(app.pid, signal.SIGKILL)
    _wait_until_gone(children)


def test_a_portal_that_does_not_start_says_so(
    folders: Folders, practice: PracticePortal, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(folders.practice_portal)
    folders.practice_portal.write_text("not a folder")
    with pytest.raises(PracticeFailed, match="did not start"):
        practice.ensure(NEVER)
    assert str(folders.practice_portal) in caplog.text, "the portal's own words are in the log"
    assert not practice.ours


def test_stop_ends_the_start(practice: PracticePortal) -> None:
    stop = Event()
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Stopped):
        practice.ensure(stop)
    assert not practice.ours


def test_from_nothing_to_a_receipt_and_back_after_everything_was_lost(
    folders: Folders, practice: PracticePortal, rng: random.Random
) -> None:
    folders.make()
    desk = PairingDesk(folders, practice)
    pairing = desk.pair_with_practice(NEVER)
    assert pairing.practice
    assert desk.pair_with_practice(NEVER) == pairing, "joining twice changes nothing"
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        courier = Courier(
            catalogue,
            desk,
            tell=lambda _: None,
            clock=time.monotonic,
            now=time.time,
            random=rng.random,
        )
        first = add_ready_clip(folders, catalogue, size=200_000, rng=rng)
        delivered = courier.carry(catalogue.clip(first.clip_id), NEVER)
        assert isinstance(delivered, Delivered)
        assert delivered.receipt.sha256 == first.sha256

        # The portal ends, its port goes to somebody else, and its data is wiped: all of it mends itself.
        practice.stop()
        second = add_ready_clip(folders, catalogue, size=200_000, rng=rng)
        catalogue.keep_upload(second.clip_id, f"{pairing.url}/intake/{second.clip_id}")
        shutil.rmtree(folders.practice_portal)
        with socket.create_server(("127.0.0.1", remembered_port(folders))):
            outcome = courier.carry(catalogue.clip(second.clip_id), NEVER)
            assert isinstance(outcome, Delivered), outcome
            assert catalogue.clip(second.clip_id).stage is Stage.RECEIVED
            moved = desk.paired()
            assert moved is not None
            assert moved.url != pairing.url
            with desk.account(NEVER) as account:
                assert fetch_stage(account, first.clip_id) is None
                assert fetch_stage(account, second.clip_id) is not None
