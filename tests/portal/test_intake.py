"""docs/protocol.md, sections 1, 3 and 5, line by line, against a running portal."""

import json
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable, incoming, metadata, received
from tests.support.portal_process import PortalProcess
from tests.support.wait import until

BIG = 5 * 1024 * 1024 + 17
OFFSET_TYPE = "application/offset+octet-stream"


def content(length: int = BIG) -> bytes:
    """Bytes that differ from place to place."""
    return bytes(range(251)) * (length // 251) + bytes(length % 251)


def refusal(answer: requests.Response) -> str:
    """The short name of a refusal, whose shape is checked."""
    said = answer.json()
    assert set(said) == {"error", "message"}
    assert said["message"].endswith(".")
    return str(said["error"])


def part_of(portal: PortalProcess, location: str) -> int:
    """How many bytes of an upload lie on the portal's disk."""
    name = urlsplit(location).path.rsplit("/", 1)[-1]
    path = portal.data / "incoming" / f"{name}.part"
    return path.stat().st_size if path.exists() else 0


class TestDiscovery:
    def test_says_everything_and_stays_on_its_own_host(self, portal: PortalProcess) -> None:
        found = requests.get(f"{portal.url}.well-known/diary-portal", timeout=TIMEOUT_S).json()
        assert found["protocol"] == 1
        assert found["practice"] is True
        assert found["client_id"] == "diary-app"
        assert found["accepts"] == ["video/mp4", "audio/mp4"]
        assert found["max_bytes"] == 8589934592
        for name in ("device_authorization_endpoint", "token_endpoint", "intake", "clips"):
            assert found[name].startswith(portal.url), name

    def test_another_host_name_is_refused(self, portal: PortalProcess) -> None:
        address = f"{portal.url}.well-known/diary-portal"
        assert requests.get(address, headers={"Host": "evil.example"}, timeout=TIMEOUT_S).status_code == 400
        answer = requests.head(
            f"{portal.url}intake/", headers={"Host": "evil.example", "Tus-Resumable": "1.0.0"}, timeout=TIMEOUT_S
        )
        assert answer.status_code == 400


class TestCreate:
    def test_options_tells_what_it_can_do(self, carer: PortalClient) -> None:
        answer = requests.options(carer.places["intake"], timeout=TIMEOUT_S)
        assert answer.status_code == 204
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert answer.headers["Tus-Extension"] == "creation"
        assert answer.headers["Tus-Max-Size"] == "8589934592"

    def test_a_new_upload_has_a_location_and_stands_at_the_beginning(self, carer: PortalClient) -> None:
        created = carer.create(Sendable(content()))
        assert created.status_code == 201
        assert created.headers["Location"].startswith(carer.places["intake"])
        stands = carer.head(created.headers["Location"])
        assert stands.status_code == 200
        assert stands.headers["Upload-Offset"] == "0"
        assert stands.headers["Upload-Length"] == str(BIG)
        assert stands.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("version", ["0.2.2", None])
    def test_another_tus_is_412(self, carer: PortalClient, version: str | None) -> None:
        headers = carer.headers()
        headers.pop("Tus-Resumable")
        if version:
            headers["Tus-Resumable"] = version
        answer = requests.post(carer.places["intake"], headers=headers, timeout=TIMEOUT_S)
        assert answer.status_code == 412
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert refusal(answer) == "wrong_protocol"

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("clipid", None),
            ("clipid", "not-a-uuid"),
            ("clipid", "A0000000-0000-4000-8000-000000000000"),
            ("sha256", None),
            ("sha256", "abc"),
            ("filetype", "text/html"),
            ("title", ""),
            ("title", "x" * 201),
            ("audience", "world"),
            ("seconds", "nan"),
            ("recorded", "yesterday"),
            ("recorded", "2026-11-22T17:30:00"),
            ("people", "{}"),
            ("people", '[{"name": "Ada", "agrees": "yes"}]'),
            ("people", '[{"name": "", "agrees": true}]'),
            ("sending", "0"),
            ("sending", "two"),
        ],
    )
    def test_wrong_or_missing_facts_are_400(self, carer: PortalClient, key: str, value: str | None) -> None:
        answer = carer.create(Sendable(b"x"), changes={key: value})
        assert answer.status_code == 400
        assert refusal(answer) == "bad_metadata"

    def test_metadata_that_is_not_base64_is_400(self, carer: PortalClient) -> None:
        headers = carer.headers(Upload_Length="1", Upload_Metadata="clipid !!!")
        answer = requests.post(carer.places["intake"], headers=headers, timeout=TIMEOUT_S)
        assert answer.status_code == 400

    @pytest.mark.parametrize("length", ["", "0", "-1", "a lot", "9" * 40])
    def test_a_length_that_is_none_is_400(self, carer: PortalClient, length: str) -> None:
        headers = carer.headers(Upload_Length=length, Upload_Metadata=metadata(Sendable(b"x").facts()))
        answer = requests.post(carer.places["intake"], headers=headers, timeout=TIMEOUT_S)
        assert answer.status_code == 400
        assert refusal(answer) == "bad_length"

    def test_too_long_is_413(self, carer: PortalClient) -> None:
        answer = carer.create(Sendable(b"x"), length=8589934593)
        assert answer.status_code == 413
        assert refusal(answer) == "too_long"

    def test_the_same_clip_again_is_the_same_upload(self, carer: PortalClient) -> None:
        clip = Sendable(content())
        first = carer.create(clip).headers["Location"]
        assert carer.patch(first, clip.content[:1000]).headers["Upload-Offset"] == "1000"
        again = carer.create(clip)
        assert again.status_code == 201
        assert again.headers["Location"] == first
        assert carer.head(first).headers["Upload-Offset"] == "1000"

    def test_the_same_clip_after_it_was_received_is_the_finished_upload(self, carer: PortalClient) -> None:
        clip = Sendable(content())
        receipt = carer.send(clip)
        again = carer.create(clip)
        assert again.status_code == 201
        stands = carer.head(again.headers["Location"])
        assert stands.headers["Upload-Offset"] == stands.headers["Upload-Length"] == str(BIG)
        assert carer.receipt(clip.clip_id) == receipt

    def test_another_file_while_unfinished_starts_anew(self, portal: PortalProcess, carer: PortalClient) -> None:
        clip = Sendable(content())
        first = carer.create(clip).headers["Location"]
        carer.patch(first, clip.content[:1000])
        second = carer.create(Sendable(content(2000), clip_id=clip.clip_id))
        assert second.status_code == 201
        assert second.headers["Location"] != first
        assert carer.head(first).status_code == 404
        assert part_of(portal, first) == 0
        assert carer.head(second.headers["Location"]).headers["Upload-Offset"] == "0"

    def test_another_file_after_it_was_received_is_409(self, carer: PortalClient) -> None:
        clip = Sendable(content(1000))
        receipt = carer.send(clip)
        answer = carer.create(Sendable(content(2000), clip_id=clip.clip_id))
        assert answer.status_code == 409
        assert refusal(answer) == "other_clip_received"
        assert carer.receipt(clip.clip_id) == receipt

    def test_the_clip_of_another_account_is_409(self, carer: PortalClient, stranger: PortalClient) -> None:
        clip = Sendable(content(1000))
        carer.create(clip)
        answer = stranger.create(clip)
        assert answer.status_code == 409
        assert refusal(answer) == "others_clip"

    def test_two_at_once_make_one_upload(self, carer: PortalClient) -> None:
        clip = Sendable(content(1000))
        places: list[str] = []
        threads = [
            threading.Thread(target=lambda: places.append(carer.create(clip).headers["Location"])) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(places) == 4
        assert len(set(places)) == 1


class TestSignIn:
    @pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic Y2FyZXI6cGFzcw=="])
    @pytest.mark.parametrize("method", ["POST", "PATCH", "HEAD"])
    def test_nobody_gets_in_and_nothing_is_stored(
        self, portal: PortalProcess, carer: PortalClient, method: str, authorization: str | None
    ) -> None:
        location = carer.create(Sendable(content())).headers["Location"]
        headers = {**carer.headers(Upload_Offset="0", Content_Type=OFFSET_TYPE), "Authorization": authorization}
        answer = requests.request(
            method,
            carer.places["intake"] if method == "POST" else location,
            headers=headers,
            data=None if method == "HEAD" else content(12 * 1024 * 1024),
            timeout=TIMEOUT_S,
        )
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        if method != "HEAD":
            assert refusal(answer) == "not_signed_in"
        assert part_of(portal, location) == 0

    def test_a_token_in_the_address_is_no_token(self, carer: PortalClient) -> None:
        answer = requests.get(
            f"{carer.places['clips']}{Sendable(b'').clip_id}",
            params={"access_token": carer.tokens["access_token"]},
            timeout=TIMEOUT_S,
        )
        assert answer.status_code == 401

    def test_the_upload_of_another_account_is_not_there(self, carer: PortalClient, stranger: PortalClient) -> None:
        clip = Sendable(content(1000))
        location = carer.create(clip).headers["Location"]
        assert stranger.head(location).status_code == 404
        assert stranger.patch(location, clip.content).status_code == 404
        assert carer.head(location).headers["Upload-Offset"] == "0"


class TestSend:
    def test_all_at_once(self, portal: PortalProcess, carer: PortalClient) -> None:
        clip = Sendable(content())
        before = set(received(portal))
        location = carer.create(clip).headers["Location"]
        sent = carer.patch(location, clip.content)
        assert sent.status_code == 204
        assert sent.headers["Upload-Offset"] == str(BIG)
        receipt = carer.receipt(clip.clip_id)
        assert receipt["sha256"] == clip.sha256
        assert receipt["bytes"] == BIG
        assert receipt["clip_id"] == clip.clip_id
        assert receipt["page"] == f"{portal.url}clips/{clip.clip_id}"
        (file,) = set(received(portal)) - before
        assert file.read_bytes() == clip.content
        assert part_of(portal, location) == 0

    def test_in_pieces_without_a_length(self, carer: PortalClient) -> None:
        clip = Sendable(content())

        def pieces() -> Iterator[bytes]:
            for place in range(0, BIG, 100_000):
                yield clip.content[place : place + 100_000]

        location = carer.create(clip).headers["Location"]
        assert carer.patch(location, pieces()).headers["Upload-Offset"] == str(BIG)
        assert carer.receipt(clip.clip_id)["sha256"] == clip.sha256

    def test_in_several_requests(self, carer: PortalClient) -> None:
        clip = Sendable(content())
        location = carer.create(clip).headers["Location"]
        for start, end in ((0, 1), (1, 70_000), (70_000, BIG)):
            assert carer.head(location).headers["Upload-Offset"] == str(start)
            sent = carer.patch(location, clip.content[start:end], offset=start)
            assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, str(end))
        assert carer.receipt(clip.clip_id)["sha256"] == clip.sha256

    @pytest.mark.parametrize("offset", [0, 999, 1001, BIG])
    def test_the_wrong_offset_is_409_and_changes_nothing(
        self, portal: PortalProcess, carer: PortalClient, offset: int
    ) -> None:
        clip = Sendable(content())
        location = carer.create(clip).headers["Location"]
        carer.patch(location, clip.content[:1000])
        answer = carer.patch(location, clip.content[1000:], offset=offset)
        assert answer.status_code == 409
        assert refusal(answer) == "elsewhere"
        assert part_of(portal, location) == 1000

    def test_more_than_was_announced_is_413(self, carer: PortalClient) -> None:
        clip = Sendable(content(1000))
        location = carer.create(clip).headers["Location"]
        assert carer.patch(location, clip.content + b"x").status_code == 413
        assert carer.patch(location, iter([clip.content, b"x"])).status_code == 413
        assert carer.head(location).headers["Upload-Offset"] == "0"
        assert carer.patch(location, clip.content).status_code == 204

    def test_another_content_type_is_415(self, carer: PortalClient) -> None:
        location = carer.create(Sendable(b"x")).headers["Location"]
        headers = carer.headers(Upload_Offset="0", Content_Type="video/mp4")
        answer = requests.patch(location, data=b"x", headers=headers, timeout=TIMEOUT_S)
        assert (answer.status_code, refusal(answer)) == (415, "wrong_body_type")

    def test_no_offset_is_400(self, carer: PortalClient) -> None:
        location = carer.create(Sendable(b"x")).headers["Location"]
        headers = carer.headers(Content_Type=OFFSET_TYPE)
        answer = requests.patch(location, data=b"x", headers=headers, timeout=TIMEOUT_S)
        assert (answer.status_code, refusal(answer)) == (400, "bad_offset")

    @pytest.mark.parametrize("name", ["nonsense", "../../etc/passwd", "00000000-0000-4000-8000-000000000000"])
    def test_an_unknown_upload_is_404(self, carer: PortalClient, name: str) -> None:
        assert carer.head(carer.places["intake"] + name).status_code == 404
        assert carer.patch(carer.places["intake"] + name, b"x").status_code == 404

    def test_another_method_is_405(self, carer: PortalClient) -> None:
        answer = requests.delete(carer.places["intake"], headers=carer.headers(), timeout=TIMEOUT_S)
        assert (answer.status_code, refusal(answer)) == (405, "wrong_method")

    def test_damage_is_460_and_the_upload_is_thrown_away(self, portal: PortalProcess, carer: PortalClient) -> None:
        clip = Sendable(content())
        location = carer.create(clip).headers["Location"]
        answer = carer.patch(location, clip.content[:-1] + b"!")
        assert (answer.status_code, refusal(answer)) == (460, "damaged")
        assert carer.head(location).status_code == 404
        assert part_of(portal, location) == 0
        assert carer.ask_receipt(clip.clip_id).status_code == 404
        assert carer.send(clip)["sha256"] == clip.sha256


