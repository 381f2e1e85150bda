"""Runs ffmpeg as a child process: progress, stop within a second, low priority, its last words kept. No shell.

Runs in the caller's thread, with two short-lived reader threads that end with the child.
"""

import contextlib
import os
import queue
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO

import imageio_ffmpeg

from diary_app.editing.errors import EditFailed
from diary_app.editing.progress import Meter

LAST_LINES = 20
POLL_S = 0.1
GRACE_S = 0.5
NICE = 10


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
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    words: deque[str] = deque(maxlen=LAST_LINES)
    with (
        _child([*_prefix(), imageio_ffmpeg.get_ffmpeg_exe(), *_GLOBAL, *arguments]) as child,
        _readers(child, lines, words),
    ):
        _follow(lines, seconds=seconds, meter=meter)
        status = child.wait()
    if status:
        raise FfmpegError("The file could not be made. Your recording is safe.", detail="\n".join(words))
    return list(words)


_GLOBAL = ("-hide_banner", "-nostdin", "-loglevel", "warning", "-nostats", "-progress", "pipe:1", "-y")


def _prefix() -> list[str]:
    """On Linux the child ends with us: an encoder whose app was killed must not go on heating the room."""
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", "KILL", "--"] if tool else []


@contextlib.contextmanager
def _child(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        )
    except OSError as error:
        raise EditFailed("A part of this app is missing: it needs to be installed again.", detail=str(error)) from error
    try:
        _lower_priority(child.pid)
        yield child
    finally:
        _end(child)


def _lower_priority(pid: int) -> None:
    """Where the system has it: recording and the screen come first."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, NICE)


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextlib.contextmanager
def _readers(child: subprocess.Popen[str], lines: "queue.SimpleQueue[str | None]", words: deque[str]) -> Iterator[None]:
    if child.stdout is None or child.stderr is None:
        raise RuntimeError("ffmpeg was started without its pipes")
    threads = [
        threading.Thread(target=_pump, args=(child.stdout, lines), name="ffmpeg-progress"),
        threading.Thread(target=_keep, args=(child.stderr, words), name="ffmpeg-words"),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        _end(child)
        for thread in threads:
            thread.join()
        child.stdout.close()
        child.stderr.close()


def _pump(stream: IO[str], lines: "queue.SimpleQueue[str | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _keep(stream: IO[str], words: deque[str]) -> None:
    words.extend(line.rstrip() for line in stream)


def _follow(lines: "queue.SimpleQueue[str | None]", *, seconds: float, meter: Meter) -> None:
    """Pass progress on until the child closes its output."""
    while True:
        meter.check()
        try:
            line = lines.get(timeout=POLL_S)
        except queue.Empty:
            continue
        if line is None:
            return
        name, _, value = line.strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            meter.report(max(0, int(value)) / 1e6 / seconds)
