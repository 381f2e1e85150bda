"""The tables of a file are read as libav reads them, or not at all."""

import random
import struct
import time
import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av.stream import Stream

from diary_app.editing.media import open_media, read_only
from diary_app.editing.mp4 import read as mp4_read
from diary_app.editing.mp4.read import NotUnderstood, Tracks, read_tracks
from diary_app.editing.mp4.samples import Track
from diary_app.editing.probe import sound_in, video_of
from tests.support.boxes import box
from tests.support.handmade import h264, mp4, plain_sound
from tests.support.long_takes import repeat
from tests.support.taken import HandMadeTake
from tests.support.takes import Look, convert, make_take, ticking

SMALL = Look(width=96, height=64)
B_FRAMES = ("-c:v", "libx264", "-bf", "3", "-x264-params", "open-gop=1:keyint=12", "-c:a", "copy")
FRAGMENTS = "+empty_moov+frag_keyframe"
FOREIGN: dict[str, tuple[str, ...]] = {
    "plain.mp4": ("-c", "copy"),
    "front.mp4": ("-c", "copy", "-movflags", "+faststart"),
    "phone.mov": (*B_FRAMES, "-ar", "44100", "-ac", "2", "-c:a", "aac"),
    "silent.mov": ("-an", *B_FRAMES),
    "sound.m4a": ("-vn", "-c:a", "copy"),
    "reordered.mp4": B_FRAMES,
    "unedited.mp4": (*B_FRAMES, "-use_editlist", "0"),
    "before.mp4": (*B_FRAMES, "-movflags", "+negative_cts_offsets"),
    "explicit.mp4": (*B_FRAMES, "-movflags", FRAGMENTS),
    "from-moof.mp4": (*B_FRAMES, "-movflags", f"{FRAGMENTS}+default_base_moof", "-frag_duration", "100000"),
    "apart.mp4": (*B_FRAMES, "-movflags", f"{FRAGMENTS}+separate_moof+omit_tfhd_offset"),
    "half.mp4": ("-c", "copy", "-movflags", "+frag_keyframe", "-frag_duration", "300000"),
    "streamed.mp4": ("-c", "copy", "-movflags", "+dash+global_sidx", "-frag_duration", "300000"),
}
MOST_S, MOST_BYTES = 1.0, 200_000_000


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second and a half as the recorder's encoder writes it."""
    folder = tmp_path_factory.mktemp("read")
    return make_take(folder / "take.mp4", ticking(45, jitter_s=0.003), look=SMALL)


@pytest.fixture(scope="module")
def plain(small: Path) -> Path:
    """The same with B-frames, whole."""
    return convert(small, small.with_name("plain.mp4"), *B_FRAMES)


def assert_as_libav(path: Path) -> Tracks:
    """Every packet lies where libav finds it, and has its time and its key."""
    tracks = read_tracks(path)
    for track, sound in ((tracks.pictures, False), (tracks.sound, True)):
        _assert_alike(path, track, sound=sound)
    return tracks


def _assert_alike(path: Path, track: Track | None, *, sound: bool) -> None:
    with open_media(path) as media:
        stream: Stream | None = sound_in(media) if sound else video_of(media)
        assert (track is None) == (stream is None)
        if track is None or stream is None:
            return
        read_only(media, stream)
        packets = [packet for packet in media.demux(stream) if packet.size]
    assert stream.time_base == Fraction(1, track.timescale)
    assert [packet.pos for packet in packets] == track.offsets.tolist()
    assert [packet.size for packet in packets] == track.sizes.tolist()
    assert [packet.is_keyframe for packet in packets] == track.keys.tolist()
    assert packets[-1].duration == track.last_ticks
    begins = float(track.begins * track.timescale)
    assert np.abs(track.shown + begins - np.array([packet.pts for packet in packets])).max() <= 0.5
    assert np.ptp(track.decode - np.array([packet.dts for packet in packets])) == 0


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_files(small: Path, tmp_path: Path, name: str) -> None:
    assert_as_libav(convert(small, tmp_path / name, *FOREIGN[name]))


