"""The small copy that goes ahead of a clip: whatever comes first, again or too late, the clip has one entry."""

import contextlib
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from diary_app import small_copies
from diary_app.clip import About, KeptRange, Person
from diary_app.delivery.pairing import FROM_FILE_VARIABLE
from diary_app.diary import Diary
from diary_app.editing import small_copy
from diary_app.folders import Folders
from portal import words
from portal.checks import arrival
from portal.checks.verdict import Verdict
from portal.intake import entries, store
from portal.models import Clip, Copy, Event, Stage, Upload
from tests.support import portal_media
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable, received
from tests.support.portal_people import WHEN, browser_of, make_clip, make_people
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import rows
from tests.support.wait import until
from upload.address import portal_address


def small_of(clip: Sendable, content: bytes = b"a small copy") -> Sendable:
    return Sendable(content, clip_id=clip.clip_id)


def announce(client: PortalClient, small: Sendable) -> requests.Response:
    return client.create(small, changes={"copy": "small"})


def send_small(client: PortalClient, small: Sendable) -> str:
    """All of it; returns its address."""
    location = announce(client, small).headers["Location"]
    assert client.patch(location, small.content).status_code == 204
    return location


def entry(portal: PortalProcess, clip: Sendable) -> tuple[object, ...]:
    """The one entry of a clip: is it whole, and the SHA-256."""
    with rows(portal) as database:
        asked = "SELECT whole, sha256 FROM portal_clip WHERE clip_id = ?"
        (found,) = database.execute(asked, (uuid.UUID(clip.clip_id).hex,)).fetchall()
    return tuple(found)


def told(client: PortalClient, clip: Sendable) -> tuple[int, int]:
    """How the app's two questions are answered: the stage and the receipt."""
    stage = requests.get(f"{client.places['clips']}{clip.clip_id}", headers=client.headers(), timeout=TIMEOUT_S)
    return stage.status_code, client.ask_receipt(clip.clip_id).status_code


def withdraw(client: PortalClient, clip: Sendable) -> None:
    place = f"{client.places['clips']}{clip.clip_id}/withdraw"
    assert requests.post(place, headers=client.headers(), timeout=TIMEOUT_S).status_code == 200


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_the_clip_takes_the_place_of_its_small_copy(portal: PortalProcess, carer: PortalClient, tmp_path: Path) -> None:
    clip = Sendable(portal_media.film(tmp_path / "full.mp4", seconds=2).read_bytes())
    small = small_of(clip, portal_media.film(tmp_path / "small.mp4", seconds=2, size="320x180").read_bytes())
    before, posters = set(received(portal)), portal.data / "posters"
    ahead = send_small(carer, small)
    assert entry(portal, clip) == (0, small.sha256)
    assert told(carer, clip) == (404, 404), "the app hears nothing of the clip itself yet"
    until(lambda: any(small.content == file.read_bytes() for file in set(received(portal)) - before), what="the file")
    stem = ahead.rsplit("/", 1)[-1]
    until((posters / f"{stem}.jpg").exists, what="the check of the small copy")
    receipt = carer.send(clip)
    assert (receipt["sha256"], receipt["bytes"]) == (clip.sha256, len(clip.content))
    assert entry(portal, clip) == (1, clip.sha256)
    (left,) = set(received(portal)) - before
    assert left.read_bytes() == clip.content
    assert not (posters / f"{stem}.jpg").exists()
    until((posters / f"{left.stem}.jpg").exists, what="the check of the clip itself")
    assert carer.head(ahead).status_code == 404


def test_an_order_of_arrival_that_is_none(portal: PortalProcess, carer: PortalClient, stranger: PortalClient) -> None:
    clip = Sendable(b"the clip itself" * 100)
    small, another = small_of(clip), small_of(clip, b"another small copy")
    unfinished = announce(carer, small).headers["Location"]
    assert announce(carer, small).headers["Location"] == unfinished
    assert announce(carer, another).headers["Location"] != unfinished, "nothing had arrived of it"
    assert refusal(announce(stranger, another)) == refusal(stranger.create(clip)) == (409, "others_clip")
    ahead = send_small(carer, another)
    again = announce(carer, another).headers["Location"]
    assert (again, carer.head(again).headers["Upload-Offset"]) == (ahead, str(len(another.content))), "twice"
    assert refusal(announce(carer, small)) == (409, "other_clip_received")
    assert entry(portal, clip) == (0, another.sha256)
    carer.send(clip)
    assert refusal(announce(carer, another)) == (409, "whole_here")
    assert carer.create(clip).status_code == 201, "it finds what is finished"
    assert entry(portal, clip) == (1, clip.sha256)


