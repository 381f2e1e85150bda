"""A clip of sound alone, finished as a player shows it: M4A or MP3, with a title and a picture, and nothing else.

The picture is somebody's photo: it may say where and with what it was taken, or be made to harm whoever opens it. So
its size is read from its first bytes before anything is decoded, and what goes into the file is a new, small JPEG that
holds nothing but the picture. Any thread.
"""

import re
import struct
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from diary_app.editing.errors import EditRefused, WorldError, from_os_error
from diary_app.editing.mp4.boxes import box, full

MP3, M4A = "mp3", "ipod"
"""The muxers, by ffmpeg's names."""
ENDINGS = {".mp3": MP3, ".m4a": M4A}

LONGEST_TITLE = 200

COVER_SIDE = 1_000
"""Dots of the longer side at most: what shops of podcasts show, in some 150 kB."""
COVER_QUALITY = 88
LARGEST_FILE = 40_000_000
LARGEST_AREA = 64_000_000
"""Dots: a telephone's 50 million among them, 200 MB while it is made smaller."""
MOST_WORK = 10 * LARGEST_AREA
"""Dots times passes: JPEG allows a thousand passes over one picture, and cameras write ten at most."""
MOST_OBLONG = 16

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Song:
    """What sound alone is made into."""

    muxer: str
    """MP3 or M4A."""
    title: str = ""
    cover: Path | None = None
    """A JPEG that write_cover() made."""

    @property
    def options(self) -> dict[str, object]:
        """ffmpeg's options for the file; a cover is its only stream of pictures."""
        options: dict[str, object] = {"f": self.muxer}
        options |= {"id3v2_version": 3} if self.muxer == MP3 else {"movflags": "+faststart"}
        if self.title:
            options["metadata"] = f"title={self.title}"
        if self.cover:
            options |= {"c:v": "copy", "disposition:v:0": "attached_pic", "metadata:s:v:0": "comment=Cover (front)"}
        return options

    def udta(self) -> bytes:
        """The same for MP4: the box that stands at the end of `moov`; nothing where there is nothing to tell."""
        items = []
        if self.title:
            items.append(box(b"\xa9nam", _data(_TEXT, self.title.encode())))
        if self.cover:
            items.append(box(b"covr", _data(_JPEG, self.cover.read_bytes())))
        if not items:
            return b""
        handler = full(b"hdlr", bytes(4), b"mdirappl", bytes(9))
        return box(b"udta", full(b"meta", handler, box(b"ilst", *items)))


_TEXT, _JPEG = 1, 13


def _data(kind: int, value: bytes) -> bytes:
    return box(b"data", struct.pack(">II", kind, 0), value)


def one_line(title: str) -> str:
    """A title without line ends or anything else that cannot be seen."""
    seen = "".join(letter if letter.isprintable() else " " for letter in title)
    return re.sub(r"\s+", " ", seen).strip()[:LONGEST_TITLE].rstrip()


# -- the picture -----------------------------------------------------------------------------------------------------


def write_cover(picture: Path, out: Path) -> None:
    """Make a small JPEG of a JPEG or PNG file, turned upright. Raises EditRefused and WorldError."""
    try:
        data = _bytes_of(picture)
    except OSError as error:
        raise _cannot_read(picture, error) from error
    width, height, passes = _size(data, picture)
    if not width or not height:
        raise _damaged(picture)
    if width * height > LARGEST_AREA or width * height * passes > MOST_WORK or _is_strip(width, height):
        raise EditRefused(f"{picture.name} is {width} by {height} dots, which is no picture for a cover. {_ANOTHER}")
    try:
        image = _decoded(data, max(width, height))
    except cv2.error as error:
        raise _damaged(picture) from error
    if image is None:
        raise _damaged(picture)
    jpeg = cv2.imencode(".jpg", _small(image), [cv2.IMWRITE_JPEG_QUALITY, COVER_QUALITY])[1]
    try:
        out.write_bytes(jpeg.tobytes())
    except OSError as error:
        raise from_os_error(error, take=picture, out=out) from error


_ANOTHER = "Choose another one."


def _bytes_of(picture: Path) -> bytes:
    if picture.exists() and not picture.is_file():
        raise EditRefused(f"{picture.name} is not a picture. {_ANOTHER}")
    with picture.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise EditRefused(f"{picture.name} is too large a file for a cover. {_ANOTHER}")
    return data


def _cannot_read(picture: Path, error: OSError) -> WorldError:
    if isinstance(error, FileNotFoundError):
        return WorldError(f"There is no picture {picture.name} in that place. Was it moved?")
    return WorldError(f"{picture.name} could not be read ({error.strerror}). {_ANOTHER}")


def _damaged(picture: Path) -> EditRefused:
    return EditRefused(f"{picture.name} is damaged: it cannot be shown. {_ANOTHER}")


def _is_strip(width: int, height: int) -> bool:
    return max(width, height) > MOST_OBLONG * min(width, height)


def _size(data: bytes, picture: Path) -> tuple[int, int, int]:
    """Width, height, and how many passes it takes to decode; raises EditRefused for what is neither JPEG nor PNG."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24]), 1
    if not data.startswith(b"\xff\xd8"):
        raise EditRefused(f"{picture.name} is not a JPEG or PNG picture. {_ANOTHER}")
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if 0xC0 <= data[at + 1] <= 0xCF and data[at + 1] not in (0xC4, 0xC8, 0xCC):
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            return width, height, data.count(b"\xff\xda", at)
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4])
    raise _damaged(picture)


def _decoded(data: bytes, longer: int) -> Picture | None:
    """The picture; a large JPEG straight at a part of its size. PNG as it is stored, because of what shows through."""
    if data.startswith(b"\x89PNG"):
        way = cv2.IMREAD_UNCHANGED
    elif longer >= 8 * COVER_SIDE:
        way = cv2.IMREAD_REDUCED_COLOR_8
    elif longer >= 4 * COVER_SIDE:
        way = cv2.IMREAD_REDUCED_COLOR_4
    else:
        way = cv2.IMREAD_REDUCED_COLOR_2 if longer >= 2 * COVER_SIDE else cv2.IMREAD_COLOR
    image = cv2.imdecode(np.frombuffer(data, np.uint8), way)
    if image is None:
        return None
    return np.asarray(image if image.dtype == np.uint8 else image // 256, np.uint8)


def _small(image: Picture) -> Picture:
    """No larger than a cover, and on white where anything shows through."""
    scale = COVER_SIDE / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    if image.ndim == 3 and image.shape[2] == 4:
        there = image[:, :, 3:].astype(np.float32) / 255
        image = np.rint(image[:, :, :3] * there + 255 * (1 - there)).astype(np.uint8)
    return image
