"""How a speaker wants to be shown goes with a clip all the way: into what is made, and into what a portal is told."""

from dataclasses import replace
from pathlib import Path

import av
import pytest

from diary_app.clip import About, Clip, Person, Rendition, ShowAs, SmallCopy, Stage
from diary_app.delivery.parcels import parcel_of, small_parcel_of
from diary_app.diary import Diary
from diary_app.editing.finish import Asked
from diary_app.folders import folders
from diary_app.news import MadeAhead, News
from tests.support.takes import make_take, ticking
from tests.support.wait import until

AGREED = About("Garden", people=(Person("Me", agrees=True),), show_as=ShowAs.VOICE_ONLY)


@pytest.fixture
def clip(own_data_folder: Path, tmp_path: Path) -> Clip:
    diary = Diary(folders(str(own_data_folder)))
    try:
        return diary.clip(diary.add_file(make_take(tmp_path / "take.mp4", ticking(30))))
    finally:
        diary.close()


def test_what_is_sent_of_a_voice_alone_is_sound_and_says_so(own_data_folder: Path, clip: Clip) -> None:
    diary, news = Diary(folders(str(own_data_folder))), list[News]()
    diary.subscribe(news.append)
    try:
        diary.set_about(clip.clip_id, replace(AGREED, show_as=ShowAs.AS_I_AM))
        diary._preparer.start()
        diary.prepare_ahead(clip.clip_id)
        until(lambda: diary.clip(clip.clip_id).rendition is not None, what="the film")
        film = diary.clip(clip.clip_id).rendition
        diary.set_about(clip.clip_id, AGREED)
        now = diary.clip(clip.clip_id)
        assert now.rendition is None, "what was made of somebody as they are is no longer wanted"
        assert film is not None
        assert not film.path.exists()
        diary.send(clip.clip_id)
        until(lambda: diary.clip(clip.clip_id).stage is Stage.READY, what="the voice")
        made = diary.clip(clip.clip_id).rendition
    finally:
        diary.close()
    assert made is not None
    with av.open(str(made.path)) as media:
        assert [stream.type for stream in media.streams] == ["audio"]
    parcel = parcel_of(now, made)
    assert parcel.filetype == "audio/mp4"
    assert parcel.facts["show_as"] == "voice_only"
    assert [item.clip_id for item in news if isinstance(item, MadeAhead) and item.fraction == 1.0]


@pytest.mark.parametrize("shown", list(ShowAs))
def test_every_file_of_a_clip_is_asked_for_and_told_of_alike(clip: Clip, shown: ShowAs) -> None:
    wanted = replace(clip, about=replace(AGREED, show_as=shown))
    assert Asked.of(wanted).show_as is shown
    as_they_are = replace(clip, about=replace(AGREED, show_as=ShowAs.AS_I_AM))
    assert (wanted.recipe == as_they_are.recipe) == (shown is ShowAs.AS_I_AM)
    film, small = Rendition(clip.take, "0" * 64, 5, 1.0), SmallCopy(clip.take, "1" * 64, 3, 1.0)
    for parcel in (parcel_of(wanted, film), small_parcel_of(wanted, small)):
        assert parcel.facts.get("show_as", "as_i_am") == shown
