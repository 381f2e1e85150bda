"""kill -9, of the app and of the portal, in the middle of sending: one queue entry, equal SHA-256, nothing twice."""

import contextlib
import hashlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Rendition, Stage
from diary_app.delivery.pairing import PairingDesk
from diary_app.delivery.practice import PracticePortal
from diary_app.folders import Folders
from tests.support.diary_files import ReadyClip, add_ready_clip
from tests.support.portal_process import REPOSITORY, PortalProcess
from tests.support.portal_rows import rows
from tests.support.slow_line import SlowLine
from tests.support.wait import until
from upload.receipt import fetch_receipt

SIZE = 6_000_000
PATIENCE_S = 120.0


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data").make()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    with PortalProcess(tmp_path_factory.mktemp("portal"), practice=False) as portal:
        yield portal


@pytest.fixture
def mortal_portal(tmp_path: Path) -> Iterator[PortalProcess]:
    with PortalProcess(tmp_path / "portal", practice=False) as portal:
        yield portal


def _join(folders: Folders, url: str, portal: PortalProcess) -> PairingDesk:
    desk = PairingDesk(folders, PracticePortal(folders))
    invitation = desk.begin(url)
    portal.approve(invitation.code.user_code)
    desk.wait(invitation, threading.Event())
    return desk


def _ready(folders: Folders, rng: random.Random, *, size: int = SIZE) -> ReadyClip:
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        return add_ready_clip(folders, catalogue, size=size, rng=rng)


def _sent_back(folders: Folders, portal: PortalProcess, first: ReadyClip, rng: random.Random) -> ReadyClip:
    """A moderator sent it back; it is edited, and wanted again."""
    with rows(portal) as database:
        database.execute("UPDATE portal_clip SET stage = 'sent_back' WHERE sha256 = ?", (first.sha256,))
    content = rng.randbytes(SIZE)
    first.path.write_bytes(content)
    again = replace(first, sha256=hashlib.sha256(content).hexdigest())
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        assert catalogue.hear(catalogue.clip(first.clip_id), Stage.SENT_BACK, note="Once more, please.")
        assert catalogue.begin_next_sending(first.clip_id)
        catalogue.set_rendition(first.clip_id, Rendition(first.path, again.sha256, SIZE, 12.5))
        catalogue.move(first.clip_id, Stage.READY)
        catalogue.want(first.clip_id)
    return again


@contextmanager
def _app(folders: Folders) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.uploader_child", str(folders.data)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def _until(process: "subprocess.Popen[str]", fraction: float) -> list[str]:
    """Read what the app says until so much of the clip is on its way; all of it where it ended before."""
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if line[0] in "01" and float(line) >= fraction:
            break
    return said


def _finish(folders: Folders) -> str:
    with _app(folders) as process:
        said, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, said
    return said


def _check(folders: Folders, desk: PairingDesk, portal: PortalProcess, ready: ReadyClip) -> None:
    """Both sides agree: received and checked, once."""
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        clip = catalogue.clip(ready.clip_id)
    assert clip.stage in (Stage.RECEIVED, Stage.IN_REVIEW)
    assert clip.receipt is not None
    assert clip.receipt.sha256 == ready.sha256
    with desk.account(threading.Event()) as account:
        receipt = fetch_receipt(account, ready.clip_id)
    assert receipt is not None
    assert (receipt.sha256, receipt.bytes) == (ready.sha256, SIZE)
    entries = [line for line in portal.run("clips").splitlines() if ready.clip_id in line]
    assert len(entries) == 1, entries


def test_the_app_is_killed_again_and_again(folders: Folders, portal: PortalProcess, rng: random.Random) -> None:
    with SlowLine(portal.url, bytes_per_s=3_000_000) as line:
        desk = _join(folders, line.url, portal)
        ready = _ready(folders, rng)
        killed = 0
        for fraction in sorted(rng.uniform(0.3, 0.8) for _ in range(4)):
            with _app(folders) as process:
                _until(process, fraction)
                killed += process.poll() is None
                process.send_signal(signal.SIGKILL)
        assert killed, "the app was never in the middle of sending"
        _finish(folders)
        _check(folders, desk, portal, ready)
        # From the beginning each time, it would be more than twice; a slow portal has not taken all that is under way.
        assert line.up < SIZE * 2, "what had arrived was sent again each time"


def test_the_portal_is_killed_in_the_middle(folders: Folders, mortal_portal: PortalProcess, rng: random.Random) -> None:
    portal = mortal_portal
    with SlowLine(portal.url, bytes_per_s=3_000_000) as line:
        desk = _join(folders, line.url, portal)
        ready = _ready(folders, rng)
        with _app(folders) as process:
            _until(process, rng.uniform(0.2, 0.6))
            portal.kill()
            portal.start()
            said, _ = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 0, said
        _check(folders, desk, portal, ready)


def test_the_app_is_killed_between_the_last_byte_and_the_receipt(
    folders: Folders, portal: PortalProcess, rng: random.Random
) -> None:
    with SlowLine(portal.url, bytes_per_s=50_000_000) as line:
        desk = _join(folders, line.url, portal)
        ready = _ready(folders, rng)
        line.swallow_answers_after(SIZE)
        with _app(folders) as process:
            until(lambda: line.swallowed > 0, what="the last byte", limit_s=PATIENCE_S)
            os.kill(process.pid, signal.SIGKILL)
        line.swallow_answers_after(None)
        before = line.up
        _finish(folders)
        _check(folders, desk, portal, ready)
        assert line.up - before < 100_000, "the clip was not sent a second time"


def test_the_app_is_killed_in_the_second_sending(folders: Folders, portal: PortalProcess, rng: random.Random) -> None:
    with SlowLine(portal.url, bytes_per_s=3_000_000) as line:
        desk = _join(folders, line.url, portal)
        first = _ready(folders, rng, size=1000)
        _finish(folders)
        again = _sent_back(folders, portal, first, rng)
        with _app(folders) as process:
            _until(process, rng.uniform(0.2, 0.7))
            process.send_signal(signal.SIGKILL)
        with desk.account(threading.Event()) as account:
            receipt = fetch_receipt(account, first.clip_id)
        assert receipt is not None
        assert receipt.sha256 in (first.sha256, again.sha256), "whole, whichever it is"
        _finish(folders)
        _check(folders, desk, portal, again)


def test_a_token_is_in_no_log_and_no_argument(folders: Folders, portal: PortalProcess, rng: random.Random) -> None:
    desk = _join(folders, portal.url, portal)
    pairing = desk.paired()
    assert pairing is not None
    tokens = desk.vault.load(pairing.account)
    assert tokens is not None
    assert tokens.refresh is not None
    _ready(folders, rng)
    said = _finish(folders)
    assert "Starting new HTTP connection" in said, "the log was not listened to"
    for secret in (tokens.access.reveal(), tokens.refresh.reveal()):
        assert secret not in said
        assert secret not in folders.settings.read_text()
        assert secret not in portal.errors


def test_the_slow_line_is_really_slow_and_really_a_line(portal: PortalProcess) -> None:
    with SlowLine(portal.url, bytes_per_s=1_000_000) as line, socket.create_connection(line.place, timeout=5) as one:
        one.sendall(b"GET /.well-known/diary-portal HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: one.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200")
