"""What capture.fragments reads from real files of the real encoder child, against what PyAV reads from them."""

import itertools
import struct
from pathlib import Path

import av
import pytest

from capture.disk import RealDisk
from capture.fragments import HEAD_BYTES, PRIMING, Box, Fragment, Run, box_at, children, runs_of, tracks_of
from capture.model import PictureFormat
from capture.take_file import TakeFile
from capture.threads import SystemThreads
from tests.support.boxes import box, fragment, track
from tests.support.taken import make


def fragments_of(path: Path) -> list[Fragment]:
    """Every fragment of a file."""
    file = TakeFile(path, RealDisk(), SystemThreads())
    return list(file._new_fragments())


def _packets(path: Path, kind: str) -> list[tuple[int, int]]:
    """When each packet of a track begins and how long it lasts, in ticks."""
    with av.open(str(path), container_options={"ignore_editlist": "1"}) as media:
        stream = next(iter(media.streams.video if kind == "video" else media.streams.audio))
        return [(packet.pts or 0, packet.duration or 0) for packet in media.demux(stream) if packet.size]


def _spread(runs: list[Run]) -> tuple[int, int, int]:
    """Beginning, beginning of the last sample, and samples of all."""
    return runs[0].start, runs[-1].last, sum(run.samples for run in runs)


@pytest.mark.parametrize("look", [PictureFormat(320, 180, 30.0), PictureFormat(96, 64, 30.0)])
def test_counts_and_times_are_those_of_the_packets(tmp_path: Path, look: PictureFormat) -> None:
    path = make(tmp_path / "a.mp4", 2.5, look=look)
    found = fragments_of(path)
    pictures, sounds = [each.picture for each in found if each.picture], [each.sound for each in found if each.sound]
    packets = _packets(path, "video")
    assert _spread(pictures) == (packets[0][0], packets[-1][0], len(packets))
    packets = _packets(path, "audio")
    assert _spread(sounds) == (packets[0][0], packets[-1][0], len(packets))


def test_every_fragment_begins_where_the_one_before_ends(tmp_path: Path) -> None:
    found = fragments_of(make(tmp_path / "a.mp4", 3.0))
    assert len(found) > 20, "ten fragments a second"
    for before, after in itertools.pairwise(found):
        assert after.at >= before.end
        for one, next_one in ((before.picture, after.picture), (before.sound, after.sound)):
            if one and next_one:
                assert next_one.start == one.end
    assert found[-1].end == (tmp_path / "a.mp4").stat().st_size


def test_the_ends_are_seconds_of_the_take(tmp_path: Path) -> None:
    found = fragments_of(make(tmp_path / "a.mp4", 2.0))
    sound_end_s = found[-1].sound_end_s
    assert sound_end_s is not None
    assert abs(sound_end_s - 2.0) < 1024 / 48_000
    assert found[0].sound is not None
    assert found[0].sound.start == 0, "the encoder's priming comes first"
    assert found[0].sound_end_s == (found[0].sound.end - PRIMING) / 48_000
    assert abs(found[-1].captured_s - 2.0) < 0.04


def test_sound_alone_has_no_pictures(tmp_path: Path) -> None:
    found = fragments_of(make(tmp_path / "a.m4a", 1.5, look=None))
    assert found
    assert all(each.picture is None and each.picture_end_s is None for each in found)
    assert found[-1].captured_s == found[-1].sound_end_s


def test_a_picture_that_stands_was_captured_at_its_beginning() -> None:
    moof = fragment(track(1, 9_000, [3_000, 3_000, 90_000]), track(2, 4_096, [1024] * 5))
    runs = runs_of(moof)
    assert runs == {1: Run(9_000, 105_000, 3, 15_000), 2: Run(4_096, 9_216, 5, 8_192)}
    found = Fragment(0, len(moof), runs[1], runs[2])
    assert found.picture_end_s == 105_000 / 90_000
    assert found.captured_s == max(15_000 / 90_000, (9_216 - PRIMING) / 48_000)


def test_the_tracks_are_known_by_their_kind(tmp_path: Path) -> None:
    data = make(tmp_path / "a.mp4", 0.5).read_bytes()
    at = 0
    while (box := box_at(data[at : at + HEAD_BYTES], at)) is not None and box.kind != b"moov":
        at = box.end
    assert box is not None
    assert tracks_of(data[box.at : box.end]) == {1: b"vide", 2: b"soun"}


def test_boxes_of_every_length() -> None:
    assert box_at(struct.pack(">I4s", 24, b"moof"), 100) == Box(b"moof", 100, 124)
    assert box_at(struct.pack(">I4sQ", 1, b"mdat", 5_000_000_000), 8) == Box(b"mdat", 8, 5_000_000_008)
    assert box_at(struct.pack(">I4s", 1, b"mdat"), 0) is None, "the rest of its length has not come yet"
    assert box_at(b"\0\0\0", 0) is None
    assert box_at(struct.pack(">I4s", 0, b"mdat"), 0) == Box(b"mdat", 0, 8), "no box is shorter than its own head"


def test_a_run_that_gives_one_duration_for_all() -> None:
    """tfhd with a default duration, version 0 of tfdt, and a trun that says how many alone (ISO/IEC 14496-12, 8.8)."""

    tfhd = box(b"tfhd", struct.pack(">III", 0x08, 7, 1024))
    tfdt = box(b"tfdt", struct.pack(">II", 0, 4096))
    trun = box(b"trun", struct.pack(">II", 0, 3))
    moof = box(b"moof", box(b"mfhd", bytes(8)) + box(b"traf", tfhd + tfdt + trun))
    assert runs_of(moof) == {7: Run(4096, 4096 + 3 * 1024, 3, 4096 + 2 * 1024)}
    assert [kind for kind, _, _ in children(moof)] == [b"mfhd", b"traf"]
