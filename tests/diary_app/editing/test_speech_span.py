"""A start and an end are suggested from the first and the last words, whatever is heard around them."""

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from capture.model import SOUND_RATE, Samples
from capture.models import SILERO, find_model
from capture.speech import STRETCH, SileroSpeech
from diary_app.cli.main import main
from diary_app.clip import KeptRange
from diary_app.editing import speech_span
from diary_app.editing.errors import EditStopped
from diary_app.editing.frames import Piece
from diary_app.editing.probe import probe
from diary_app.editing.sound import Sound as Decoded
from diary_app.editing.sound import sound_of
from diary_app.editing.speech_span import LONGEST_LOOK_S, suggest
from tests.support.speech_samples import ROOM_DB, Sound, at_level, gain, hum, pink, recorded, sentences, silence, white
from tests.support.takes import convert, make_silent, make_sound, ticking

BEFORE_S, AFTER_S = 3.3, 4.1
EARLIEST_S, LATEST_S = 0.6, 1.0
"""So much is kept before the first word and after the last one, at most."""
SOFT_DB = -16.0
WORD_S = 0.35


class Counted:
    """The trained detector, and how often it was asked."""

    def __init__(self, silero: SileroSpeech) -> None:
        self._silero = silero
        self.asked = 0

    def hear(self, samples: Samples) -> float:
        self.asked += 1
        return self._silero.hear(samples)


@pytest.fixture(scope="module")
def silero() -> SileroSpeech:
    return SileroSpeech(find_model(SILERO))


@pytest.fixture
def detector(silero: SileroSpeech) -> Counted:
    return Counted(silero)