def test_a_small_copy_that_is_overtaken_by_its_clip(portal: PortalProcess, carer: PortalClient) -> None:
    clip = Sendable(b"the clip itself" * 100)
    small = small_of(clip)
    late = announce(carer, small).headers["Location"]
    assert carer.patch(late, small.content[:5]).status_code == 204
    carer.send(clip)
    assert carer.head(late).status_code == 404
    assert not (portal.data / "incoming" / f"{late.rsplit('/', 1)[-1]}.part").exists()
    assert entry(portal, clip) == (1, clip.sha256)


def test_from_a_take_to_one_entry_with_the_diary_itself(
    portal: PortalProcess, carer: PortalClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app's own way from Send on; what is large is injected."""
    monkeypatch.setattr(small_copy, "FROM_BYTES", 10_000)
    monkeypatch.setattr(small_copies, "SHORTEST_S", 0.0)
    monkeypatch.setattr(small_copies, "is_worth_it", lambda *_facts, **_more: True)
    token = tmp_path / "token"
    token.write_text(carer.tokens["access_token"])
    monkeypatch.setenv(FROM_FILE_VARIABLE, str(token))
    noise = ("-vf", "noise=alls=40:allf=t")
    take = portal_media.film(tmp_path / "walk.mp4", seconds=3, size="320x180", extra=noise)
    with contextlib.closing(Diary(Folders(tmp_path / "data"), portal=portal_address(portal.url))) as diary:
        clip_id = diary.add_file(take)
        diary.set_keep(clip_id, [KeptRange(0.0, 2.5)])
        diary.set_about(clip_id, About(title="A walk", people=(Person("Ann", agrees=True),)))
        assert not list((tmp_path / "data" / "renditions").iterdir())
        diary.send(clip_id)
        diary.start_background(devices=False)
        until(lambda: diary.clip(clip_id).receipt is not None, what="the receipt", limit_s=120)
        clip = diary.clip(clip_id)
        assert clip.rendition is not None
        assert clip.small_copy is None
    sent = Sendable(b"", clip_id=clip_id)
    assert entry(portal, sent) == (1, clip.rendition.sha256)
    with rows(portal) as database:
        asked = "SELECT note FROM portal_event WHERE clip_id = ? AND what = 'received' ORDER BY id"
        notes = [note for (note,) in database.execute(asked, (uuid.UUID(clip_id).hex,))]
    assert notes == [entries.SMALL_CAME, entries.FULL_CAME]


@pytest.mark.parametrize("copy", ["tiny", ""])
def test_another_copy_than_these_is_400(carer: PortalClient, copy: str) -> None:
    assert carer.create(Sendable(b"x"), changes={"copy": copy}).status_code == 400


def test_what_is_left_of_a_withdrawn_clip_is_refused(portal: PortalProcess, carer: PortalClient) -> None:
    clip = Sendable(b"the clip itself" * 100)
    send_small(carer, small_of(clip))
    location = carer.create(clip).headers["Location"]
    carer.patch(location, clip.content[:100])
    withdraw(carer, clip)
    assert carer.stage(clip.clip_id)["stage"] == "withdrawn"
    assert carer.head(location).status_code == 403
    assert refusal(carer.patch(location, clip.content[100:], offset=100)) == (403, "ended")
    assert refusal(carer.create(clip)) == (403, "ended")
    assert carer.head(location).status_code == 404, "nothing is kept of it"
    assert carer.ask_receipt(clip.clip_id).status_code == 404


def test_withdrawn_while_its_last_bytes_come(portal: PortalProcess, carer: PortalClient) -> None:
    clip = Sendable(b"the clip itself" * 100)
    send_small(carer, small_of(clip))
    location = carer.create(clip).headers["Location"]
    part = portal.data / "incoming" / f"{location.rsplit('/', 1)[-1]}.part"
    files, go, answers = received(portal), threading.Event(), list[requests.Response]()

    def pieces() -> Iterator[bytes]:
        yield clip.content[:1000]
        go.wait(30)
        yield clip.content[1000:]

    sender = threading.Thread(target=lambda: answers.append(carer.patch(location, pieces())))
    sender.start()
    try:
        until(part.exists, what="the first bytes")
        withdraw(carer, clip)
    finally:
        go.set()
        sender.join()
    assert refusal(answers[0]) == (403, "ended")
    assert not part.exists()
    assert set(received(portal)) <= set(files), "nothing new is kept"


# -- within Django ----------------------------------------------------------------------------------------------------


@pytest.fixture
def people(db: None, settings: Settings, tmp_path: Path) -> dict[str, User]:
    settings.MEDIA = settings.POSTERS = settings.INCOMING = tmp_path
    return make_people("Moira", "Sam", moderators=["Moira"])


@pytest.fixture
def clip(people: dict[str, User], tmp_path: Path) -> Clip:
    """Of which only the small copy is here."""
    return make_clip(people["Sam"], tmp_path, whole=False, small_name="film.mp4", received_at=timezone.now())


def upload_of(clip: Clip, copy: Copy) -> Upload:
    facts = {"sha256": "1" * 64, "bytes": 5, "filetype": "video/mp4", "title": "A walk", "audience": "staff"}
    more = {"seconds": 69, "recorded": WHEN, "people": [], "owner": clip.owner}
    return Upload.objects.create(clip_id=clip.clip_id, copy=copy, **facts, **more)


def test_a_moderator_can_do_everything_but_publish(people: dict[str, User], clip: Clip) -> None:
    moira, place = browser_of(people["Moira"]), f"/clips/{clip.clip_id}"
    Event.objects.create(clip=clip, actor=people["Sam"], what=Stage.RECEIVED, note=entries.SMALL_CAME)
    page = moira.get(place).content.decode()
    assert "the full one is on its way" in page
    assert "Small copy received" in page
    assert "checked whole" not in page
    assert f'action="{place}/publish"' not in page
    assert f'action="{place}/send-back"' in page
    assert "small copy, the full one is on its way" in moira.get("/queue").content.decode()
    assert moira.get(f"{place}/media").status_code == 200
    refused = moira.post(f"{place}/publish")
    assert (refused.status_code, words.NOT_WHOLE in refused.content.decode()) == (409, True)
    own = browser_of(people["Sam"]).get(place).content.decode()
    assert "We have all of your clip" not in own
    assert "A small copy of your clip is here" in own
    assert browser_of(None).get(place).status_code == 302
    assert moira.post(f"{place}/send-back", {"note": "Louder, please."}).status_code == 302
    with pytest.raises(entries.Ended, match="sent this clip back"):
        entries.check_wanted(clip.clip_id, Copy.FULL)


def test_one_whose_full_file_never_came_is_listed_as_that(people: dict[str, User], clip: Clip) -> None:
    Clip.objects.filter(pk=clip.pk).update(received_at=timezone.now() - timedelta(days=14.1))
    moira = browser_of(people["Moira"])
    store.recover()
    assert "small copy, the full one has not come" in moira.get("/queue").content.decode()
    assert "Send the clip back" in moira.get(f"/clips/{clip.clip_id}").content.decode()


@pytest.mark.parametrize("replaced", [False, True])
def test_what_the_check_finds_in_a_small_copy_sends_nothing_back(
    clip: Clip, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    Clip.objects.filter(pk=clip.pk).update(checked_at=None, playable=False)
    entries.drop_replaced()

    def look(looked_at: Clip) -> Verdict:
        if replaced:
            entries.enter(upload_of(clip, Copy.FULL))
        return Verdict(reason="CANNOT_PLAY")

    monkeypatch.setattr(arrival, "look_at", look)
    arrival.check(str(clip.clip_id))
    clip.refresh_from_db()
    assert (clip.stage, clip.whole, clip.checked_at is None) == (Stage.RECEIVED, replaced, replaced)
    notes = list(Event.objects.values_list("note", flat=True))
    assert notes == [entries.FULL_CAME if replaced else arrival.SMALL_UNPLAYABLE]


def test_a_start_removes_the_small_copy_whose_place_was_taken(clip: Clip, tmp_path: Path) -> None:
    """Killed after the transaction, before the file was removed."""
    small = upload_of(clip, Copy.SMALL)
    left = [tmp_path / small.media_name, tmp_path / f"{small.pk}.jpg", small.part]
    for path in left:
        path.write_bytes(b"x")
    Upload.objects.filter(pk=small.pk).update(received=True)
    store.recover()
    assert left[0].exists(), "it is what moderators watch"
    entries.enter(upload_of(clip, Copy.FULL))
    store.recover()
    assert not any(path.exists() for path in left[:2])
    assert not Upload.objects.filter(copy=Copy.SMALL).exists()
