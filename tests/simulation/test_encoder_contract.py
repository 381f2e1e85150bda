"""The simulated encoder child writes what the real one writes: the same feed to both, read by capture.fragments."""

import itertools
import statistics
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from capture.encoder import EncoderChild, Piece
from capture.fragments import HEAD_BYTES, SOUND_HZ, Box, Fragment, Run, box_at, runs_of, tracks_of
from capture.matroska import PICTURE_TRACK, SOUND_TRACK, TICKS_A_SECOND, block_head
from capture.model import PictureFormat
from tests.simulation.muxing import Muxer

PICTURE = PictureFormat(64, 48, 30.0)
CHUNK_S = 0.04

Feed = list[tuple[float, int]]
"""Moments of the take and their tracks, in order."""


def _feed(pictures: list[float], sounds: int, start_s: float) -> Feed:
    blocks = [(start_s + at_s, PICTURE_TRACK) for at_s in pictures]
    blocks += [(start_s + number * CHUNK_S, SOUND_TRACK) for number in range(sounds)]
    return sorted(blocks)


def _blocks(feed: Feed) -> Iterator[tuple[int, int, bytes]]:
    noise = np.random.default_rng(1)
    for at_s, track in feed:
        size = PICTURE.width * PICTURE.height * 3 // 2
        picture = noise.integers(0, 128, size, np.uint8).tobytes()
        sound = noise.normal(0, 1000, round(CHUNK_S * SOUND_HZ)).astype("<i2").tobytes()
        yield track, round(at_s * TICKS_A_SECOND), picture if track == PICTURE_TRACK else sound


def _real(feed: Feed, piece: Piece) -> None:
    child = EncoderChild(piece)
    for track, ticks, data in _blocks(feed):
        child.write(block_head(track, ticks, len(data)), data)
    child.close()


def _simulated(feed: Feed, piece: Piece) -> None:
    muxer = Muxer(piece.picture, sound=piece.sound, goes_on=piece.goes_on)
    data = [muxer.block(*block) for block in _blocks(feed)]
    piece.out.write_bytes(b"".join(data) + muxer.close())


def _fragments(path: Path) -> list[Fragment]:
    data, tracks, moof, found = path.read_bytes(), dict[int, bytes](), Box(b"", 0, 0), []
    at = 0
    while (box := box_at(data[at : at + HEAD_BYTES], at)) is not None:
        at = box.end
        if box.kind == b"moov":
            tracks = tracks_of(data[box.at : box.end])
        elif box.kind == b"moof":
            moof = box
        elif box.kind == b"mdat":
            runs = {tracks[number]: run for number, run in runs_of(data[moof.at : moof.end]).items()}
            found.append(Fragment(moof.at, box.end, runs.get(b"vide"), runs.get(b"soun")))
    return found


EVEN = [number / 30 for number in range(40)]
SLOW = [number / 10 for number in range(13)]
JITTER = [0.0, *(number / 30 + 0.013 * (-1) ** number for number in range(1, 40))]
HOLE = [*EVEN[:10], *(at_s + 0.6 for at_s in EVEN[10:30])]


@pytest.mark.parametrize("start_s", [0.0, 5.0], ids=["first piece", "later piece"])
@pytest.mark.parametrize(
    ("pictures", "sounds"),
    [(EVEN, 33), (SLOW, 33), (JITTER, 33), (HOLE, 33), (EVEN, 0), ([], 33), ([0.0], 30)],
    ids=["even", "slow", "jitter", "hole", "no sound", "no picture", "one picture"],
)
def test_both_write_the_same_fragments(tmp_path: Path, pictures: list[float], sounds: int, start_s: float) -> None:
    feed = _feed(pictures, sounds, start_s)
    found = []
    for name, write in (("real", _real), ("simulated", _simulated)):
        path = tmp_path / f"{name}.mp4"
        path.touch()
        write(feed, Piece(path, PICTURE if pictures else None, sounds > 0, goes_on=start_s > 0))
        found.append(_fragments(path))
    real, simulated = found
    more = len(real) - len(simulated)
    assert more <= len(simulated) // 3
    if len(pictures) != 1:  # faster than real time a lone picture comes out of the encoder after much of its sound
        assert more >= -len(simulated) // 3
    _assert_alike([each.picture for each in real], [each.picture for each in simulated])
    _assert_alike([each.sound for each in real], [each.sound for each in simulated])


def _assert_alike(real: list[Run | None], simulated: list[Run | None]) -> None:
    """The same samples over all from the same start to the same end, and fragments that join without a hole.

    Which of them lie together in one fragment depends on when the real child's own threads had them ready.
    """
    ones, others = [run for run in real if run], [run for run in simulated if run]
    assert sum(run.samples for run in ones) == sum(run.samples for run in others)
    for runs in (ones, others):
        assert all(later.start >= earlier.end for earlier, later in itertools.pairwise(runs))
    if ones:
        assert abs(ones[0].start - others[0].start) <= 2
        assert abs(ones[-1].end - others[-1].end) <= 2
        lengths = [statistics.median(run.end - run.start for run in runs) for runs in (ones, others)]
        assert max(lengths) <= 1.5 * min(lengths)
