"""Withdrawal removes: by account or slip, whatever happens meanwhile, and a certificate says what is gone."""

import errno
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal import files, forms, moderation, removal, words
from portal.buckets import Buckets
from portal.checks import arrival
from portal.codes import show_private_code
from portal.intake.disk import DiskFailed
from portal.models import Clip, Comment, Copy, Event, Stage, Upload
from portal.slips import code_of
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable, received
from tests.support.portal_people import WHEN, bearer_of, browser_of, make_clip, make_people
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import rows
from tests.support.wait import until


@pytest.fixture
def people(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, User]:
    monkeypatch.setattr(forms, "wrong_codes", Buckets(at_once=5, a_minute=0))
    return make_people("Moira", "Sam", "Ada", moderators=["Moira"])


@pytest.fixture
def clip(people: dict[str, User], settings: Settings, tmp_path: Path) -> Clip:
    """A published clip of Sam's, with a comment, a small copy, a delivery under way, and a picture without a row."""
    settings.MEDIA, settings.POSTERS, settings.INCOMING = tmp_path, tmp_path / "posters", tmp_path / "incoming"
    settings.POSTERS.mkdir()
    settings.INCOMING.mkdir()
    made = make_clip(
        people["Sam"],
        tmp_path,
        stage=Stage.PUBLISHED,
        published_at=WHEN,
        small_name="small.mp4",
        names_said=[[1, 2]],
        width=640,
    )
    for name in ("film.jpg", "small.jpg"):
        (settings.POSTERS / name).write_bytes(b"a picture")
    (tmp_path / "film.jpg").unlink()
    (tmp_path / "small.mp4").write_bytes(b"a small film")
    Comment.objects.create(clip=made, day=WHEN.date(), text="Well said.", code="0", state="approved")
    same = ("owner", "sha256", "bytes", "filetype", "title", "audience", "seconds", "recorded", "people")
    facts = {name: getattr(made, name) for name in same}
    upload = Upload.objects.create(clip_id=made.clip_id, copy=Copy.FULL, **facts)
    upload.part.write_bytes(b"half of it")
    return made


@pytest.fixture
def sam(people: dict[str, User]) -> Client:
    return browser_of(people["Sam"])


def slip(**fields: str) -> str:
    return text(Client().post("/slip", fields))


def text(answer: object) -> str:
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


def left(folder: Path) -> list[str]:
    """Every file that there is."""
    return sorted(each.name for each in folder.rglob("*") if each.is_file())


def nothing_is_left(clip: Clip, folder: Path) -> bool:
    """Neither a file nor a word; what the certificate tells is all."""
    clip.refresh_from_db()
    names = [*clip.people, *clip.names_said, *Upload.objects.get().people]
    return not left(folder) and not Comment.objects.exists() and not names and clip.removed_at is not None


# -- by account, and by slip ----------------------------------------------------------------------------------------


def test_whoever_holds_the_slip_withdraws_and_gets_a_certificate(clip: Clip, sam: Client, tmp_path: Path) -> None:
    (code,) = re.findall(r"\b[A-Z]{4}-[A-Z]{4}-[A-Z]{4}\b", text(sam.get(f"/clips/{clip.pk}")))
    receipt = Client().get(f"/api/clips/{clip.pk}/receipt", headers=bearer_of(clip.owner)).json()
    assert receipt["slip"] == code == show_private_code(code_of(clip.clip_id))
    assert code.replace("-", "") not in str(Clip.objects.values().get())
    typed = code.lower().replace("-", " ")
    assert "Withdraw this clip?" in slip(code=typed)
    assert len(left(tmp_path)) == 5
    assert "are being removed" in slip(code=typed, answer="withdraw")
    removal.remove_all()
    assert nothing_is_left(clip, tmp_path)
    again = slip(code=typed, answer="withdraw")
    for fact in ("Withdrawn and removed", clip.sha256, "with its slip", "The film", "A small copy", "A still picture"):
        assert fact in again
    history = [(event.what, event.actor) for event in Event.objects.all()]
    assert history == [(Stage.WITHDRAWN, None), ("removed", None)]
    assert Client().get(f"/clips/{clip.pk}").status_code == 302
    assert Client().get("/").content.decode().count("walk") == 0


