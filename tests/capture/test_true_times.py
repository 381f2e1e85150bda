"""Every picture has its true time in the file, however sound and picture fall into fragments.

Sound comes LATE_S after the picture of its moment, as it does from devices.
"""

from pathlib import Path

import av
import numpy as np
import pytest

from capture.encoder import EncoderChild, Piece
from capture.matroska import PICTURE_TRACK, SOUND_TRACK, TICKS_A_SECOND, block_head
from capture.model import SOUND_RATE, PictureFormat
from capture.picture import planes
from capture.sound_track import CHUNK

LATE_S = 0.1


def _fed(out: Path, times: list[float], fps: float) -> list[float]:
    """Feed pictures of these times and sound besides, as fast as it goes; the times that are in the file."""
    look = PictureFormat(64, 48, fps)
    out.touch()
    child = EncoderChild(Piece(out, look, sound=True))
    sounds = [(first / SOUND_RATE + LATE_S, None) for first in range(0, round(times[-1] * SOUND_RATE), CHUNK)]
    for at_s, number in sorted(
        [*((at_s, number) for number, at_s in enumerate(times)), *sounds], key=lambda each: each[0]
    ):
        if number is None:
            track, data = SOUND_TRACK, memoryview(np.zeros(CHUNK, "<i2").tobytes())
        else:
            track, data = PICTURE_TRACK, planes(np.full((48, 64, 3), number * 7 % 250, np.uint8), look)
        child.write(
            block_head(track, round((at_s if number is not None else at_s - LATE_S) * TICKS_A_SECOND), len(data)), data
        )
    child.close()
    with av.open(str(out)) as media:
        return [frame.time for frame in media.decode(video=0) if frame.time is not None]


@pytest.mark.parametrize("fps", [30.0, 15.0, 5.0])
def test_a_steady_camera(tmp_path: Path, fps: float) -> None:
    times = [number / fps for number in range(round(6 * fps))]
    assert _fed(tmp_path / "take.mp4", times, fps) == pytest.approx(times, abs=1e-4)


@pytest.mark.parametrize(("nominal", "real"), [(30.0, 30.0), (15.0, 15.0), (30.0, 15.0), (30.0, 7.5)])
def test_a_camera_that_jitters_and_is_slow_in_poor_light(tmp_path: Path, nominal: float, real: float) -> None:
    rng = np.random.default_rng(5)
    times = [0.0, *((number + rng.uniform(-0.4, 0.4)) / real for number in range(1, round(6 * real)))]
    off_s = np.abs(np.array(_fed(tmp_path / "take.mp4", times, nominal)) - times)
    # Faster than real time the sound overtakes the picture now and then within ffmpeg; what comes next is right again.
    assert off_s.max() < 1 / real
    assert np.mean(off_s > 1e-4) < 0.5
