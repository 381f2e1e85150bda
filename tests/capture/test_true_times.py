"""Every picture has its true time in the file, to one tick, however sound and picture fall into fragments.

The stream goes through the real encoder child; the file is looked at while it grows, as the syncer does.
"""

from pathlib import Path

import av
import numpy as np
import pytest

from capture.disk import RealDisk
from capture.encoder import EncoderChild, Piece
from capture.fragments import PICTURE_HZ
from capture.matroska import PICTURE_TRACK, SOUND_TRACK, TICKS_A_SECOND, block_head
from capture.model import SOUND_RATE, PictureFormat
from capture.picture import planes
from capture.sound_track import CHUNK
from capture.take_file import TakeFile
from capture.threads import SystemThreads

ONE_TICK_S = 1 / PICTURE_HZ


def _fed(out: Path, times: list[float], fps: float, *, late_s: float, told: bool = True) -> list[float]:
    """Feed pictures of these times, and sound that comes so much later than it was taken; the times in the file."""
    look = PictureFormat(64, 48, fps)
    out.touch()
    file = TakeFile(out, RealDisk(), SystemThreads())
    child = EncoderChild(Piece(out, look, sound=True))
    blocks = [(first / SOUND_RATE + late_s, None) for first in range(0, round(times[-1] * SOUND_RATE), CHUNK)]
    for at_s, number in sorted([*((at_s, number) for number, at_s in enumerate(times)), *blocks], key=lambda b: b[0]):
        if number is None:
            track, data = SOUND_TRACK, memoryview(np.zeros(CHUNK, "<i2").tobytes())
            ticks = round((at_s - late_s) * TICKS_A_SECOND)
        else:
            track, data = PICTURE_TRACK, planes(np.full((48, 64, 3), number * 7 % 250, np.uint8), look)
            ticks = round(at_s * TICKS_A_SECOND)
            if told:
                file.shown(ticks)
        child.write(block_head(track, ticks, len(data)), data)
        file.look()
    child.close()
    file.look()
    with av.open(str(out)) as media:
        return [frame.time for frame in media.decode(video=0) if frame.time is not None]


def _jittered(rate: float) -> list[float]:
    rng = np.random.default_rng(5)
    return [0.0, *((number + rng.uniform(-0.4, 0.4)) / rate for number in range(1, round(6 * rate)))]


HICCUPS = [number / 30 + (0.6 if number > 40 else 0) + (0.9 if number > 80 else 0) for number in range(120)]


@pytest.mark.parametrize("late_s", [0.1, 0.0, -0.5], ids=["sound late", "sound at once", "picture half a second late"])
@pytest.mark.parametrize(
    ("times", "fps"),
    [
        ([number / 30 for number in range(150)], 30.0),
        ([number / 15 for number in range(75)], 15.0),
        ([number / 2 for number in range(12)], 2.0),
        (_jittered(30), 30.0),
        (_jittered(15), 30.0),
        (_jittered(3), 30.0),
        (HICCUPS, 30.0),
    ],
    ids=["30", "15", "2", "jitter", "poor light", "very poor light", "hiccups"],
)
def test_every_picture_has_its_true_time(tmp_path: Path, times: list[float], fps: float, late_s: float) -> None:
    found = _fed(tmp_path / "take.mp4", times, fps, late_s=late_s)
    assert found == pytest.approx(times, abs=1.5 * ONE_TICK_S)


def test_the_encoder_alone_would_guess_some_of_them(tmp_path: Path) -> None:
    found = _fed(tmp_path / "take.mp4", _jittered(3), 30.0, late_s=-0.5, told=False)
    assert np.abs(np.array(found) - _jittered(3)).max() > 0.1
