"""A name is gone from the finished file, whichever way it was made; everything beside it stays as and where it was."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from diary_app.clip import KeptRange, Preset, Rendition
from diary_app.editing.bleep import EDGE_S, HERTZ, MARGIN_S, spots_of, with_tone
from diary_app.editing.finish import Asked
from diary_app.editing.frames import as_pieces
from diary_app.editing.name_said import place_name
from diary_app.editing.render import render
from diary_app.editing.render_child import render_apart
from tests.support.decoding import hear, see
from tests.support.takes import RATE, Look, convert, make_sound, make_take, ticking

SMALL = Look(width=160, height=90, crf=36.0)
Heard = NDArray[np.float64]

SECONDS = 4.0
NAME = KeptRange(1.5, 2.1)
LEVEL_DB = -18.3
"""So that it comes to about -16 LUFS."""
FAINT_DB = -38.0
"""So alike may two noises be by chance."""
BESIDE_S = MARGIN_S + EDGE_S + 0.03
"""Outside of this nothing changes; AAC itself smears 20 ms."""


def voice(rms_db: float) -> Heard:
    """Noise in the range of a voice that rises and falls as syllables do: no moment is like another."""
    rng = np.random.default_rng(4)
    spectrum = np.fft.rfft(rng.standard_normal(round(SECONDS * RATE)))
    hertz = np.fft.rfftfreq(round(SECONDS * RATE), 1 / RATE)
    spectrum[(hertz < 150) | (hertz > 4_000)] = 0
    sound = np.fft.irfft(spectrum) * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(round(SECONDS * RATE)) / RATE))
    loud = sound / np.sqrt(np.mean(sound**2)) * 10 ** (rms_db / 20)
    return np.asarray(loud.clip(-0.6, 0.6))


def spoken(rms_db: float = LEVEL_DB) -> NDArray[np.int16]:
    return np.rint(voice(rms_db) * 32767).clip(-32768, 32767).astype(np.int16)


def part(sound: Heard, start_s: float, end_s: float) -> Heard:
    return sound[round(start_s * RATE) : round(end_s * RATE)]


def without_tone(sound: Heard) -> Heard:
    """What is left of a stretch when the best 1 kHz is taken away."""
    turns = 2 * np.pi * HERTZ * np.arange(len(sound)) / RATE
    basis = np.stack([np.sin(turns), np.cos(turns)], axis=1)
    return np.asarray(sound - basis @ np.linalg.lstsq(basis, sound, rcond=None)[0])


def leak_db(heard: Heard, truth: Heard) -> float:
    """How much of a stretch is still in another, wherever within 20 ms: 0 dB is all of it."""
    padded = np.fft.rfft(truth, 2 * len(truth))
    alike = np.fft.irfft(np.fft.rfft(without_tone(heard), 2 * len(truth)) * padded.conj())
    reach = round(0.02 * RATE)
    near = np.abs(np.concatenate([alike[:reach], alike[-reach:]])).max()
    return float(20 * np.log10(near / np.sum(truth**2) + 1e-9))


def lag_and_likeness(heard: Heard, truth: Heard) -> tuple[float, float]:
    """How late (seconds) a stretch is, and how alike it is then, in dB."""
    alike = np.fft.irfft(np.fft.rfft(heard, 2 * len(truth)) * np.fft.rfft(truth, 2 * len(truth)).conj())
    at = int(np.argmax(alike))
    lag = at - len(alike) if at > len(alike) // 2 else at
    there = heard[max(0, lag) : len(heard) + min(0, lag)]
    same = truth[max(0, -lag) : len(truth) - max(0, lag)]
    gain = np.dot(there, same) / np.dot(same, same)
    return lag / RATE, float(10 * np.log10(np.sum((gain * same) ** 2) / np.sum((there - gain * same) ** 2)))


def rms(sound: Heard) -> float:
    return float(np.sqrt(np.mean(sound**2)))


@pytest.fixture(scope="module")
def level_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small enough, and as loud as it should be: without a name, every byte of it would be copied."""
    return make_take(tmp_path_factory.mktemp("named") / "take.mp4", ticking(120), sound=spoken(), look=SMALL)


def pictures_copied(take: Path, folder: Path) -> Rendition:
    return render(take, folder / "out.mp4", preset=Preset.BEST, asked=Asked(names=(NAME,)))


def smaller(take: Path, folder: Path) -> Rendition:
    """Another codec's container: all of it is encoded."""
    given = convert(take, folder / "take.mkv", "-c:v", "copy", "-c:a", "flac")
    return render(given, folder / "out.mp4", preset=Preset.SMALLER, asked=Asked(names=(NAME,)))


def of_a_size(take: Path, folder: Path) -> Rendition:
    return render(take, folder / "out.mp4", target_mb=0.9 * take.stat().st_size / 1e6, asked=Asked(names=(NAME,)))


def small_copy(take: Path, folder: Path) -> Rendition:
    return render(take, folder / "out.mp4", small=True, asked=Asked(names=(NAME,)))


def in_a_child_and_cleaned(take: Path, folder: Path) -> Rendition:
    return render_apart(take, folder / "out.mp4", asked=Asked(clean=True, names=(NAME,)))


def sound_copied(take: Path, folder: Path) -> Rendition:
    given = make_sound(folder / "take.m4a", spoken(), extra=("-f", "mp4"))
    return render(given, folder / "out.m4a", preset=Preset.BEST, asked=Asked(names=(NAME,)))


def sound_as_mp3(take: Path, folder: Path) -> Rendition:
    return render(take, folder / "out.mp3", asked=Asked(names=(NAME,)))


