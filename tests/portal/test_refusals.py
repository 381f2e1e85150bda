"""What the check on arrival refuses is told in a plain sentence; what is the portal's own fault is not the clip's."""

import re
from pathlib import Path

import pytest
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from portal import words
from portal.checks import arrival, probe
from portal.checks.verdict import Verdict
from portal.intake.disk import NotHere
from portal.models import Clip, Event, Stage
from portal.worker import sweep
from tests.support.portal_client import PortalClient, Sendable
from tests.support.portal_clips import a_clip
from tests.support.portal_process import REPOSITORY, PortalProcess
from tests.support.sending import MemoryVault, signed_in
from tests.support.wait import until
from upload.receipt import PortalStage, fetch_stage
from upload.secret import Secret
from upload.tokens import Tokens

JARGON = re.compile(r"codec|container|stream|probe|MIME|error|exception|server|file type|pixel", re.IGNORECASE)


def reasons() -> set[str]:
    """Every reason that the check on arrival can give, as its source has them."""
    source = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "portal" / "checks").glob("*.py"))
    return set(re.findall(r'(?:Unplayable\(|reason=)"([A-Z_]+)"', source))


@pytest.fixture
def clip(db: None) -> Clip:
    return a_clip()


def test_every_reason_is_a_plain_sentence() -> None:
    assert reasons() == {"CANNOT_PLAY", "NO_PICTURE", "NO_SOUND", "WRONG_CODEC", "TOO_LARGE_PICTURE"}
    for reason in reasons():
        sentence = str(getattr(words, reason))
        assert re.fullmatch(r"[A-Z][^\n]+\. (Please [^\n]+\.)", sentence), (
            sentence
        )  # what happened, and one thing to do
        assert not JARGON.search(sentence), sentence


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_a_refusal_is_written_where_the_app_reads_it(
    clip: Clip, reason: str, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA = settings.INCOMING = tmp_path
    (tmp_path / clip.media_name).write_bytes(b"x")
    monkeypatch.setattr(arrival, "_run_probe", lambda *_, **__: Verdict(reason=reason))
    arrival.check(str(clip.clip_id))
    clip.refresh_from_db()
    assert (clip.stage, clip.playable, clip.note) == (Stage.SENT_BACK, False, getattr(words, reason))
    assert list(Event.objects.values_list("what", "note")) == [(Stage.SENT_BACK, clip.note)]


def test_the_app_reads_it(portal: PortalProcess, carer: PortalClient, sound: Path) -> None:
    sent = Sendable(sound.read_bytes())  # which says that it is a film
    carer.send(sent)
    tokens = Tokens(Secret(carer.tokens["access_token"]), Secret(carer.tokens["refresh_token"]))
    with signed_in(portal.url, MemoryVault(tokens)) as account:
        checked = list[PortalStage]()

        def is_checked() -> bool:
            found = fetch_stage(account, sent.clip_id)
            checked.extend([found] if found is not None and found.stage != "received" else [])
            return bool(checked)

        until(is_checked, what="the check")
        assert (checked[0].stage, checked[0].note) == ("sent_back", words.NO_PICTURE)


def test_a_disk_that_takes_no_poster_is_no_fault_of_the_film(film: Path, tmp_path: Path) -> None:
    found = probe.probe(film, kind="video", poster=tmp_path / "nowhere" / "poster.draft")
    assert (found.reason, found.poster, found.width, found.height) == ("", False, 640, 360)


def test_a_disk_that_cannot_be_read_is_no_fault_of_the_clip(clip: Clip, tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA = settings.INCOMING = tmp_path
    with pytest.raises(NotHere):
        arrival.check(str(clip.clip_id))
    clip.refresh_from_db()
    assert (clip.stage, clip.checked_at) == (Stage.RECEIVED, None)
    sweep()
    assert DBTaskResult.objects.get().args_kwargs["args"] == [str(clip.clip_id)]
