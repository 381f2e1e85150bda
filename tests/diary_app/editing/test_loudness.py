"""The sound of a rendition: -16 LUFS, true peak at most -1.5 dBTP, each sample at its own place."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from diary_app.clip import KeptRange, Preset
from diary_app.editing.compress import meets
from diary_app.editing.errors import EditStopped
from diary_app.editing.frames import Piece
from diary_app.editing.loudness import (
    CLOSE_LU,
    LIMIT_DBFS,
    MOST_GAIN_DB,
    PEAK_DBTP,
    TARGET_LUFS,
    Level,
    Loudness,
    level_for,
    levelled,
    measure,
    mended,
)
from diary_app.editing.making import SOUND_TRIES
from diary_app.editing.probe import probe
from diary_app.editing.progress import Meter
from diary_app.editing.render import render, trim
from diary_app.editing.source import read_source
from tests.support import flash_beep
from tests.support.decoding import hear
from tests.support.loudness import Heard, decode, loudness, true_peak
from tests.support.takes import Look, convert, make_silent, ticking, tone
from tests.support.virtual_microphone import read_speech

RATE = 48_000
SECONDS = 4.0
KEEP = (KeptRange(0.4, 1.71), KeptRange(2.0, 2.9), KeptRange(3.13, 3.8))
SMALL = Look(width=160, height=96)

# -- the measure that judges ---------------------------------------------------------------------------------------


def sine(level_db: float, seconds: float = 3.0, *, hertz: float = 997.0) -> Heard:
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)[None, :]


def test_a_sine_of_full_scale_is_as_loud_as_the_standard_says() -> None:
    """BS.1770: a 997 Hz sine of 0 dBFS in one channel is -3.01 LUFS; EBU Tech 3341: -23 dBFS in both is -23 LUFS."""
    assert loudness(sine(0.0)) == pytest.approx(-3.01, abs=0.01)
    assert loudness(np.repeat(sine(-23.0), 2, axis=0)) == pytest.approx(-23.0, abs=0.05)
    gated = np.concatenate([sine(-36.0), sine(-23.0, 6.0), sine(-90.0), np.zeros((1, RATE))], axis=1)
    assert loudness(gated) == pytest.approx(-26.01, abs=0.3)


def test_a_peak_between_the_samples_is_found() -> None:
    """A quarter of the rate, half-way between its own samples: they reach 0.707 and it reaches 1."""
    at = np.arange(RATE)
    between = np.sin(np.pi / 2 * at + np.pi / 4)[None, :] * np.hanning(RATE)
    assert np.abs(between).max() == pytest.approx(0.707, abs=0.001)
    assert true_peak(between) == pytest.approx(0.0, abs=0.01)


# -- sounds ----------------------------------------------------------------------------------------------------------


def speech(peak: float, *, seconds: float = SECONDS) -> Heard:
    """Somebody reads; one channel."""
    said = read_speech()[: round(seconds * RATE)].astype(np.float64)[None, :]
    return np.asarray(said / np.abs(said).max() * peak)


def shouted() -> Heard:
    """So loud that every peak is cut off at full scale."""
    return np.clip(speech(6.0), -1.0, 1.0)


def music() -> Heard:
    """Two channels: chords that fade, a beat in the middle; peaks at full scale."""
    rng = np.random.default_rng(4)
    at = np.arange(round(SECONDS * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * note * at) * (0.3 + np.exp(-((at * 2) % 1.0) * 3)) for note in (220.0, 277.2, 329.6))
    beat = rng.normal(0.0, 0.8, len(at)) * np.exp(-(at % 0.25) * 90)
    mix = np.stack([chord + beat, 0.4 * np.roll(chord, 900) + beat])
    return np.asarray(mix / np.abs(mix).max())


def wave(path: Path, sound: Heard) -> Path:
    samples = np.ascontiguousarray(np.rint(sound * 32767).astype(np.int16).T.reshape(1, -1))
    with av.open(str(path), "w", format="wav") as media:
        layout = "stereo" if len(sound) == 2 else "mono"
        stream = media.add_stream("pcm_s16le", rate=RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        media.mux(stream.encode(frame))
        media.mux(stream.encode(None))
    return path


def film(path: Path, sound: Heard, pictures: Path, *, sound_bits: str = "160k") -> Path:
    """The same pictures with this sound."""
    brought = wave(path.with_suffix(".wav"), sound)
    sounding = ("-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", sound_bits)
    return convert(pictures, path, "-i", str(brought), *sounding)


@pytest.fixture(scope="module")
def pictures(folder: Path) -> Path:
    return make_silent(folder / "pictures.mp4", ticking(round(30 * SECONDS)), look=SMALL)


def assert_promised(out: Path) -> None:
    made = decode(out)
    assert loudness(made) == pytest.approx(TARGET_LUFS, abs=0.5)
    assert true_peak(made) <= PEAK_DBTP


# -- the rule --------------------------------------------------------------------------------------------------------


def test_silence_is_left_alone_and_little_is_not_made_endlessly_loud() -> None:
    assert level_for(Loudness(None, -80.0)).gain_db == 0.0
    assert level_for(Loudness(-69.0, -60.0)).gain_db == MOST_GAIN_DB
    assert level_for(Loudness(-26.0, -13.0)) == Level(10.0)


@pytest.mark.parametrize(
    ("heard", "level"),
    [
        (Loudness(-16.9, -1.6), True),
        (Loudness(-15.1, -3.0), True),
        (Loudness(-17.1, -3.0), False),
        (Loudness(-16.0, -1.4), False),
        (Loudness(None, -70.0), True),
        (Loudness(None, -0.5), False),
    ],
)
def test_what_is_level_already(heard: Loudness, level: bool) -> None:
    assert heard.is_level is level


@given(st.floats(-40.0, 0.0), st.floats(0.0, 4.0), st.floats(0.0, 6.0))
def test_a_few_tries_mend_what_limiter_and_aac_do(lufs: float, lost: float, overshoot: float) -> None:
    """Whatever part of the gain the limiter takes away again, and however far AAC goes beyond its limit."""

    def made(level: Level) -> Loudness:
        wanted = lufs + level.gain_db
        return Loudness(wanted - lost * (1 - np.exp(-max(0.0, level.gain_db) / 20)), level.limit_dbfs + overshoot)

    level = level_for(Loudness(lufs, 0.0))
    for _ in range(SOUND_TRIES):
        again = mended(level, made(level))
        if again is None:
            break
        level = again
    assert made(level).lufs == pytest.approx(TARGET_LUFS, abs=CLOSE_LU)
    assert made(level).peak_dbtp <= PEAK_DBTP


# -- measuring and levelling -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sound", [lambda: speech(0.1), shouted, music])
def test_it_measures_as_the_standard_does(sound: Callable[[], Heard], tmp_path: Path) -> None:
    brought = sound()
    path = wave(tmp_path / "sound.wav", brought)
    heard = measure(path, (Piece(Fraction(0), Fraction(SECONDS)),), channels=len(brought), meter=Meter())
    assert heard.lufs == pytest.approx(loudness(brought), abs=0.1)
    assert heard.peak_dbtp == pytest.approx(true_peak(brought), abs=0.3)


def test_a_peak_at_the_very_end_counts(tmp_path: Path) -> None:
    late = np.zeros((1, round(1.05 * RATE)))
    late[0, -3:] = 0.5
    path = wave(tmp_path / "late.wav", late)
    heard = measure(path, (Piece(Fraction(0), Fraction("1.05")),), channels=1, meter=Meter())
    assert heard.peak_dbtp > -6.5
    assert heard.lufs is None


def test_hours_of_silence_are_passed_over(tmp_path: Path) -> None:
    """A damaged file may claim them. Measured one by one they would take minutes."""
    path = wave(tmp_path / "short.wav", speech(0.1))
    reported: list[float] = []
    heard = measure(
        path,
        (Piece(Fraction(0), Fraction(3 * 3600)),),
        channels=1,
        meter=Meter(lambda done, _left: reported.append(done)),
    )
    assert heard.lufs == pytest.approx(loudness(speech(0.1)), abs=0.2)
    assert reported[-1] > 0.9


def test_measuring_can_be_stopped(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(EditStopped):
        measure(
            wave(tmp_path / "a.wav", speech(0.1)),
            (Piece(Fraction(0), Fraction(5)),),
            channels=1,
            meter=Meter(stop=stop),
        )


@pytest.mark.parametrize("sound", [lambda: speech(0.1), music])
def test_a_gain_alone_changes_nothing_else(sound: Callable[[], Heard]) -> None:
    given_ = sound().astype(np.float32) * np.float32(0.3)
    blocks = np.array_split(given_, 37, axis=1)
    got = np.concatenate(list(levelled(iter(blocks), Level(-6.0), rate=RATE, channels=len(given_))), axis=1)
    assert got.shape == given_.shape
    assert np.abs(got - given_ * 10 ** (-6 / 20)).max() < 1e-6


def test_the_limiter_keeps_every_sample_at_its_place() -> None:
    loud = speech(1.0).astype(np.float32)
    got = np.concatenate(
        list(levelled(iter(np.array_split(loud, 11, axis=1)), Level(9.0), rate=RATE, channels=1)), axis=1
    )
    assert got.shape == loud.shape
    assert np.abs(got).max() <= 10 ** (LIMIT_DBFS / 20) + 1e-6
    assert lag(got[0].astype(np.float64), loud[0].astype(np.float64)) == 0


def lag(one: NDArray[np.float64], other: NDArray[np.float64]) -> int:
    """How many samples `one` is behind `other`: where they fit best."""
    count = min(len(one), len(other))
    size = 2 * count
    fit = np.fft.irfft(np.fft.rfft(one[:count], size) * np.conj(np.fft.rfft(other[:count], size)))
    at = int(np.argmax(fit))
    return at if at < count else at - size


# -- renditions ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quiet_film(folder: Path, pictures: Path) -> Path:
    return film(folder / "quiet.mp4", speech(0.06), pictures)


@pytest.fixture(scope="module")
def small_film(folder: Path) -> Path:
    """A quiet film that is small enough for the preset as it is, and can be cut without encoding all of it."""
    pictures = make_silent(folder / "coarse.mp4", ticking(round(30 * SECONDS)), look=replace(SMALL, crf=35.0))
    small = film(folder / "small.mp4", speech(0.06), pictures, sound_bits="64k")
    assert meets(probe(small), Preset.NORMAL)
    return small


def test_a_film_is_level(quiet_film: Path, tmp_path: Path) -> None:
    assert not meets(probe(quiet_film), Preset.NORMAL)
    render(quiet_film, tmp_path / "out.mp4")
    assert_promised(tmp_path / "out.mp4")


def test_a_film_in_pieces_is_level_and_every_sample_at_its_place(pictures: Path, tmp_path: Path) -> None:
    take = film(tmp_path / "take.mp4", music(), pictures)
    render(take, tmp_path / "out.mp4", keep=KEEP)
    assert_promised(tmp_path / "out.mp4")
    assert_as_trimmed(take, tmp_path)


def assert_as_trimmed(take: Path, folder: Path) -> None:
    """The same ranges of the take, which nothing levels, are as long, and their sound fits best sample by sample."""
    sound, pieces = hear(take), read_source(take, KEEP, Meter()).pieces
    plain = np.concatenate([sound[round(piece.start * RATE) : round(piece.end * RATE)] for piece in pieces])
    made = hear(folder / "out.mp4")
    assert 0 <= len(made) - len(plain) <= 1024, "the last packet is filled up"
    assert lag(made, plain) == 0


@pytest.mark.parametrize(
    ("sound", "keep"),
    [(lambda: speech(0.06), KEEP), (shouted, ()), (lambda: speech(1.0), ())],
    ids=["quiet, in pieces", "shouted", "full scale"],
)
def test_sound_alone_is_level(sound: Callable[[], Heard], keep: tuple[KeptRange, ...], tmp_path: Path) -> None:
    take = wave(tmp_path / "take.wav", sound())
    render(take, tmp_path / "out.m4a", keep=keep)
    assert_promised(tmp_path / "out.m4a")


def test_a_film_of_a_promised_size_is_level(quiet_film: Path, tmp_path: Path) -> None:
    made = render(quiet_film, tmp_path / "out.mp4", keep=KEEP, target_mb=0.08)
    assert made.bytes <= 80_000
    assert_promised(tmp_path / "out.mp4")


def test_sound_of_a_promised_size_is_level(tmp_path: Path) -> None:
    """At 28 kbit a second AAC goes far beyond the peaks that it was given."""
    made = render(wave(tmp_path / "take.wav", shouted()), tmp_path / "out.m4a", target_mb=0.018)
    assert made.bytes <= 18_000
    assert_promised(tmp_path / "out.m4a")


def packets(path: Path, *, kind: str = "video") -> list[bytes]:
    with av.open(str(path)) as media:
        stream = next(stream for stream in media.streams if stream.type == kind)
        return [bytes(packet) for packet in media.demux(stream) if packet.size]


def test_of_what_is_small_enough_only_the_sound_is_made_anew(small_film: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    render(small_film, out)
    assert packets(out) == packets(small_film)
    assert_promised(out)
    assert out.stat().st_size < 1.1 * small_film.stat().st_size
    assert lag(hear(out), hear(small_film)) == 0
    assert len(hear(out)) == pytest.approx(len(hear(small_film)), abs=1024)


def test_what_is_small_enough_and_level_is_copied_with_its_sound(small_film: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.mp4", tmp_path / "twice.mp4"
    render(small_film, once)
    render(once, twice)
    assert packets(twice, kind="audio") == packets(once, kind="audio")
    assert packets(twice) == packets(small_film)


def test_a_cut_of_what_is_small_enough_is_level(
    small_film: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    render(small_film, tmp_path / "out.mp4", keep=KEEP)
    assert "encoded whole" not in caplog.text
    assert_promised(tmp_path / "out.mp4")
    assert_as_trimmed(small_film, tmp_path)


def test_a_trim_keeps_its_own_level(quiet_film: Path, tmp_path: Path) -> None:
    trim(quiet_film, tmp_path / "trim.mp4", keep=(KeptRange(0.5, 3.5),))
    kept = decode(quiet_film)[:, RATE // 2 : round(3.5 * RATE)]
    assert loudness(decode(tmp_path / "trim.mp4")) == pytest.approx(loudness(kept), abs=0.2)


@pytest.mark.parametrize("sound", [np.zeros((1, 2 * RATE)), sine(-80.0, 2.0)], ids=["nothing", "next to nothing"])
def test_silence_stays_silent(sound: Heard, tmp_path: Path) -> None:
    render(wave(tmp_path / "take.wav", sound), tmp_path / "out.m4a")
    assert np.abs(decode(tmp_path / "out.m4a")).max() < 0.0005


def test_a_whisper_is_raised_by_no_more_than_is_sensible(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The reason why not: with more than 30 dB the hiss of the microphone would be as loud as speech."""
    caplog.set_level(logging.INFO)
    whisper = speech(0.003)
    render(wave(tmp_path / "take.wav", whisper), tmp_path / "out.m4a", preset=Preset.BEST)
    raised = 20 * np.log10(decode(tmp_path / "out.m4a").std() / whisper.std())
    assert raised == pytest.approx(MOST_GAIN_DB, abs=0.5)
    assert f"{MOST_GAIN_DB:+.1f} dB" in caplog.text


