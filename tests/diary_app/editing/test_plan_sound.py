"""The sound of an exact cut, decoded packet by packet as a tool does that knows of no edit list."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import CodecContext
from numpy.typing import NDArray

from diary_app.editing.cutting import aac_splice
from diary_app.editing.cutting.aac_packets import leaves_sine, leaving_sine, read_aac
from diary_app.editing.cutting.plan_sound import plan_sound, sound_anew
from diary_app.editing.frames import NO_FRAMES, Piece
from diary_app.editing.loudness import Level
from diary_app.editing.mp4.read import read_tracks
from diary_app.editing.mp4.samples import CannotCut, Look, MadeTrack, Spool, Track
from diary_app.editing.probe import probe
from diary_app.editing.progress import Meter
from diary_app.editing.sound import as_frame
from diary_app.editing.source import Source
from tests.support.virtual_microphone import read_speech

Waves = NDArray[np.float32]
"""channels x samples."""

STEP, MOST_LATE = 1024, 512
FPS = 30
LC, SBR, LC_16 = (b"\x05\x80\x80\x80\x05" + start for start in (b"\x11\x88", b"\x29\x88", b"\x14\x08"))
"""How the description of AAC begins: 5 bits for its kind, 4 for the rate (48 or 16 kHz), 4 for one channel."""
CUTS = ((0, 40), (55, 56), (60, 100), (104, 109), (111, 154), (160, 210))
"""Frames that are kept: pieces of all lengths, from the take's very beginning to its very end."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a take is made."""

    rate: int = 48_000
    channels: int = 1
    bps: int = 128_000
    movflags: str = ""
    options: tuple[tuple[str, str], ...] = ()
    error: float = 0.05
    """Most of a moment's energy that may differ from the take's: "noise" is never twice the same."""


FORMS = {
    "as ours": Form(movflags="frag_keyframe+empty_moov"),
    "stereo, 44.1 kHz": Form(44_100, 2, 192_000),
    "fast, poor": Form(channels=2, bps=64_000, options=(("aac_coder", "fast"), ("aac_tns", "0")), error=0.6),
    "plain": Form(options=(("aac_pns", "0"), ("aac_is", "0"), ("aac_ms", "1")), channels=2, error=0.15),
}


def pieces_of(*frames: tuple[int, int]) -> list[Piece]:
    return [Piece(Fraction(first, FPS), Fraction(stop, FPS)) for first, stop in frames]


def speech(seconds: float, form: Form) -> Waves:
    """Somebody reads aloud; on the second channel from further away."""
    one = (read_speech()[: round(seconds * form.rate)] / 32_768).astype(np.float32)
    return np.stack([one, 0.6 * np.roll(one, 400)])[: form.channels]


def write_take(path: Path, sound: Waves, form: Form) -> Path:
    options = {"movflags": form.movflags} if form.movflags else {}
    with av.open(str(path), "w", format="mp4", container_options=options) as made:
        layout = "stereo" if form.channels == 2 else "mono"
        stream = made.add_stream("aac", rate=form.rate, layout=layout, options=dict(form.options))
        stream.codec_context.bit_rate = form.bps
        made.mux(stream.encode(as_frame(np.ascontiguousarray(sound), at=0, rate=form.rate)))
        made.mux(stream.encode(None))
    return path


def sound_track(path: Path) -> Track:
    track = read_tracks(path).sound
    assert track is not None
    return track


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool")
    yield spool
    spool.close()


def packets_of(made: MadeTrack, spool: Spool) -> list[bytes]:
    spool.flush()
    packets = []
    for stretch in made.stretches:
        data = stretch.file.read_bytes()
        packets += [data[at : at + size] for at, size in zip(stretch.offsets, stretch.sizes, strict=True)]
    assert len(packets) == len(made.decode) == len(made.shown) == len(made.keys)
    return packets


def decode(look: Look, packets: Sequence[bytes]) -> Waves:
    """All of them, with nothing left out at either end."""
    decoder: AudioCodecContext = CodecContext.create("aac", "r")
    decoder.extradata = read_aac(look.entry).config
    return np.concatenate([frame.to_ndarray() for packet in packets for frame in decoder.decode(av.Packet(packet))], 1)


