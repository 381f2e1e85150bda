"""The encoder child: ffmpeg in a process session of its own, fed by one pipe.

When the app is killed the child sees the end of its input and finishes the file by itself. Used by the encoder thread.
"""

import collections
import contextlib
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from capture.errors import EncoderFailed
from capture.matroska import header
from capture.model import PictureFormat

FRAGMENT_S = 0.5
KEYFRAME_EVERY = 30
PIPE_BYTES = 1 << 20
"""As much as Linux gives without privilege: fewer waits for the writer."""
CLOSE_TIMEOUT_S = 60.0


def part_path(take: Path) -> Path:
    """Where a take lies while it is written; only a whole take gets its own name."""
    return take.with_name(f"{take.stem}.recording{take.suffix}")


def _picture_options(picture: PictureFormat, preset: str) -> list[str]:
    x264 = "stitchable=1:scenecut=0:open-gop=0"
    return [
        *("-c:v", "libx264", "-preset", preset, "-crf", "20", "-bf", "0", "-g", str(KEYFRAME_EVERY)),
        *("-x264-params", x264, "-level:v", "4.0" if picture.width * picture.height <= 1920 * 1088 else "5.1"),
        # True times: every frame keeps its own, on the clock that players expect.
        *("-fps_mode", "passthrough", "-enc_time_base:v", "1:90000", "-video_track_timescale", "90000"),
        *("-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "smpte170m"),
        *("-color_primaries", "bt709", "-color_trc", "bt709"),
    ]


def output_options(out: Path, picture: PictureFormat | None, *, sound: bool, preset: str) -> list[str]:
    """A hybrid MP4 at `out` that plays after any power cut."""
    movflags = "hybrid_fragmented+delay_moov+default_base_moof"
    return [
        *(_picture_options(picture, preset) if picture else ["-vn"]),
        *(("-c:a", "aac", "-b:a", "128k", "-ac", "1") if sound else ("-an",)),
        *("-max_interleave_delta", str(int(FRAGMENT_S * 2e6)), "-map_metadata", "-1", "-fflags", "+bitexact"),
        *("-f", "mp4", "-movflags", movflags, "-frag_duration", str(int(FRAGMENT_S * 1e6)), "-flush_packets", "1"),
        f"file:{out}",
    ]


def command(out: Path, picture: PictureFormat | None, *, sound: bool, preset: str) -> list[str]:
    """The child's command line: Matroska on standard input, the take at `out`."""
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-loglevel", "warning", "-y", "-probesize", "32", "-analyzeduration", "0"),
        *("-f", "matroska", "-i", "pipe:0"),
        *output_options(out, picture, sound=sound, preset=preset),
    ]


class EncoderChild:
    """A running ffmpeg that writes one take. Raises EncoderFailed where it cannot even start."""

    def __init__(self, out: Path, picture: PictureFormat | None, *, sound: bool, preset: str = "ultrafast") -> None:
        try:
            self._child = subprocess.Popen(
                command(out, picture, sound=sound, preset=preset),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                creationflags=_creation_flags(),
            )
        except OSError as error:
            raise EncoderFailed("The part of this app that writes recordings did not start.") from error
        assert self._child.stdin is not None
        assert self._child.stderr is not None
        self._pipe: IO[bytes] = self._child.stdin
        self._tail: collections.deque[str] = collections.deque(maxlen=20)
        self._reader = threading.Thread(
            target=self._keep_tail, args=(self._child.stderr,), name="encoder-messages", daemon=True
        )
        self._reader.start()
        _widen(self._pipe)
        self.write(header(picture, sound=sound))

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
            sentence = "The disk of this computer is full. Your recording is safe up to this moment. Make some room."
        else:
            sentence = "The recording had to stop. What was recorded until now is safe. Please start a new one."
        return EncoderFailed(sentence, self.tail)


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
