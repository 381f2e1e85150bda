"""A portal on a real PostgreSQL, with its films in a real S3 bucket: by its settings alone, and as safe as without."""

import contextlib
import hashlib
import io
import os
import random
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from botocore.response import StreamingBody

from portal import database, home, only_one, s3, words
from portal.intake.disk import DiskFailed
from tests.portal.test_claims import race
from tests.support import real_postgres, real_s3
from tests.support.claim_race import Racer
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable, incoming, received
from tests.support.portal_process import PortalProcess
from tests.support.real_postgres import Postgres
from tests.support.real_s3 import Seaweed
from tests.support.sending import MemoryVault, Notes, signed_in
from tests.support.wait import until
from upload.attempt import Parcel, attempt
from upload.secret import Secret
from upload.tokens import Tokens
from upload.tus import Source

MIB = 1024 * 1024
RACES = 8
PLACE = s3.Place("https://storage.example", "diary", "us-east-1", "name", "key")
HOLDERS = "count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    try:
        server = Postgres()
    except real_postgres.Unavailable as missing:
        pytest.skip(str(missing))
    with server:
        yield server


@pytest.fixture(scope="module")
def seaweed() -> Iterator[Seaweed]:
    try:
        server = Seaweed()
    except real_s3.Unavailable as missing:
        pytest.skip(str(missing))
    with server:
        yield server


def client_of(portal: PortalProcess) -> PortalClient:
    """A computer that may send."""
    return PortalClient.known(portal, {"access_token": portal.run("token", "a script").strip()})


def column(server: Postgres, environment: dict[str, str], what: str) -> list[object]:
    """What a SELECT finds in the portal's database."""
    name = urlsplit(environment[database.DATABASE_VARIABLE]).path.strip("/")
    with server.connect(name) as connection:
        return [row[0] for row in connection.execute(f"SELECT {what}".encode()).fetchall()]


# -- the whole way --------------------------------------------------------------------------------------------------


def test_a_clip_goes_from_the_app_to_its_page_and_nothing_is_left_when_it_is_withdrawn(
    postgres: Postgres, seaweed: Seaweed, tmp_path: Path, film: Path
) -> None:
    tables, bucket = postgres.database(), seaweed.bucket()
    with PortalProcess(tmp_path / "portal", environment={**tables, **bucket}, fresh=True) as portal:
        sendable, content = Sendable(film.read_bytes()), film.read_bytes()
        client = client_of(portal)
        send_by_the_app(client, film, sendable)
        until(lambda: column(postgres, tables, "playable FROM portal_clip") == [True], what="the check")
        until(lambda: incoming(portal) == [], what="the end of the copy that was checked")
        assert received(portal) == []
        held = seaweed.held(bucket)
        assert sorted(key.partition("/")[0] for key in held) == ["media", "posters"]
        assert [film for key, film in held.items() if key.startswith("media/")] == [content]
        portal.run("publish", sendable.clip_id)
        page = f"{portal.url}clips/{sendable.clip_id}"
        assert requests.get(f"{page}/media", timeout=TIMEOUT_S).content == content
        part = requests.get(f"{page}/media", headers={"Range": "bytes=1000-4999"}, timeout=TIMEOUT_S)
        assert (part.status_code, part.content) == (206, content[1000:5000])
        assert requests.get(f"{page}/poster", timeout=TIMEOUT_S).content.startswith(b"\xff\xd8")
        withdrawn = f"{client.places['clips']}{sendable.clip_id}/withdraw"
        requests.post(withdrawn, headers=client.headers(), timeout=TIMEOUT_S).raise_for_status()
        until(lambda: seaweed.held(bucket) == {}, what="an empty bucket")
        assert requests.get(f"{page}/media", timeout=TIMEOUT_S).status_code == 404
    assert portal.errors == ""