def test_pictures_that_begin_later_than_the_sound(small: Path, tmp_path: Path) -> None:
    before = ("-i", str(small), "-itsoffset", "0.7")
    tracks = assert_as_libav(
        convert(small, tmp_path / "late.mp4", "-map", "1:v", "-map", "0:a", "-c", "copy", before=before)
    )
    assert tracks.pictures is not None
    assert abs(tracks.pictures.begins - Fraction(7, 10)) < Fraction(1, 100)


def test_a_take_of_several_pieces(tmp_path: Path) -> None:
    take = HandMadeTake(tmp_path / "take.mp4")
    take.feed(1.0)
    take.scrap(0.4)
    take.feed(1.0)
    path = take.close()
    assert path.read_bytes().count(b"mvhd") == 2, "the head of the second piece lies in its midst"
    tracks = assert_as_libav(path)
    assert tracks.count == 2


def test_a_long_take_is_read_in_batches(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp4_read, "BATCH", 10_000)
    tracks = assert_as_libav(repeat(small, tmp_path / "long.mp4", 20))
    assert tracks.pictures is not None
    assert len(tracks.pictures.sizes) == 20 * 45


def test_a_song_has_no_pictures_but_a_cover(small: Path, tmp_path: Path) -> None:
    cover = ("-i", str(small), "-map", "0:a", "-map", "1:v", "-c:a", "copy", "-c:v", "png", "-frames:v", "1")
    song = convert(small, tmp_path / "song.m4a", *cover, "-disposition:v:0", "attached_pic")
    assert assert_as_libav(song).pictures is None


# -- what is not understood --------------------------------------------------------------------------------------------


def number(value: int) -> bytes:
    return struct.pack(">I", value & 0xFFFFFFFF)


SPOILED_PLAIN: dict[str, tuple[bytes, int, bytes]] = {
    "four billion samples": (b"stsz", 8, number(-1)),
    "as many of a byte each": (b"stsz", 4, number(1) + number(-1)),
    "a sample of four gigabytes": (b"stsz", 12, number(-1)),
    "a sample of nothing": (b"stsz", 12, number(0)),
    "more times than samples": (b"stts", 8, number(0x7FFFFFFF)),
    "more rows than bytes": (b"stts", 4, number(0x10000000)),
    "time that runs backwards": (b"stts", 12, number(-512)),
    "delays of hours": (b"ctts", 12, number(0x70000000)),
    "a keyframe that is not there": (b"stss", 8, number(4000)),
    "chunks of a million samples": (b"stsc", 12, number(1_000_000)),
    "chunks of two kinds": (b"stsc", 16, number(2)),
    "a chunk outside the file": (b"stco", 8, number(0x7FFFFFFF)),
    "an edit at half the speed": (b"elst", 16, number(0x8000)),
    "an edit that ends before": (b"elst", 8, number(700)),
    "an edit that begins after": (b"elst", 12, number(0x7FFFFFFF)),
    "many edits": (b"elst", 4, number(1000)),
    "a clock that stands still": (b"mdhd", 12, number(0)),
    "samples in another file": (b"url ", 0, number(0)),
    "no file": (b"stsd", 22, b"\0\7"),
    "encrypted": (b"stsd", 12, b"encv"),
    "described twice": (b"stsd", 4, number(2)),
    "a box in a box that ends before": (b"minf", -8, number(40)),
    "compressed": (b"mvhd", -4, b"cmov"),
    "old tables": (b"stss", -4, b"stps"),
    "two tracks of one number": (b"tkhd", 12, number(2)),
    "a track without a header": (b"tkhd", -4, b"free"),
}
SPOILED_TAKE: dict[str, tuple[bytes, int, bytes]] = {
    "four billion samples": (b"trun", 4, number(-1)),
    "as many that all are alike": (b"trun", 0, number(1) + number(-1)),
    "samples outside the file": (b"trun", 8, number(0x7FFFFFFF)),
    "samples before the file": (b"trun", 8, number(-0x7FFFFFFF)),
    "samples nobody knows where": (b"trun", 0, number(0x200)),
    "no time": (b"tfdt", -4, b"free"),
    "a time beyond all reason": (b"tfdt", 4, number(-1)),
    "a time far ahead of all others": (b"tfdt", 4, number(1)),
    "samples of another kind": (b"trex", 8, number(2)),
    "a track that announces no fragments": (b"trex", 4, number(9)),
    "no head": (b"tfhd", -4, b"free"),
    "two heads": (b"tfdt", -4, b"tfhd"),
    "a fragment in a fragment that ends before": (b"traf", -8, number(20)),
    "two indexes": (b"moof", -4, b"moov"),
}


