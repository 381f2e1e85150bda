"""The encoder child: ffmpeg in a process session of its own, fed by one pipe, writing a take that plays at any moment.

When the app is killed the child sees the end of its input and finishes the file by itself. Used by the encoder thread.
"""

import collections
import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import imageio_ffmpeg

from capture.disk import stay_locked
from capture.errors import EncoderFailed
from capture.fragments import PICTURE_HZ
from capture.matroska import header
from capture.model import PictureFormat

FRAGMENT_S = 0.1
"""How much of a take is written at once: what is older than a few of these is on the disk."""
INTERLEAVE_S = 0.3
"""So long does the picture wait for the sound of its moment, and the other way round."""
KEYFRAME_EVERY = 30
FASTEST = "ultrafast"
"""The x264 preset that costs least; capture.ability finds out whether this computer can do better."""
PIPE_BYTES = 1 << 20
"""As much as Linux gives without privilege: fewer waits for the writer."""
CLOSE_TIMEOUT_S = 60.0


class Encoder(Protocol):
    """Writes one piece of a take from a live Matroska stream (capture.matroska)."""

    def write(self, *pieces: bytes | memoryview) -> None:
        """Hand over bytes; waits while it is busy. Raises EncoderFailed when it has gone."""

    def close(self) -> None:
        """End the input and wait until all of it is in the file. Raises EncoderFailed."""

    def kill(self) -> None:
        """End one that hangs; a write that waits for it fails at once. Any thread; may come at any time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What an encoder is to write."""

    out: Path
    """A file that is there already; the piece is appended to it."""
    picture: PictureFormat | None
    sound: bool
    goes_on: bool = False
    """True for all but the first piece of a take: the times of its stream go on from the piece before."""


StartEncoder = Callable[[Piece], Encoder]
"""Raises EncoderFailed where it does not even start."""


def part_path(take: Path) -> Path:
    """Where a take lies while it is written; only a whole take gets its own name."""
    return take.with_name(f"{take.stem}.recording{take.suffix}")


def picture_options(picture: PictureFormat, preset: str) -> list[str]:
    """H.264 at this size: every frame keeps its own time, and no frame waits for a later one."""
    # Two threads share each frame: working on two frames at a time would hold one back, and looking ahead dozens.
    x264 = "stitchable=1:scenecut=0:open-gop=0:sync-lookahead=0:rc-lookahead=0:threads=2:sliced-threads=1"
    return [
        *("-c:v", "libx264", "-preset", preset, "-crf", "20", "-bf", "0", "-g", str(KEYFRAME_EVERY)),
        *("-x264-params", x264, "-level:v", "4.0" if picture.width * picture.height <= 1920 * 1088 else "5.1"),
        # True times, on the clock that players expect.
        *("-fps_mode", "passthrough", "-enc_time_base:v", f"1:{PICTURE_HZ}", "-video_track_timescale", str(PICTURE_HZ)),
        *("-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "smpte170m"),
        *("-color_primaries", "bt709", "-color_trc", "bt709"),
    ]


SOUND = ("-c:a", "aac", "-b:a", "128k", "-aac_tns", "0", "-ac", "1")
"""Without temporal noise shaping: after some onsets ffmpeg's makes a click of up to a tenth of full scale."""


def output_options(picture: PictureFormat | None, *, sound: bool, preset: str, goes_on: bool = False) -> list[str]:
    """A fragmented MP4 on standard output, which plays up to its last fragment at any moment.

    No index is written at the end: closing takes as long after ten hours as after a minute, and memory stays flat.
    """
    movflags = "delay_moov+default_base_moof+skip_trailer" + ("+frag_discont" if goes_on else "")
    return [
        *(picture_options(picture, preset) if picture else ["-vn"]),
        *(SOUND if sound else ("-an",)),
        *("-max_interleave_delta", str(int(INTERLEAVE_S * 1e6)), "-map_metadata", "-1", "-fflags", "+bitexact"),
        *("-f", "mp4", "-movflags", movflags, "-frag_duration", str(int(FRAGMENT_S * 1e6)), "-flush_packets", "1"),
        "pipe:1",
    ]


def command(piece: Piece, preset: str) -> list[str]:
    """The child's command line: Matroska on standard input, the piece on standard output."""
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-loglevel", "warning", "-probesize", "32", "-analyzeduration", "0", "-copyts"),
        *("-f", "matroska", "-i", "pipe:0"),
        *output_options(piece.picture, sound=piece.sound, preset=preset, goes_on=piece.goes_on),
    ]


class EncoderChild:
    """A running ffmpeg that appends one piece to a take. Raises EncoderFailed where it cannot even start, OSError."""

    def __init__(self, piece: Piece, preset: str = FASTEST) -> None:
        with piece.out.open("ab") as out:
            stay_locked(out)
            try:
                self._child = subprocess.Popen(
                    command(piece, preset),
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                    creationflags=_creation_flags(),
                )
            except (OSError, RuntimeError) as error:  # imageio-ffmpeg says by RuntimeError that it finds no ffmpeg
                raise EncoderFailed(
                    "The part of this app that writes recordings did not start. Please install the app again."
                ) from error
        assert self._child.stdin is not None
        assert self._child.stderr is not None
        self._pipe: IO[bytes] = self._child.stdin
        self._tail: collections.deque[str] = collections.deque(maxlen=20)
        self._reader = threading.Thread(
            target=self._keep_tail, args=(self._child.stderr,), name="encoder-messages", daemon=True
        )
        self._reader.start()
        _widen(self._pipe)
        self.write(header(piece.picture, sound=piece.sound))

    def _keep_tail(self, stream: IO[bytes]) -> None:
        for line in stream:
            self._tail.append(line.decode(errors="replace").rstrip())
        stream.close()

    @property
    def tail(self) -> str:
        """The child's last lines."""
        return "\n".join(self._tail)

    def write(self, *pieces: bytes | memoryview) -> None:
        """Hand bytes to the child; waits while it is busy. Raises EncoderFailed when it has gone."""
        try:
            for piece in pieces:
                self._pipe.write(piece)
        except (OSError, ValueError) as error:
            raise self._failed() from error

    def kill(self) -> None:
        """End a child that hangs; a write that waits for it fails at once. Any thread."""
        self._child.kill()

    def close(self) -> None:
        """End the input and wait until the file is whole. Raises EncoderFailed."""
        with contextlib.suppress(OSError):
            self._pipe.close()
        try:
            status = self._child.wait(CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            status = self._child.wait()
        self._reader.join()
        if status:
            raise self._failed()

    def _failed(self) -> EncoderFailed:
        self._reader.join(1.0)
        if "No space left on device" in self.tail:
            return EncoderFailed(FULL, self.tail, disk_full=True)
        return EncoderFailed(HAD_TO_STOP, self.tail)


FULL = "The disk of this computer is full. Your recording is safe up to this moment. Make some room."
HAD_TO_STOP = "The recording had to stop. What was recorded until now is safe. Please start a new one."


def _creation_flags() -> int:
    """Windows has no sessions: a process group of its own, and no console window."""
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0


def _widen(pipe: IO[bytes]) -> None:
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