class TestNewestWins:
    def test_head_ends_an_open_request_and_keeps_what_it_brought(
        self, portal: PortalProcess, carer: PortalClient
    ) -> None:
        clip = Sendable(content())
        location = carer.create(clip).headers["Location"]
        release = threading.Event()
        ended: list[object] = []

        def stuck() -> Iterator[bytes]:
            yield clip.content[: 3 * 1024 * 1024]
            release.wait(TIMEOUT_S)
            yield clip.content[3 * 1024 * 1024 :]

        def send() -> None:
            try:
                ended.append(carer.patch(location, stuck()).status_code)
            except requests.ConnectionError as error:
                ended.append(error)

        older = threading.Thread(target=send)
        older.start()
        until(lambda: part_of(portal, location) >= 1024 * 1024, what="the first block")
        offset = int(carer.head(location).headers["Upload-Offset"])
        assert 1024 * 1024 <= offset <= 3 * 1024 * 1024
        assert carer.patch(location, clip.content[offset:], offset=offset).status_code == 204
        release.set()
        older.join()
        assert ended[0] == 409 or isinstance(ended[0], requests.ConnectionError)
        assert carer.receipt(clip.clip_id)["sha256"] == clip.sha256


class TestReceiptAndStage:
    def test_there_is_none_before_the_whole_file_is_here(self, carer: PortalClient) -> None:
        clip = Sendable(content())
        location = carer.create(clip).headers["Location"]
        carer.patch(location, clip.content[:-1])
        answer = carer.ask_receipt(clip.clip_id)
        assert (answer.status_code, refusal(answer)) == (404, "not_whole_yet")

    def test_a_stranger_sees_nothing(self, carer: PortalClient, stranger: PortalClient) -> None:
        clip = Sendable(content(1000))
        carer.send(clip)
        assert stranger.ask_receipt(clip.clip_id).status_code == 404
        place = f"{carer.places['clips']}{clip.clip_id}"
        assert requests.get(place, headers=stranger.headers(), timeout=TIMEOUT_S).status_code == 404
        assert requests.get(place, timeout=TIMEOUT_S).status_code == 401

    def test_nonsense_is_404(self, carer: PortalClient) -> None:
        assert carer.ask_receipt("nonsense").status_code == 404

    def test_what_is_no_film_is_sent_back_with_a_sentence(self, carer: PortalClient) -> None:
        clip = Sendable(content(100_000))
        carer.send(clip)
        until(lambda: carer.stage(clip.clip_id)["stage"] == "sent_back", what="the check")
        said = carer.stage(clip.clip_id)
        assert said["note"] == "The portal could not play this file. Please record it again, or choose another file."

    def test_the_queue_lists_it(self, portal: PortalProcess, carer: PortalClient) -> None:
        clip = Sendable(content(1000), title="In the queue")
        carer.send(clip)
        listed = {each["clip_id"]: each for each in json.loads(portal.run("clips", "--json"))}
        assert listed[clip.clip_id]["title"] == "In the queue"
        assert listed[clip.clip_id]["owner"] == "carer"


def test_no_file_is_left_that_nobody_asked_for(portal: PortalProcess, carer: PortalClient) -> None:
    clip = Sendable(content(1000))
    before = incoming(portal)
    carer.send(clip)
    assert incoming(portal) == before
