"""Comments: nobody can tell who wrote one; held until approved; floods, scripts and two moderators at once."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import requests
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal import comments, forms, tickets, words
from portal.buckets import Buckets, Once
from portal.models import Clip, Comment, CommentClaim, CommentEvent, CommentState, Stage
from tests.support.comment_forms import worked
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable
from tests.support.portal_pages import PASSWORD, add_moderator
from tests.support.portal_people import WHEN, browser_of, make_clip, make_people, set_stage
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import rows
from tests.support.wait import until

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def people(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, User]:
    """Two moderators, a speaker and a colleague; work is light, no form is too young, and every bucket is full."""
    monkeypatch.setattr(tickets, "BITS", 4)
    monkeypatch.setattr(comments, "WORKED_S", 0)
    monkeypatch.setattr(comments, "worked", Buckets(at_once=20, a_minute=6, now=lambda: 0))
    monkeypatch.setattr(comments, "unworked", Buckets(at_once=5, a_minute=1, now=lambda: 0))
    monkeypatch.setattr(forms, "wrong_codes", Buckets(at_once=5, a_minute=30, now=lambda: 0))
    return make_people("Moira", "Ben", "Sam", "Ada", moderators=["Moira", "Ben"])


@pytest.fixture
def moira(people: dict[str, User]) -> Client:
    return browser_of(people["Moira"])


@pytest.fixture
def ben(people: dict[str, User]) -> Client:
    return browser_of(people["Ben"])


@pytest.fixture
def clip(people: dict[str, User], settings: Settings, tmp_path: Path) -> Clip:
    """A published clip of Sam's."""
    settings.MEDIA = settings.POSTERS = tmp_path
    return make_clip(people["Sam"], tmp_path, stage=Stage.PUBLISHED, published_at=WHEN)


def text(answer: object) -> str:
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


def fields(page: str) -> dict[str, str]:
    """What the form for a comment sends besides what is typed; the work is done."""
    (ticket,) = re.findall(r'name="ticket" value="([^"]+)" autocomplete="off"><input', page)
    return {"ticket": ticket, "answer": worked(ticket)}


def say(clip: Clip, words: str, browser: Client | None = None, **more: str) -> HttpResponse:
    """Open the clip's page and send its form."""
    browser = browser or Client()
    typed = {**fields(text(browser.get(f"/clips/{clip.pk}"))), "text": words, **more}
    answer = browser.post(f"/clips/{clip.pk}/comment", typed)
    assert isinstance(answer, HttpResponse)
    return answer


def code_in(answer: object) -> str:
    (code,) = re.findall(r"\b[A-Z]{4}-[A-Z]{4}-[A-Z]{4}\b", text(answer))
    return str(code)


def mine(code: str, **more: str) -> str:
    return text(Client().post("/my-comment", {"code": code, **more}))


def do(browser: Client, action: str, **more: str) -> HttpResponse:
    """A moderator opens the one comment and presses a button."""
    where = f"/comments/{Comment.objects.get().pk}"
    browser.get(where)
    answer = browser.post(f"{where}/{action}", more, follow=True)
    assert isinstance(answer, HttpResponse)
    return answer


# -- who wrote it ---------------------------------------------------------------------------------------------------


def test_what_is_kept_of_a_comment_tells_nobody_who_wrote_it(
    own_portal: PortalProcess, own_client: PortalClient
) -> None:
    portal, carer = own_portal, own_client  # nothing else happens there meanwhile
    add_moderator(portal)
    sent = Sendable(b"no film", title="Said without a name")
    carer.send(sent)
    until(lambda: carer.stage(sent.clip_id)["stage"] == "sent_back", what="the check")
    with rows(portal) as database:  # as if it played and had been published
        database.execute("UPDATE portal_clip SET stage = 'published' WHERE clip_id = ?", (UUID(sent.clip_id).hex,))
    canary = "Canary-Browser/7.7"
    with requests.Session() as writer:
        writer.headers["User-Agent"] = canary
        writer.headers["X-Forwarded-For"] = "203.0.113.77"
        sign_in(writer, portal)
        until(lambda: not running_tasks(portal), what="the portal's own work")
        before = everything(portal)
        form = fields(writer.get(f"{portal.url}clips/{sent.clip_id}", timeout=TIMEOUT_S).text)
        hidden = {**form, "text": "We are two short.", "csrfmiddlewaretoken": writer.cookies["csrftoken"]}

        def send() -> bool:
            answer = writer.post(f"{portal.url}clips/{sent.clip_id}/comment", data=hidden, timeout=TIMEOUT_S)
            assert answer.status_code in (200, 429)  # a form of a moment ago is too young
            return answer.status_code == 200

        until(send, what="the comment")
    (new,) = everything(portal) - before  # nothing else was written, in any table
    row = dict(new[1])
    assert new[0] == "portal_comment"
    assert row.pop("text") == "We are two short."
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(row.pop("day")))
    assert re.fullmatch("[0-9a-f]{64}", str(row.pop("code")))
    assert row.pop("clip_id") == UUID(sent.clip_id).hex
    assert row.pop("id") == row.pop("rowid")  # random, and SQLite keeps no other number that counts up
    assert row == {"name": "", "signed": 0, "state": "waiting", "reason": ""}
    for file in [each for each in portal.data.rglob("*") if each.is_file()]:
        content = file.read_bytes()
        assert canary.encode() not in content, file
        assert b"203.0.113.77" not in content, file
    assert portal.errors == ""  # nor in the log