def test_a_moment_of_full_scale_is_held_below_the_promised_peak(tmp_path: Path) -> None:
    """Too short to have a loudness: only the limiter has something to do."""
    render(wave(tmp_path / "take.wav", sine(0.0, 0.3)), tmp_path / "out.m4a")
    assert true_peak(decode(tmp_path / "out.m4a")) <= PEAK_DBTP


def test_beep_and_flash_stay_together(take: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    render(take, out, preset=Preset.SMALLER)
    before, after = flash_beep.measure(take), flash_beep.measure(out)
    assert len(after.offsets_ms) == len(before.offsets_ms) >= 3
    assert np.abs(np.subtract(after.offsets_ms, before.offsets_ms)).max() < 1.0
    assert lag(hear(out), hear(take)) == 0


def test_no_click_at_a_join_and_no_pumping(tone_take: Path, tmp_path: Path) -> None:
    keep = (KeptRange(0.5, 1.51), KeptRange(2.013, 3.1), KeptRange(4.001, 5.02))
    render(tone_take, tmp_path / "out.mp4", keep=keep)
    sound = hear(tmp_path / "out.mp4")
    steady = sound[RATE // 4 : RATE // 2]
    for join_s in (keep[0].seconds, keep[0].seconds + keep[1].seconds):
        near = sound[round((join_s - 0.05) * RATE) : round((join_s + 0.05) * RATE)]
        assert np.abs(np.diff(near)).max() < 1.5 * np.abs(np.diff(steady)).max()
    strength = np.sqrt((sound[: RATE * 3].reshape(-1, RATE // 20) ** 2).mean(axis=1))
    assert np.percentile(strength, 90) / np.percentile(strength, 10) < 1.1
    assert loudness(sound[None, :]) == pytest.approx(TARGET_LUFS, abs=0.5)


def test_the_level_is_the_same_from_beginning_to_end(tmp_path: Path) -> None:
    """Loud and soft stay as far apart as they were: one gain."""
    pieces = (KeptRange(0.0, 6.0),)
    loud, soft = tone(3.0).astype(np.float64) / 32768, tone(3.0).astype(np.float64) / 32768 / 3
    render(wave(tmp_path / "take.wav", np.concatenate([loud, soft])[None, :]), tmp_path / "out.m4a", keep=pieces)
    sound = decode(tmp_path / "out.m4a")[0]
    ratio = sound[RATE : 2 * RATE].std() / sound[4 * RATE : 5 * RATE].std()
    assert ratio == pytest.approx(3.0, rel=0.02)