def whole(path: Path, track: Track) -> Waves:
    """The take's own sound from take time 0 on."""
    data = path.read_bytes()
    packets = [data[at : at + size] for at, size in zip(track.offsets, track.sizes, strict=True)]
    return decode(track.look, packets)[:, -round(track.begins * track.timescale) :]


@dataclass(frozen=True, slots=True)
class Result:
    """A cut, and what is heard of it."""

    made: MadeTrack
    everything: Waves
    """With the lead."""

    @property
    def sound(self) -> Waves:
        return self.everything[:, self.made.lead :]


def cut(path: Path, pieces: Sequence[Piece], spool: Spool, track: Track | None = None) -> Result:
    made = plan_sound(path, track or sound_track(path), pieces, Fraction(0), spool=spool, meter=Meter())
    total = round(sum(piece.length for piece in pieces) * made.timescale)
    assert made.seconds == Fraction(total, made.timescale)
    assert made.decode.tolist() == made.shown.tolist() == list(range(0, STEP * len(made.decode), STEP))
    assert int(made.decode[-1]) + made.last_ticks == made.lead + total
    return Result(made, decode(made.look, packets_of(made, spool)))


def lateness(heard: Waves, source: Waves, at: int) -> int:
    """By how many samples `heard` comes later than `source` at `at`; both of the first channel."""
    ahead = min(MOST_LATE, at)
    around = source[0, at - ahead : at + heard.shape[1] + MOST_LATE].astype(np.float64)
    size = 1 << (len(around) + heard.shape[1]).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(around, size) * np.conj(np.fft.rfft(heard[0].astype(np.float64), size)), size)
    places = likeness[: len(around) - heard.shape[1] + 1]
    squares = np.concatenate(([0.0], np.cumsum(around**2)))
    loud = squares[heard.shape[1] :] - squares[: -heard.shape[1]]
    return ahead - int(np.argmin(loud - 2 * places))


def loudness(sound: Waves, rate: int) -> NDArray[np.float64]:
    """Mean squares of every 5 ms."""
    width = rate // 200
    count = sound.shape[1] // width
    squares = np.square(sound[:, : count * width].astype(np.float64)).reshape(sound.shape[0], count, width)
    means: NDArray[np.float64] = squares.mean(axis=(0, 2))
    return means


def assert_heard(result: Result, source: Waves, pieces: Sequence[Piece], error: float = 0.05) -> list[int]:
    """Every piece sounds as in the take, at its place; by how many samples each is late."""
    rate, fade = result.made.timescale, result.made.timescale // 200 + STEP
    late, gathered = [], Fraction(0)
    for piece in pieces:
        at, start, count = round(gathered * rate), round(piece.start * rate), round(piece.length * rate)
        gathered += piece.length
        inner = slice(at + fade, at + count - fade)
        if count <= 4 * fade:
            continue
        late.append(lateness(result.sound[:, inner], source, start + fade))
        there = source[:, start + fade - late[-1] :][:, : count - 2 * fade]
        wrong = loudness(result.sound[:, inner] - there, rate)
        around = np.convolve(loudness(there, rate), np.ones(9) / 9, "same")
        assert (wrong <= error * around + 1e-8).all(), f"{piece}: {(wrong / (around + 1e-8)).max()}"
    return late


def copied(result: Result, path: Path) -> int:
    """How many packets are the take's own."""
    return sum(len(stretch.sizes) for stretch in result.made.stretches if stretch.file == path)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_piece_sounds_as_in_the_take_within_half_a_packet_of_its_place(
    tmp_path: Path, spool: Spool, form: Form
) -> None:
    path = write_take(tmp_path / "take.mp4", speech(7, form), form)
    pieces, track = pieces_of(*CUTS), sound_track(path)
    result = cut(path, pieces, spool)
    late = assert_heard(result, whole(path, track), pieces, form.error)
    assert len(late) == 5
    assert late[0] == 0
    assert any(late)
    assert max(map(abs, late)) <= MOST_LATE
    assert copied(result, path) > 0.6 * len(result.made.decode)


