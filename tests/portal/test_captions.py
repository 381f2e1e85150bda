"""Captions that a speaker approved: taken in strictly, shown to whoever may watch, gone with the clip."""

import contextlib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st
from pytest_django import Settings

from diary_app.captions.cues import cues_of
from diary_app.captions.formats import transcript, webvtt
from diary_app.captions.layout import lines_of
from diary_app.captions.line import Heard, Line, Word, words_of
from diary_app.captions.post import CaptionPost
from diary_app.catalogue import Catalogue
from diary_app.clip import Captions, ClipId, Kind, Receipt, Stage
from diary_app.folders import Folders
from portal import removal
from portal.captions import LARGEST, NotWebVTT, paragraphs, parse, write
from portal.models import Clip
from portal.models import Stage as PortalStage
from tests.support.portal_client import PortalClient, Sendable
from tests.support.portal_people import bearer_of, browser_of, make_clip, make_people, set_stage
from tests.support.portal_rows import rows
from tests.support.sending import MemoryVault
from upload.account import Account
from upload.discovery import discover
from upload.secret import Secret
from upload.tokens import Tokens
from upload.transport import Transport

GOOD = (
    "WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\nTom &amp; Ann say\n&lt;hello&gt;\n\n"
    "00:00:09.000 --> 00:00:10.500\nBye.\n"
)

# -- what is understood ---------------------------------------------------------------------------------------------


def test_what_is_plain_is_taken_and_written_anew() -> None:
    cues = parse(GOOD.replace("\n", "\r\n"))
    assert [(cue.start, cue.end, cue.rows) for cue in cues] == [
        (0, 2000, ("Tom & Ann say", "<hello>")),
        (9000, 10500, ("Bye.",)),
    ]
    assert parse(write(cues)) == cues
    assert paragraphs(GOOD) == ["Tom & Ann say <hello>", "Bye."]
    assert (write(parse("WEBVTT\n")), paragraphs("")) == ("", [])


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "webvtt\n\n",
        "WEBVTT - a title\n\n",
        GOOD.replace("WEBVTT", "\ufeffWEBVTT"),
        GOOD.replace("00:00:02.000", "00:00:02.000 line:0"),
        GOOD.replace("00:00:02.000", "00:00:00.000"),
        GOOD.replace("00:00:02.000", "00:02.000"),
        GOOD.replace("00:00:09.000", "00:00:99.000"),
        GOOD.replace("00:00:00.000", "00:00:09.500").replace("00:00:02.000", "00:00:09.600"),
        GOOD.replace("Bye.", "<b>Bye.</b>"),
        GOOD.replace("Bye.", "Bye --> now"),
        GOOD.replace("Bye.", "Tom & Ann"),
        GOOD.replace("Bye.", "&nbsp;"),
        GOOD.replace("Bye.", "By\u0007e"),
        GOOD.replace("Bye.", "By\u202ee"),
        GOOD.replace("Bye.", "e" * 101),
        GOOD.replace("Bye.", "1\n2\n3\n4"),
        GOOD.replace("\nBye.", ""),
        GOOD + "\nSTYLE\n::cue { color: red }\n",
        GOOD + "\nNOTE a word\n",
    ],
)
def test_what_is_not_plain_is_refused(wrong: str) -> None:
    with pytest.raises(NotWebVTT):
        parse(wrong)