def spoiled(path: Path, out: Path, change: tuple[bytes, int, bytes]) -> Path:
    """The same file with other bytes so far behind (the end of) a mark."""
    data = bytearray(path.read_bytes())
    mark, after, new = change
    at = data.index(mark) + 4 + after
    data[at : at + len(new)] = new
    out.write_bytes(data)
    return out


def assert_refused(path: Path) -> None:
    """Before it has cost anything: a second, or much memory."""
    tracemalloc.start()
    began_s = time.process_time()
    with pytest.raises(NotUnderstood):
        read_tracks(path)
    took_s, (_, peak) = time.process_time() - began_s, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (took_s < MOST_S, peak < MOST_BYTES) == (True, True), (took_s, peak)


@pytest.mark.parametrize("change", SPOILED_PLAIN.values(), ids=SPOILED_PLAIN)
def test_a_plain_file_that_lies(plain: Path, tmp_path: Path, change: tuple[bytes, int, bytes]) -> None:
    assert_refused(spoiled(plain, tmp_path / "spoiled.mp4", change))


def test_fragments_that_libav_shows_late(small: Path, tmp_path: Path) -> None:
    """Those with pictures that are shown before they are decoded, strictly speaking."""
    early = ("-movflags", f"{FRAGMENTS}+negative_cts_offsets")
    assert_refused(convert(small, tmp_path / "early.mp4", *B_FRAMES, *early))


@pytest.mark.parametrize("change", SPOILED_TAKE.values(), ids=SPOILED_TAKE)
def test_a_take_that_lies(small: Path, tmp_path: Path, change: tuple[bytes, int, bytes]) -> None:
    assert_refused(spoiled(small, tmp_path / "spoiled.mp4", change))


HANDMADE: dict[str, bytes] = {
    "nothing": b"",
    "one byte": b"\0",
    "no index": box(b"ftyp", b"isom") + box(b"mdat", bytes(40)),
    "plain sound": mp4(plain_sound()),
    "a hundred thousand boxes": box(b"free", b"") * 100_000,
    "as many in the index": box(b"moov", box(b"free", b"") * 100_000),
    "an index that is too large": box(b"moov", bytes(70 << 20)),
    "many fragments": mp4(h264(64, 64)) + box(b"moof", box(b"traf", box(b"trun", b""))) * 50_000,
    "a hundred tracks": mp4(*[h264(64, 64)] * 100),
}


@pytest.mark.parametrize("data", HANDMADE.values(), ids=HANDMADE)
def test_files_made_by_hand(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "made.mp4"
    path.write_bytes(data)
    assert_refused(path)


def test_a_file_cut_short(small: Path, plain: Path, tmp_path: Path) -> None:
    for number_, whole in enumerate((small, plain)):
        path = tmp_path / f"{number_}.mp4"
        path.write_bytes(whole.read_bytes()[:-100])
        assert_refused(path)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_tracks(tmp_path / "gone.mp4")


def test_any_spoiled_file_is_read_or_refused(small: Path, plain: Path, tmp_path: Path) -> None:
    """Numbers of the index replaced by chance: no other error, and nothing that lies outside the file."""
    rng, path, read = random.Random(5), tmp_path / "spoiled.mp4", 0
    for turn in range(200):
        data = bytearray((small, plain)[turn % 2].read_bytes())
        index = data.index(b"moov")
        end = len(data) if turn % 2 else index + 2000
        for _ in range(rng.choice((1, 1, 3))):
            at = rng.randrange(index, end - 4)
            data[at : at + 4] = number(
                rng.choice((0, 1, 2, 8, 0xFF, 0xFFFF, 0x7FFFFFFF, -1, -512, rng.getrandbits(32)))
            )
        path.write_bytes(data)
        try:
            tracks = read_tracks(path)
        except NotUnderstood:
            continue
        read += 1
        for track in (tracks.pictures, tracks.sound):
            if track is not None:
                assert np.all((track.offsets >= 0) & (track.offsets + track.sizes <= len(data)))
    assert 20 < read < 180
