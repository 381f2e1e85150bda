"""The live stream, read back by another program's eyes."""

import io

import av
import cv2
import numpy as np
import pytest

from capture.matroska import PICTURE_TRACK, SOUND_TRACK, TICKS_A_SECOND, block_head, header
from capture.model import BLOCK, SOUND_RATE, PictureFormat
from capture.picture import planes

SMALL = PictureFormat(64, 48, 30)
TIMES = (0, 3333, 3334, 700_000, 12_345_678, 360_000_000)
"""Ticks: neighbours, a gap of seconds, an hour later."""


def _stream(*, sound: bool, picture: PictureFormat | None) -> io.BytesIO:
    out = bytearray(header(picture, sound=sound))
    for number, ticks in enumerate(TIMES):
        for track, data in _bodies(number, sound=sound, picture=picture):
            out += block_head(track, ticks, len(data)) + data
    return io.BytesIO(bytes(out))


def _bodies(number: int, *, sound: bool, picture: PictureFormat | None) -> list[tuple[int, bytes]]:
    bodies = []
    if picture:
        image = np.random.default_rng(number).integers(0, 256, (picture.height, picture.width, 3), np.uint8)
        bodies.append((PICTURE_TRACK, bytes(planes(image, picture))))
    if sound:
        bodies.append((SOUND_TRACK, (np.arange(BLOCK, dtype="<i2") * (number + 1)).tobytes()))
    return bodies


@pytest.mark.parametrize(("sound", "picture"), [(True, SMALL), (False, SMALL), (True, None)])
def test_times_and_content_come_back_exactly(sound: bool, picture: PictureFormat | None) -> None:
    with av.open(_stream(sound=sound, picture=picture), mode="r", format="matroska") as media:
        packets = [packet for packet in media.demux() if packet.size]
        for kind in ("video", "audio"):
            mine = [packet for packet in packets if packet.stream.type == kind]
            wanted = picture is not None if kind == "video" else sound
            assert [round((packet.pts or 0) * packet.time_base * TICKS_A_SECOND) for packet in mine] == (
                list(TIMES) if wanted else []
            )
        got = [(PICTURE_TRACK if packet.stream.type == "video" else SOUND_TRACK, bytes(packet)) for packet in packets]
    sent = [body for number in range(len(TIMES)) for body in _bodies(number, sound=sound, picture=picture)]
    assert sorted(got) == sorted(sent)


def test_the_tracks_are_what_they_say() -> None:
    with av.open(_stream(sound=True, picture=SMALL), mode="r", format="matroska") as media:
        video, audio = media.streams.video[0], media.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("rawvideo", 64, 48)
        assert video.format.name == "yuv420p"
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("pcm_s16le", SOUND_RATE, 1)


def test_colours_survive() -> None:
    flat = np.full((48, 64, 3), (40, 120, 200), np.uint8)
    data = bytes(planes(flat, SMALL))
    stream = io.BytesIO(header(SMALL, sound=False) + block_head(PICTURE_TRACK, 0, len(data)) + data)
    with av.open(stream, mode="r", format="matroska") as media:
        frame = next(media.decode(video=0))
    back = cv2.cvtColor(frame.to_ndarray(), cv2.COLOR_YUV2BGR_I420)
    assert np.abs(back.astype(int) - flat).max() <= 3


def test_a_block_that_lies_before_ten_milliseconds_is_one_block() -> None:
    assert BLOCK * TICKS_A_SECOND % SOUND_RATE == 0, "a block of sound falls on a whole tick"