@given(st.text(st.sampled_from("WEBVT\n0123456789:.-> <&;amplt"), max_size=80))
@trials(max_examples=60)
def test_any_text_is_understood_or_refused(text: str) -> None:
    for whole in (text, f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n{text}"):
        with contextlib.suppress(NotWebVTT):
            cues = parse(whole)
            assert parse(write(cues) or "WEBVTT") == cues


@given(st.lists(st.sampled_from(["a", "<b>", "-->", "&", "x" * 80, "Well,", "&lt;", "NOTE", "1", "é"]), max_size=30))
@trials(max_examples=40)
def test_the_portal_understands_all_that_the_app_writes(said: list[str]) -> None:
    heard = [Heard(at * 0.9, at * 0.9 + 0.5, word, 1.0) for at, word in enumerate(said)]
    cues = cues_of(lines_of(words_of(heard)), seconds=30.0)
    read = parse(webvtt(cues))
    assert [cue.rows for cue in read] == [cue.rows for cue in cues]
    assert "\n\n".join(paragraphs(write(read))) == transcript(cues).rstrip("\n")


# -- who may, and what is shown -------------------------------------------------------------------------------------


def _put(clip: Clip, body: str | bytes, header: dict[str, str], **more: str) -> int:
    answer = Client().put(
        f"/api/clips/{clip.clip_id}/captions", body, more.pop("content_type", "text/vtt"), headers={**header, **more}
    )
    return answer.status_code


@pytest.mark.django_db
def test_its_owner_alone_may_and_the_same_again_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    people = make_people("owner", "stranger", "moderator", moderators=["moderator"])
    settings.MEDIA = settings.POSTERS = tmp_path
    clip = make_clip(people["owner"], tmp_path)
    mine = bearer_of(people["owner"])
    assert [_put(clip, GOOD, bearer_of(people[who])) for who in ("stranger", "moderator")] == [404, 404]
    assert _put(clip, GOOD, {}) == 401
    assert _put(clip, GOOD, mine, content_type="text/plain") == 415
    assert _put(clip, b"WEBVTT\n\n\xff", mine) == 400
    assert _put(clip, "x" * (LARGEST + 1), mine) == 413
    assert _put(clip, GOOD, {**mine, "If-Match": f'"{"1" * 64}"'}) == 412
    assert Client().get(f"/api/clips/{clip.clip_id}/captions", headers=mine).status_code == 405
    clip.refresh_from_db()
    assert (clip.captions, clip.captions_at) == ("", None)
    assert _put(clip, GOOD, {**mine, "If-Match": f'"{clip.sha256}"'}) == 200
    Clip.objects.update(captions_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert _put(clip, GOOD, mine) == 200
    clip.refresh_from_db()
    assert clip.captions_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert parse(clip.captions) == parse(GOOD)
    Clip.objects.update(whole=False)
    assert _put(clip, "WEBVTT\n", mine) == 404
    Clip.objects.update(whole=True)
    assert _put(clip, "WEBVTT\n", mine) == 200
    clip = Clip.objects.get()
    assert (clip.captions, clip.captions_at) == ("", None)


@pytest.mark.django_db
def test_whoever_may_watch_may_read_and_a_withdrawal_takes_them_away(settings: Settings, tmp_path: Path) -> None:
    people = make_people("owner", "moderator", moderators=["moderator"])
    settings.MEDIA = settings.POSTERS = tmp_path
    clip = make_clip(people["owner"], tmp_path)
    page, track = f"/clips/{clip.clip_id}", f"/clips/{clip.clip_id}/captions.vtt"
    moderator, everybody = browser_of(people["moderator"]), browser_of(None)
    assert "There are no captions from the speaker." in moderator.get(page).content.decode()
    assert moderator.get(track).status_code == 404
    Clip.objects.update(captions=GOOD, captions_at=clip.received_at)
    said = moderator.get(page).content.decode()
    assert f'<track kind="captions" srclang="en" label="English" src="{track}" default>' in said
    assert "The speaker checked these captions. They came " in said
    assert "<p>Tom &amp; Ann say &lt;hello&gt;</p>" in said
    assert everybody.get(track).status_code == 404
    set_stage(Clip.objects.get(), PortalStage.PUBLISHED)
    answer = everybody.get(track)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/vtt; charset=utf-8")
    assert answer.content.decode() == GOOD
    assert "Read what is said" in everybody.get(page).content.decode()
    set_stage(Clip.objects.get(), PortalStage.WITHDRAWN)
    assert _put(clip, GOOD, bearer_of(people["owner"])) == 409
    assert browser_of(people["owner"]).get(track).status_code == 404
    assert "Ann say" not in browser_of(people["owner"]).get(page).content.decode()
    removal.remove(Clip.objects.get())
    assert Clip.objects.get().captions == ""


# -- from the app, to a running portal ------------------------------------------------------------------------------


def _account(client: PortalClient, transport: Transport) -> Account:
    tokens = Tokens(Secret(client.tokens["access_token"]), Secret(client.tokens["refresh_token"]))
    vault = MemoryVault(tokens)
    return Account(transport, discover(transport), vault=vault, name="test", refreshing=contextlib.nullcontext)


def test_the_app_tells_what_was_approved_once_and_again_when_it_changes(
    carer: PortalClient, film: Path, tmp_path: Path
) -> None:
    clip_id = ClipId(str(uuid.uuid4()))
    folders = Folders(tmp_path / "data").make()
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue, Transport(carer.portal.url) as transport:
        catalogue.add(clip_id, kind=Kind.VIDEO, take=folders.takes / "t.mp4", stage=Stage.SAVED, seconds=3.0)
        told = carer.send(Sendable(film.read_bytes(), clip_id=clip_id))
        receipt = Receipt(clip_id, str(told["sha256"]), int(str(told["bytes"])), "2026-11-23", str(told["page"]))
        catalogue.set_receipt(receipt)
        account, post = _account(carer, transport), CaptionPost(catalogue)

        def tell(text: str, state: Captions) -> list[str]:
            line = Line(tuple(Word(at, at + 0.5, word) for at, word in enumerate(text.split())))
            catalogue.set_captions(clip_id, [line], state)
            post.round(account, Event())
            return paragraphs(_at_the_portal(carer, clip_id))

        assert tell("Not yet", Captions.DRAFT) == []
        assert tell("Hello there", Captions.APPROVED) == ["Hello there"]
        assert catalogue.captions_to_tell() == []
        assert tell("Hello here", Captions.APPROVED) == ["Hello here"]
        catalogue.set_receipt(Receipt(clip_id, "ab" * 32, 9, "2026-11-23", str(told["page"])))
        assert tell("Another file", Captions.APPROVED) == ["Hello here"], "of another version, it will not have them"
        assert len(catalogue.captions_to_tell()) == 1
        catalogue.set_receipt(Receipt(clip_id, receipt.sha256, 9, "2026-11-23", "https://elsewhere.example/clip"))
        assert tell("Never told", Captions.APPROVED) == ["Hello here"], "that portal has not the clip"


def _at_the_portal(carer: PortalClient, clip_id: ClipId) -> str:
    with rows(carer.portal) as database:
        found = database.execute("SELECT captions FROM portal_clip WHERE clip_id = ?", (clip_id.replace("-", ""),))
        return str(found.fetchone()[0])
