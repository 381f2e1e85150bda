"""Cuts of pictures in the forms of H.264 that phones and editors write, checked picture by picture by its number.

The samples are decoded in the order in which they are stored, all of them and without an edit list: what comes out is
what is in the file.
"""

import contextlib
import functools
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

from diary_app.editing.cutting import fresh_pictures, h264
from diary_app.editing.cutting.plan_pictures import plan_pictures
from diary_app.editing.errors import EditStopped
from diary_app.editing.frames import FrameIndex, Piece, index_frames
from diary_app.editing.mp4.read import read_tracks
from diary_app.editing.mp4.samples import CannotCut, MadeTrack, Spool, Track
from diary_app.editing.progress import Meter
from tests.support.parameter_sets import record_in, without_hints
from tests.support.stamp import picture, read_stamp

COUNT, GROUP = 48, 12
WIDTH, HEIGHT = 192, 108
LEAST_DB = 36.0
X264 = ("-c:v", "libx264", "-g", str(GROUP), "-x264-params")
STEADY = "scenecut=0:b-adapt=0"
BT709 = ("-vf", "setparams=range=pc:colorspace=bt709:color_primaries=bt709:color_trc=bt709")
UNEVEN = ("-vf", "setpts=(N+3*floor(N/7)+mod(N*7\\,3)/4)/30/TB", "-fps_mode", "passthrough")
FORMS: dict[str, tuple[str, ...]] = {
    "recorder": (*X264, f"{STEADY}:stitchable=1:bframes=0", "-preset", "ultrafast", "-b:v", "400k"),
    "closed": (*X264, f"{STEADY}:bframes=3", *BT709),
    "pyramid": (*X264, f"{STEADY}:bframes=5:b-pyramid=normal:ref=4", *UNEVEN),
    "open": (*X264, f"{STEADY}:bframes=3:open-gop=1"),
    "one": (*X264, f"{STEADY}:bframes=1", *BT709),
    "main": (*X264, f"{STEADY}:bframes=2", "-profile:v", "main", "-vf", "setsar=4/3"),
    "baseline": ("-c:v", "libopenh264", "-g", str(GROUP), "-b:v", "2M"),
}
EVERYWHERE = tuple(((at, at + 13), (at + 18, at + 31)) for at in range(GROUP // 2))
"""Between them they begin, and end, at every picture of a group."""
SEVERAL = (
    ((0, 48),),
    ((0, 1), (12, 13), (24, 26), (47, 48)),
    ((1, 14), (15, 16), (20, 37), (39, 40)),
    ((7, 9), (10, 11), (37, 48)),
)


@dataclass(frozen=True, slots=True)
class Film:
    """A take, and what is known of it."""

    path: Path
    track: Track
    index: FrameIndex
    luma: list[NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a decoder shows of a track that was made: numbers, brightness, times in ticks from the track's begin."""

    numbers: list[int]
    luma: list[NDArray[np.float64]]
    ticks: list[int]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forms")


@functools.cache
def numbered() -> bytes:
    return b"".join(picture(number, width=WIDTH, height=HEIGHT).tobytes() for number in range(COUNT))


@functools.cache
def film(folder: Path, *words: str, rate: int = 30) -> Film:
    """Numbered pictures, encoded with these words for ffmpeg."""
    path = folder / f"{abs(hash((words, rate)))}.mp4"
    take_in = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(rate), "-i", "-"]
    form = [] if "-pix_fmt" in words else ["-pix_fmt", "yuv420p"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *take_in, *words, *form, str(path)]
    subprocess.run(command, input=numbered(), check=True)
    track = read_tracks(path).pictures
    assert track is not None
    with av.open(str(path)) as media:
        luma = [_luma(frame) for frame in media.decode(video=0)]
    return Film(path, track, index_frames(path), luma)


def _luma(frame: av.VideoFrame) -> NDArray[np.float64]:
    return frame.to_ndarray().astype(np.float64)[:HEIGHT]


def pieces_of(index: FrameIndex, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    step = Fraction(1, 30)
    return [
        Piece(index.at(first), index.at(stop) if stop < COUNT else index.at(stop - 1) + step, first, stop)
        for first, stop in ranges
    ]


@contextlib.contextmanager
def planned(film: Film, ranges: Sequence[tuple[int, int]], meter: Meter | None = None) -> Iterator[MadeTrack]:
    with contextlib.closing(Spool(film.path.with_suffix(".spool"))) as spool:
        pieces = pieces_of(film.index, ranges)
        made = plan_pictures(film.path, film.track, film.index, pieces, spool=spool, meter=meter or Meter())
        spool.flush()
        yield made


def samples(made: MadeTrack) -> list[bytes]:
    found = []
    for stretch in made.stretches:
        with stretch.file.open("rb") as file:
            for offset, size in zip(stretch.offsets.tolist(), stretch.sizes.tolist(), strict=True):
                file.seek(offset)
                found.append(file.read(size))
    return found


def show(made: MadeTrack) -> Shown:
    """Decode everything, with what the sample entry tells a decoder and nothing else."""
    begin, end = h264.avcc_in(made.look.entry)
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = made.look.entry[begin + 8 : end]
    frames = []
    for sample, ticks in zip(samples(made), made.shown.tolist(), strict=True):
        packet: Packet[Stream] = Packet(sample)
        packet.pts = ticks
        frames += decoder.decode(packet)
    frames += decoder.decode(None)
    luma = [_luma(frame) for frame in frames]
    return Shown(
        [read_stamp(grey[:, :, None].astype(np.uint8))[0] for grey in luma],
        luma,
        [(frame.pts or 0) - made.lead for frame in frames],
    )


def expected_ticks(film: Film, ranges: Sequence[tuple[int, int]]) -> list[int]:
    """Each piece follows on the one before, its pictures as far apart as they were."""
    gathered, found = Fraction(0), []
    for piece in pieces_of(film.index, ranges):
        at = [film.index.at(position) - piece.start + gathered for position in range(piece.first, piece.stop)]
        found += [round(moment * film.track.timescale) for moment in at]
        gathered += piece.length
    return found


def check(film: Film, ranges: Sequence[tuple[int, int]], made: MadeTrack) -> None:
    shown = show(made)
    wanted = [number for first, stop in ranges for number in range(first, stop)]
    assert shown.numbers == wanted
    assert shown.ticks == expected_ticks(film, ranges)
    for number, luma in zip(wanted, shown.luma, strict=True):
        off = np.square(luma - film.luma[number]).mean()
        assert off == 0 or 10 * np.log10(255**2 / off) > LEAST_DB
    assert made.decode[0] == 0
    assert (np.diff(made.decode) > 0).all()
    assert (made.decode <= made.shown).all()
    assert made.decode[-1] + made.last_ticks == round(made.seconds * made.timescale)
    assert made.keys[0]


@pytest.mark.parametrize("form", FORMS)
def test_a_cut_at_any_picture_is_exact(form: str, folder: Path) -> None:
    take = film(folder, *FORMS[form])
    for ranges in (*EVERYWHERE, *SEVERAL):
        with planned(take, ranges) as made:
            check(take, ranges, made)


@pytest.mark.parametrize(
    ("form", "ranges", "anew"),
    [
        ("recorder", [(0, 20)], 0),
        ("recorder", [(5, 20), (24, 30)], 7),
        ("recorder", [(5, 20), (30, 40)], 7 + 6),
        ("closed", [(0, 48)], 0),
        ("closed", [(0, 24), (36, 48)], 0),
        ("closed", [(0, 12), (36, 39)], 2),  # B-frames whose later neighbour was cut away
        ("open", [(0, 37)], 0),
        ("baseline", [(11, 30), (36, 48)], 1),
    ],
)
def test_only_opened_groups_are_made_anew(form: str, ranges: list[tuple[int, int]], anew: int, folder: Path) -> None:
    take = film(folder, *FORMS[form])
    with planned(take, [(0, COUNT)]) as made:
        stored = set(samples(made))
    with planned(take, ranges) as made:
        bare = [sample.removeprefix(h264.DELIMITER) for sample in samples(made)]
    assert sum(sample not in stored for sample in bare) == anew
    assert sum(stop - first for first, stop in ranges) == len(bare)


def test_where_copies_meet_the_second_says_that_a_picture_begins(folder: Path) -> None:
    with planned(film(folder, *FORMS["recorder"]), [(0, 12), (24, 36), (36, 40)]) as made:
        found = [at for at, sample in enumerate(samples(made)) if sample.startswith(h264.DELIMITER)]
    assert found == [12, 24]


def test_progress_is_told_while_pictures_are_made(folder: Path) -> None:
    told: list[float] = []
    with planned(film(folder, *FORMS["recorder"]), [(5, 20), (30, 40)], Meter(lambda done, _: told.append(done))):
        assert told == [number / 13 for number in range(1, 14)]


# -- parameter sets -------------------------------------------------------------------------------------------------


def test_new_pictures_stand_under_the_recorders_own_parameter_sets(folder: Path) -> None:
    take = film(folder, *FORMS["recorder"])
    with planned(take, [(5, 20)]) as made:
        assert made.look.entry == take.track.look.entry
        assert {h264.kind_of(unit) for sample in samples(made)[:7] for unit in h264.split_lengths(sample)} == {1, 5, 9}


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Films do not say that x264 has written them."""

    def says_nothing(sample: bytes) -> dict[str, str]:
        raise h264.NotUnderstood(f"{len(sample)} bytes of another encoder")

    monkeypatch.setattr(h264, "x264_options", says_nothing)


@pytest.mark.parametrize("form", ["closed", "pyramid", "open", "one", "main"])
def test_whatever_x264_wrote_goes_on_under_its_own_parameter_sets(form: str, folder: Path) -> None:
    take = film(folder, *FORMS[form])
    with planned(take, [(5, 20)]) as made:
        assert made.look.entry == take.track.look.entry


@pytest.mark.usefixtures("unnamed")
@pytest.mark.parametrize("form", ["closed", "pyramid"])
def test_elsewhere_no_parameter_sets_change_while_two_pictures_wait(form: str, folder: Path) -> None:
    with pytest.raises(CannotCut, match="2 pictures wait"), planned(film(folder, *FORMS[form]), [(5, 20)]):
        pass


@pytest.mark.usefixtures("unnamed")
@pytest.mark.parametrize("form", ["one", "main", "baseline"])
def test_elsewhere_two_kinds_of_parameter_sets_stand_side_by_side(form: str, folder: Path) -> None:
    take = film(folder, *FORMS[form])
    with planned(take, [(5, 20)]) as made:
        told, mine = record_in(take.track.look.entry), record_in(made.look.entry)
    assert mine.sps[0] == told.sps[0]
    assert mine.pps[0] == told.pps[0]
    assert (len(mine.sps), len(mine.pps), mine.profile) == (2, 2, told.profile)
    (begin, end), (begins, ends) = h264.avcc_in(take.track.look.entry), h264.avcc_in(made.look.entry)
    assert made.look.entry[ends:] == take.track.look.entry[end:]  # colours and shape of dots
    assert made.look.entry[4:begins] == take.track.look.entry[4:begin]
    assert int.from_bytes(made.look.entry[:4], "big") == len(made.look.entry)


@pytest.mark.usefixtures("unnamed")
@pytest.mark.parametrize(("form", "described"), [("one", (2, 1, 1, 1, (1, 1))), ("main", (0, 2, 2, 2, (4, 3)))])
def test_new_pictures_tell_the_same_of_their_colours_and_shape(
    form: str, described: tuple[object, ...], folder: Path
) -> None:
    with planned(film(folder, *FORMS[form]), [(5, 9)]) as made:
        decoder = av.CodecContext.create("h264", "r")
        record = record_in(made.look.entry)
        decoder.extradata = h264.close_avcc(replace(record, sps=record.sps[1:], pps=record.pps[1:]))
        [frame, *_] = [frame for sample in samples(made) for frame in decoder.decode(Packet(sample))]
    shape = decoder.sample_aspect_ratio or Fraction(1)
    assert described == (
        *(frame.color_range, frame.colorspace, frame.color_primaries, frame.color_trc),
        (shape.numerator, shape.denominator),
    )


@pytest.mark.usefixtures("unnamed")
def test_pictures_whose_order_is_not_announced_are_all_found(folder: Path) -> None:
    """Phones leave the display hints out, and with them how many pictures a decoder must hold back."""
    take = film(folder, *FORMS["one"])
    record = record_in(take.track.look.entry)
    bare = replace(record, sps=(without_hints(record.sps[0]),))
    look = replace(take.track.look, entry=h264.with_avcc(take.track.look.entry, h264.close_avcc(bare)))
    phone = replace(take, track=replace(take.track, look=look))
    with planned(phone, SEVERAL[2]) as made:
        check(phone, SEVERAL[2], made)


@pytest.mark.parametrize("same", [True, False])
def test_parameter_sets_among_the_pictures_may_only_repeat(same: bool, folder: Path) -> None:
    take = film(folder, *FORMS["closed"])
    sps = record_in(take.track.look.entry).sps[0]
    path = folder / "in-band.mp4"
    data = take.path.read_bytes()
    offset, size = int(take.track.offsets[GROUP]), int(take.track.sizes[GROUP])
    extra = h264.with_lengths([sps if same else sps[:3] + b"\x33" + sps[4:]])
    path.write_bytes(data + extra + data[offset : offset + size])
    offsets, sizes = take.track.offsets.copy(), take.track.sizes.copy()
    offsets[GROUP], sizes[GROUP] = len(data), size + len(extra)
    other = replace(take, path=path, track=replace(take.track, offsets=offsets, sizes=sizes))
    refused = contextlib.nullcontext() if same else pytest.raises(CannotCut, match="parameter sets change")
    with refused, planned(other, [(5, 20)]) as made:
        check(other, [(5, 20)], made)


# -- times ----------------------------------------------------------------------------------------------------------


def test_where_the_camera_was_lost_the_last_picture_stands(folder: Path) -> None:
    take = film(folder, *FORMS["recorder"])
    step, at = Fraction(1, 30), take.index.at
    pieces = [
        Piece(
            at(12) - 2 * step, at(15) + 3 * step, 12, 16
        ),  # begins before its first picture, ends long after its last
        Piece(at(20), at(20) + step, 20, 20),  # no picture at all
        Piece(at(24) - step, at(26), 24, 26),
    ]
    with contextlib.closing(Spool(folder / "lost.spool")) as spool:
        made = plan_pictures(take.path, take.track, take.index, pieces, spool=spool, meter=Meter())
    tick = made.timescale // 30
    assert (made.shown - made.lead).tolist() == [at * tick for at in (0, 3, 4, 5, 10, 11)]
    assert made.decode[-1] + made.last_ticks == made.seconds * made.timescale == 12 * tick


def test_the_delay_of_stored_order_stays_short_beside_a_standstill(folder: Path) -> None:
    words = (*X264, f"{STEADY}:bframes=2", "-vf", "setpts=N+90*gte(N\\,20)", "-fps_mode", "passthrough")
    take = film(folder, *words)
    with planned(take, [(0, COUNT)]) as made:
        check(take, [(0, COUNT)], made)
        assert made.lead * 30 <= 2 * made.timescale


# -- what cannot be cut ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((*X264, "bframes=0", "-pix_fmt", "yuv420p10le"), "colours as yuv420p10le|profile 110"),
        ((*X264, "tff=1"), "interlaced"),
        (("-c:v", "mpeg4"), "not H.264"),
    ],
)
def test_forms_that_the_cut_does_not_go_into(words: tuple[str, ...], why: str, folder: Path) -> None:
    take = film(folder, *words)
    with pytest.raises(CannotCut, match=why), planned(take, [(5, 20)]):
        pass


def test_a_film_that_would_mostly_be_made_anew_is_left_to_a_full_encode(folder: Path) -> None:
    take = film(folder, "-c:v", "libx264", "-x264-params", "keyint=infinite", rate=2)
    with pytest.raises(CannotCut, match="39 of 39"), planned(take, [(1, 40)]):
        pass
    with planned(take, [(1, 8)]) as made:  # less than ten seconds are soon made
        assert show(made).numbers == list(range(1, 8))


def test_an_edit_list_that_hides_pictures_is_noticed(folder: Path) -> None:
    take = film(folder, *FORMS["closed"])
    hidden = replace(take, index=replace(take.index, ticks=take.index.ticks[2:]))
    moved = replace(take, track=replace(take.track, begins=take.track.begins + 1))
    uneven = replace(take, index=replace(take.index, ticks=(*take.index.ticks[:-1], take.index.ticks[-1] + 1)))
    for film_of in (hidden, moved, uneven):
        with pytest.raises(CannotCut), planned(film_of, [(0, 20)]):
            pass


def test_tables_that_point_outside_of_the_file_are_noticed(folder: Path) -> None:
    take = film(folder, *FORMS["recorder"])
    for offsets in (take.track.offsets + 10**9, take.track.offsets - 10**9):
        lost = replace(take, track=replace(take.track, offsets=offsets))
        with pytest.raises(CannotCut, match="outside"), planned(lost, [(0, 20)]):
            pass


def test_new_pictures_are_looked_at_before_they_are_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_pictures, "CRF", 51)
    with pytest.raises(CannotCut, match="does not look like"), planned(film(folder, *FORMS["recorder"]), [(5, 20)]):
        pass


def test_a_cut_stops_when_it_is_asked_to(folder: Path) -> None:
    meter = Meter()
    meter.stop.set()
    with pytest.raises(EditStopped), planned(film(folder, *FORMS["closed"]), [(5, 20)], meter):
        pass