@pytest.fixture
def decoded_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The length of each piece that is decoded, in seconds."""
    lengths: list[float] = []

    def counting(take: Path, pieces: Sequence[Piece], *, rate: int, channels: int) -> Iterator[Decoded]:
        lengths.extend(float(piece.length) for piece in pieces)
        return sound_of(take, pieces, rate=rate, channels=channels)

    monkeypatch.setattr(speech_span, "sound_of", counting)
    return lengths


def bursts(seconds: float, rng: np.random.Generator, *, gap_s: float, length_s: float, level_db: float) -> Sound:
    """Noise that is struck and dies away, again and again: keys, or with a longer length a door or a cough."""
    sound = silence(seconds)
    strike = white(length_s, level_db, rng) * np.exp(-np.linspace(0, 6, round(length_s * SOUND_RATE)))
    for start_s in np.arange(gap_s / 2, seconds - length_s, gap_s):
        start = round(float(start_s + rng.uniform(0, gap_s / 4)) * SOUND_RATE)
        stop = min(len(sound), start + len(strike))
        sound[start:stop] += strike[: stop - start]
    return sound


def chords(seconds: float) -> Sound:
    """A piano of sorts: three notes of a chord, struck twice a second, and another chord each time."""
    at = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    step, within = np.floor(at * 2), at % 0.5
    root = 220.0 * 2 ** (np.array([0, 5, 7, 3])[step.astype(int) % 4] / 12)
    notes = sum((np.sin(2 * np.pi * root * ratio * within) for ratio in (1, 1.26, 1.5)), np.zeros(len(at)))
    return at_level(notes * np.exp(-4 * within), -30.0)


@functools.cache
def five_seconds_of_a_room() -> Sound:
    return pink(2**18 / SOUND_RATE, ROOM_DB, np.random.default_rng(0))


def room(sound: Sound) -> Sound:
    """The sound in an ordinary room."""
    return sound + np.resize(five_seconds_of_a_room(), len(sound))


Surrounding = Callable[[float, np.random.Generator], Sound]
SURROUNDINGS: dict[str, Surrounding] = {
    "the room alone": lambda seconds, rng: silence(seconds),
    "a hum": lambda seconds, rng: hum(seconds, -30.0),
    "keys": lambda seconds, rng: bursts(seconds, rng, gap_s=0.2, length_s=0.03, level_db=-18.0),
    "doors and coughs": lambda seconds, rng: (
        bursts(seconds, rng, gap_s=2.0, length_s=0.4, level_db=-14.0)
        + bursts(seconds, rng, gap_s=0.5, length_s=0.25, level_db=-20.0)
    ),
    "a piano": lambda seconds, rng: chords(seconds),
}


def talk(number: int) -> Sound:
    """One of five passages of 3 to 7 s."""
    return sentences()[number % 5]


def surrounded(speech: Sound, around: Surrounding, rng: np.random.Generator) -> Sound:
    """Speech in an ordinary room, with something before and after it."""
    before = around(BEFORE_S, rng)
    after = around(AFTER_S, rng)
    return room(np.concatenate([before, speech, after]))


def assert_just_around(kept: KeptRange | None, *, first_s: float, last_s: float) -> None:
    assert kept is not None
    assert first_s - EARLIEST_S <= kept.start_s <= first_s, kept
    assert last_s <= kept.end_s <= last_s + LATEST_S, kept


@pytest.mark.parametrize(("number", "name"), list(enumerate(SURROUNDINGS)))
def test_the_first_and_the_last_words_are_found(tmp_path: Path, detector: Counted, number: int, name: str) -> None:
    speech = talk(number)
    sound = surrounded(speech, SURROUNDINGS[name], np.random.default_rng(number))
    take = make_sound(tmp_path / "take.mp4", recorded(sound))
    length_s = len(speech) / SOUND_RATE
    assert_just_around(suggest(take, detector), first_s=BEFORE_S, last_s=BEFORE_S + length_s)


def test_soft_words_at_both_ends_are_never_cut_into(tmp_path: Path, detector: Counted) -> None:
    speech = talk(2).copy()
    word = round(WORD_S * SOUND_RATE)
    speech[:word], speech[-word:] = gain(speech[:word], SOFT_DB), gain(speech[-word:], SOFT_DB)
    sound = surrounded(speech, SURROUNDINGS["keys"], np.random.default_rng(7))
    take = make_sound(tmp_path / "take.mp4", recorded(sound))
    assert_just_around(suggest(take, detector), first_s=BEFORE_S, last_s=BEFORE_S + len(speech) / SOUND_RATE)


def test_a_lone_word_before_and_after_a_pause_belongs_to_it(tmp_path: Path, detector: Counted) -> None:
    word, pause = round(0.5 * SOUND_RATE), silence(1.7)
    speech = np.concatenate([sentences()[0][:word], pause, sentences()[3], pause, sentences()[4][-word:]])
    sound = surrounded(speech, SURROUNDINGS["the room alone"], np.random.default_rng(9))
    take = make_sound(tmp_path / "take.mp4", recorded(sound))
    assert_just_around(suggest(take, detector), first_s=BEFORE_S, last_s=BEFORE_S + len(speech) / SOUND_RATE)


def test_where_nobody_speaks_nothing_is_suggested(tmp_path: Path, detector: Counted) -> None:
    rng = np.random.default_rng(3)
    sound = np.concatenate([around(4.0, rng) for around in SURROUNDINGS.values()])
    take = make_sound(tmp_path / "take.mp4", recorded(room(sound)))
    assert suggest(take, detector) is None
    assert detector.asked >= 50, "all of it was listened to"


def test_speech_from_the_first_to_the_last_second_is_left_alone(tmp_path: Path, detector: Counted) -> None:
    sound = np.concatenate([silence(0.4), talk(0), silence(0.7)])
    assert suggest(make_sound(tmp_path / "take.mp4", recorded(room(sound))), detector) is None


def test_the_end_that_is_as_it_should_be_stays(tmp_path: Path, detector: Counted) -> None:
    sound = np.concatenate([silence(BEFORE_S), talk(1), silence(0.5)])
    take = make_sound(tmp_path / "take.mp4", recorded(room(sound)))
    kept = suggest(take, detector)
    assert kept is not None
    assert kept.start_s > BEFORE_S - EARLIEST_S
    assert kept.end_s == probe(take).seconds


def test_a_long_take_costs_as_little_as_a_short_one(tmp_path: Path, detector: Counted, decoded_s: list[float]) -> None:
    sound = recorded(surrounded(talk(3), SURROUNDINGS["the room alone"], np.random.default_rng(6)))
    short = make_sound(tmp_path / "short.mp4", sound, extra=())
    seconds = probe(short).seconds
    times = round(20 * 60 / seconds)
    long = convert(short, tmp_path / "long.mp4", "-c", "copy", before=("-stream_loop", str(times - 1)))
    assert probe(long).seconds > 19 * 60
    assert_just_around(suggest(short, detector), first_s=BEFORE_S, last_s=seconds - AFTER_S)
    asked, decoded = detector.asked, sum(decoded_s)
    decoded_s.clear()
    assert_just_around(suggest(long, detector), first_s=BEFORE_S, last_s=probe(long).seconds - AFTER_S)
    assert detector.asked - asked <= asked + 5, "the grid of stretches lies otherwise at the end, that is all"
    assert sum(decoded_s) <= decoded + 10


def test_a_search_for_the_first_word_comes_to_an_end(tmp_path: Path, decoded_s: list[float]) -> None:
    class Nobody:
        """Hears nobody, and counts."""

        asked = 0

        def hear(self, samples: Samples) -> float:
            self.asked += 1
            return 0.0

    moment = make_sound(tmp_path / "moment.mp4", recorded(silence(10.0)), extra=())
    take = convert(moment, tmp_path / "take.mp4", "-c", "copy", before=("-stream_loop", "39"))
    nobody = Nobody()
    assert suggest(take, nobody) is None
    assert nobody.asked == LONGEST_LOOK_S * SOUND_RATE / STRETCH
    assert sum(decoded_s) == LONGEST_LOOK_S


def test_a_take_without_sound_needs_no_ear(tmp_path: Path, detector: Counted) -> None:
    assert suggest(make_silent(tmp_path / "take.mp4", ticking(60)), detector) is None
    assert detector.asked == 0


def test_it_stops_when_it_is_told_to(tmp_path: Path, detector: Counted) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(EditStopped):
        suggest(make_sound(tmp_path / "take.mp4", recorded(silence(3.0))), detector, stop=stop)
    assert detector.asked == 0


def test_the_command_line_cuts_what_is_suggested(
    tmp_path: Path, detector: Counted, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = surrounded(talk(4), SURROUNDINGS["the room alone"], np.random.default_rng(8))
    take, out = make_sound(tmp_path / "take.mp4", recorded(sound)), tmp_path / "out.mp4"
    assert main(["trim", str(take), str(out), "--suggest"]) == 0
    kept = suggest(take, detector)
    assert kept is not None
    assert probe(out).seconds == pytest.approx(kept.seconds, abs=0.1)
    assert main(["trim", str(out), str(tmp_path / "again.mp4"), "--suggest"]) == 1
    assert "nothing to suggest" in capsys.readouterr().err
    assert not (tmp_path / "again.mp4").exists()
