"""What is written is read again as it was, by us and by libav; nobody's name is in it, and it costs little memory."""

import dataclasses
import errno
import os
import subprocess
import tracemalloc
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from diary_app.editing.errors import EditStopped
from diary_app.editing.mp4 import copying
from diary_app.editing.mp4 import write as mp4_write
from diary_app.editing.mp4.entries import clean_entry
from diary_app.editing.mp4.read import read_tracks
from diary_app.editing.mp4.samples import SOUND, MadeTrack, Numbers, Stretch, Track
from diary_app.editing.mp4.write import write_mp4
from diary_app.editing.progress import Meter
from tests.support.boxes import box
from tests.support.handmade import sound_entry
from tests.support.long_takes import repeat
from tests.support.takes import Look, convert, make_take, ticking

SMALL = Look(width=96, height=64)
B_FRAMES = ("-c:v", "libx264", "-bf", "3", "-g", "12")
KINDS: dict[str, tuple[str, ...]] = {
    "plain.mp4": (*B_FRAMES, "-c:a", "copy"),
    "phone.mov": (*B_FRAMES, "-ar", "44100", "-ac", "2", "-c:a", "aac"),
    "silent.mp4": ("-an", *B_FRAMES, "-movflags", "+frag_keyframe+empty_moov"),
    "sound.m4a": ("-vn", "-c:a", "copy"),
    "turned.mov": ("-c", "copy"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds as the recorder's encoder writes them."""
    return make_take(tmp_path_factory.mktemp("write") / "take.mp4", ticking(60, jitter_s=0.003), look=SMALL)


def as_it_is(path: Path, track: Track) -> MadeTrack:
    """All of a track that begins at 0 or before."""
    lead = max(0, round(-track.begins * track.timescale))
    decode = track.decode - track.decode[0]
    return MadeTrack(
        kind=track.kind,
        timescale=track.timescale,
        look=track.look,
        stretches=[Stretch(path, track.offsets, track.sizes)],
        decode=decode,
        shown=track.shown - track.decode[0],
        keys=track.keys,
        last_ticks=track.last_ticks,
        lead=lead,
        seconds=Fraction(int(track.shown.max() - track.decode[0]) + track.last_ticks - lead, track.timescale),
    )


def all_of(path: Path) -> list[MadeTrack]:
    tracks = read_tracks(path)
    return [as_it_is(path, track) for track in (tracks.pictures, tracks.sound) if track is not None]


def written(out: Path, tracks: Sequence[MadeTrack]) -> list[Track]:
    write_mp4(out, tracks, Meter())
    found = read_tracks(out)
    return [track for track in (found.pictures, found.sound) if track is not None]


def assert_alike(made: Sequence[MadeTrack], found: Sequence[Track]) -> None:
    """Every number is as it was."""
    for one, two in zip(made, found, strict=True):
        assert (one.kind, one.timescale, one.last_ticks) == (two.kind, two.timescale, two.last_ticks)
        assert two.begins == Fraction(-one.lead, one.timescale)
        sizes = np.concatenate([stretch.sizes for stretch in one.stretches])
        for before, after in ((one.decode, two.decode), (one.shown, two.shown), (one.keys, two.keys)):
            assert np.array_equal(before, after)
        assert np.array_equal(sizes, two.sizes)
        assert two.look.shown_size == one.look.shown_size
        assert clean_entry(one.look.entry, one.kind) == two.look.entry


def assert_side_by_side(tracks: Sequence[Track]) -> None:
    """Pictures and sound of the same half second, so that a player has both as soon as they come in."""
    places = sorted(
        (offset, at / track.timescale)
        for track in tracks
        for offset, at in zip(track.offsets.tolist(), track.decode.tolist(), strict=True)
    )
    ahead = np.array([at for _, at in places])
    assert np.all(np.maximum.accumulate(ahead) - ahead < 0.6)


def cut_out(data: bytes, offsets: Numbers, sizes: Numbers) -> list[bytes]:
    return [data[at : at + size] for at, size in zip(offsets.tolist(), sizes.tolist(), strict=True)]


def decoded(path: Path) -> list[bytes]:
    """All pictures and all sound."""
    with av.open(str(path)) as media:
        return [bytes(plane) for frame in media.decode() for plane in frame.planes]


@pytest.mark.parametrize("name", KINDS)
def test_it_is_read_and_decoded_as_it_was(small: Path, tmp_path: Path, name: str) -> None:
    before = ("-display_rotation", "90") if name.startswith("turned") else ()
    source, out = convert(small, tmp_path / name, *KINDS[name], before=before), tmp_path / "out.mp4"
    made = all_of(source)
    assert_alike(made, written(out, made))
    assert sorted(decoded(out)) == sorted(decoded(source))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(out), "-f", "null", "-"]
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""
    if before:
        with av.open(str(out)) as media:
            assert next(media.decode(video=0)).rotation == 90


def test_a_take_becomes_a_plain_file_that_plays_at_once(small: Path, tmp_path: Path) -> None:
    source, out = repeat(small, tmp_path / "take.mp4", 5), tmp_path / "out.mp4"
    made = all_of(source)
    found = written(out, made)
    assert_alike(made, found)
    data, taken = out.read_bytes(), source.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"moof" not in data
    for one, two in zip(made, found, strict=True):
        (stretch,) = one.stretches
        assert cut_out(data, two.offsets, two.sizes) == cut_out(taken, stretch.offsets, stretch.sizes)
    assert sum(int(track.sizes.sum()) for track in found) == len(data) - data.index(b"mdat") - 4, "nothing else"
    assert_side_by_side(found)


def test_the_same_tracks_give_the_same_bytes_without_names(small: Path, tmp_path: Path) -> None:
    source = convert(small, tmp_path / "phone.mov", *KINDS["phone.mov"], "-metadata", "title=A day")
    assert all(name in source.read_bytes() for name in (b"Lavc", b"FFMP", b"wave"))
    outs = [tmp_path / "1.mp4", tmp_path / "2.mp4"]
    for out in outs:
        write_mp4(out, all_of(source), Meter())
    assert outs[0].read_bytes() == outs[1].read_bytes()
    head = outs[0].read_bytes().partition(b"mdat")[0]
    assert not any(name in head for name in (b"Lavc", b"Lavf", b"FFMP", b"appl", b"wave", b"A day", b"Handler"))


@pytest.mark.parametrize(("files", "rising"), [(1, False), (2, True), (2, False)])
def test_pieces_in_any_order(small: Path, tmp_path: Path, files: int, *, rising: bool) -> None:
    """Samples of one file or two, that lie one behind the other or anywhere."""
    rng = np.random.default_rng(3)
    data = [rng.bytes(50_000) for _ in range(files)]
    paths = [tmp_path / str(number) for number in range(files)]
    for path, content in zip(paths, data, strict=True):
        path.write_bytes(content)
    made, want = [], []
    for track in all_of(small):
        count = len(track.decode)
        which = np.arange(count) // 7 % files if rising else rng.integers(0, files, count)
        sizes = rng.integers(1, 400, count)
        offsets = np.cumsum(sizes) - sizes if rising else rng.integers(0, 49_000, count)
        rows = list(zip(which.tolist(), offsets.tolist(), sizes.tolist(), strict=True))
        stretches = [Stretch(paths[row[0]], np.array([row[1]]), np.array([row[2]])) for row in rows]
        made.append(dataclasses.replace(track, stretches=stretches))
        want.append([data[file][at : at + size] for file, at, size in rows])
    found = written(tmp_path / "out.mp4", made)
    assert_alike(made, found)
    whole = (tmp_path / "out.mp4").read_bytes()
    assert [cut_out(whole, track.offsets, track.sizes) for track in found] == want
    assert all(np.all(np.diff(track.offsets) > 0) for track in found)
    assert_side_by_side(found)


def test_pictures_and_sound_of_two_files_lie_in_few_chunks(small: Path, tmp_path: Path) -> None:
    """Whichever of them lies further ahead in its own."""
    other = tmp_path / "other.mp4"
    other.write_bytes(small.read_bytes())
    pictures, sound = all_of(small)
    (stretch,) = sound.stretches
    sound = dataclasses.replace(sound, stretches=[dataclasses.replace(stretch, file=other)])
    found = written(tmp_path / "out.mp4", [pictures, sound])
    assert_side_by_side(found)
    owners = np.repeat([0, 1], [len(track.offsets) for track in found])
    order = np.argsort(np.concatenate([track.offsets for track in found]))
    assert np.count_nonzero(np.diff(owners[order])) < 2 * 5, "two for each half second"


def test_more_than_four_gigabytes(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of a file of five gigabytes, and nothing in it."""
    monkeypatch.setattr(mp4_write, "copy", lambda *_: None)
    made = [
        dataclasses.replace(track, stretches=[Stretch(small, np.arange(len(track.decode)) * (45 << 20), sizes)])
        for track in all_of(small)
        for sizes in [np.full(len(track.decode), 45 << 20)]
    ]
    out = tmp_path / "out.mp4"
    write_mp4(out, made, Meter())
    head = out.stat().st_size
    os.truncate(out, head + sum(len(track.decode) for track in made) * (45 << 20))
    tracks = read_tracks(out)
    assert tracks.pictures is not None
    assert tracks.sound is not None
    assert_alike(made, [tracks.pictures, tracks.sound])
    offsets = np.sort(np.concatenate([tracks.pictures.offsets, tracks.sound.offsets]))
    assert np.array_equal(offsets, head + np.arange(len(offsets)) * (45 << 20))
    assert offsets[-1] > 1 << 32


def test_clocks_that_need_more_than_32_bits(small: Path, tmp_path: Path) -> None:
    """Ten million ticks a second, for some minutes."""
    made = [
        dataclasses.replace(
            track,
            timescale=10_000_000,
            decode=track.decode * 100_000,
            shown=track.shown * 100_000,
            seconds=Fraction(int(track.shown.max()), 100),
        )
        for track in all_of(small)
    ]
    assert_alike(made, written(tmp_path / "out.mp4", made))


def test_systems_that_write_one_stretch_at_a_time(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outs = [tmp_path / "1.mp4", tmp_path / "2.mp4"]
    write_mp4(outs[0], all_of(small), Meter())
    monkeypatch.delattr(os, "writev")
    write_mp4(outs[1], all_of(small), Meter())
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_entries_of_sound_are_left_alone_where_we_know_too_little() -> None:
    assert clean_entry(sound_entry(b"sowt"), SOUND) == sound_entry(b"sowt")
    named = sound_entry(b"mp4a") + box(b"esds", b"setup") + box(b"name", b"a phone")
    entry = len(named).to_bytes(4, "big") + named[4:]
    kept = sound_entry(b"mp4a") + box(b"esds", b"setup")
    assert clean_entry(entry, SOUND) == len(kept).to_bytes(4, "big") + kept[4:]


# -- what can go wrong -------------------------------------------------------------------------------------------------


def large(folder: Path, track: MadeTrack, size: int) -> MadeTrack:
    """The same track with so many bytes."""
    path = folder / "large"
    path.touch()
    os.truncate(path, size)
    count = len(track.decode)
    each = size // count
    return dataclasses.replace(track, stretches=[Stretch(path, np.arange(count) * each, np.full(count, each))])


def test_it_can_be_stopped_and_tells_how_far_it_is_in_little_memory(small: Path, tmp_path: Path) -> None:
    track = large(tmp_path, all_of(small)[0], 60 << 20)
    told: list[float] = []
    meter = Meter(lambda fraction, _left: told.append(fraction))
    tracemalloc.start()
    write_mp4(tmp_path / "out.mp4", [track], meter)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert max(np.diff(told)) <= 16 / 60

    def stop(_fraction: float, _left: float | None) -> None:
        stopped.stop.set()

    stopped = Meter(stop)
    with pytest.raises(EditStopped):
        write_mp4(tmp_path / "out.mp4", [track], stopped)
    assert (tmp_path / "out.mp4").stat().st_size < 30 << 20


def test_a_source_that_has_shrunk(small: Path, tmp_path: Path) -> None:
    track = large(tmp_path, all_of(small)[0], 3 << 20)
    os.truncate(track.stretches[0].file, 2 << 20)
    with pytest.raises(OSError, match="shorter") as caught:
        write_mp4(tmp_path / "out.mp4", [track], Meter())
    assert caught.value.errno == errno.EIO


def test_an_error_of_the_disk_that_is_told_in_the_middle(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once: the sync at the end would succeed, although bytes are missing."""
    asked: list[int] = []

    def fails_once(handle: int) -> None:
        asked.append(handle)
        if len(asked) == 1:
            raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fsync", fails_once)
    monkeypatch.setattr(copying, "FLUSH_EVERY", 1 << 20)
    track = large(tmp_path, all_of(small)[0], 3 << 20)
    with pytest.raises(OSError, match="broken"):
        write_mp4(tmp_path / "out.mp4", [track], Meter())
    assert asked


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk here is always full")
def test_a_full_disk(small: Path) -> None:
    with pytest.raises(OSError, match="space") as caught:
        write_mp4(Path("/dev/full"), all_of(small), Meter())
    assert caught.value.errno == errno.ENOSPC


def test_a_track_that_contradicts_itself(small: Path, tmp_path: Path) -> None:
    track = all_of(small)[0]
    for wrong in (
        dataclasses.replace(track, stretches=[]),
        dataclasses.replace(track, shown=track.shown - 1),
        dataclasses.replace(track, decode=track.decode[::-1]),
    ):
        with pytest.raises(ValueError, match=r"track|number"):
            write_mp4(tmp_path / "out.mp4", [wrong], Meter())
