"""Opens a media file safely: the format is told from its first bytes, and nothing but that one file is ever read.

A playlist named `holiday.mp4` must not make the app fetch addresses or read other files: the demuxer is forced by
content to one that only reads its own file, and every protocol but `file` is shut. Any thread; one thread per file.
"""

import io
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Discard, Stream

from diary_app.editing.errors import EditRefused, WorldError, take_gone

FORMATS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "mov"),
    (4, b"moov", "mov"),
    (4, b"mdat", "mov"),
    (4, b"free", "mov"),
    (4, b"wide", "mov"),
    (4, b"skip", "mov"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (8, b"WAVE", "wav"),
    (8, b"AVI ", "avi"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xfa", "mp3"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (0, b"caff", "caf"),
    (8, b"AIFF", "aiff"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
)
"""Offset, bytes there, and the demuxer: what phones, cameras and recorders write. Playlists are not among them."""

WHITELIST = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,avi,ogg,flac,mp3,aac,caf,aiff,asf,mpegts"

MOST_STREAMS = 64
"""Tracks of a file. Cameras write up to six, editors' exports up to some thirty; each costs memory and a decoder."""
OPEN_ENDED = ("mpegts", "ogg")
"""Here a track may turn up in the middle. PyAV counts them once: it would read beyond its list and end with an
IndexError. So the file is opened again with those that are known as the limit."""
LARGEST_AREA = 8192 * 4320
"""Dots of a picture: film's 8K, the most that cameras write. No decoder is let do more, whatever a stream claims."""
DECODING = {"max_pixels": str(LARGEST_AREA)}


def container_format(path: Path) -> str:
    """The demuxer for a file, by its first bytes; raises EditRefused where it is no media, WorldError if unreadable."""
    head = _head(path)
    if not head:
        raise EditRefused(f"{path.name} is empty: there is nothing in it to watch or hear. Choose another file.")
    for offset, mark, name in FORMATS:
        if head[offset : offset + len(mark)] == mark:
            return name
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "mpegts"
    raise EditRefused(f"{path.name} is not a video or sound recording that this app knows. Choose another file.")


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise EditRefused(f"{path.name} is a folder, not a recording. Choose a file in it.")
        if path.exists() and not path.is_file():
            raise EditRefused(f"{path.name} is not a recording. Choose another file.")
        with path.open("rb") as file:
            return file.read(512)
    except FileNotFoundError as error:
        raise take_gone(path) from error
    except PermissionError as error:
        raise WorldError(f"This computer does not allow {path.name} to be opened. Choose another file.") from error
    except OSError as error:
        raise WorldError(f"{path.name} could not be read ({error.strerror}). Try another copy of it.") from error


def open_media(path: Path) -> InputContainer:
    """Open a file for reading; the caller closes it. Raises EditRefused and WorldError."""
    name = container_format(path)
    media = _opened(path, name, most_streams=MOST_STREAMS)
    if name in OPEN_ENDED:
        with media:
            known = len(media.streams)
        media = _opened(path, name, most_streams=known)
    for stream in media.streams.video:
        if can_be_read(stream):
            stream.codec_context.options = dict(DECODING)
    return media


def open_head(path: Path, length: int) -> InputContainer:
    """The beginning of an MP4 as if it were all of it: for what it holds, not for how long it is. Raises likewise."""
    try:
        with path.open("rb") as file:
            head = io.BytesIO(file.read(length))
    except FileNotFoundError as error:
        raise take_gone(path) from error
    return _opened(path, "mov", most_streams=MOST_STREAMS, head=head)


def _opened(path: Path, name: str, *, most_streams: int, head: io.BytesIO | None = None) -> InputContainer:
    limits = {"protocol_whitelist": "file", "format_whitelist": WHITELIST, "max_streams": str(most_streams)}
    try:
        return av.open(
            head or address(path),
            "r",
            format=name,
            options=DECODING,
            container_options=limits,
            metadata_errors="replace",
        )
    except FileNotFoundError as error:
        raise take_gone(path) from error
    except (av.FFmpegError, OSError) as error:
        raise EditRefused(
            f"{path.name} cannot be opened. It is damaged, or was cut short before it was finished. "
            "Try another copy of it."
        ) from error


def can_be_read(stream: Stream) -> bool:
    """PyAV gives a stream of an unknown codec no context, whatever its types say."""
    return getattr(stream, "codec_context", None) is not None


def read_only(media: InputContainer, wanted: Stream) -> None:
    """Leave the packets of all other streams unread."""
    for stream in media.streams:
        stream.discard = Discard.none if stream.index == wanted.index else Discard.all


def address(path: Path) -> str:
    """The one spelling of a path that no tool takes for an option, an address or a pattern."""
    return f"file:{path.absolute()}"