def send_by_the_app(client: PortalClient, film: Path, sendable: Sendable) -> None:
    """Deliver it as the app does."""
    facts = {name: what for name, what in sendable.facts().items() if name not in ("clipid", "sha256", "filetype")}
    source = Source(film, len(sendable.content))
    parcel = Parcel(sendable.clip_id, source, sendable.sha256, sendable.filetype, facts)
    tokens = Tokens(Secret(client.tokens["access_token"]), Secret("none"))
    with signed_in(client.portal.url, MemoryVault(tokens)) as account:
        assert attempt(account, parcel, kept=None, watcher=Notes().watcher).sha256 == sendable.sha256


# -- a bucket that goes and comes back ------------------------------------------------------------------------------


class Sending:
    """A PATCH of a whole clip in a thread of its own: its answer comes when the clip is committed, or not at all."""

    def __init__(self, client: PortalClient, clip: Sendable) -> None:
        self.location = client.create(clip).headers["Location"]
        self.answer: requests.Response | None = None
        self._client, self._clip = client, clip
        self._thread = threading.Thread(target=self._send, name="sending")
        self._thread.start()

    def _send(self) -> None:
        with contextlib.suppress(requests.ConnectionError):
            self.answer = self._client.patch(self.location, self._clip.content)

    def until_whole(self) -> None:
        """Until all of it lies on the portal's disk; what else lies there (a copy that is being checked) is not it."""
        part = self._client.portal.data / "incoming" / f"{self.location.rpartition('/')[2]}.part"
        until(lambda: part.exists() and part.stat().st_size == len(self._clip.content), what="the bytes")

    def end(self) -> requests.Response | None:
        """Wait for it."""
        self._thread.join()
        return self.answer


def test_what_a_bucket_does_not_take_is_said_plainly_and_finished_later(
    seaweed: Seaweed, tmp_path: Path, rng: random.Random
) -> None:
    first, second = (Sendable(rng.randbytes(s3.PART_BYTES + MIB)) for _ in range(2))
    with ExitStack() as stack:
        gateway = stack.enter_context(seaweed.gateway())
        bucket = seaweed.bucket(gateway)
        portal = stack.enter_context(PortalProcess(tmp_path / "portal", environment=bucket))
        client = client_of(portal)
        os.kill(gateway.pid, signal.SIGSTOP)  # it takes the connection, and then nothing: the commit is under way
        sending = Sending(client, first)
        sending.until_whole()
        gateway.go()
        answer = sending.end()
        assert answer is not None
        assert (answer.status_code, answer.json()["message"]) == (503, words.DISK_FAILED)
        assert client.ask_receipt(first.clip_id).status_code == 404
        assert requests.get(f"{portal.url}health", timeout=TIMEOUT_S).status_code == 503
        assert client.head(sending.location).status_code == 503
        gateway.come_back()
        assert client.head(sending.location).headers["Upload-Offset"] == str(len(first.content))
        assert client.receipt(first.clip_id)["sha256"] == first.sha256

        os.kill(gateway.pid, signal.SIGSTOP)
        sending = Sending(client, second)
        sending.until_whole()
        portal.kill()
        sending.end()
        os.kill(gateway.pid, signal.SIGCONT)
        portal.start()
        until(lambda: client.head(sending.location).ok, what="the bucket")  # as the app asks, for as long as it takes
        assert client.receipt(second.clip_id)["sha256"] == second.sha256
        until(lambda: incoming(portal) == [], what="the end of the copies that were checked")
        assert received(portal) == []
    films = [film for key, film in seaweed.held(bucket).items() if key.startswith("media/")]
    assert sorted(films) == sorted([first.content, second.content])
    with seaweed.client() as s3_client:
        half = s3_client.list_multipart_uploads(Bucket=bucket[s3.S3_VARIABLE].rpartition("/")[2])
    assert half.get("Uploads", []) == []


