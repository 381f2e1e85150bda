"""Hum and hiss are taken away, and the voice is not: a deep one neither, and each sample at its own place."""

import threading
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from diary_app.clip import KeptRange
from diary_app.editing.cleaning import clean_sound
from diary_app.editing.errors import EditStopped
from diary_app.editing.finish import Asked
from diary_app.editing.frames import Piece
from diary_app.editing.hum import STRETCH, find_hum
from diary_app.editing.progress import Meter
from diary_app.editing.render import render
from diary_app.editing.sound import sound_of
from tests.support.loudness import decode
from tests.support.speech_samples import Sound, at_level, pink, recorded, silence, talk, white
from tests.support.takes import Look, convert, make_take, ticking

RATE = 48_000
SECONDS = 10.0
HUM_DB, HISS_DB = -35.0, -45.0


def voice(*, deeper: float = 1.0, seed: int = 3) -> Sound:
    """Somebody talks, with pauses of digital silence; the speech of a man read slower is that of a deeper man."""
    said = talk(SECONDS / deeper, np.random.default_rng(seed), pauses_s=(0.6, 1.0))
    slower = np.interp(np.arange(round(SECONDS * RATE)) / deeper, np.arange(len(said)), said)
    return np.asarray(slower)


def mains(hertz: float, *, wanders_hz: float = 0.0, lines: int = 8) -> Sound:
    """A hum with its multiples, whose frequency rises and falls by so much in the course of a minute."""
    at = np.arange(round(SECONDS * RATE)) / RATE
    turns = 2 * np.pi * hertz * at + wanders_hz * 60 * (1 - np.cos(2 * np.pi * at / 60))
    return at_level(np.sum([np.sin(n * turns + n) / n for n in range(1, lines + 1)], axis=0), HUM_DB)


def noise(*, level_db: float = HISS_DB, seed: int = 5) -> Sound:
    return white(SECONDS, level_db, np.random.default_rng(seed))


def cleaned(folder: Path, *channels: Sound, pieces: tuple[Piece, ...] = (), done: bool = True) -> Sound:
    """The sound of a take after cleaning: channels x samples."""
    take, out = folder / "take.wav", folder / "clean.flac"
    with wave.open(str(take), "wb") as file:
        file.setparams((len(channels), 2, RATE, 0, "NONE", ""))
        file.writeframes(np.stack([recorded(one) for one in channels], axis=1).tobytes())
    seconds = Fraction(len(channels[0]), RATE)
    kept = pieces or (Piece(Fraction(0), seconds),)
    fade = [(piece.start > 0, piece.end < seconds) for piece in kept]
    did = clean_sound(take, kept, out, seconds=seconds, channels=len(channels), fade=fade, meter=Meter())
    assert did == done == out.exists()
    whole = Piece(Fraction(0), sum((piece.length for piece in kept), Fraction(0)) + 1)
    heard = np.concatenate(
        list(sound_of(out if did else take, [whole], rate=RATE, channels=len(channels))), axis=1
    ).astype(np.float64)
    assert not heard[:, -RATE:].any(), "longer than what is kept"
    return heard[:, :-RATE]


def db(sound: Sound) -> float:
    return float(10 * np.log10(np.mean(sound**2) + 1e-20))


def likeness_db(sound: Sound, truth: Sound) -> float:
    """SI-SDR: how far what is wrong lies below what is right. One sample of delay costs all of it."""
    right = (sound @ truth) / (truth @ truth) * truth
    return db(right) - db(sound - right)