def test_the_account_withdraws_and_its_certificate_is_its_own(
    clip: Clip, people: dict[str, User], sam: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mine, others = bearer_of(people["Sam"]), bearer_of(people["Ada"])
    where = f"/api/clips/{clip.pk}/certificate"
    assert Client().get(where, headers=mine).json()["error"] == "not_withdrawn"
    assert sam.get(f"/clips/{clip.pk}/certificate")["Location"] == f"/clips/{clip.pk}"
    asked: list[object] = []

    def ask(**signal: object) -> None:
        asked.append(removal.is_gone(clip.clip_id))

    removal.asked.connect(ask)
    with django_capture_on_commit_callbacks(execute=True):
        sam.post(f"/clips/{clip.pk}/withdraw")
    assert asked == [True]  # the worker is woken, and whoever watches it now sees no more of it
    before = Client().get(where, headers=mine).json()
    assert before["removed_at"] is None
    removal.remove_all()
    after = Client().get(where, headers=mine).json()
    assert after["removed_at"] > after["withdrawn_at"] > after["received_at"]
    assert (after["sha256"], after["copies"]) == (clip.sha256, ["video", "small copy", "picture"])
    assert "Withdrawn and removed" in text(sam.get(f"/clips/{clip.pk}/certificate"))
    assert "What was removed" in text(sam.get(f"/clips/{clip.pk}"))
    assert Client().get(where, headers=others).status_code == 404
    assert browser_of(people["Moira"]).get(f"/clips/{clip.pk}/certificate").status_code == 403
    assert "was removed with the clip" in text(browser_of(people["Moira"]).get(f"/clips/{clip.pk}"))


def test_a_new_key_makes_new_slips(clip: Clip, sam: Client, settings: Settings) -> None:
    old = code_of(clip.clip_id)
    settings.SECRET_KEY = "another key"
    assert words.UNKNOWN_SLIP in slip(code=old)
    sam.force_login(clip.owner)
    (new,) = re.findall(r"\b[A-Z]{4}-[A-Z]{4}-[A-Z]{4}\b", text(sam.get(f"/clips/{clip.pk}")))
    assert "Withdraw this clip?" in slip(code=new)
    assert words.UNKNOWN_SLIP in slip(code=old)


def test_guessed_slips_run_into_a_wall(clip: Clip) -> None:
    for _ in range(5):
        assert words.UNKNOWN_SLIP in slip(code="BBBB-BBBB-BBBB", answer="withdraw")
    assert words.TOO_MANY_WRONG in slip(code=code_of(clip.clip_id), answer="withdraw")
    assert Clip.objects.get().stage == Stage.PUBLISHED
    for nonsense in ("", "x" * 41, "<script>", "\x00", "' OR 1=1 --"):
        page = Client().post("/slip", {"code": nonsense})
        assert page.status_code == 400
        assert "<script>" not in text(page)


# -- whatever happens -----------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The worker dies here."""


def steps_that_kill(monkeypatch: pytest.MonkeyPatch, at: int, after: bool) -> Callable[[], int]:
    """Die before or after the step of that number; returns how many steps there were."""
    count = 0

    def counted(step: Callable[..., object]) -> Callable[..., object]:
        def counting(*given: object) -> object:
            nonlocal count
            count += 1
            if count == at and not after:
                raise Killed
            done = step(*given)
            if count == at:
                raise Killed
            return done

        return counting

    kept = {name: getattr(files, name)() for name in ("media", "posters")}
    for name, place in kept.items():
        monkeypatch.setattr(place, "remove", counted(place.remove), raising=True)
        monkeypatch.setattr(files, name, lambda place=place: place)
    for name in ("_remove_part", "_write_down"):
        monkeypatch.setattr(removal, name, counted(getattr(removal, name)))
    return lambda: count


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_dies_at_any_step_is_finished_by_the_next(
    clip: Clip, people: dict[str, User], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    moderation.withdraw(clip, people["Sam"])
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    at = 0
    while True:
        at += 1
        for path, content in kept.items():
            path.write_bytes(content)
        with monkeypatch.context() as patched:
            steps = steps_that_kill(patched, at, after)
            mark = transaction.savepoint()
            try:
                removal.remove_all()
            except Killed:
                assert Clip.objects.get().removed_at is None or left(tmp_path) == []
            removal_steps = steps()
        removal.remove_all()
        assert nothing_is_left(clip, tmp_path), at
        assert Event.objects.filter(what="removed").count() == 1
        transaction.savepoint_rollback(mark)
        if removal_steps < at:
            break
    assert at > 7


def test_a_disk_that_refuses_is_asked_again(
    clip: Clip, people: dict[str, User], sam: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam.post(f"/clips/{clip.pk}/withdraw")

    def refuse(name: str) -> None:
        raise DiskFailed(OSError(errno.EIO, "Input/output error"))

    with monkeypatch.context() as patched:
        place = files.posters()
        patched.setattr(place, "remove", refuse)
        patched.setattr(files, "posters", lambda: place)
        removal.remove_all()
    assert "are being removed" in text(sam.get(f"/clips/{clip.pk}/certificate"))
    assert Clip.objects.get().removed_at is None
    removal.remove_all()
    assert nothing_is_left(clip, tmp_path)
    arrival.check(str(clip.clip_id))  # a check that comes late finds no work
    Upload.objects.get().part.write_bytes(b"a delivery that was under way")
    removal.remove_all()
    assert left(tmp_path) == []


@pytest.fixture
def withdrawn_while_watched(own_portal: PortalProcess, own_client: PortalClient) -> Iterator[requests.Response]:
    """A film of 40 MB whose viewer has read a little of it when it is withdrawn."""
    sent = Sendable(b"no film" * 6_000_000)
    own_client.send(sent)
    with rows(own_portal) as database:
        database.execute("UPDATE portal_clip SET stage = 'published', checked_at = received_at, playable = 1")
    with requests.get(f"{own_portal.url}clips/{sent.clip_id}/media", stream=True, timeout=TIMEOUT_S) as watching:
        assert len(watching.raw.read(1000)) == 1000
        place = f"{own_client.places['clips']}{sent.clip_id}"
        requests.post(f"{place}/withdraw", headers=own_client.headers(), timeout=TIMEOUT_S).raise_for_status()

        def removed() -> bool:
            answer = requests.get(f"{place}/certificate", headers=own_client.headers(), timeout=TIMEOUT_S)
            return answer.json()["removed_at"] is not None

        until(removed, what="the removal")
        yield watching


def test_a_film_that_is_being_watched_ends(
    withdrawn_while_watched: requests.Response, own_portal: PortalProcess
) -> None:
    assert received(own_portal) == []
    got: list[int] = []
    with pytest.raises(requests.exceptions.RequestException):
        got += map(len, withdrawn_while_watched.iter_content(65536))
    assert sum(got) < 30_000_000