def test_a_bucket_that_gives_back_other_bytes_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And an earlier try, which lies there whole, is not put again."""
    bucket, whole = s3.Bucket(PLACE, "media", nearby=tmp_path), tmp_path / "whole.part"
    whole.write_bytes(b"what was sent")
    right = hashlib.sha256(b"what was sent").hexdigest()
    liar = Liar(b"what was lost")
    monkeypatch.setattr(s3, "_client", lambda place: liar)
    with pytest.raises(DiskFailed, match="other bytes"):
        bucket.keep(whole, "film.mp4", sha256=right)
    liar.gives = b"what was sent"
    bucket.keep(whole, "film.mp4", sha256=right)
    assert (liar.puts, whole.exists()) == (1, True)


class Liar:
    """A bucket that says yes to everything."""

    def __init__(self, gives: bytes) -> None:
        self.gives, self.puts = gives, 0

    def upload_file(self, path: str, bucket: str, key: str, **how: object) -> None:
        """Never mind what."""
        self.puts += 1

    def head_object(self, **what: str) -> dict[str, int]:
        return {"ContentLength": len(self.gives)}

    def get_object(self, **what: str) -> dict[str, StreamingBody]:
        return {"Body": StreamingBody(io.BytesIO(self.gives), len(self.gives))}


# -- a database that goes and comes back ----------------------------------------------------------------------------


def test_a_restart_of_the_database_and_a_kill_of_the_portal_in_the_middle_lose_nothing(
    postgres: Postgres, tmp_path: Path, rng: random.Random
) -> None:
    tables = postgres.database()
    clip, another = (Sendable(rng.randbytes(2 * MIB)) for _ in range(2))
    with PortalProcess(tmp_path / "portal", environment=tables, fresh=True) as portal:
        client = client_of(portal)
        strange = send_what_postgresql_cannot_keep(client)
        location = client.create(clip).headers["Location"]
        with half_sent(client, location, clip) as rest:
            postgres.stop()
            page = requests.get(portal.url, timeout=TIMEOUT_S)
            assert (page.status_code, "cannot answer just now" in page.text) == (503, True)
            asked = client.ask_receipt(clip.clip_id)
            assert (asked.status_code, asked.json()["message"]) == (503, words.OUT_OF_REACH)
            assert rest() == 503
        postgres.start()
        assert client.head(location).headers["Upload-Offset"] == str(len(clip.content))
        assert client.receipt(clip.clip_id)["sha256"] == clip.sha256
        until(lambda: column(postgres, tables, HOLDERS) == [1], what="the lock, taken again")
        with pytest.raises(RuntimeError, match=only_one.ANOTHER):
            PortalProcess(tmp_path / "second", environment=tables, fresh=True)

        location = client.create(another).headers["Location"]
        with half_sent(client, location, another):
            portal.kill()
        portal.start()
        offset = int(client.head(location).headers["Upload-Offset"])
        assert offset > 0
        client.patch(location, another.content[offset:], offset=offset).raise_for_status()
        assert client.receipt(another.clip_id)["sha256"] == another.sha256
    clips = column(postgres, tables, "clip_id FROM portal_clip ORDER BY received_at")
    assert list(map(str, clips)) == [strange.clip_id, clip.clip_id, another.clip_id]
    assert column(postgres, tables, "count(*) FROM portal_event WHERE what = 'received'") == [3]
    names = "people->0->>'name' FROM portal_clip ORDER BY received_at LIMIT 1"
    assert column(postgres, tables, names) == ["Ada"]


def send_what_postgresql_cannot_keep(client: PortalClient) -> Sendable:
    """It is left out, or refused."""
    clip = Sendable(b"x", people=(("Ada\0", True), ("\ud83d Ben", False)))
    client.send(clip)
    asked = {"client_id": "diary-app", "scope": "clips", "computer": "Ward\0"}
    answer = requests.post(client.places["device_authorization_endpoint"], data=asked, timeout=TIMEOUT_S)
    assert answer.status_code == 400
    return clip


@contextlib.contextmanager
def half_sent(client: PortalClient, location: str, clip: Sendable) -> Iterator["Rest"]:
    """A PATCH of which half came; call what it gives to send the rest."""
    place, half = urlsplit(location), len(clip.content) // 2
    headers = client.headers(
        Host=place.netloc,
        Upload_Offset="0",
        Content_Type="application/offset+octet-stream",
        Content_Length=str(len(clip.content)),
    )
    lines = [f"PATCH {place.path} HTTP/1.1", *(f"{name}: {what}" for name, what in headers.items()), "", ""]
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=TIMEOUT_S) as connection:
        connection.sendall("\r\n".join(lines).encode() + clip.content[:half])
        until(lambda: any(path.stat().st_size > MIB // 2 for path in incoming(client.portal)), what="the first half")
        yield Rest(connection, clip.content[half:])


class Rest:
    """The other half."""

    def __init__(self, connection: socket.socket, content: bytes) -> None:
        self._connection, self._content = connection, content

    def __call__(self) -> int:
        """Send it; returns the answer's status."""
        self._connection.sendall(self._content)
        return int(self._connection.recv(65536).split(b" ")[1])


