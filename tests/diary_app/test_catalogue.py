"""The catalogue: what is written is read back, survives a new start, and refuses what it cannot understand."""

import sqlite3
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue, CatalogueDamaged, CatalogueTooNew, UnknownClip
from diary_app.clip import (
    About,
    Audience,
    Clip,
    Delivery,
    KeptRange,
    Kind,
    Person,
    Preset,
    Receipt,
    Rendition,
    Stage,
    new_clip_id,
)

ABOUT = About("Tuesday’s walk", Audience.STAFF, (Person("Me", True), Person("Ann", False)), Preset.BEST)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "diary.sqlite3"


def add(catalogue: Catalogue, place: Path, *, kind: Kind = Kind.VIDEO) -> Clip:
    clip_id = new_clip_id()
    return catalogue.add(clip_id, kind=kind, take=place.parent / "takes" / f"{clip_id}.mp4", stage=Stage.RECORDING)


def test_everything_about_a_clip_survives_a_new_start(place: Path) -> None:
    catalogue = Catalogue(place)
    clip_id = add(catalogue, place).clip_id
    catalogue.finish_take(clip_id, seconds=12.5, report="{}")
    catalogue.set_keep(clip_id, [KeptRange(1, 2.5), KeptRange(3, 4)])
    catalogue.set_about(clip_id, ABOUT)
    rendition = Rendition(place.parent / "renditions" / "a.mp4", "ab" * 32, 1234, 2.5)
    catalogue.set_rendition(clip_id, rendition)
    catalogue.want(clip_id)
    delivery = Delivery(3, 17.0, "http://127.0.0.1/intake/1", "No connection.", held=True)
    catalogue.set_delivery(clip_id, delivery)
    before = catalogue.clip(clip_id)
    catalogue.close()

    again = Catalogue(place)
    found = again.clip(clip_id)
    again.close()
    assert found == before
    assert (found.about, found.rendition, found.delivery, found.wanted) == (ABOUT, rendition, delivery, True)
    assert found.kept_seconds == 2.5
    assert found.take.parent == place.parent / "takes"


def test_the_data_folder_can_be_moved(place: Path, tmp_path: Path) -> None:
    catalogue = Catalogue(place)
    clip_id = add(catalogue, place).clip_id
    catalogue.close()
    elsewhere = tmp_path / "moved"
    elsewhere.mkdir()
    place.rename(elsewhere / place.name)
    moved = Catalogue(elsewhere / place.name)
    assert moved.clip(clip_id).take.is_relative_to(elsewhere)
    moved.close()


def test_an_edit_forgets_the_rendition_that_no_longer_fits(place: Path) -> None:
    catalogue = Catalogue(place)
    clip_id = add(catalogue, place).clip_id
    made = Rendition(place.parent / "a.mp4", "ab", 1, 1.0)
    catalogue.set_rendition(clip_id, made)
    catalogue.set_keep(clip_id, [KeptRange(0, 1)])
    assert catalogue.clip(clip_id).rendition is None
    catalogue.set_rendition(clip_id, made)
    catalogue.set_about(clip_id, About("Other", preset=Preset.SMALLER))
    assert catalogue.clip(clip_id).rendition is None
    catalogue.set_rendition(clip_id, made)
    catalogue.set_about(clip_id, About("Only the title", preset=Preset.SMALLER))
    assert catalogue.clip(clip_id).rendition is not None
    catalogue.set_about(clip_id, About("Only the title", preset=Preset.SMALLER, clean_sound=True))
    assert catalogue.clip(clip_id).about.clean_sound
    assert catalogue.clip(clip_id).rendition is None
    catalogue.close()


def test_a_receipt_ends_the_delivery(place: Path) -> None:
    catalogue = Catalogue(place)
    clip_id = add(catalogue, place).clip_id
    catalogue.set_delivery(clip_id, Delivery(1, 9.0, "http://127.0.0.1/x", "Slow.", held=False))
    receipt = Receipt(clip_id, "cd" * 32, 99, "2026-01-01T00:00:00+00:00", "http://127.0.0.1/clips/1")
    catalogue.set_receipt(receipt)
    clip = catalogue.clip(clip_id)
    assert (clip.receipt, clip.stage, clip.delivery.problem, clip.delivery.upload_url) == (
        receipt,
        Stage.RECEIVED,
        None,
        None,
    )
    catalogue.close()


def test_only_one_holder_has_the_lease_until_it_runs_out(place: Path) -> None:
    one, other = Catalogue(place), Catalogue(place)
    clip_id = add(one, place).clip_id
    assert one.lease(clip_id, holder="one", now=100, seconds=10)
    assert not other.lease(clip_id, holder="other", now=109, seconds=10)
    assert one.lease(clip_id, holder="one", now=109, seconds=10)
    other.release(clip_id, holder="other")
    assert not other.lease(clip_id, holder="other", now=118, seconds=10)
    assert other.lease(clip_id, holder="other", now=120, seconds=10)
    other.release(clip_id, holder="other")
    assert one.lease(clip_id, holder="one", now=121, seconds=10)
    one.close()
    other.close()


def test_a_failed_change_leaves_nothing(place: Path) -> None:
    catalogue = Catalogue(place)
    clip = add(catalogue, place)
    catalogue.set_keep(clip.clip_id, [KeptRange(0, 1)])
    with pytest.raises(sqlite3.IntegrityError):
        catalogue.set_rendition(new_clip_id(), Rendition(place.parent / "a.mp4", "ab", 1, 1.0))
    catalogue.set_keep(clip.clip_id, [KeptRange(0, 2)])
    assert catalogue.clip(clip.clip_id).keep == (KeptRange(0, 2),)
    catalogue.close()


def test_newest_first_and_forgotten_when_told(place: Path) -> None:
    catalogue = Catalogue(place)
    first, second = add(catalogue, place).clip_id, add(catalogue, place).clip_id
    assert [clip.clip_id for clip in catalogue.clips()] == [second, first]
    catalogue.forget(second)
    assert [clip.clip_id for clip in catalogue.clips()] == [first]
    with pytest.raises(UnknownClip):
        catalogue.clip(second)
    with pytest.raises(UnknownClip):
        catalogue.move(second, Stage.SAVED)
    catalogue.close()


def test_a_newer_catalogue_is_left_alone(place: Path) -> None:
    Catalogue(place).close()
    with sqlite3.connect(place) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    before = place.read_bytes()
    with pytest.raises(CatalogueTooNew, match="update the app"):
        Catalogue(place)
    assert place.read_bytes() == before


def test_a_damaged_catalogue_says_that_the_recordings_are_safe(place: Path) -> None:
    place.write_bytes(b"This is no database at all. " * 100)
    with pytest.raises(CatalogueDamaged, match="safe"):
        Catalogue(place)
