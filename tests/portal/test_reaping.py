"""What nobody carries on with is thrown away while the portal runs, and nothing else is."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.portal_client import PortalClient, Sendable
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import age, upload_id
from tests.support.sending import MemoryVault, Notes, make_parcel, signed_in
from tests.support.wait import until
from upload.attempt import attempt
from upload.secret import Secret
from upload.tokens import Tokens

KIB = 1024


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalClient]:
    """A portal that looks for stale deliveries twenty times a second."""
    folder = tmp_path_factory.mktemp("reaping") / "portal"
    process = PortalProcess(folder, environment={"DIARY_PORTAL_SWEEP_EVERY": "0.05"})
    try:
        yield PortalClient(process)
        assert process.stop() == 0
        assert process.errors == ""
    finally:
        process.kill()


def part(client: PortalClient, location: str) -> Path:
    """Where the bytes of an upload lie."""
    return client.portal.data / "incoming" / f"{upload_id(location)}.part"


def test_a_stale_delivery_is_thrown_away_and_the_app_that_comes_back_sends_it_again(
    client: PortalClient, tmp_path: Path, rng: random.Random
) -> None:
    parcel = make_parcel(tmp_path, size=50_000, rng=rng)
    stale = Sendable(parcel.source.path.read_bytes(), clip_id=parcel.clip_id)
    fresh = Sendable(rng.randbytes(50_000))
    places = [client.create(clip).headers["Location"] for clip in (fresh, stale)]
    for place, clip in zip(places, (fresh, stale), strict=True):
        assert client.patch(place, clip.content[:1000]).status_code == 204
    age(client.portal, places[0], days=13.9)
    age(client.portal, places[1], days=14.1)
    until(lambda: client.head(places[1]).status_code == 404, what="the sweeper")
    assert not part(client, places[1]).exists()
    assert client.head(places[0]).headers["Upload-Offset"] == "1000"

    notes = Notes()
    tokens = Tokens(Secret(client.tokens["access_token"]), Secret(client.tokens["refresh_token"]))
    with signed_in(client.portal.url, MemoryVault(tokens)) as account:
        receipt = attempt(account, parcel, kept=places[1], watcher=notes.watcher)
    assert receipt.sha256 == parcel.sha256
    assert notes.created[0] is None
    assert notes.address != places[1]


def test_one_that_is_being_written_is_left_alone(client: PortalClient) -> None:
    written, other = Sendable(b"a" * 600 * KIB), Sendable(b"b" * 100)
    places = {clip.clip_id: client.create(clip).headers["Location"] for clip in (written, other)}
    release = threading.Event()
    answers: list[int] = []

    def pieces() -> Iterator[bytes]:
        yield written.content[: 300 * KIB]
        release.wait(60)
        yield written.content[300 * KIB :]

    def send() -> None:
        answers.append(client.patch(places[written.clip_id], pieces()).status_code)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        until(lambda: part(client, places[written.clip_id]).exists(), what="the first bytes")
        age(client.portal, places[written.clip_id], days=300)
        age(client.portal, places[other.clip_id], days=200)  # younger: it is looked at after the one that is written
        until(lambda: client.head(places[other.clip_id]).status_code == 404, what="the sweeper")
        assert part(client, places[written.clip_id]).exists()
    finally:
        release.set()
        sender.join()
    assert answers == [204]
    assert client.receipt(written.clip_id)["sha256"] == written.sha256


@pytest.mark.parametrize("days", [15, 0.01])
def test_one_that_is_whole_is_received_and_not_thrown_away(client: PortalClient, days: float) -> None:
    """Also when its app asks no more: a bucket was out of reach, and the computer has been switched off since."""
    clip = Sendable(b"d" * 1000)
    place = client.create(clip).headers["Location"]
    client.patch(place, clip.content[:999])
    with part(client, place).open("ab") as file:  # as after a disk that failed just before the commit
        file.write(clip.content[999:])
    age(client.portal, place, days=days)
    until(lambda: client.ask_receipt(clip.clip_id).status_code == 200, what="the sweeper")
    assert client.receipt(clip.clip_id)["sha256"] == clip.sha256