# -- two at once ----------------------------------------------------------------------------------------------------


def test_of_two_at_once_one_wins_and_nothing_is_there_twice(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = postgres.database()
    for name, what in {**tables, "DIARY_PORTAL_UNFINISHED": str(RACES + 1)}.items():
        monkeypatch.setenv(name, what)
    home.prepare(tmp_path)
    with ExitStack() as stack:
        moira, *racers = [stack.enter_context(Racer(tmp_path, name)) for name in ("Moira", "Ben", "Cleo")]
        assert [racer.answer() for racer in (moira, *racers)] == ["ready"] * 3
        for number in map(str, range(RACES)):
            racers.reverse()
            clip_id = moira.ask("make", number)
            (holder,) = set(race(racers, "look_at", clip_id))
            assert sorted(race(racers, "decide", clip_id, "publish"))[1] == "done"
            assert moira.ask("history", clip_id) == f"claimed:{holder} published:{holder}"

            assert len(set(race(racers, "announce", "Moira", number, "1000"))) == 1
            (clip_id,) = set(race(racers, "enter", number))
            assert moira.ask("history", clip_id) == "received:Moira"

            assert len(set(race(racers, "announce", "Moira", f"{number}-waits", "1000"))) == 1
            assert len(set(race(racers, "announce", "Moira", f"{number}-waits", "2000"))) == 1  # another file, once
        for racer in racers:  # there is room for one
            racer.tell("announce", "Moira", f"last-{racer.name}", "1")
        assert sorted(racer.answer() for racer in racers)[1] == "too_many_at_once"
    assert column(postgres, tables, "count(*) FROM portal_upload WHERE NOT received") == [RACES + 1]


# -- settings that are wrong ----------------------------------------------------------------------------------------


def test_a_database_that_refuses_is_one_sentence_without_the_password(postgres: Postgres, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("canary-of-a-password\n")
    environment = {**postgres.environment("postgres"), database.FROM_FILE_VARIABLE: str(wrong)}
    with pytest.raises(RuntimeError) as refused:
        PortalProcess(tmp_path / "portal", environment=environment, fresh=True)
    said = str(refused.value).partition(": ")[2]
    assert said.startswith("The portal cannot use its database: ")
    assert (said.count("\n"), "password authentication failed" in said, "canary" in said) == (1, True, False)


def test_a_bucket_that_refuses_is_one_sentence_without_the_key(seaweed: Seaweed, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("diary\ncanary-of-a-key\n")
    with pytest.raises(RuntimeError) as refused:
        PortalProcess(tmp_path / "portal", environment={**seaweed.bucket(), s3.KEY_VARIABLE: str(wrong)})
    said = str(refused.value).partition(": ")[2]
    assert said.startswith("The portal cannot use the bucket of DIARY_PORTAL_S3: ")
    assert (said.count("\n"), "canary" in said) == (1, False)
