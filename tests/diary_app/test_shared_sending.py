"""What somebody sent goes out after they left a shared computer, and only what that needs stays open meanwhile."""

import random
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import About, ClipId, Kind, Person, Stage
from diary_app.delivery.practice import PracticePortal
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.rescue import passphrase
from diary_app.shared.at_rest import open_files, sealed_files
from diary_app.shared.dispatch import Dispatch
from diary_app.shared.house import House
from diary_app.shared.owner import OwnerId
from tests.support.diary_files import add_ready_clip
from tests.support.portal_database import lay_in
from tests.support.takes import make_take, ticking
from tests.support.wait import until

PIN = "2580"


@pytest.fixture
def house(own_data_folder: Path) -> Iterator[House]:
    made = House(Folders(own_data_folder), work=10)
    made.set_up(passphrase.make_up())
    yield made
    made.close()


def somebody(house: House, name: str) -> tuple[OwnerId, Folders]:
    owner_id = house.add(name, PIN).owner_id
    return owner_id, house.folders_of(owner_id)


def add_take(folders: Folders, catalogue: Catalogue, clip_id: str, *, wanted: bool) -> Path:
    """A clip that is not prepared yet."""
    take = folders.takes / f"{clip_id}.mp4"
    take.write_bytes(b"another take")
    catalogue.add(ClipId(clip_id), kind=Kind.VIDEO, take=take, stage=Stage.SAVED)
    if wanted:
        catalogue.want(ClipId(clip_id))
    return take


def test_only_what_sending_needs_stays_open(house: House, rng: random.Random) -> None:
    owner_id, folders = somebody(house, "Sam")
    house.porter.on_connection(metered=True)  # so that it waits
    catalogue = Catalogue(folders.catalogue)
    ready = add_ready_clip(folders, catalogue, size=5000, rng=rng)
    kept = add_take(folders, catalogue, "not-sent", wanted=False)
    catalogue.close()
    (folders.data / "window.ini").write_text("notes=private")
    house.start()
    until(lambda: kept not in open_files(folders), what="the take of a clip that was not sent is sealed")
    until(lambda: house.porter.sending_for == 1, what="somebody sends")
    take = folders.takes / f"{ready.clip_id}.mp4"
    until(lambda: take not in open_files(folders), what="the take of a clip that is prepared is sealed")
    assert ready.path in open_files(folders)
    assert folders.catalogue in open_files(folders)
    until(lambda: folders.data / "window.ini.age" in sealed_files(folders), what="their notes are sealed")
    assert house.porter.busy
    house.come(owner_id, PIN)  # they are back, and have everything
    assert sealed_files(folders) == []
    assert house.porter.sending_for == 0


def test_a_take_stays_open_until_its_clip_is_prepared_and_what_is_being_written_always(house: House) -> None:
    _, folders = somebody(house, "Sam")
    catalogue = Catalogue(folders.catalogue)
    wanted = add_take(folders, catalogue, "wanted", wanted=True)
    kept = add_take(folders, catalogue, "kept", wanted=False)
    catalogue.close()
    dispatch = Dispatch(folders)
    stays = dispatch.stays()
    assert stays(wanted)
    assert not stays(kept)
    assert stays(folders.renditions / ".diary-0123.part")
    assert stays(folders.data / "diary.sqlite3-wal")
    dispatch.close()


def test_what_was_sent_arrives_after_its_owner_left_and_is_sealed_then(
    house: House, own_data_folder: Path, tmp_path: Path
) -> None:
    """A real portal, which the whole computer is joined to."""
    owner_id, _ = somebody(house, "Sam")
    lay_in(own_data_folder / "practice-portal")
    portal = PracticePortal(Folders(own_data_folder))
    portal.ensure(Event())  # every diary finds this one
    house.start()
    folders = house.come(owner_id, PIN)
    diary = Diary(folders)
    diary.post_room.join_practice()
    clip_id = diary.add_file(make_take(tmp_path / "a walk.mp4", ticking(45)))
    diary.set_about(clip_id, About("A walk", people=(Person("Sam", agrees=True),)))
    diary.send(clip_id)
    diary.close()  # at once: nothing is prepared yet
    house.leave(owner_id)
    until(lambda: not open_files(folders), what="everything is sent and sealed", limit_s=90)
    house.come(owner_id, PIN)
    again = Diary(folders)
    receipt, rendition = again.clip(clip_id).receipt, again.clip(clip_id).rendition
    assert receipt is not None
    assert rendition is not None
    assert receipt.sha256 == rendition.sha256
    assert (own_data_folder / "settings.json").exists()  # the pairing is the computer's
    other, _ = somebody(house, "Alex")
    alex = Diary(house.come(other, PIN))
    assert alex.portal() == again.portal() is not None
    for each in (alex, again):
        each.close()
    portal.stop()
