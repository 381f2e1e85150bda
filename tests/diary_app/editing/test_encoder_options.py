"""What our x264 options make of a talking head, beside those of HandBrake's preset `Fast 720p30` (as 1.6 logs them).

Both programs whole, on larger films, with the time they take: ./scripts/bench edit.
"""

from pathlib import Path

import av

from benchmarks._talking_heads import Scene, in_a_room, make_scene
from benchmarks._vmaf import vmaf
from capture.model import PictureFormat
from diary_app.clip import Preset
from diary_app.editing.render import render
from tests.support.takes import convert

FAST_720P30 = "ref=2:8x8dct=0:weightp=1:subme=6:rc-lookahead=30:keyint=300:min-keyint=30"


def picture_bytes(film: Path) -> int:
    with av.open(str(film)) as media:
        return sum(packet.size for packet in media.demux(video=0))


def test_a_talking_head_is_smaller_than_handbrakes_and_looks_no_worse(tmp_path: Path) -> None:
    film = make_scene(Scene("small", PictureFormat(480, 270, 30.0), in_a_room, 3.0), tmp_path, 3.0)
    render(film, tmp_path / "ours.mp4", preset=Preset.NORMAL)
    options = ("-preset", "fast", "-profile:v", "main", "-crf", "21", "-x264-params", FAST_720P30, "-c:a", "copy")
    theirs = convert(film, tmp_path / "theirs.mp4", *options)
    assert picture_bytes(tmp_path / "ours.mp4") <= picture_bytes(theirs)
    assert vmaf(tmp_path / "ours.mp4", film) >= vmaf(theirs, film)
