"""Names that were said, from the catalogue to the portal: kept with the clip, part of what it is made by, told."""

import json
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, KeptRange, Kind, Rendition, Stage, new_clip_id
from diary_app.delivery.courier import parcel_of
from diary_app.diary import Diary
from diary_app.editing.finish import Asked
from diary_app.errors import Refused
from diary_app.folders import folders
from tests.support.takes import make_sound, tone

NAMES = (KeptRange(1.25, 2.0), KeptRange(3.0, 3.5))
MADE = Rendition(Path("renditions") / "a.m4a", "0" * 64, 100, 4.0)


@pytest.fixture
def clip_id(own_data_folder: Path) -> ClipId:
    """A saved clip of five seconds."""
    catalogue = Catalogue(folders(str(own_data_folder)).make().catalogue)
    clip = catalogue.add(
        new_clip_id(), kind=Kind.SOUND, take=own_data_folder / "takes" / "a.m4a", stage=Stage.SAVED, seconds=5.0
    )
    catalogue.close()
    return clip.clip_id


def test_they_are_kept_and_another_rendition_is_made(own_data_folder: Path, clip_id: ClipId) -> None:
    place = folders(str(own_data_folder)).catalogue
    catalogue = Catalogue(place)
    before = catalogue.clip(clip_id)
    catalogue.set_rendition(clip_id, MADE)
    catalogue.set_names_said(clip_id, NAMES)
    catalogue.close()
    again = Catalogue(place)
    clip = again.clip(clip_id)
    assert clip.names_said == NAMES
    assert clip.rendition is None, "the one that there was says them"
    assert clip.recipe != before.recipe
    assert Asked.of(clip).names == NAMES
    again.set_keep(clip_id, (KeptRange(1.0, 5.0),))
    again.set_names_said(clip_id, NAMES[:1])
    assert again.clip(clip_id).names_said == NAMES[:1]
    assert again.clip(clip_id).keep == (KeptRange(1.0, 5.0),)
    again.forget(clip_id)
    assert not again.clips(), "and nothing of it is in the way"
    again.close()


def test_the_portal_is_told_of_what_can_be_heard_in_its_own_time(own_data_folder: Path, clip_id: ClipId) -> None:
    catalogue = Catalogue(folders(str(own_data_folder)).catalogue)
    assert "names_said" not in parcel_of(catalogue.clip(clip_id), MADE).facts, "nothing is told where there is none"
    catalogue.set_names_said(clip_id, NAMES)
    catalogue.set_keep(clip_id, (KeptRange(1.0, 2.5), KeptRange(4.0, 5.0)))
    assert json.loads(parcel_of(catalogue.clip(clip_id), MADE).facts["names_said"]) == [[0.25, 1.0]]
    catalogue.set_keep(clip_id, (KeptRange(4.0, 5.0),))
    assert "names_said" not in parcel_of(catalogue.clip(clip_id), MADE).facts, "they were cut away"
    catalogue.close()


def test_the_diary_puts_them_in_order_and_refuses_what_is_on_its_way(own_data_folder: Path, tmp_path: Path) -> None:
    diary = Diary(folders(str(own_data_folder)))
    try:
        clip_id = diary.add_file(make_sound(tmp_path / "note.m4a", tone(5.0)))
        diary.names.keep(clip_id, (KeptRange(3.0, 99.0), KeptRange(1.0, 2.0), KeptRange(2.0, 2.5)))
        names = diary.clip(clip_id).names_said
        assert [(name.start_s, round(name.end_s, 1)) for name in names] == [(1.0, 2.5), (3.0, 5.0)]
        found = diary.names.place(clip_id, 2.0, playing=True)
        assert found.start_s < 1.5 < found.end_s, "half a second ago"
        catalogue = Catalogue(folders(str(own_data_folder)).catalogue)
        catalogue.want(clip_id)
        catalogue.move(clip_id, Stage.SENDING)
        catalogue.close()
        with pytest.raises(Refused):
            diary.names.keep(clip_id, ())
    finally:
        diary.close()
