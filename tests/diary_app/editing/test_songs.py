"""Sound alone, finished: M4A or MP3 with its title and its cover, and nothing of where the picture came from."""

import struct
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from diary_app.editing.errors import EditRefused, WorldError
from diary_app.editing.songs import COVER_SIDE, M4A, MP3, song_for, write_cover

RED, WHITE = (0, 0, 255), (255, 255, 255)


def picture(width: int, height: int) -> NDArray[np.uint8]:
    """White, with the upper left quarter red."""
    image = np.full((height, width, 3), 255, np.uint8)
    image[: height // 2, : width // 2] = RED
    return image


def encoded(image: NDArray[np.uint8], ending: str) -> bytes:
    done, data = cv2.imencode(ending, image)
    assert done
    return data.tobytes()


def told(jpeg: bytes) -> bytes:
    """The same JPEG as a telephone writes it: turned by a note of EXIF, taken at a place, with a comment."""
    place = b"51 30 26 N 0 7 39 W"
    entries = [(0x0110, 2, b"Phone of Mary\0"), (0x0112, 3, struct.pack("<HH", 6, 0)), (0x8298, 2, place + b"\0")]
    body, beyond = b"", b""
    for tag, kind, value in entries:
        where = struct.pack("<I", 8 + 2 + 12 * len(entries) + 4 + len(beyond)) if len(value) > 4 else value
        beyond += value if len(value) > 4 else b""
        body += struct.pack("<HHI", tag, kind, len(value) if kind == 2 else 1) + where
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + bytes(4) + beyond
    parts = b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + b"\xff\xfe" + struct.pack(">H", 10) + b"at Mary."
    return jpeg[:2] + parts + jpeg[2:]


def made(folder: Path, data: bytes, *, name: str = "photo.jpg") -> tuple[NDArray[np.uint8], bytes]:
    given, out = folder / name, folder / "cover.jpg"
    given.write_bytes(data)
    write_cover(given, out)
    image = cv2.imread(str(out), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8), out.read_bytes()


def test_a_cover_is_small_and_upright_and_tells_nothing(tmp_path: Path) -> None:
    image, data = made(tmp_path, told(encoded(picture(2400, 1200), ".jpg")))
    assert image.shape == (COVER_SIDE, COVER_SIDE // 2, 3), "turned upright"
    assert np.abs(image[100, 450].astype(int) - RED).max() < 8, "by 90 degrees to the right"
    assert np.abs(image[100, 50].astype(int) - WHITE).max() < 8
    for secret in (b"Mary", b"51 30", b"Exif", b"Phone"):
        assert secret not in data


def test_a_small_cover_keeps_its_size_and_what_shows_through_is_white(tmp_path: Path) -> None:
    clear = np.dstack([picture(300, 300), np.full((300, 300), 255, np.uint8)])
    clear[150:, :] = (0, 0, 0, 0)
    image, _ = made(tmp_path, encoded(clear, ".png"), name="logo.PNG")
    assert image.shape == (300, 300, 3)
    assert np.abs(image[250, 50].astype(int) - WHITE).max() < 8
    assert np.abs(image[50, 50].astype(int) - RED).max() < 8
    grey = np.full((40, 40), 40_000, np.uint16)
    deep, _ = made(tmp_path, cv2.imencode(".png", grey)[1].tobytes())
    assert deep.shape == (40, 40, 3)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims so many dots."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def hostile() -> dict[str, bytes]:
    jpeg = encoded(picture(200, 200), ".jpg")
    at = jpeg.index(b"\xff\xc0")
    scan = jpeg[jpeg.index(b"\xff\xda") : -2]
    return {
        "empty": b"",
        "words": b"#EXTM3U\nhttp://example.org/a.ts\n",
        "half a head": jpeg[: at + 4],
        "no size": jpeg[: at + 5] + bytes(4) + jpeg[at + 9 :],
        "65,000 dots a side": jpeg[: at + 5] + b"\xff\x00\xff\x00" + jpeg[at + 9 :],
        "a thousand passes": jpeg[: at + 5] + b"\x1f\xff\x1f\xff" + jpeg[at + 9 : -2] + scan * 1000,
        "a bomb": bomb(30_000, 30_000),
        "a strip": bomb(60_000, 2),
        "a head alone": bomb(200, 200)[:33],
        "a GIF": b"GIF89a" + bytes(100),
    }


TOO_LARGE = {"65,000 dots a side", "a thousand passes", "a bomb", "a strip"}


@pytest.mark.parametrize("name", sorted(hostile()))
def test_a_hostile_picture_is_refused_at_once(tmp_path: Path, name: str) -> None:
    begun = time.process_time()
    with pytest.raises(EditRefused, match=r"^holiday\.jpg is .*\. Choose another one\.$") as refused:
        made(tmp_path, hostile()[name], name="holiday.jpg")
    assert ("dots" in str(refused.value)) == (name in TOO_LARGE), "or else it was decoded first"
    assert time.process_time() - begun < 1.0
    assert not (tmp_path / "cover.jpg").exists()


def test_what_is_not_there_or_no_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"There is no picture gone\.jpg"):
        write_cover(tmp_path / "gone.jpg", tmp_path / "cover.jpg")
    with pytest.raises(EditRefused, match="is not a picture"):
        write_cover(tmp_path, tmp_path / "cover.jpg")


def test_a_song_is_told_by_its_name_and_its_title_is_one_line() -> None:
    mp3 = song_for(Path("a.MP3"), title="  A day\n\tin the\0 garden \u202e ")
    assert mp3 is not None
    assert (mp3.muxer, mp3.title) == (MP3, "A day in the garden")
    m4a = song_for(Path("a.m4a"), title="x" * 500)
    assert m4a is not None
    assert (m4a.muxer, len(m4a.title)) == (M4A, 200)
    assert song_for(Path("a.mp4")) is None
    assert mp3.sound_options(71_234)["b:a"] == 64_000, "a rate that MP3 has, and not above what was promised"
    assert mp3.sound_options(9_000)["b:a"] == 32_000
