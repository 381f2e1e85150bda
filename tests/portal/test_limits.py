"""How much an account may send; who is told, how, and when to try again. Nothing is stored for who is refused."""

import os
import re
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from portal.intake import limits, store
from portal.intake.metadata import ClipFacts
from portal.models import Allowance, Arrived, Upload
from tests.support.portal_client import PortalClient, Sendable, incoming
from tests.support.portal_process import REPOSITORY, PortalProcess
from tests.support.portal_rows import rows

WHEN = datetime(2026, 11, 22, 12, tzinfo=UTC)


def facts() -> ClipFacts:
    """What is said about a new clip."""
    return ClipFacts(uuid.uuid4(), "0" * 64, "video/mp4", "A clip", "staff", 1.0, WHEN, ())


class TestTheRules:
    """In this process: 1,000 bytes a file, 3 at once, 2,000 bytes at once, 5,000 a day."""

    @pytest.fixture(autouse=True)
    def small(self, db: None, settings: Settings, tmp_path: Path) -> None:
        settings.MAX_BYTES, settings.UNFINISHED = 1000, 3
        settings.UNFINISHED_BYTES, settings.BYTES_A_DAY = 2000, 5000
        settings.INCOMING = settings.MEDIA = tmp_path

    @pytest.fixture
    def ann(self) -> User:
        return User.objects.create_user("ann")

    def refused(self, owner: User, length: int) -> limits.OverLimit:
        before = Upload.objects.count()
        with pytest.raises(limits.OverLimit) as caught:
            store.create(owner, facts(), length)
        assert Upload.objects.count() == before
        assert str(caught.value).endswith(".")
        return caught.value

    def test_the_largest_file(self, ann: User) -> None:
        store.create(ann, facts(), 1000)
        over = self.refused(ann, 1001)
        assert (over.status, over.error, over.retry_after_s) == (413, "too_long", None)

    def test_a_file_that_could_never_pass_is_too_large_and_does_not_wait_for_ever(self, ann: User) -> None:
        Allowance.objects.create(account=ann, bytes_a_day=900)
        assert self.refused(ann, 901).status == 413
        store.create(ann, facts(), 900)

    def test_so_many_at_once(self, ann: User) -> None:
        begun = [store.create(ann, facts(), 10) for _ in range(3)]
        over = self.refused(ann, 10)
        assert (over.status, over.error, over.retry_after_s) == (429, "too_many_at_once", 300)
        store.create(User.objects.create_user("ben"), facts(), 10)
        Upload.objects.filter(pk=begun[0].pk).update(received=True)
        store.create(ann, facts(), 10)

    def test_so_many_bytes_at_once(self, ann: User) -> None:
        store.create(ann, facts(), 1000)
        store.create(ann, facts(), 900)
        over = self.refused(ann, 101)
        assert (over.status, over.error, over.retry_after_s) == (429, "too_much_at_once", 300)
        store.create(ann, facts(), 100)

    def test_what_was_let_in_goes_on_whatever_the_limits_say_now(self, ann: User, settings: Settings) -> None:
        said = facts()
        upload = store.create(ann, said, 1000)
        settings.MAX_BYTES = settings.UNFINISHED = settings.BYTES_A_DAY = 1
        assert store.create(ann, said, 1000).pk == upload.pk

    def test_a_delivery_that_is_announced_again_is_not_stale(self, ann: User) -> None:
        said, other = facts(), facts()
        uploads = [store.create(ann, clip, 10) for clip in (said, other)]
        Upload.objects.update(touched_at=WHEN - timedelta(days=14, seconds=1))
        assert set(store.stale(WHEN)) == set(uploads)
        store.create(ann, said, 10)
        assert store.stale(WHEN) == [uploads[1]]
        assert store.stale(WHEN - timedelta(seconds=2)) == []

    def test_the_delivery_that_is_replaced_does_not_count(self, ann: User) -> None:
        said = facts()
        for clip in (said, facts(), facts()):
            store.create(ann, clip, 600)
        store.create(ann, replace(said, sha256="1" * 64), 800)
        assert Upload.objects.count() == 3

    def test_so_much_a_day_and_tomorrow_again(self, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
        upload = store.create(ann, facts(), 1000)
        monkeypatch.setattr("django.utils.timezone.now", lambda: WHEN)  # in winter London's clocks show the same
        store.note(upload, 4000)
        store.note(upload, 501)
        over = self.refused(ann, 500)
        assert (over.status, over.error, over.retry_after_s) == (429, "too_much_today", 12 * 3600)
        store.create(ann, facts(), 499)
        monkeypatch.setattr("django.utils.timezone.now", lambda: WHEN + timedelta(hours=12))
        store.create(ann, facts(), 500)
        limits.forget_past_days(WHEN + timedelta(hours=12))
        assert not Arrived.objects.exists()

    def test_an_account_of_its_own_kind(self, ann: User) -> None:
        Allowance.objects.create(account=ann, largest_bytes=9000, unfinished=1, unfinished_bytes=9000)
        assert limits.limits_of(ann) == limits.Limits(1000, 1, 9000, 5000)
        assert limits.limits_of(User.objects.create_user("ben")) == limits.everybody()

    def test_the_admin_page_sets_it_and_refuses_nonsense(self, ann: User, admin_client: Client) -> None:
        page = "/admin/portal/allowance/add/"
        wrong = {"account": ann.pk, "largest_bytes": 1001, "unfinished": 0}
        said = admin_client.post(page, wrong).content.decode()
        assert "Nobody may send more than 1000 bytes in one file" in said
        assert "give a number above 0" in said
        assert not Allowance.objects.exists()
        assert admin_client.post(page, {"account": ann.pk, "unfinished": 7}).status_code == 302
        assert limits.limits_of(ann).unfinished == 7


class TestInThePortal:
    """The same over HTTP: 2 at once, 1,000 bytes a file."""

    @pytest.fixture
    def client(self, seed: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[PortalClient]:
        small = {"DIARY_PORTAL_UNFINISHED": "2", "DIARY_PORTAL_MAX_BYTES": "1000"}
        process = PortalProcess(Path(shutil.copytree(seed[0], tmp_path / "portal")), environment=small)
        try:
            yield PortalClient.known(process, seed[1])
        finally:
            process.kill()

    def test_who_is_refused_is_told_and_nothing_is_stored(self, client: PortalClient) -> None:
        assert client.places["max_bytes"] == 1000
        assert client.places["limits"]["unfinished"] == 2
        assert client.places["limits"]["unfinished_days"] == 14
        too_long = client.create(Sendable(b"x" * 1001))
        assert too_long.status_code == 413
        assert too_long.json() == {"error": "too_long", "message": "This clip is larger than this portal takes."}
        first = Sendable(b"first")
        client.create(first)
        answers = self.at_once(client, 4)
        assert sorted(answers) == [(201, None), (429, "300"), (429, "300"), (429, "300")]
        with rows(client.portal) as database:
            assert database.execute("SELECT COUNT(*) FROM portal_upload").fetchone() == (2,)
        assert incoming(client.portal) == []
        client.send(first)
        assert client.create(Sendable(b"third")).status_code == 201
        with rows(client.portal) as database:
            assert database.execute("SELECT bytes FROM portal_arrived").fetchall() == [(5,)]

    def at_once(self, client: PortalClient, count: int) -> list[tuple[int, str | None]]:
        """Announce so many clips at the same moment."""
        answers: list[tuple[int, str | None]] = []

        def announce() -> None:
            answer = client.create(Sendable(b"another"))
            answers.append((answer.status_code, answer.headers.get("Retry-After")))

        threads = [threading.Thread(target=announce) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


def test_the_settings_of_the_manual_pass_the_deployment_checks(tmp_path: Path) -> None:
    manual = (REPOSITORY / "docs" / "portal.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(DIARY_PORTAL_[A-Z_]+)=(.+)$", manual, re.MULTILINE))
    assert named["DIARY_PORTAL_HTTPS"] == "1"
    for name in (name for name in named if name.endswith("_FILE")):  # what they hold, it does not tell
        (tmp_path / name).write_text("name\nkey\n")
        named[name] = str(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=REPOSITORY,
        env={**os.environ, **named, "DJANGO_SETTINGS_MODULE": "portal.settings", "DIARY_PORTAL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_setting_that_is_no_number_is_said_in_one_sentence(tmp_path: Path) -> None:
    wrong = {"DIARY_PORTAL_DATA": str(tmp_path / "portal"), "DIARY_PORTAL_UNFINISHED": "many"}
    done = subprocess.run(
        [sys.executable, "-m", "portal", "devices"],
        cwd=REPOSITORY,
        env={**os.environ, **wrong},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "DIARY_PORTAL_UNFINISHED must be a whole number above 0, not many.\n"
