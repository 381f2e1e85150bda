"""A clip that was sent back and is sent again: the same entry, and at every moment one whole file in it."""

import uuid
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User
from pytest_django import Settings

from portal.intake import entries, store
from portal.models import Clip, Copy, Event, Stage, Upload
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable, received
from tests.support.portal_people import WHEN, browser_of, make_clip, make_people
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import rows
from tests.support.wait import until

NOTE = "Lovely. Please cut the name at 1:10."


def send_back(portal: PortalProcess, clip: Sendable) -> None:
    """As a moderator does."""
    with rows(portal) as database:
        asked = "UPDATE portal_clip SET stage = 'sent_back', note = ? WHERE clip_id = ?"
        assert database.execute(asked, (NOTE, uuid.UUID(clip.clip_id).hex)).rowcount == 1


def entry(portal: PortalProcess, clip: Sendable) -> tuple[object, ...]:
    """The one entry of a clip."""
    with rows(portal) as database:
        asked = "SELECT stage, note, whole, sending, sha256 FROM portal_clip WHERE clip_id = ?"
        (found,) = database.execute(asked, (uuid.UUID(clip.clip_id).hex,)).fetchall()
    return tuple(found)


def again(client: PortalClient, clip: Sendable, number: int, **changes: str) -> requests.Response:
    """Announce this sending of a clip."""
    return client.create(clip, changes={"sending": str(number), **changes})


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def files_of(portal: PortalProcess, *contents: bytes) -> list[bool]:
    """Whether the portal holds a file with each of these contents."""
    held = [path.read_bytes() for path in received(portal)]
    return [content in held for content in contents]


def test_the_next_sending_takes_the_entry_when_all_of_it_is_here(portal: PortalProcess, carer: PortalClient) -> None:
    first = Sendable(b"with a name" * 300)
    second = Sendable(b"without it" * 300, clip_id=first.clip_id, title="Shorter")
    before = carer.send(first)
    send_back(portal, first)
    location = again(carer, second, 2).headers["Location"]
    assert again(carer, second, 2).headers["Location"] == location
    carer.patch(location, second.content[:100])
    assert carer.receipt(first.clip_id) == before, "until the last byte nothing changes"
    assert files_of(portal, first.content) == [True]
    carer.patch(location, second.content[100:], offset=100).raise_for_status()
    now = carer.receipt(first.clip_id)
    assert (now["sha256"], now["sending"], now["slip"]) == (second.sha256, 2, before["slip"])
    assert entry(portal, first) == ("received", "", 1, 2, second.sha256)
    assert files_of(portal, first.content, second.content) == [False, True]
    assert carer.head(again(carer, second, 2).headers["Location"]).headers["Upload-Offset"] == "3000", "the same again"
    assert carer.receipt(first.clip_id) == now
    for late in (carer.create(first), carer.create(second)):
        assert refusal(late) == (403, "ended"), "of an older sending, whatever is in it"
    other = Sendable(b"another one", clip_id=first.clip_id)
    assert refusal(again(carer, other, 2)) == (409, "other_clip_received")
    assert entry(portal, first)[3:] == (2, second.sha256)


def test_who_may_send_again_and_when(portal: PortalProcess, carer: PortalClient, stranger: PortalClient) -> None:
    first = Sendable(b"the first")
    second = Sendable(b"the second", clip_id=first.clip_id)
    carer.send(first)
    assert refusal(again(carer, second, 2)) == (409, "not_next"), "nobody sent it back"
    send_back(portal, first)
    assert refusal(again(carer, second, 3)) == (409, "not_next"), "one after the other"
    assert refusal(again(stranger, second, 2)) == (409, "others_clip")
    location = again(carer, second, 2).headers["Location"]
    carer.patch(location, second.content[:3])
    place = f"{carer.places['clips']}{first.clip_id}/withdraw"
    requests.post(place, headers=carer.headers(), timeout=TIMEOUT_S).raise_for_status()
    assert refusal(carer.patch(location, second.content[3:], offset=3)) == (403, "ended")
    assert refusal(again(carer, second, 2)) == (403, "ended")
    assert carer.head(location).status_code == 404, "nothing is kept of it"
    until(lambda: files_of(portal, first.content) == [False], what="its files are removed")