def pauses(said: Sound) -> list[slice]:
    """Where nobody speaks for longer than STRETCH samples, by half stretches."""
    quiet = np.flatnonzero(np.diff(np.concatenate([[0], said == 0, [0]])))
    gaps = [(begin, end) for begin, end in quiet.reshape(-1, 2) if end - begin > STRETCH]
    assert gaps
    return [slice(at, at + STRETCH) for begin, end in gaps for at in range(begin, end - STRETCH, STRETCH // 2)]


def line_db(sound: Sound, hertz: float, places: list[slice]) -> float:
    """The level of one line of the spectrum in these places."""
    spectra = [np.abs(np.fft.rfft(sound[place] * np.hanning(STRETCH))) ** 2 for place in places]
    middle = round(hertz * STRETCH / RATE)
    return float(10 * np.log10(np.median(spectra, axis=0)[middle - 1 : middle + 2].max()))


def low(sound: Sound) -> Sound:
    """What lies between 70 and 200 Hz: a deep voice's own tone."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    return np.fft.irfft(np.where((hertz > 70) & (hertz < 200), spectrum, 0), len(sound))


@pytest.mark.parametrize(("hertz", "deeper", "wanders_hz"), [(50.07, 1.0, 0.0), (59.94, 1.4, 0.03)])
def test_hum_and_hiss_go_and_the_voice_stays(tmp_path: Path, hertz: float, deeper: float, wanders_hz: float) -> None:
    said = voice(deeper=deeper)
    hum, hiss = mains(hertz, wanders_hz=wanders_hz), noise()
    heard = cleaned(tmp_path, said + hum + hiss)[0]
    gaps = pauses(said)
    for number in (1, 2, 3, 5):
        line = hertz * number
        assert line_db(heard, line, gaps) < line_db(said + hum + hiss, line, gaps) - 20
    rest = np.concatenate([heard[place] for place in gaps])
    assert HISS_DB - 16 < db(rest) < HISS_DB - 10
    assert likeness_db(heard, said) > likeness_db(said + hiss, said), "better than if it had not hummed at all"
    assert likeness_db(low(heard), low(said)) > 20, "a deep voice lies where the hum was"


def test_a_clean_voice_is_left_as_it_is(tmp_path: Path) -> None:
    said = voice() + pink(SECONDS, -64.0, np.random.default_rng(1))[: round(SECONDS * RATE)]
    assert likeness_db(cleaned(tmp_path, said)[0], said) > 35


def test_nothing_tinkles(tmp_path: Path) -> None:
    """What is left of the hiss in a pause is as even as it was: no single tone rises out of it."""
    said = voice()
    heard, gaps = cleaned(tmp_path, said + noise())[0], pauses(said)

    def unevenness(sound: Sound) -> float:
        spectra = [np.abs(np.fft.rfft(sound[place].reshape(-1, 512) * np.hanning(512))) for place in gaps]
        return float(np.percentile(spectra, 99.9) / np.median(spectra))

    assert unevenness(heard) < 1.2 * unevenness(noise())


def test_where_nobody_pauses_nothing_is_taken_away(tmp_path: Path) -> None:
    """A long note at a multiple of the mains is music."""
    note = 0.2 * np.sin(2 * np.pi * 100 * np.arange(4 * RATE) / RATE)
    assert likeness_db(cleaned(tmp_path, note, done=False)[0], note) > 60


def test_kept_pieces_lie_where_they_are_cut_and_hum_at_no_join(tmp_path: Path) -> None:
    """In both channels: the hum of each piece swings as it likes."""
    said, hum = voice(), mains(50.0)
    edges = ((1.0, 3.2), (5.7001, 7.9), (8.2, 9.6))
    kept = tuple(Piece(Fraction(start), Fraction(end)) for start, end in edges)
    heard = cleaned(tmp_path, said + hum + noise(), 0.5 * said - hum + noise(seed=6), pieces=kept)
    truth = np.concatenate([said[round(start * RATE) : round(end * RATE)] for start, end in edges])
    assert abs(heard.shape[1] - len(truth)) <= 1
    truth = truth[: heard.shape[1]]
    assert likeness_db(heard[0], truth) > 18
    assert likeness_db(heard[1], truth) > 12
    wrong = low(heard[0] - truth)
    for join in np.cumsum([round((end - start) * RATE) for start, end in edges])[:-1]:
        assert db(wrong[join - RATE // 4 : join + RATE // 4]) < HUM_DB - 12
        assert np.abs(heard[:, join - 2 : join + 2]).max() < 0.002, "faded at the join"


def test_where_the_microphone_was_lost_nothing_hums(tmp_path: Path) -> None:
    sound = (voice() + mains(50.0) + noise())[: 7 * RATE]
    lost = slice(4 * RATE, 6 * RATE)
    sound[lost] = silence(2.0)
    heard = cleaned(tmp_path, sound)[0]
    assert db(heard[lost.start + RATE // 10 : lost.stop - RATE // 10]) < -90


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_rendition_is_cleaned_when_asked(tmp_path: Path, ending: str) -> None:
    """Of a film whose pictures are copied, and of one that is encoded; each sample at its place."""
    said = voice()
    film = make_take(
        tmp_path / "take.mp4",
        ticking(35, fps=5.0),
        sound=recorded(said + mains(50.0) + noise())[: 7 * RATE],
        look=Look(width=64, height=64),
    )
    if ending == ".mkv":
        film = convert(film, tmp_path / "take.mkv", "-c", "copy")
    keep = KeptRange(1.0, 6.0)
    heard = decode(render(film, tmp_path / "out.mp4", keep=[keep], asked=Asked(clean=True)).path)[0][: 5 * RATE]
    truth = said[RATE : 6 * RATE]
    gaps = pauses(truth)
    assert likeness_db(heard, truth) > 15, "the limiter and AAC take their share"
    gain_db = db(heard) - db(truth)
    assert db(np.concatenate([heard[place] for place in gaps])) - gain_db < HISS_DB - 9
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({"take.mp4", film.name, "out.mp4"})


def test_the_mains_is_measured_and_noise_is_no_hum() -> None:
    def stretches(sound: Sound) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return sound[: 12 * STRETCH].reshape(12, 1, STRETCH).astype(np.float32)

    for hertz in (49.8, 50.0, 60.13):
        hum = find_hum(stretches(mains(hertz) + noise()))
        assert hum is not None
        assert hum.mains_hz == pytest.approx(hertz, abs=0.05)
        assert set(range(1, 6)) <= set(hum.multiples) <= set(range(1, 10))
    assert find_hum(stretches(noise())) is None
    whistle = at_level(np.sin(np.arange(round(SECONDS * RATE)) * 2 * np.pi * 86.0 / RATE), -40.0)
    assert find_hum(stretches(whistle + noise())) is None, "a steady tone that is no multiple"


def test_it_stops_when_told(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with wave.open(str(tmp_path / "take.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(recorded(noise()).tobytes())
    whole = Piece(Fraction(0), Fraction(10))
    with pytest.raises(EditStopped):
        clean_sound(
            tmp_path / "take.wav",
            [whole],
            tmp_path / "out.flac",
            seconds=whole.end,
            channels=1,
            fade=[(False, False)],
            meter=Meter(stop=stop),
        )
    assert not (tmp_path / "out.flac").exists()
