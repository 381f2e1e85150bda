"""Random cuts of our takes and of all that people bring, exact by picture and by sound (scripts/cut-campaign in small).

A cut that fails is made again with DIARY_TEST_SEED; what was asked for stands in the failure.
"""

import random
from pathlib import Path

import pytest

from diary_app.clip import KeptRange
from tests.support.cut_campaign import make_cut, original, random_keep
from tests.support.cut_judge import Part, expected_parts, faults
from tests.support.foreign import RECIPES, TAKES
from tests.support.takes import convert

FOREIGN = tuple(RECIPES)
TOGETHER, TRIED = 5, 1
"""Of so many kinds that stand together, so many are cut in each run."""


def assert_exact(kind: str, rng: random.Random, folder: Path) -> None:
    film = original(kind)
    cut = make_cut(kind, random_keep(rng, film), folder / ("out.mp4" if film.pictures.times else "out.m4a"))
    assert not cut.faults, cut


@pytest.mark.parametrize("kind", TAKES)
def test_a_random_cut_of_our_take_is_exact(kind: str, rng: random.Random, tmp_path: Path) -> None:
    assert_exact(kind, rng, tmp_path)


@pytest.mark.parametrize("place", range(0, len(FOREIGN), TOGETHER))
def test_random_cuts_of_foreign_films_are_exact(place: int, rng: random.Random, tmp_path: Path) -> None:
    kinds = FOREIGN[place : place + TOGETHER]
    for kind in rng.sample(kinds, min(TRIED, len(kinds))):
        assert_exact(kind, rng, tmp_path)


@pytest.mark.parametrize("kind", ["slides, mkv", "uneven, mkv"])
def test_a_film_without_a_steady_rate_keeps_its_pictures_and_its_length(kind: str, tmp_path: Path) -> None:
    cut = make_cut(kind, (KeptRange(0.0009, 1.31), KeptRange(1.9, 4.2)), tmp_path / "out.mp4")
    assert (cut.way, cut.faults) == ("encoded", ())


# -- the judge itself -------------------------------------------------------------------------------------------------


def from_1_05_s(tmp_path: Path, *options: str, before: tuple[str, ...] = ()) -> tuple[list[Part], Path]:
    """What a player shows from 1.05 s on, by ffmpeg alone."""
    film = original("phone")
    out = convert(film.path, tmp_path / "out.mp4", *options, before=("-ss", "1.05", *before))
    return expected_parts(film, [KeptRange(1.05, film.seconds)]), out


def test_the_judge_sees_what_an_edit_list_hides(tmp_path: Path) -> None:
    found = faults(original("phone"), *from_1_05_s(tmp_path, "-c", "copy"))
    assert any(fault.startswith("hidden pictures: 30-149 instead of 32-149") for fault in found), found
    assert any("hide in front" in fault or "was cut away and is there" in fault for fault in found), found


def test_the_judge_sees_another_picture_and_sound_that_is_late(tmp_path: Path) -> None:
    film = original("phone")
    parts = expected_parts(film, [KeptRange(1.05, film.seconds)])
    out = convert(film.path, tmp_path / "out.mp4", "-af", "adelay=25", "-r", "30", before=("-ss", "1.06667"))
    found = faults(film, [Part(parts[0].start, parts[0].end, parts[0].first + 1, parts[0].stop)], out)
    assert any(fault.startswith("pictures 32-149 instead of 33-149") for fault in found), found
    assert any("ms late" in fault and fault.startswith("sound of 1.0") for fault in found), found


def test_the_judge_hears_a_jump(tmp_path: Path) -> None:
    film = original("wav")
    parts = expected_parts(film, [KeptRange(0.0, 1.0), KeptRange(2.0, 3.0), KeptRange(4.0, 4.5)])
    hard = "asetnsamples=441,aselect='between(t,0,0.995)+between(t,2,2.995)+between(t,4,4.495)',asetpts=N/SR/TB"
    found = faults(film, parts, convert(film.path, tmp_path / "out.m4a", "-af", hard))
    assert any(fault.startswith("a click") for fault in found), found
