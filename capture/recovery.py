"""A take that was cut short is made whole: its last complete fragment kept, its index written, its own name given.

When only the app died the encoder child has finished the file by itself, and a rename is all. When the child or the
whole computer died the file ends in the middle of a fragment, and is copied (not encoded) into a clean one. Any thread.
"""

import itertools
import os
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg

from capture.disk import Disk
from capture.encoder import part_path
from capture.errors import EncoderFailed

STILL_S = 0.5
"""A file that has not grown for so long has no writer any more: the encoder child flushes twice a second."""
STILL_TIMEOUT_S = 15.0
NOT_MENDED = "A recording that was cut short could not be mended. It is kept as it is."


class NoRoom(EncoderFailed):
    """The disk has no room for a copy."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a finished take holds."""

    pictures: int
    seconds: float


def what_is_there(take: Path) -> Contents:
    """Count the pictures of a take and measure its length, without decoding. Raises EncoderFailed."""
    try:
        with av.open(str(take)) as media:
            pictures = sum(1 for packet in media.demux(video=0) if packet.size) if media.streams.video else 0
            return Contents(pictures, (media.duration or 0) / av.time_base)
    except (av.FFmpegError, OSError) as error:
        raise EncoderFailed(NOT_MENDED, str(error)) from error


def make_whole(take: Path, disk: Disk) -> bool:
    """Finish the take that was to be called `take`; False when nothing of it can be played.

    Raises EncoderFailed when the file is there and cannot be mended, OSError when the disk does not work.
    """
    part = part_path(take)
    if take.exists() or not part.exists():
        return take.exists()
    _wait_until_still(part)
    if not _is_cut_short(part):
        disk.publish(part, take)
        return True
    if not _has_fragment(part):
        return False
    mended = part.with_suffix(".mended" + part.suffix)
    try:
        _copy(part, mended)
        disk.publish(mended, take)
    except NoRoom:
        mended.unlink(missing_ok=True)
        _cut_last_fragment(part)
        disk.publish(part, take)
        return True
    finally:
        mended.unlink(missing_ok=True)
    part.unlink()
    return True


def _wait_until_still(path: Path) -> None:
    """Wait for the encoder child of an app that was killed: it needs a moment to finish."""
    ends = time.monotonic() + STILL_TIMEOUT_S
    before, since = -1, time.monotonic()
    while time.monotonic() < ends:
        size = path.stat().st_size
        if size != before:
            before, since = size, time.monotonic()
        elif time.monotonic() - since >= STILL_S:
            return
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Box:
    """One of an MP4 file's outermost boxes."""

    kind: bytes
    end: int
    """Where the next one begins, in bytes; beyond the end of the file where the box is cut short."""


def top_level_boxes(path: Path) -> list[Box]:
    """An MP4 file's outermost boxes, in order (ISO/IEC 14496-12, 4.2)."""
    found = []
    with path.open("rb") as file:
        size, at = path.stat().st_size, 0
        while at + 8 <= size:
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(8))
            if length == 1:
                wide = file.read(8)
                if len(wide) < 8:
                    break
                length = struct.unpack(">Q", wide)[0]
            at = size if length == 0 else at + max(8, length)
            found.append(Box(kind, at))
    return found


def _is_cut_short(path: Path) -> bool:
    """A finished hybrid MP4 has hidden its fragments inside one mdat box and written one index for all."""
    kinds = [box.kind for box in top_level_boxes(path)]
    return b"moof" in kinds or b"moov" not in kinds


def _has_fragment(path: Path) -> bool:
    kinds = [box.kind for box in top_level_boxes(path)]
    return b"moov" in kinds and b"moof" in kinds


def _cut_last_fragment(path: Path) -> None:
    """No room for a copy: cut off the fragment that is not whole. What is left plays, without an index for all."""
    size, whole = path.stat().st_size, 0
    for before, box in itertools.pairwise(top_level_boxes(path)):
        if box.end <= size and (box.kind == b"moov" or (before.kind, box.kind) == (b"moof", b"mdat")):
            whole = box.end
    os.truncate(path, whole)


def _copy(part: Path, out: Path) -> None:
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-protocol_whitelist", "file", "-f", "mov"),
        *("-i", f"file:{part}", "-map", "0", "-c", "copy", "-f", "mp4", f"file:{out}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        kind = NoRoom if "No space left on device" in done.stderr else EncoderFailed
        raise kind(NOT_MENDED, done.stderr)