def marked(seconds: float, form: Form, kept: Sequence[tuple[int, int]]) -> Waves:
    """A deep tone, and between the kept frames a loud high one."""
    at = np.arange(round(seconds * form.rate)) / form.rate
    frame = np.floor(at * FPS + 1e-9).astype(int)
    is_kept = np.any([(first <= frame) & (frame < stop) for first, stop in kept], axis=0)
    sound = np.where(is_kept, 0.3 * np.sin(2 * np.pi * 440 * at), 0.6 * np.sin(2 * np.pi * 6_000 * at))
    return np.repeat(sound[None].astype(np.float32), form.channels, axis=0)


def test_nothing_that_was_cut_away_is_left_in_any_packet_and_no_join_clicks(tmp_path: Path, spool: Spool) -> None:
    kept = ((20, 80), (95, 97), (110, 171))
    seams = np.array([0, 60, 62, 123]) * 1_600
    path = write_take(tmp_path / "take.mp4", marked(7, Form(), kept), Form())
    result = cut(path, pieces_of(*kept), spool)
    width = 480
    count = result.everything.shape[1] // width
    windows = result.everything[0, : count * width].reshape(count, width) * np.hanning(width)
    spectrum = np.abs(np.fft.rfft(windows, axis=1)) / (width / 4)
    # The take's own packets smear some of it into what is kept next to it: from 50 dB down on it is theirs.
    assert spectrum[:, 58:63].max() < 0.6 * 3e-3, "the marker, 6 kHz"
    far = np.abs(np.arange(count)[:, None] * width - result.made.lead - seams).min(axis=1) > 2 * STEP
    assert spectrum[far, 58:63].max() < 0.6 * 1e-4, "the marker, 6 kHz"
    assert spectrum[:, 12:].max() < 0.3 * 1e-2, "a click would be heard at all pitches"
    assert np.abs(result.everything[:, :STEP]).max() < 1e-4, "the lead is silent"


def test_a_hole_in_the_take_is_silence_and_what_follows_comes_in_its_own_time(tmp_path: Path, spool: Spool) -> None:
    path = write_take(tmp_path / "take.mp4", speech(7, Form()), Form())
    track, hole = sound_track(path), 30_000
    source = whole(path, track)
    later = np.where(np.arange(len(track.shown)) >= 150, hole, 0)
    holed = replace(track, shown=track.shown + later, decode=track.decode + later)
    result = cut(path, pieces_of((10, 200)), spool, holed)
    begin = 149 * STEP - 10 * 1600  # one packet is the encoder's lead
    assert np.abs(result.sound[:, begin + 600 : begin + hole - 600]).max() < 1e-3
    assert lateness(result.sound[:, 4_000 : begin - 4_000], source, 10 * 1600 + 4_000) == 0
    after = slice(begin + hole + 4_000, 190 * 1600 - 4_000)
    late = lateness(result.sound[:, after], source, after.start + 10 * 1600 - hole)
    assert abs(late) <= MOST_LATE
    # Behind the hole the first packet leans on the last one before it, as it does in every player.
    there = source[:, 149 * STEP + 300 : 150 * STEP]
    here = result.sound[:, begin + hole + late + 300 :][:, : STEP - 300]
    assert np.square(here - there).sum() < 0.02 * np.square(there).sum()
    assert np.abs(cut(path, pieces_of((98, 110)), spool, holed).everything).max() < 1e-4
    assert copied(result, path) > 150


def test_where_sound_begins_late_or_ends_long_before_the_film_there_is_silence(tmp_path: Path, spool: Spool) -> None:
    path = write_take(tmp_path / "take.mp4", speech(3, Form()), Form())
    track = sound_track(path)
    source = whole(path, track)
    late = replace(track, begins=track.begins + 1)
    result = cut(path, [Piece(Fraction(0), Fraction(300))], spool, late)
    assert np.abs(result.sound[:, : 48_000 - STEP]).max() < 1e-4
    assert lateness(result.sound[:, 50_000:180_000], source, 2_000) == 0
    assert np.abs(result.sound[:, 4 * 48_000 + STEP :]).max() < 1e-4


