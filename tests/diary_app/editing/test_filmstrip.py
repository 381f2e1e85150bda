import itertools
import math
import random
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from diary_app.editing.errors import EditError
from diary_app.editing.excerpts import LOOKS, SOUND, Excerpts
from diary_app.editing.filmstrip import Peaks, exact_wave, film_strip, sound_wave
from diary_app.editing.frames import Piece, exactly
from diary_app.editing.probe import probe
from diary_app.editing.sound import sound_of
from diary_app.editing.soundings import Soundings, evenly, rough_wave
from tests.support.long_takes import repeat
from tests.support.stamp import read_stamp
from tests.support.takes import RATE, Look, convert, make_silent, make_sound, make_take, ticking

SECONDS = 10.0


def words_and_pauses(seconds: float) -> NDArray[np.int16]:
    """Noise in bursts, each another loudness: what a seek decodes otherwise comes out otherwise."""
    noise = np.random.default_rng(3)
    count = round(seconds * RATE)
    steps = count // (RATE // 5) + 2
    loud = np.interp(np.arange(count), np.arange(steps) * (RATE // 5), noise.uniform(0, 1, steps) ** 3)
    return np.asarray((loud * noise.normal(0, 5000, count)).clip(-32000, 32000), np.int16)


@pytest.fixture(scope="module")
def short(folder: Path) -> Path:
    """Ten seconds of words with tiny pictures."""
    return make_take(folder / "short.mp4", ticking(298), sound=words_and_pauses(SECONDS), look=Look(96, 64))


@pytest.fixture(scope="module")
def minute(folder: Path, short: Path) -> Path:
    """A little more than a minute, in its 600 fragments."""
    return repeat(short, folder / "minute.mp4", 7)


def final(given: list[Peaks]) -> list[float]:
    """All exact values, as the screen has them in the end."""
    shown = {}
    for peaks in given:
        if peaks.exact:
            shown.update({peaks.position + at: value for at, value in enumerate(peaks.values)})
    return [shown[at] for at in range(len(shown))]


def one_pass(take: Path, buckets: int) -> list[float]:
    """The peaks of everything, decoded at once from the beginning."""
    facts = probe(take)
    piece = Piece(exactly(0.0), exactly(facts.seconds))
    blocks = list(sound_of(take, (piece,), rate=facts.sample_rate, channels=min(2, facts.channels)))
    loud = np.abs(np.concatenate(blocks, axis=1)).max(axis=0)
    total = round(facts.seconds * facts.sample_rate)
    edges = [total * at // buckets for at in range(buckets + 1)]
    return [min(1.0, float(loud[begin:end].max())) for begin, end in itertools.pairwise(edges)]


def rough_of(take: Path, buckets: int) -> tuple[NDArray[np.float64], Soundings]:
    facts = probe(take)
    soundings = Soundings(facts, buckets)
    for values in rough_wave(take, soundings, facts=facts):
        last = values
    return last, soundings


# -- pictures ---------------------------------------------------------------------------------------------------------


def test_the_strip_shows_each_part_of_the_take(take: Path) -> None:
    pictures = list(film_strip(take, count=8, height=90))
    assert sorted(picture.position for picture in pictures) == list(range(8))
    for picture in pictures:
        assert picture.image.shape == (90, 160, 3)
        assert picture.image.dtype == np.uint8
        shown = read_stamp(picture.image)[0]
        assert picture.at_s - 1.1 < shown / 30 < picture.at_s + 0.01


@pytest.mark.parametrize("count", [1, 2, 3, 8, 24, 600])
def test_what_has_come_covers_the_width_evenly(count: int) -> None:
    order = evenly(count)
    assert sorted(order) == list(range(count))
    for so_far in range(2, count):
        known = sorted(order[:so_far])
        widest = max(right - left for left, right in itertools.pairwise(known))
        assert known[0] == 0
        assert known[-1] == count - 1
        assert widest <= 2 * count / so_far + 1


def test_a_turned_strip_is_upright(take: Path, tmp_path: Path) -> None:
    turned = convert(take, tmp_path / "turned.mp4", "-c", "copy", before=("-display_rotation", "90"))
    assert next(film_strip(turned, count=4, height=64)).image.shape == (64, 36, 3)


def test_pictures_of_an_excerpt_are_those_of_the_whole_file(minute: Path, tmp_path: Path) -> None:
    whole = convert(minute, tmp_path / "whole.mp4", "-c", "copy")
    assert Excerpts.of(whole, SOUND) is None
    quick = {picture.position: picture for picture in film_strip(minute, count=9)}
    slow = {picture.position: picture for picture in film_strip(whole, count=9)}
    assert set(quick) == set(slow) == set(range(9))
    for position, picture in quick.items():
        assert np.array_equal(picture.image, slow[position].image)


def test_pictures_with_b_frames_in_open_groups(foreign_take: Path) -> None:
    pictures = list(film_strip(foreign_take, count=6, height=90))
    assert [picture.position for picture in pictures][:3] == [0, 5, 2]
    for picture in pictures:
        shown = read_stamp(picture.image)[0]
        assert picture.at_s - 1.5 < shown / 30 < picture.at_s + 0.01


# -- sound ------------------------------------------------------------------------------------------------------------


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


def test_a_long_take_is_there_roughly_before_it_is_exact(minute: Path) -> None:
    given = list(sound_wave(minute, buckets=250))
    rough = [peaks for peaks in given if not peaks.exact]
    assert [peaks.exact for peaks in given] == sorted(peaks.exact for peaks in given)
    known = [[at for at, value in enumerate(peaks.values) if not math.isnan(value)] for peaks in rough]
    assert [len(places) for places in known] == [16, 64, 192, 250]
    assert max(right - left for left, right in itertools.pairwise(known[0])) <= 2 * 250 / 16 + 1
    true = final(given)
    assert true == one_pass(minute, 250)
    last = np.array(rough[-1].values)
    assert np.all(last <= np.array(true))
    assert np.corrcoef(last, true)[0, 1] > 0.5


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("moov.mp4", ("-c", "copy")),
        ("phone.m4a", ("-vn", "-c", "copy")),
        ("old.mp3", ("-vn", "-c:a", "libmp3lame", "-q:a", "4", "-write_xing", "0")),
        ("plain.wav", ("-vn", "-c:a", "pcm_s16le", "-ar", "16000", "-ac", "2")),
        ("browser.webm", ("-vn", "-c:a", "libopus", "-b:a", "48k")),
        ("editor.mkv", ("-c", "copy")),
        ("camera.avi", ("-c:v", "copy", "-c:a", "pcm_s16le")),
        ("parts.mp4", ("-c", "copy", "-movflags", "frag_keyframe+empty_moov+default_base_moof")),
        ("old-parts.mp4", ("-c", "copy", "-movflags", "frag_keyframe+empty_moov+omit_tfhd_offset")),
    ],
)
def test_other_files_are_never_rougher_than_they_are_loud(
    minute: Path, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    file = convert(minute, tmp_path / name, *options)
    rough, _ = rough_of(file, 200)
    assert np.isnan(rough).sum() == 0
    true = np.array(one_pass(file, 200))
    assert np.all(rough <= true)
    assert np.corrcoef(rough, true)[0, 1] > 0.5
    assert rough.sum() > 0.15 * true.sum()


@pytest.mark.parametrize("spoiled", [b"stco", b"stsz", b"stts"])
def test_an_index_that_lies_ends_all_the_same(minute: Path, tmp_path: Path, spoiled: bytes, rng: random.Random) -> None:
    data = bytearray(convert(minute, tmp_path / "whole.mp4", "-c", "copy").read_bytes())
    table = data.rindex(spoiled) + 12  # of the sound, which comes last
    for place in range(table, min(table + 4000, len(data))):
        if rng.random() < 0.3:
            data[place] = rng.randrange(256)
    file = tmp_path / "lies.mp4"
    file.write_bytes(data)
    try:
        assert len(final(list(sound_wave(file, buckets=100)))) == 100
        assert len(list(film_strip(file, count=5))) <= 5
    except EditError as refused:
        said = str(refused)
        print(said)
        if not said.endswith("."):
            raise


def test_a_file_cut_short_ends_all_the_same(minute: Path, tmp_path: Path) -> None:
    data = minute.read_bytes()
    short = tmp_path / "short.mp4"
    short.write_bytes(data[: len(data) - 5000])
    given = list(sound_wave(short, buckets=100))
    assert np.all(np.array(given[2].values) <= np.array(final(given)))
    assert len(list(film_strip(short, count=5))) == 5


def test_a_file_made_to_be_searched_for_ever_is_not(minute: Path, tmp_path: Path) -> None:
    data = minute.read_bytes()
    begin, end = data.index(b"moof", len(data) // 10) - 4, data.rindex(b"moof") - 4
    trap = tmp_path / "trap.mp4"
    trap.write_bytes(data[:begin] + b"\0\0\0\x10moof" * 300_000 + data[end:])
    excerpts = Excerpts.of(trap, SOUND)
    assert excerpts is not None
    with excerpts:
        for at in range(20):
            assert excerpts.find(20.0 + at, near_s=0.1).start_s < 20.0
        assert excerpts.looks <= LOOKS


def test_a_gap_in_the_sound_is_quiet_from_the_first_moment(short: Path, tmp_path: Path) -> None:
    take = repeat(short, tmp_path / "gap.mp4", 12, without=range(4, 8))
    rough, _ = rough_of(take, 240)
    true = np.array(one_pass(take, 240))
    assert np.all(rough <= true)
    inside = slice(240 * 41 // 120, 240 * 79 // 120)
    assert np.all(true[inside] == 0)
    assert np.all(rough[inside] == 0)
    assert len(list(film_strip(take, count=12))) == 12


@pytest.mark.parametrize("sound_alone", [False, True])
def test_the_rough_wave_costs_the_same_however_long(short: Path, tmp_path: Path, sound_alone: bool) -> None:
    one = make_sound(tmp_path / "one.mp4", words_and_pauses(SECONDS)) if sound_alone else short
    packets, looks = [], []
    for times in (7, 70):
        take = repeat(one, tmp_path / f"{times}.mp4", times)
        facts = probe(take)
        soundings = Soundings(facts, 120)
        list(rough_wave(take, soundings, facts=facts))
        packets.append(soundings.packets)
        excerpts = Excerpts.of(take, SOUND)
        assert excerpts is not None
        with excerpts:
            for at in evenly(120):
                excerpts.find(soundings.moment_s(at, 0.65), near_s=0.3 * facts.seconds / 120)
            looks.append(excerpts.looks)
    assert packets[0] <= 4 * 120
    assert packets[1] <= 4 * 3 * 120  # of longer buckets three places are heard
    assert looks[1] <= looks[0] * 2


def test_sound_alone_has_no_strip_and_silent_film_no_wave(sound_take: Path, tmp_path: Path) -> None:
    assert list(film_strip(sound_take, count=5)) == []
    assert list(sound_wave(make_silent(tmp_path / "silent.mp4", ticking(30)), buckets=10)) == []


@pytest.mark.parametrize("after", [0, 1, 2, 5])
def test_both_stop_when_told(minute: Path, after: int) -> None:
    stop = threading.Event()
    strip, wave = film_strip(minute, count=100, stop=stop), sound_wave(minute, buckets=250, stop=stop)
    for _ in range(after):
        next(strip)
        next(wave)
    stop.set()
    assert list(strip) == []
    assert list(wave) == []


def test_a_part_is_read_as_it_is_in_the_whole(take: Path) -> None:
    """Looked at closely: the same peaks as of all of it, and pictures of that part alone."""
    facts = probe(take)
    whole = [value for peaks in sound_wave(take, buckets=40, finer=5, facts=facts) for value in peaks.values]
    assert len(whole) == 200
    part = list(exact_wave(take, facts, 200, part=(90, 130)))
    assert (part[0].position, part[0].of) == (90, 200)
    assert [value for peaks in part for value in peaks.values] == pytest.approx(whole[90:130], abs=0.02)
    found = {picture.position: picture for picture in film_strip(take, count=4, part=(4.0, 8.0))}
    assert [round(found[position].at_s, 2) for position in range(4)] == [4.5, 5.5, 6.5, 7.5]
    (same,) = (each for each in film_strip(take, count=8) if each.position == 4)
    assert np.array_equal(found[0].image, same.image)
