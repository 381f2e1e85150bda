"""The intake when things break: kill -9 at any point, a full disk, silence, a broken connection."""

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.portal_client import PortalClient, Sendable, incoming, received
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import rows
from tests.support.wait import until

MIB = 1024 * 1024
CLIP_MIB = 12


def big_clip() -> Sendable:
    """Twelve mebibytes that differ from each other."""
    return Sendable(b"".join(bytes([number]) * MIB for number in range(CLIP_MIB)))


def clips_of(portal: PortalProcess) -> list[dict[str, object]]:
    """The queue."""
    return list(json.loads(portal.run("clips", "--json")))


def part_size(portal: PortalProcess) -> int:
    """The size of the one file that is on its way."""
    parts = incoming(portal)
    return parts[0].stat().st_size if parts else 0


class StuckSender:
    """A PATCH that sends so many bytes and then hangs until it is released."""

    def __init__(self, client: PortalClient, location: str, clip: Sendable, *, offset: int, until_byte: int) -> None:
        self._release = threading.Event()
        self._thread = threading.Thread(
            target=self._send, args=(client, location, clip.content[offset:until_byte], offset), name="stuck-sender"
        )
        self._thread.start()

    def _send(self, client: PortalClient, location: str, block: bytes, offset: int) -> None:
        def body() -> Iterator[bytes]:
            yield block
            self._release.wait(60)

        try:
            client.patch(location, body(), offset=offset)
        except requests.ConnectionError:
            """The server was killed: that is what the test wants."""

    def end(self) -> None:
        """Let go and wait."""
        self._release.set()
        self._thread.join()


def test_kill_in_the_middle_keeps_what_was_acknowledged(own_portal: PortalProcess, own_client: PortalClient) -> None:
    client, clip = own_client, big_clip()
    location = client.create(clip).headers["Location"]
    assert client.patch(location, clip.content[: 2 * MIB]).headers["Upload-Offset"] == str(2 * MIB)
    sender = StuckSender(client, location, clip, offset=2 * MIB, until_byte=9 * MIB)
    until(lambda: part_size(own_portal) >= 5 * MIB, what="some more blocks")
    own_portal.kill()
    sender.end()
    own_portal.start()
    offset = int(client.head(location).headers["Upload-Offset"])
    assert 2 * MIB <= offset <= 9 * MIB
    assert client.patch(location, clip.content[offset:], offset=offset).status_code == 204
    assert client.receipt(clip.clip_id)["sha256"] == clip.sha256
    assert [each["clip_id"] for each in clips_of(own_portal)] == [clip.clip_id]


def test_a_broken_connection_keeps_what_arrived(own_portal: PortalProcess, own_client: PortalClient) -> None:
    client, clip = own_client, big_clip()
    location = client.create(clip).headers["Location"]
    with raw_patch(client, location, length=len(clip.content)) as connection:
        connection.sendall(clip.content[: 3 * MIB])
        until(lambda: part_size(own_portal) >= 2 * MIB, what="the first blocks")
    offset = int(client.head(location).headers["Upload-Offset"])
    assert 2 * MIB <= offset <= 3 * MIB
    client.patch(location, clip.content[offset:], offset=offset).raise_for_status()
    assert client.receipt(clip.clip_id)["sha256"] == clip.sha256