def foreign(path: Path, track: Track) -> int:
    """Tell of most long windows, at random, that they were sines; how many."""
    data, count = bytearray(path.read_bytes()), 0
    chosen = np.random.default_rng(5).random(len(track.sizes)) < 0.9
    for at, size in zip(track.offsets[chosen].tolist(), track.sizes[chosen].tolist(), strict=True):
        packet = bytes(data[at : at + size])
        sine = leaving_sine(packet)
        count += leaves_sine(sine) and not leaves_sine(packet)
        data[at : at + size] = sine if leaves_sine(sine) else packet
    path.write_bytes(data)
    return count


@pytest.mark.parametrize("channels", [1, 2])
def test_packets_of_an_encoder_with_other_windows_are_joined_without_a_sound(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch, channels: int
) -> None:
    form = Form(channels=channels, options=(("aac_pns", "0"), ("aac_is", "0")))
    path = write_take(tmp_path / "take.mp4", speech(4, form), form)
    track = sound_track(path)
    assert foreign(path, track) > 80
    pieces = pieces_of((5, 50), (61, 115))
    result = cut(path, pieces, spool)
    late = assert_heard(result, whole(path, track), pieces)
    assert max(map(abs, late)) <= MOST_LATE
    well = copied(result, path)
    monkeypatch.setattr(aac_splice, "leaves_sine", lambda _packet: False)
    with contextlib.suppress(CannotCut):  # either is right: no place is found, or others further off
        assert copied(cut(path, pieces, spool), path) < well


@pytest.fixture(scope="module")
def short_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_take(tmp_path_factory.mktemp("short") / "take.mp4", speech(1, Form()), Form())


@pytest.mark.parametrize(
    "change",
    [
        lambda track: replace(track, timescale=44_100),
        lambda track: replace(track, look=Look(track.look.entry.replace(b"mp4a", b"alac", 1))),
        lambda track: replace(track, look=Look(track.look.entry.replace(LC, SBR))),
        lambda track: replace(track, look=Look(track.look.entry[:40])),
        lambda track: replace(track, shown=track.shown // 2),
        lambda track: replace(track, shown=track.shown + np.arange(len(track.shown)) * 40),
        lambda track: replace(track, kind=b"vide"),
        lambda track: replace(track, timescale=16_000, look=Look(track.look.entry.replace(LC, LC_16))),
    ],
    ids=["other clock", "other sound", "AAC with SBR", "no description", "doubled", "drifting", "pictures", "16 kHz"],
)
def test_what_cannot_be_cut_by_packets_is_refused(
    short_take: Path, spool: Spool, change: Callable[[Track], Track]
) -> None:
    track = sound_track(short_take)
    cut(short_take, pieces_of((5, 25)), spool, track)
    with pytest.raises(CannotCut):
        cut(short_take, pieces_of((5, 25)), spool, change(track))


def test_sound_of_any_kind_can_be_made_anew_at_a_level(tmp_path: Path, spool: Spool) -> None:
    form = Form(44_100, 2)
    path = write_take(tmp_path / "take.mp4", speech(3, form), form)
    pieces = pieces_of((5, 30), (41, 80))
    source = Source(path, probe(path), NO_FRAMES, tuple(pieces))
    made = sound_anew(source, spool, Meter(), bps=160_000, level=Level(-6.0))
    total = round(sum(piece.length for piece in pieces) * 44_100)
    assert int(made.decode[-1]) + made.last_ticks == made.lead + total
    assert made.seconds == Fraction(total, 44_100)
    aac = read_aac(made.look.entry)
    assert (aac.rate, aac.channels) == (44_100, 2)
    result = Result(made, decode(made.look, packets_of(made, spool)))
    half = (whole(path, sound_track(path)) * 10 ** (-6 / 20)).astype(np.float32)
    assert assert_heard(result, half, pieces) == [0, 0]