@pytest.mark.parametrize(
    "make",
    [pictures_copied, smaller, of_a_size, small_copy, in_a_child_and_cleaned, sound_copied, sound_as_mp3],
    ids=lambda make: make.__name__,
)
def test_nothing_of_a_name_is_left_and_all_else_stays(
    make: Callable[[Path, Path], Rendition], level_take: Path, tmp_path: Path
) -> None:
    made = make(level_take, tmp_path)
    heard, truth = hear(made.path), voice(LEVEL_DB)
    assert leak_db(part(truth, 1.5, 2.1), part(truth, 1.5, 2.1)) > -1, "the measure finds what is there"
    assert leak_db(part(heard, NAME.start_s, NAME.end_s), part(truth, NAME.start_s, NAME.end_s)) < FAINT_DB
    for start_s, end_s in ((0.3, NAME.start_s - BESIDE_S), (NAME.end_s + BESIDE_S, 3.7)):
        lag_s, likeness_db = lag_and_likeness(part(heard, start_s, end_s), part(truth, start_s, end_s))
        assert abs(lag_s) < (0.002 if made.path.suffix != ".mp3" else 0.06), "MP3 has its encoder's own delay"
        assert likeness_db > 2.5, "noise is what a low rate spoils most"
    tone, speech = rms(part(heard, NAME.start_s, NAME.end_s)), rms(part(heard, 0.3, 1.3))
    assert 0.2 * speech < tone < speech, "a bleep, and never louder than the voice"
    edge = part(heard, NAME.start_s - BESIDE_S, NAME.start_s + 0.02)
    assert np.abs(np.diff(edge)).max() < 1.2 * np.abs(np.diff(part(heard, 0.3, 1.3))).max(), "no click"
    assert len(list(tmp_path.glob(".diary-*"))) == 0


def test_only_the_sound_is_made_anew(level_take: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        plain = render(level_take, tmp_path / "plain.mp4", preset=Preset.BEST)
        named = pictures_copied(level_take, tmp_path)
    lines = [record.getMessage() for record in caplog.records]
    assert sum("its pictures are copied" in line for line in lines) == 1, "of the other all of it"
    assert sum(line.endswith("small enough already: copied") for line in lines) == 1
    assert see(named.path) == see(plain.path)
    assert named.seconds == pytest.approx(plain.seconds, abs=0.03)


def test_a_cut_through_a_name_leaves_nothing_of_it_either(level_take: Path, tmp_path: Path) -> None:
    keep, names = [KeptRange(0.5, 1.8), KeptRange(2.6, 3.8)], (NAME, KeptRange(2.2, 2.5))
    heard = hear(render(level_take, tmp_path / "out.mp4", keep=keep, asked=Asked(names=names)).path)
    truth = voice(LEVEL_DB)
    assert leak_db(part(heard, 1.0, 1.3), part(truth, 1.5, 1.8)) < FAINT_DB
    after = part(heard, 1.35, 2.4)
    assert lag_and_likeness(after, part(truth, 2.65, 3.7))[1] > 12, "the other name was cut away: nothing is bleeped"


def test_what_is_too_soft_to_be_measured_is_gone_too(tmp_path: Path) -> None:
    """Nothing is left to be heard then; the take's own sound must not be copied for that."""
    sound = np.zeros(round(SECONDS * RATE), np.int16)
    place = slice(round(1.6 * RATE), round(2.0 * RATE))
    sound[place] = spoken(-78.0)[place]
    take = make_sound(tmp_path / "take.m4a", sound, extra=("-f", "mp4"))
    assert np.abs(hear(take)).max() > 1e-5
    made = render(take, tmp_path / "out.m4a", preset=Preset.BEST, asked=Asked(names=(NAME,)))
    assert np.abs(hear(made.path)).max() < 1e-6


def test_the_voice_is_never_under_the_tone() -> None:
    """Sample by sample, across blocks of any size: 0 inside, and as it was outside of margin and fade."""
    spots = spots_of(as_pieces([KeptRange(0.0, 2.0)]), [KeptRange(0.5, 0.7), KeptRange(0.81, 0.9)], rate=RATE)
    assert spots == [(round(0.45 * RATE), round(0.95 * RATE))], "between them is no room for a voice"
    one = np.ones((1, 2 * RATE), np.float32)
    silent = with_tone(one, 0, spots, rate=RATE, loud=0.0)
    first, stop = spots[0]
    assert not silent[0, first:stop].any()
    edge = round(EDGE_S * RATE)
    assert np.array_equal(np.flatnonzero(silent[0] != 1.0), np.arange(first - edge + 1, stop + edge - 1))
    whole = with_tone(one, 0, spots, rate=RATE, loud=0.1)
    parts = [with_tone(one[:, at : at + 777], at, spots, rate=RATE, loud=0.1) for at in range(0, 2 * RATE, 777)]
    assert np.allclose(np.concatenate(parts, axis=1), whole, atol=1e-6)


@pytest.mark.parametrize("playing", [False, True])
def test_a_name_is_found_between_the_pauses_round_a_press(playing: bool, tmp_path: Path) -> None:
    """Words of 0.5 s with short dips between them; the press comes at the end of one, or half a second later."""
    sound = spoken(-24.0)
    for start_s in np.arange(0.0, SECONDS, 0.6):
        sound[round((start_s + 0.5) * RATE) : round((start_s + 0.6) * RATE)] //= 100
    take = make_sound(tmp_path / "take.m4a", sound, extra=("-f", "mp4"))
    found = place_name(take, 2.3 + 0.5 * playing, playing=playing)
    assert 1.68 < found.start_s < 1.82, "the dip before the word that was just said"
    assert found.end_s > 2.3
    assert found.seconds < 1.6
    assert place_name(take, 0.0, playing=playing).start_s == 0.0
    last = place_name(take, SECONDS, playing=playing)
    assert last.end_s <= SECONDS + 0.05
