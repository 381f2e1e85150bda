"""A rescue folder at the portal: what the app sealed comes in as if it had been delivered, once."""

import io
import json
import os
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from diary_app.catalogue import Catalogue
from diary_app.clip import Goes, KeptRange, Kind, Receipt, ShowAs, Stage, new_clip_id
from diary_app.delivery.courier import parcel_of
from diary_app.delivery.pairing import Pairing
from diary_app.folders import Folders
from diary_app.rescue import taking
from diary_app.rescue.age import KEY_WORK, Sealer
from diary_app.rescue.desk import RescueDesk
from diary_app.rescue.recipient import sealed_for
from portal import home, words
from portal.intake import store
from portal.intake.metadata import ClipFacts
from portal.models import Clip, Event, Upload
from portal.models import Stage as Portal
from portal.rescue import import_folder, words_for_us
from portal.rescue_keys import Identity
from portal.sealed import Broken, SealError, WrongWords, unsealed
from tests.support.diary_files import ReadyClip, add_ready_clip

WORDS = ("apple", "badge", "camel", "dairy", "easel", "fence")
TYPED = "Apple badge  camel-dairy easel fence\n"
SIZE = 150_000


class App:
    """A computer with the app, and a memory stick."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folders = Folders(folder / "app").make()
        self.catalogue = Catalogue(self.folders.catalogue)
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.desk = RescueDesk(self.folders, self.catalogue, on_news=print, wake=print)
        self._rng = rng

    def ready(self, size: int = SIZE) -> ReadyClip:
        """A clip that waits for the internet."""
        made = add_ready_clip(self.folders, self.catalogue, size=size, rng=self._rng)
        self.catalogue.set_seconds(made.clip_id, 13.0)
        rendition = self.catalogue.clip(made.clip_id).rendition
        self.catalogue.set_names_said(made.clip_id, [KeptRange(2.0, 2.5)])
        about = replace(self.catalogue.clip(made.clip_id).about, show_as=ShowAs.VOICE_ONLY)
        self.catalogue.set_about(made.clip_id, about)
        assert rendition is not None
        self.catalogue.set_rendition(made.clip_id, rendition)
        return made

    def unfinished(self) -> None:
        """A clip whose speaker has not pressed Send."""
        clip_id = new_clip_id()
        take = self.folders.takes / f"{clip_id}.mp4"
        take.write_bytes(b"the take")
        self.catalogue.add(clip_id, kind=Kind.VIDEO, take=take, stage=Stage.SAVED, seconds=1.0, title="Not yet")

    def join(self, recipient: str) -> None:
        """A portal whose key this is."""
        pairing = Pairing("https://diary.example", "Our diary", practice=False, account="a", rescue_recipient=recipient)
        self.folders.settings.write_text(json.dumps({"portal": asdict(pairing)}))

    def take(self) -> Path:
        """All of them on the stick."""
        return self.desk.take(self.stick, WORDS).folder


@pytest.fixture
def app(tmp_path: Path, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setattr(taking, "WORDS_WORK", KEY_WORK)
    made = App(tmp_path, rng)
    yield made
    made.catalogue.close()


@pytest.fixture(autouse=True)
def at_the_portal(db: None, settings: Settings, tmp_path: Path) -> None:
    home.prepare(tmp_path)
    settings.DATA, settings.INCOMING, settings.MEDIA = tmp_path, tmp_path / "incoming", tmp_path / "media"


@pytest.fixture
def carer() -> User:
    return User.objects.create_user("carer")


def nothing_half_done(settings: Settings) -> bool:
    return not list(Path(settings.INCOMING).iterdir()) and len(list(Path(settings.MEDIA).iterdir())) == len(
        Clip.objects.all()
    )


def test_a_clip_comes_in_exactly_as_a_delivered_one_and_only_once(app: App, carer: User, settings: Settings) -> None:
    made = app.ready()
    app.unfinished()
    app.catalogue.set_goes(app.ready().clip_id, Goes.HELD)
    folder = app.take()
    found = import_folder(folder, TYPED, carer)
    assert (found.received, found.unfinished, found.refused) == (["Tuesday’s walk"], ["Not yet", "Tuesday’s walk"], [])
    clip = Clip.objects.get()
    sent = app.catalogue.clip(made.clip_id)
    assert sent.rendition is not None
    parcel = parcel_of(sent, sent.rendition)
    facts = parcel.facts
    assert (str(clip.clip_id), clip.owner, clip.sha256, clip.bytes) == (made.clip_id, carer, made.sha256, SIZE)
    assert (clip.title, clip.audience, clip.filetype) == (facts["title"], facts["audience"], parcel.filetype)
    assert (clip.show_as, clip.sending) == (facts["show_as"], 1) == ("voice_only", 1)
    assert (f"{clip.seconds:.3f}", clip.recorded.isoformat()) == (facts["seconds"], facts["recorded"])
    assert clip.people == [{"name": "Ann", "agrees": True}]
    assert clip.names_said == json.loads(facts["names_said"]) == [[2.0, 2.5]]
    assert (settings.MEDIA / clip.media_name).read_bytes() == made.path.read_bytes()
    assert [event.what for event in Event.objects.all()] == ["received"]
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[made.clip_id]]
    assert nothing_half_done(settings)

    again = import_folder(folder, TYPED, carer)
    assert (again.received, again.already) == ([], ["Tuesday’s walk"])
    upload = store.create(carer, facts_of(clip), SIZE)
    assert upload.received, "the first computer finds that its clip has arrived"
    assert (Clip.objects.count(), Upload.objects.count(), Event.objects.count()) == (1, 1, 1)

    others = import_folder(folder, TYPED, User.objects.create_user("another"))
    assert others.refused == [f"Tuesday’s walk: {words.OTHERS_CLIP}"]
    assert Clip.objects.get().owner == carer
    assert nothing_half_done(settings)


def facts_of(clip: Clip) -> ClipFacts:
    """What the app says about it."""
    return ClipFacts(
        clip.clip_id, clip.sha256, clip.filetype, clip.title, clip.audience, clip.seconds, clip.recorded, clip.people
    )


def test_a_clip_that_was_sent_back_comes_again_by_the_stick(app: App, carer: User, settings: Settings) -> None:
    made = app.ready()
    import_folder(app.take(), TYPED, carer)
    app.catalogue.set_receipt(Receipt(made.clip_id, made.sha256, SIZE, "2026-11-23T11:00:00+00:00", "page"))
    Clip.objects.update(stage=Portal.SENT_BACK)
    app.catalogue.move(made.clip_id, Stage.SENT_BACK, note="Please say who is in it.")
    rendition = app.catalogue.clip(made.clip_id).rendition
    assert rendition is not None
    assert app.catalogue.begin_next_sending(made.clip_id)
    app.catalogue.set_rendition(made.clip_id, rendition)  # only the words about it are others now
    app.catalogue.want(made.clip_id)
    folder = app.take()
    for found in (import_folder(folder, TYPED, carer).received, import_folder(folder, TYPED, carer).already):
        assert found == ["Tuesday’s walk"]
    clip = Clip.objects.get()
    assert (clip.sending, clip.stage) == (2, Portal.RECEIVED)
    assert (settings.MEDIA / clip.media_name).read_bytes() == made.path.read_bytes()
    assert nothing_half_done(settings)


def test_a_delivery_that_broke_off_is_finished_by_the_stick(app: App, carer: User, settings: Settings) -> None:
    made = app.ready()
    sent = app.catalogue.clip(made.clip_id)
    facts = ClipFacts(UUID(made.clip_id), made.sha256, "video/mp4", "A walk", "staff", 12.5, sent.created_at, ())
    upload = store.create(carer, facts, SIZE)
    with upload.part.open("wb") as still_open:
        still_open.write(made.path.read_bytes()[:1000])
        still_open.flush()
        assert import_folder(app.take(), TYPED, carer).received == ["Tuesday’s walk"]
        still_open.write(b"what the server still had in its hands")
    assert store.standing(carer, upload.pk).whole
    assert (settings.MEDIA / Clip.objects.get().media_name).read_bytes() == made.path.read_bytes()
    assert nothing_half_done(settings)


def test_a_damaged_clip_keeps_no_other_away(app: App, carer: User, settings: Settings) -> None:
    good, bad = app.ready(), app.ready(SIZE + 1)
    folder = app.take()
    sealed = max(folder.glob("*.age"), key=lambda path: path.stat().st_size)
    sealed.write_bytes(sealed.read_bytes()[:-1])
    found = import_folder(folder, TYPED, carer)
    assert (found.received, len(found.refused)) == (["Tuesday’s walk"], 1)
    assert "damaged" in found.refused[0]
    assert [str(clip.clip_id) for clip in Clip.objects.all()] == [good.clip_id] != [bad.clip_id]
    assert nothing_half_done(settings)


def test_what_cannot_be_opened_is_one_sentence(app: App, carer: User, tmp_path: Path) -> None:
    app.ready()
    folder = app.take()
    with pytest.raises(WrongWords, match="not the six words"):
        import_folder(folder, "apple badge camel dairy easel easel", carer)
    with pytest.raises(Broken, match=r"index\.age is missing"):
        import_folder(tmp_path, TYPED, carer)
    raw = (folder / "index.age").read_bytes()
    for spoiled in (b"", raw[:100], raw[:-1], raw + b"x", raw.replace(b"/v1", b"/v2"), raw.replace(b" 10\n", b" 19\n")):
        (folder / "index.age").write_bytes(spoiled)
        with pytest.raises(SealError):
            import_folder(folder, TYPED, carer)
    (folder / "index.age").unlink()
    os.mkfifo(folder / "index.age")
    with pytest.raises(Broken, match="not a plain file"):
        import_folder(folder, TYPED, carer)
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"file": "0002.age"', b'"file": "../0002.age"'),
        (b'"file": "0002.age"', b'"file": "0001.age"'),
        (b'"bytes": 150000', b'"bytes": 150001'),
        (b'"bytes": 150000', b'"bytes": 99999999999999999999'),
        (b'"agrees": true', b'"agrees": "yes"'),
        (b'"audience": "staff"', b'"audience": "everybody"'),
        (b'"created_at": "', b'"created_at": "x'),
        (b'"seconds": 12.5', b'"seconds": NaN'),
        (b'"kind": "video"', b'"kind": "shell"'),
        (b'"show_as": "voice_only"', b'"show_as": "as_a_cat"'),
        (b'"show_as": "voice_only"', b'"sending": true'),
        (b'"clip_id": "', b'"clip_id": "../'),
    ],
)
def test_nothing_in_an_index_is_believed(app: App, carer: User, settings: Settings, old: bytes, new: bytes) -> None:
    app.ready()
    folder = app.take()
    index = b"".join(unsealed(folder, "index.age", "-".join(WORDS)))
    assert old in index
    with (folder / "index.age").open("wb") as file:

        def write(data: bytes) -> None:
            file.write(data)

        sealer = Sealer(write, "-".join(WORDS), work=KEY_WORK)
        sealer.add(index.replace(old, new))
        sealer.finish()
    found = import_folder(folder, TYPED, carer)
    assert (found.received, found.already, len(found.refused)) == ([], [], 1)
    assert "six words" not in found.refused[0]
    assert (Clip.objects.count(), list(Path(settings.INCOMING).iterdir())) == (0, [])


def test_the_command_asks_for_the_words_and_names_the_account(
    app: App, carer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.ready()
    folder = app.take()
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(TYPED))
    call_command("import", str(app.stick), "--user", "carer", stdout=said)
    assert said.getvalue() == "received: Tuesday’s walk\n"
    with pytest.raises(CommandError, match="There are no clips in this folder"):
        call_command("import", str(app.folders.data), "--user", "carer")
    app.take()
    with pytest.raises(CommandError, match="several rescue folders"):
        call_command("import", str(app.stick), "--user", "carer")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import", str(app.stick / "none"), "--user", "carer")
    with pytest.raises(CommandError, match="There is no account called nobody"):
        call_command("import", str(folder), "--user", "nobody")
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong words\n"))
    with pytest.raises(CommandError, match="not the six words"):
        call_command("import", str(folder), "--user", "carer")


# -- without the words ----------------------------------------------------------------------------------------------


def test_a_folder_of_a_computer_of_ours_opens_without_the_words(
    app: App, carer: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = home.rescue_identity(settings.DATA)
    assert ours is not None
    app.join(ours.recipient)
    made = app.ready()
    folder = app.take()
    assert "It opens there without the words." in (folder / "READ ME.txt").read_text()
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    call_command("import", str(folder), "--user", "carer", stdout=said)
    assert said.getvalue() == "received: Tuesday’s walk\n"
    assert (settings.MEDIA / Clip.objects.get().media_name).read_bytes() == made.path.read_bytes()
    assert import_folder(folder, TYPED, carer).already == ["Tuesday’s walk"], "the words open it as before"
    (told,) = json.loads(b"".join(unsealed(folder, "portal-index.age", words_for_us(folder) or "")))["clips"]
    assert "take" not in told, "what its speaker cut away, bleeped or disguised stays closed to the portal"


def test_a_folder_for_another_portal_says_so_and_opens_with_its_words(
    app: App, carer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.join(Identity.new().recipient)
    app.ready()
    folder = app.take()
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(CommandError, match=r"locked for another portal\. It opens with its six words\."):
        call_command("import", str(folder), "--user", "carer")
    assert not Upload.objects.exists()
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(TYPED))
    call_command("import", str(folder), "--user", "carer", stdout=said)
    assert said.getvalue() == "received: Tuesday’s walk\n"


def test_what_is_locked_for_us_in_a_folder_is_not_believed_either(
    app: App, carer: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = home.rescue_identity(settings.DATA)
    assert ours is not None
    app.join(ours.recipient)
    app.ready()
    folder = app.take()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    for content, why in (
        (sealed_for(ours.recipient, b"another-folders-words"), "does not open this folder"),
        (sealed_for(ours.recipient, b"\xff"), "damaged"),
        (b"", "damaged"),
    ):
        (folder / "portal.age").write_bytes(content)
        with pytest.raises(CommandError, match=rf"{why}.* It opens with its six words\."):
            call_command("import", str(folder), "--user", "carer")
    assert not Upload.objects.exists()


def test_an_app_without_a_key_that_can_be_read_says_nothing_of_it(app: App) -> None:
    app.ready()
    for recipient in ("", "age1nonsense"):
        app.join(recipient)
        folder = app.take()
        assert not (folder / "portal.age").exists()
        assert "Tell them the six words yourself." in (folder / "READ ME.txt").read_text()
        assert app.desk.plan().portal == ""
    app.join(Identity.new().recipient)
    assert app.desk.plan().portal == "Our diary"