def raw_patch(client: PortalClient, location: str, *, length: int) -> socket.socket:
    """An open connection on which a PATCH has begun; its body is still to come."""
    place = urlsplit(location)
    headers = client.headers(
        Host=place.netloc,
        Upload_Offset="0",
        Content_Type="application/offset+octet-stream",
        Content_Length=str(length),
    )
    lines = [f"PATCH {place.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    connection = socket.create_connection((place.hostname or "", place.port or 0), timeout=30)
    connection.sendall("\r\n".join(lines).encode())
    return connection


def test_silence_is_408_and_what_came_is_kept(seed: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    clip, folder = big_clip(), Path(shutil.copytree(seed[0], tmp_path / "portal"))
    with PortalProcess(folder, environment={"DIARY_PORTAL_READ_TIMEOUT": "0.3"}) as portal:
        client = PortalClient.known(portal, seed[1])
        location = client.create(clip).headers["Location"]
        with raw_patch(client, location, length=len(clip.content)) as connection:
            connection.sendall(clip.content[: MIB + 5])
            answer = b""
            while block := connection.recv(65536):
                answer += block
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"error": "too_slow"' in answer
        assert client.head(location).headers["Upload-Offset"] == str(MIB + 5)


def finish_by_hand(portal: PortalProcess, clip: Sendable) -> None:
    """Bring the file that is on its way to its full size, as a server does that is killed just before the commit."""
    (part,) = incoming(portal)
    with part.open("ab") as file:
        file.write(clip.content[part.stat().st_size :])


def test_head_commits_a_full_upload(own_portal: PortalProcess, own_client: PortalClient) -> None:
    client, clip = own_client, big_clip()
    location = client.create(clip).headers["Location"]
    client.patch(location, clip.content[:MIB])
    finish_by_hand(own_portal, clip)
    assert client.ask_receipt(clip.clip_id).status_code == 404
    assert client.head(location).headers["Upload-Offset"] == str(len(clip.content))
    assert client.receipt(clip.clip_id)["sha256"] == clip.sha256
    assert incoming(own_portal) == []


def test_head_throws_a_full_but_damaged_upload_away(own_portal: PortalProcess, own_client: PortalClient) -> None:
    client, clip = own_client, big_clip()
    location = client.create(clip).headers["Location"]
    client.patch(location, b"!" * MIB)
    finish_by_hand(own_portal, clip)
    assert client.head(location).status_code == 460
    assert client.head(location).status_code == 404
    assert client.ask_receipt(clip.clip_id).status_code == 404
    assert incoming(own_portal) == received(own_portal) == []


def test_the_start_commits_a_full_upload(own_portal: PortalProcess, own_client: PortalClient) -> None:
    client, clip = own_client, big_clip()
    location = client.create(clip).headers["Location"]
    client.patch(location, clip.content[:MIB])
    own_portal.kill()
    finish_by_hand(own_portal, clip)
    own_portal.start()
    assert client.receipt(clip.clip_id)["sha256"] == clip.sha256
    assert client.head(location).headers["Upload-Offset"] == str(len(clip.content))


def test_the_start_clears_files_that_nobody_owns(own_portal: PortalProcess) -> None:
    own_portal.kill()
    (own_portal.data / "incoming" / "00000000-0000-4000-8000-000000000000.part").write_bytes(b"x")
    own_portal.start()
    assert incoming(own_portal) == []


STRACE = shutil.which("strace")


@pytest.mark.skipif(STRACE is None, reason="strace is not installed: kills at exact system calls are not tried")
@pytest.mark.parametrize(
    ("call", "folder", "sending"),
    [("fsync", None, 1), ("rename", None, 1), ("fsync", "media", 1), ("fsync", "incoming", 1), ("fsync", "media", 2)],
    ids=["first fsync", "rename", "fsync of media", "fsync of incoming", "fsync of media, sent again"],
)
def test_kill_inside_the_commit_is_finished_by_the_next_start(
    own_portal: PortalProcess, own_client: PortalClient, call: str, folder: str | None, sending: int
) -> None:
    client, clip = own_client, big_clip()
    if sending > 1:
        client.send(Sendable(b"the one before", clip_id=clip.clip_id))
        with rows(own_portal) as database:
            database.execute("UPDATE portal_clip SET stage = 'sent_back'")
    location = client.create(clip, changes={"sending": str(sending)}).headers["Location"]
    own_portal.stop()
    only = ["-P", str(own_portal.data / folder)] if folder else []
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when=1"]
    traced = PortalProcess(
        own_portal.data,
        environment={"PYTHONDONTWRITEBYTECODE": "1"},  # the first rename is the intake's own
        before=[STRACE or "", "-f", "-qq", "-o", os.devnull, *only, *inject],
    )
    client.portal = traced
    client.find_places()
    with pytest.raises(requests.ConnectionError):
        client.patch(f"{client.places['intake']}{location.rsplit('/', 1)[-1]}", clip.content)
    assert traced.wait() != 0
    own_portal.start()
    client.portal = own_portal
    client.find_places()
    assert client.receipt(clip.clip_id)["sha256"] == clip.sha256
    assert incoming(own_portal) == []
    (file,) = received(own_portal)
    assert file.read_bytes() == clip.content
    assert len(clips_of(own_portal)) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 MiB in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root: a full disk is not tried")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_507_and_is_carried_on_later(small_disk: Path, seed: tuple[Path, dict[str, str]]) -> None:
    clip, folder = big_clip(), Path(shutil.copytree(seed[0], small_disk / "portal"))
    with PortalProcess(folder) as portal:
        client = PortalClient.known(portal, seed[1])
        location = client.create(clip).headers["Location"]
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - 4 * MIB))
        answer = client.patch(location, clip.content)
        assert answer.status_code == 507
        assert answer.json()["message"].startswith("This portal’s disk is full.")
        assert client.create(big_clip()).status_code == 507
        assert received(portal) == []
        ballast.unlink()
        offset = int(client.head(location).headers["Upload-Offset"])
        assert 0 < offset < len(clip.content)
        client.patch(location, clip.content[offset:], offset=offset).raise_for_status()
        assert client.receipt(clip.clip_id)["sha256"] == clip.sha256


def test_stopping_ends_an_open_request_and_keeps_its_bytes(own_portal: PortalProcess, own_client: PortalClient) -> None:
    client, clip = own_client, big_clip()
    location = client.create(clip).headers["Location"]
    sender = StuckSender(client, location, clip, offset=0, until_byte=4 * MIB)
    until(lambda: part_size(own_portal) >= 3 * MIB, what="the blocks")
    assert own_portal.stop() == 0
    sender.end()
    own_portal.start()
    assert int(client.head(location).headers["Upload-Offset"]) >= 3 * MIB
