"""Sound alone, finished: M4A or MP3 with its title and its cover, and nothing of where the picture came from."""

import struct
import time
import zlib
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition
from numpy.typing import NDArray

from diary_app.clip import KeptRange, Kind, Preset
from diary_app.editing.errors import EditRefused, WorldError
from diary_app.editing.finish import Asked
from diary_app.editing.probe import probe
from diary_app.editing.render import render
from diary_app.editing.songs import COVER_SIDE, one_line, write_cover
from tests.support.decoding import hear
from tests.support.loudness import decode, loudness, true_peak
from tests.support.takes import Look, make_silent, make_sound, make_take, ticking
from tests.support.virtual_microphone import read_speech

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


def test_a_title_is_one_line() -> None:
    assert one_line("  A day\n\tin the\0 garden \u202e ") == "A day in the garden"
    assert len(one_line("x" * 500)) == 200


# -- whole files -----------------------------------------------------------------------------------------------------

SECONDS = 4.0
TITLE = "A day in the garden; “ours” = 1"


@pytest.fixture(scope="module")
def take(folder: Path) -> Path:
    """Sound alone: somebody reads."""
    return make_sound(folder / "song-take.mp4", read_speech()[: round(SECONDS * 48_000)] * 2)


@pytest.fixture(scope="module")
def photo(folder: Path) -> Path:
    path = folder / "photo.jpg"
    path.write_bytes(told(encoded(picture(1600, 1200), ".jpg")))
    return path


def all_tags(path: Path) -> tuple[dict[str, str], int]:
    """Whatever a file says of itself, and of its sound; and how many dots the longer side of its cover has."""
    with av.open(str(path)) as media:
        tags = {**media.metadata, **media.streams.audio[0].metadata}
        covers = [stream for stream in media.streams.video if stream.disposition & Disposition.attached_pic]
        side = 0
        for cover in covers:
            frame = next(media.decode(cover))
            side = max(frame.width, frame.height)
        assert not set(tags) - {"title", *ABOUT_THE_FILE}, tags
        return tags, side


ABOUT_THE_FILE = {"major_brand", "minor_version", "compatible_brands", "language", "handler_name", "vendor_id"}
"""What MP4 says of every file, whoever made it."""


@pytest.mark.parametrize("ending", [".mp3", ".m4a"])
def test_a_song_has_its_title_and_cover_its_level_and_each_sample_at_its_place(
    take: Path, photo: Path, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"song{ending.upper()}"
    keep = (KeptRange(0.0, 1.4), KeptRange(2.0, SECONDS))
    made = render(take, out, keep=keep, asked=Asked(title=f" {TITLE}\n", cover=photo))
    tags, side = all_tags(out)
    assert (tags["title"], side) == (TITLE, COVER_SIDE)
    for secret in (b"Mary", b"Exif", b"Lavc6", b"Lavf6", b"photo"):
        assert secret not in out.read_bytes()
    heard = decode(out)
    padding = 0 if ending == ".mp3" else 1024  # the last packet of AAC is whole, and players leave off its end
    assert 0 <= heard.shape[1] - round((SECONDS - 0.6) * 48_000) <= padding
    assert loudness(heard) == pytest.approx(-16.0, abs=0.6)
    assert true_peak(heard) <= -1.5
    assert made.seconds == pytest.approx(SECONDS - 0.6, abs=0.05)
    truth = hear(take)
    truth = np.concatenate([truth[: round(1.4 * 48_000)], truth[2 * 48_000 : round(SECONDS * 48_000)]])
    assert delay(heard[0], truth) == 0
    assert not list(tmp_path.glob(".diary-*")), "nothing is left beside it"


def delay(heard: NDArray[np.float64], truth: NDArray[np.float64]) -> int:
    """By how many samples it comes too late."""
    count = 1 << 19
    likeness = np.fft.irfft(np.fft.rfft(heard, count) * np.conj(np.fft.rfft(truth, count)), count)
    at = int(np.argmax(likeness))
    return at if at < count // 2 else at - count


def test_what_is_small_enough_is_copied_and_gets_its_title_all_the_same(
    take: Path, photo: Path, tmp_path: Path
) -> None:
    level = tmp_path / "level.m4a"
    render(take, level, preset=Preset.SMALLER)
    out = tmp_path / "out.m4a"
    render(level, out, preset=Preset.NORMAL, asked=Asked(title=TITLE, cover=photo))
    tags, side = all_tags(out)
    assert (tags["title"], side) == (TITLE, COVER_SIDE)
    assert packets(out)[8:-8] == packets(level)[8:-8], "but for the edges"
    render(out, tmp_path / "again.mp4", preset=Preset.SMALLER)
    assert "title" not in all_tags(tmp_path / "again.mp4")[0], "only what is asked for"


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as media:
        return [bytes(packet) for packet in media.demux(audio=0) if packet.size]


def test_a_film_gives_its_sound_and_a_promised_size_is_kept(tmp_path: Path, photo: Path) -> None:
    said = read_speech()[: 3 * 48_000]
    film = make_take(tmp_path / "film.mp4", ticking(90), sound=said, look=Look(width=160, height=96))
    made = render(film, tmp_path / "sound.mp3", target_mb=0.03)
    assert 0.95 * 30_000 < made.bytes <= 30_000
    facts = probe(made.path)
    assert (facts.kind, facts.sound_codec) == (Kind.SOUND, "mp3float")
    assert delay(decode(made.path)[0], said.astype(np.float64)) == 0
    with pytest.raises(EditRefused, match="Only sound alone has a title and a cover"):
        render(film, tmp_path / "out.mp4", asked=Asked(cover=photo))
    silent = make_silent(tmp_path / "silent.mp4", ticking(30), look=Look(width=160, height=96))
    with pytest.raises(EditRefused, match="has no sound"):
        render(silent, tmp_path / "out.mp3")
    assert not (tmp_path / "out.mp3").exists()