def sign_in(writer: requests.Session, portal: PortalProcess) -> None:
    """As the moderator, who has a password."""
    page = writer.get(f"{portal.url}sign-in", timeout=TIMEOUT_S).text
    (word,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    data = {"username": "Moira", "password": PASSWORD, "csrfmiddlewaretoken": word}
    assert writer.post(f"{portal.url}sign-in", data=data, timeout=TIMEOUT_S).status_code == 200


def running_tasks(portal: PortalProcess) -> int:
    with rows(portal) as database:
        found = database.execute(
            "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
        )
        return int(found.fetchone()[0])


def everything(portal: PortalProcess) -> set[tuple[str, tuple[tuple[str, object], ...]]]:
    """Every row of every table, with SQLite's own number of the row where there is one."""
    found: set[tuple[str, tuple[tuple[str, object], ...]]] = set()
    with rows(portal) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [each[1] for each in database.execute(f"PRAGMA table_info({table})")]
            for row in database.execute(f"SELECT rowid, * FROM {table}"):
                found.add((table, tuple(zip(("rowid", *columns), row, strict=True))))
    return found


def test_the_order_of_comments_cannot_be_read_from_their_rows(clip: Clip) -> None:
    for number in range(8):
        say(clip, str(number))
    said = [row.text for row in Comment.objects.order_by("pk")]
    assert sorted(said) != said
    for comment in Comment.objects.all():
        comments.look_at(comment, User.objects.get(username="Moira"))
    with connection.cursor() as cursor:
        for table, key in (("comment", "id"), ("commentevent", "id"), ("commentclaim", "comment_id")):
            cursor.execute(f"SELECT count(*) FROM portal_{table} WHERE rowid != {key}")
            assert cursor.fetchone() == (0,)
    ends = {claim.until for claim in CommentClaim.objects.all()}
    assert {(end.minute, end.second, end.microsecond) for end in ends} == {(0, 0, 0)}


def test_a_name_is_shown_where_its_writer_wants_it(people: dict[str, User], clip: Clip) -> None:
    ada = browser_of(people["Ada"])
    assert "Show that it is from me, Ada" in text(ada.get(f"/clips/{clip.pk}"))
    say(clip, "One", ada)
    say(clip, "Two", ada, name="A friend")
    say(clip, "Three", ada, signed="yes", name="Somebody else")
    say(clip, "Four", signed="yes", name="Moira")  # nobody is signed in: the name is as typed
    assert set(Comment.objects.values_list("text", "name", "signed")) == {
        ("One", "", False),
        ("Two", "A friend", False),
        ("Three", "Ada", True),
        ("Four", "Moira", False),
    }


# -- from the form to the page --------------------------------------------------------------------------------------


def test_it_is_held_until_approved_and_its_writer_sees_how_it_stands(
    clip: Clip, moira: Client, people: dict[str, User]
) -> None:
    done = say(clip, "Well said.")
    code = code_in(done)
    assert "no-store" in done["Cache-Control"]
    assert "sessionid" not in done.cookies
    assert "It is waiting." in mine(code)
    assert "Well said." not in text(Client().get(f"/clips/{clip.pk}"))
    assert clip.replies == 0
    assert "1 comment waiting" in text(moira.get("/queue"))
    assert "is on its page" in text(do(moira, "approve"))
    for browser in (Client(), browser_of(people["Sam"]), moira):
        assert "Well said." in text(browser.get(f"/clips/{clip.pk}"))
    assert clip.replies == 1
    assert "1 comment<" in text(moira.get("/queue"))
    assert "It is on the page" in mine(code.lower().replace("-", " "))
    assert "is deleted" in mine(code, answer="take back")
    assert words.UNKNOWN_COMMENT in mine(code)
    assert not CommentEvent.objects.exists()
    assert "Well said." not in text(Client().get(f"/clips/{clip.pk}"))


def test_a_refusal_tells_the_writer_why_and_can_be_undone_for_a_while(clip: Clip, moira: Client, ben: Client) -> None:
    code = code_in(say(clip, "Ken from flat 4 fell."))
    assert words.COMMENT_REASON in text(do(moira, "refuse", reason=" "))
    do(moira, "refuse", reason="It names somebody.")
    assert "It names somebody." in mine(code)
    assert "is undone" in text(do(ben, "undo", state="refused"))
    do(ben, "approve")
    do(moira, "refuse", state="approved", reason="It names somebody.")  # also later, when it is on the page
    told = [(event.number, event.actor.username, event.what) for event in CommentEvent.objects.all()]
    assert told == [(1, "Moira", "refused"), (2, "Ben", "waiting"), (3, "Ben", "approved"), (4, "Moira", "refused")]
    assert "What happened so far" in text(moira.get(f"/comments/{Comment.objects.get().pk}"))
    CommentEvent.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert "Undo" in text(moira.get(f"/comments/{Comment.objects.get().pk}"))
    CommentEvent.objects.update(day=timezone.localdate() - timedelta(days=2))
    assert words.COMMENT_NO_UNDO in text(do(moira, "undo", state="refused"))


def test_two_moderators_never_hold_the_same_comment(clip: Clip, moira: Client, ben: Client) -> None:
    say(clip, "Well said.")
    where = f"/comments/{Comment.objects.get().pk}"
    assert "You have this comment" in text(moira.get(where))
    seen = text(ben.get(where))
    assert "Moira is reading this comment" in seen
    assert "Moira has it" in text(ben.get("/queue"))
    assert "/approve" not in seen
    for action in ("approve", "refuse", "put-back"):
        refused = ben.post(f"{where}/{action}", {"reason": "No."})
        assert (refused.status_code, words.COMMENT_HELD.format(name="Moira") in text(refused)) == (409, True)
    CommentClaim.objects.update(until=timezone.now())
    assert "You have this comment" in text(ben.get(where))
    assert moira.post(f"{where}/approve").status_code == 409
    assert "is waiting again" in text(do(ben, "put-back"))
    assert "is on its page" in text(do(moira, "approve"))
    assert words.COMMENT_NOT_WAITING in text(ben.post(f"{where}/approve"))
    assert words.COMMENT_DONE in text(ben.post(f"{where}/refuse", {"state": "waiting", "reason": "Late."}))
    code = code_in(say(clip, "Taken back."))
    gone = Comment.objects.get(text="Taken back.")
    mine(code, answer="take back")
    assert ben.post(f"/comments/{gone.pk}/approve").status_code == 404
    with pytest.raises(comments.CommentRefused, match="gone"):
        comments.approve(gone, User.objects.get(username="Ben"))


# -- bad input and abuse --------------------------------------------------------------------------------------------


def test_scripts_in_every_field_are_only_words(clip: Clip, moira: Client, people: dict[str, User]) -> None:
    Clip.objects.update(title=f"A {SCRIPT}")
    code = code_in(say(clip, f"{SCRIPT} ]]> {{{{ x }}}}\x00\x07\u202e", name=SCRIPT))
    (comment,) = Comment.objects.all()
    assert comment.text == f"{SCRIPT} ]]> {{{{ x }}}}"
    pages = [text(moira.get(f"/comments/{comment.pk}")), text(moira.get("/queue")), mine(code)]
    do(moira, "approve")
    pages += [text(browser.get(f"/clips/{clip.pk}")) for browser in (Client(), moira)]
    do(moira, "refuse", state="approved", reason=SCRIPT)
    pages += [text(moira.get(f"/comments/{comment.pk}")), mine(code), text(Client().get("/my-comment"))]
    again = Client().post("/my-comment", {"code": SCRIPT})
    for page in [*pages, text(again)]:
        assert SCRIPT not in page
        assert " onerror" not in page
    assert "&lt;script&gt;" in pages[0]
    assert "default-src 'none'" in again["Content-Security-Policy"]


def test_what_was_typed_is_never_lost(clip: Clip) -> None:
    form = fields(text(Client().get(f"/clips/{clip.pk}")))
    for changes, sentence in (
        ({"text": " \n\t "}, words.EMPTY_COMMENT),
        ({"text": "x" * 2001}, words.LONG_COMMENT.format(most=2000)),
        ({"name": "y" * 61}, words.LONG_NAME.format(most=60)),
        ({"ticket": "nonsense"}, words.STALE_FORM),
        ({"ticket": tickets.make("play", clip.clip_id)}, words.STALE_FORM),
        ({"ticket": tickets.make("comment", UUID(int=7))}, words.STALE_FORM),
        ({"answer": "٣"}, "press the button again"),
    ):
        typed = {**form, "text": "Five words that I typed", "name": "Kim", **changes}
        answer = Client().post(f"/clips/{clip.pk}/comment", typed)
        assert answer.status_code in (400, 429)
        page = text(answer)
        assert sentence in page
        assert typed["text"].strip() in page
        assert f'value="{typed["name"]}"' in page
        # The same form, which is older when it is sent again; another one, where this one cannot be sent.
        assert (f'value="{form["ticket"]}"' in page) == (typed["ticket"] == form["ticket"])
    assert not Comment.objects.exists()


def test_a_form_counts_once_and_not_for_ever(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "_used", Once())
    form = {**fields(text(Client().get(f"/clips/{clip.pk}"))), "text": "Once."}
    codes = {code_in(Client().post(f"/clips/{clip.pk}/comment", form)) for _ in range(3)}
    assert (len(codes), Comment.objects.count()) == (1, 1)
    mine(codes.pop(), answer="take back")
    assert words.USED_FORM in text(Client().post(f"/clips/{clip.pk}/comment", form))
    other = {**fields(text(Client().get(f"/clips/{clip.pk}"))), "text": "Much later."}
    monkeypatch.setattr(tickets, "GOOD_FOR_S", -1)
    assert words.STALE_FORM in text(Client().post(f"/clips/{clip.pk}/comment", other))
    assert not Comment.objects.exists()


def test_floods_are_slowed_and_those_who_work_are_not_kept_out_by_those_who_do_not(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "UNWORKED_S", 0)
    flood = [say(clip, f"Spam {number}", answer="") for number in range(8)]
    assert [answer.status_code for answer in flood] == [200] * 5 + [429] * 3
    assert words.TOO_MANY_COMMENTS in text(flood[-1])
    worked = [say(clip, f"Work {number}").status_code for number in range(22)]
    assert worked == [200] * 20 + [429] * 2
    monkeypatch.setattr(comments, "worked", Buckets(at_once=999, a_minute=0))
    monkeypatch.setattr(comments, "MOST_WAITING", 25)
    assert say(clip, "The desk is full").status_code == 429
    Comment.objects.update(state=CommentState.REFUSED)
    assert say(clip, "The desk is empty").status_code == 200


def test_guessed_codes_run_into_a_wall(clip: Clip) -> None:
    code = code_in(say(clip, "Mine."))
    assert words.UNKNOWN_COMMENT in mine("BBBB-BBBB-BBBB")
    for _ in range(5):
        mine("BBBB-BBBB-BBBB")
    assert words.TOO_MANY_WRONG in mine(code)


def test_nobody_comments_where_nobody_watches(clip: Clip, moira: Client, people: dict[str, User]) -> None:
    form = {**fields(text(Client().get(f"/clips/{clip.pk}"))), "text": "Late."}
    say(clip, "In time.")
    waiting = Comment.objects.get()
    for stage in (Stage.SENT_BACK, Stage.WITHDRAWN):
        set_stage(clip, stage)
        for browser in (Client(), moira, browser_of(people["Sam"])):
            assert browser.post(f"/clips/{clip.pk}/comment", form).status_code == 404
        assert words.NOT_PUBLISHED in text(moira.post(f"/comments/{waiting.pk}/approve"))
        with pytest.raises(comments.CommentRefused, match="not published"):  # it went just after the page was found
            comments.add(clip, "Late.", ticket=form["ticket"], answer=form["answer"])
    assert "1 comment" not in text(moira.get("/queue"))
    assert Comment.objects.count() == 1
    assert moira.get(f"/comments/{2**64}").status_code == 404


def test_buckets_fill_again_and_forget() -> None:
    clock = [0.0]
    buckets = Buckets(at_once=2, a_minute=60, most=2, now=lambda: clock[0])
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    assert buckets.is_empty("a")
    clock[0] += 1.5
    assert [buckets.take("a") for _ in range(2)] == [True, False]
    clock[0] += 1000
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    buckets.take("b")
    buckets.take("c")
    assert not buckets.is_empty("a")  # forgotten
    once = Once(most=2)
    assert [once.first(word) for word in ("x", "x", "y", "z", "x")] == [True, False, True, True, True]
