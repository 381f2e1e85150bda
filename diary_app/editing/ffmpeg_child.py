"""Runs ffmpeg as a child process: progress, stop within a second, low priority, its last words kept. No shell.

Runs in the caller's thread, with two short-lived reader threads that end with the child.
"""

from collections import deque
from collections.abc import Sequence

import imageio_ffmpeg

from diary_app.editing.errors import EditFailed
from diary_app.editing.low_child import low_child
from diary_app.editing.progress import Meter

LAST_LINES = 20
_GLOBAL = ("-hide_banner", "-nostdin", "-loglevel", "warning", "-nostats", "-progress", "pipe:1", "-y")


class FfmpegError(EditFailed):
    """ffmpeg ended with an error; `detail` holds its last lines."""

    @property
    def disk_is_full(self) -> bool:
        """True when ffmpeg found no room for its output."""
        return "No space left on device" in self.detail or "Disk quota exceeded" in self.detail


def run_ffmpeg(arguments: Sequence[str], *, seconds: float, meter: Meter) -> list[str]:
    """Run ffmpeg with these arguments; `seconds` is the length of its output, for the progress.

    Returns what it wrote to its error stream, line by line. Raises FfmpegError, or EditStopped when the meter says so.
    """
    words: deque[str] = deque(maxlen=LAST_LINES)
    with low_child([imageio_ffmpeg.get_ffmpeg_exe(), *_GLOBAL, *arguments], hear=words.append) as child:
        for line in child.said(meter.check):
            name, _, value = line.strip().partition("=")
            if name == "out_time_us" and value.lstrip("-").isdigit():
                meter.report(max(0, int(value)) / 1e6 / seconds)
        status = child.process.wait()
    if status:
        raise FfmpegError(
            "The file could not be made. Your recording is safe. Please try again.", detail="\n".join(words)
        )
    return list(words)
