import threading
from pathlib import Path

import numpy as np
import pytest

from diary_app.editing.filmstrip import film_strip, sound_wave
from tests.support.stamp import read_stamp
from tests.support.takes import convert, make_silent, ticking


def test_the_strip_shows_each_part_of_the_take(take: Path) -> None:
    pictures = list(film_strip(take, count=8, height=90))
    assert [picture.position for picture in pictures] == list(range(8))
    for picture in pictures:
        assert picture.image.shape == (90, 160, 3)
        assert picture.image.dtype == np.uint8
        shown = read_stamp(picture.image)[0]
        assert picture.at_s - 1.1 < shown / 30 < picture.at_s + 0.01


def test_a_turned_strip_is_upright(take: Path, tmp_path: Path) -> None:
    turned = convert(take, tmp_path / "turned.mp4", "-c", "copy", before=("-display_rotation", "90"))
    assert next(film_strip(turned, count=4, height=64)).image.shape == (64, 36, 3)


def test_the_wave_shows_the_beeps(take: Path) -> None:
    given = list(sound_wave(take, buckets=160))
    assert len(given) > 5
    assert [peaks.position for peaks in given] == list(np.cumsum([0] + [len(p.values) for p in given[:-1]]))
    values = [value for peaks in given for value in peaks.values]
    assert len(values) == 160
    assert 0.3 < max(values) < 0.6
    loud = [at for at, value in enumerate(values) if value > 0.1]
    assert {round(at / 160 * 8) for at in loud} == {0, 2, 4, 6}


@pytest.mark.parametrize("buckets", [1, 7, 3000])
def test_any_number_of_buckets(buckets: int, sound_take: Path) -> None:
    values = [value for peaks in sound_wave(sound_take, buckets=buckets) for value in peaks.values]
    assert len(values) == buckets
    assert all(0 <= value <= 1 for value in values)
    assert 0.24 < float(np.median(values)) < 0.4


def test_sound_alone_has_no_strip_and_silent_film_no_wave(sound_take: Path, tmp_path: Path) -> None:
    assert list(film_strip(sound_take, count=5)) == []
    assert list(sound_wave(make_silent(tmp_path / "silent.mp4", ticking(30)), buckets=10)) == []


def test_both_stop_when_told(take: Path) -> None:
    stop = threading.Event()
    strip, wave = film_strip(take, count=100, stop=stop), sound_wave(take, buckets=1000, stop=stop)
    next(strip)
    next(wave)
    stop.set()
    assert list(strip) == []
    assert list(wave) == []