def test_its_small_copy_goes_first(portal: PortalProcess, carer: PortalClient) -> None:
    first = Sendable(b"with a name" * 100)
    small = Sendable(b"small, without", clip_id=first.clip_id)
    second = Sendable(b"without it" * 100, clip_id=first.clip_id)
    carer.send(first)
    send_back(portal, first)
    ahead = again(carer, small, 2, copy="small").headers["Location"]
    carer.patch(ahead, small.content).raise_for_status()
    assert entry(portal, first) == ("received", "", 0, 2, small.sha256)
    assert files_of(portal, first.content, small.content) == [True, True], "the old one until the new one is whole"
    assert carer.ask_receipt(first.clip_id).status_code == 404
    assert refusal(carer.create(first)) == (403, "ended"), "older, although its file is still here"
    send_back(portal, first)
    location = again(carer, second, 3).headers["Location"]
    carer.patch(location, second.content[:10]).raise_for_status()
    assert refusal(again(carer, second, 2)) == (403, "ended"), "a moderator was quicker"
    carer.patch(location, second.content[10:], offset=10).raise_for_status()
    assert entry(portal, first) == ("received", "", 1, 3, second.sha256)
    assert files_of(portal, first.content, small.content, second.content) == [False, False, True]


# -- within Django ----------------------------------------------------------------------------------------------------


@pytest.fixture
def people(db: None, settings: Settings, tmp_path: Path) -> dict[str, User]:
    settings.MEDIA = settings.POSTERS = settings.INCOMING = tmp_path
    return make_people("Moira", "Sam", moderators=["Moira"])


def upload_of(clip: Clip, sending: int, copy: Copy = Copy.FULL) -> Upload:
    facts = {"sha256": str(sending) * 64, "bytes": 5, "filetype": "video/mp4", "title": "A walk", "audience": "staff"}
    more = {"seconds": 69, "recorded": WHEN, "people": [], "owner": clip.owner, "received": sending == 1}
    return Upload.objects.create(clip_id=clip.clip_id, copy=copy, sending=sending, **facts, **more)


def test_a_start_removes_what_a_killed_one_left_of_the_sending_before(people: dict[str, User], tmp_path: Path) -> None:
    """Killed after the transaction, before the file was removed."""
    clip = make_clip(people["Sam"], tmp_path, stage=Stage.SENT_BACK)
    old, new, small = upload_of(clip, 1), upload_of(clip, 2), upload_of(clip, 2, Copy.SMALL)
    left = [tmp_path / old.media_name, tmp_path / f"{old.pk}.jpg", small.part]
    for path in (*left, tmp_path / new.media_name):
        path.write_bytes(b"x")
    entries.drop_replaced()
    assert all(path.exists() for path in left), "it is what is here, and what comes"
    entries.enter(new)
    Upload.objects.filter(pk=new.pk).update(received=True)
    store.recover()
    assert not any(path.exists() for path in left)
    assert (tmp_path / new.media_name).exists()
    assert list(Upload.objects.values_list("sending", flat=True)) == [2]


def test_a_moderator_reads_that_it_was_sent_again_and_why(people: dict[str, User], tmp_path: Path) -> None:
    clip = make_clip(people["Sam"], tmp_path, stage=Stage.PUBLISHED, captions="WEBVTT")
    moira, place = browser_of(people["Moira"]), f"/clips/{clip.clip_id}"
    moira.post(f"{place}/send-back", {"note": NOTE, "stage": "published"})
    entries.enter(upload_of(clip, 2))
    Clip.objects.update(checked_at=WHEN, playable=True)
    assert "Sent again" in moira.get("/queue").content.decode()
    page = moira.get(place).content.decode()
    assert "Sent again</strong>, after this note" in page
    assert page.count(NOTE) == 2, "beside the film, and in the history"
    late = moira.post(f"{place}/publish", {"stage": "in_review", "sending": "1"})
    assert late.status_code == 409, "of a page that showed the one before"
    assert moira.post(f"{place}/publish", {"stage": "in_review", "sending": "2"}).status_code == 302
    clip.refresh_from_db()
    assert (clip.stage, clip.captions) == (Stage.PUBLISHED, "")
    assert Event.objects.filter(what=Stage.RECEIVED, note=entries.FULL_AGAIN, actor=people["Sam"]).count() == 1
