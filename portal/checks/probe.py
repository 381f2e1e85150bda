"""The child process of the check on arrival: opens a stranger's file, and nothing else.

`python -m portal.checks.probe FILE KIND POSTER` prints one JSON object and exits with 0 when it came to a verdict. The
container is forced, no network protocol is allowed, and memory, time and file sizes are limited before the file is
opened, so that a hostile file can at worst end this process.
"""

import json
import sys
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from portal.checks.verdict import Verdict

MEMORY_BYTES = 3 * 1024**3
CPU_S = 120
WRITE_BYTES = 8 * 1024**2
MAX_PIXELS = 4096 * 2304
POSTER_WIDTH = 640
VIDEO_CODECS = ("h264", "av1", "vp9")
"""What browsers play in MP4 without any help; HEVC is not among them."""
SOUND_CODECS = ("aac", "opus", "mp3", "flac")


class Unplayable(Exception):
    """The file does not play; the text is the verdict's reason."""


def limit_this_process() -> None:
    """Give up what a probe never needs; Windows has no such limits, the parent's time limit holds there."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, WRITE_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def probe(path: Path, *, kind: str, poster: Path) -> Verdict:
    """Open, read every packet, decode a little of each stream, and draw the poster. kind: video or sound."""
    try:
        with _open(path) as container:
            _check_streams(container, kind)
            declared = (container.duration or 0) / av.time_base
        seconds = _length(path)
        if seconds <= 0 or seconds < 0.9 * declared:
            raise Unplayable("CANNOT_PLAY")
        _hear(path)
        if kind == "sound":
            return Verdict(seconds=seconds)
        chosen = _look(path, at_s=min(1.0, seconds / 3))
        width, height = (chosen.height, chosen.width) if chosen.rotation % 180 else (chosen.width, chosen.height)
        drawn = _draw(chosen, poster)
    except Unplayable as error:
        return Verdict(reason=str(error))
    except (av.FFmpegError, ValueError, MemoryError):
        return Verdict(reason="CANNOT_PLAY")
    return Verdict(seconds=seconds, width=width, height=height, poster=drawn)


def _open(path: Path) -> InputContainer:
    """Open as MP4 and as nothing else; references to other files and hosts are not followed."""
    return av.open(
        f"file:{path}",
        format="mov",
        options={"protocol_whitelist": "file", "enable_drefs": "0", "use_absolute_path": "0"},
    )


def _check_streams(container: InputContainer, kind: str) -> None:
    pictures, sounds = container.streams.video, container.streams.audio
    if not pictures and not sounds:
        raise Unplayable("CANNOT_PLAY")
    if kind == "video" and not pictures:
        raise Unplayable("NO_PICTURE")
    if kind == "sound" and not sounds:
        raise Unplayable("NO_SOUND")
    for picture in pictures:
        if picture.codec_context.name not in VIDEO_CODECS:
            raise Unplayable("WRONG_CODEC")
        if picture.width * picture.height > MAX_PIXELS:
            raise Unplayable("TOO_LARGE_PICTURE")
    for sound in sounds:
        if sound.codec_context.name not in SOUND_CODECS:
            raise Unplayable("WRONG_CODEC")


def _length(path: Path) -> float:
    """Read the whole file; the end of its last packet in seconds."""
    end = 0.0
    with _open(path) as container:
        for packet in container.demux():
            if packet.pts is not None and packet.time_base is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return end


def _hear(path: Path) -> None:
    """Decode the first sound there is."""
    with _open(path) as container:
        for sound in container.streams.audio:
            if next(container.decode(sound), None) is None:
                raise Unplayable("CANNOT_PLAY")
            return


def _look(path: Path, *, at_s: float) -> av.VideoFrame:
    """Decode up to the picture at a moment."""
    with _open(path) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        chosen = None
        for frame in container.decode(stream):
            if frame.width * frame.height > MAX_PIXELS:
                raise Unplayable("TOO_LARGE_PICTURE")
            chosen = frame
            if frame.time is not None and frame.time >= at_s:
                break
    if chosen is None:
        raise Unplayable("CANNOT_PLAY")
    return chosen


def _draw(chosen: av.VideoFrame, poster: Path) -> bool:
    """Write the picture as a small JPEG; False where the portal's disk does not take it: no fault of the film."""
    width = min(POSTER_WIDTH, chosen.width) // 2 * 2 or 2
    height = round(chosen.height * width / chosen.width / 2) * 2 or 2
    small = chosen.reformat(width=width, height=height, format="rgb24").to_ndarray()
    turned = np.ascontiguousarray(np.rot90(small, k=chosen.rotation // 90 % 4)).astype(np.uint8)
    picture = _jpeg(av.VideoFrame.from_ndarray(turned, format="rgb24"))
    try:
        poster.write_bytes(picture)
    except OSError:
        return False
    return True


def _jpeg(picture: av.VideoFrame) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = picture.width, picture.height
    encoder.pix_fmt = "yuvj420p"
    encoder.options = {"qmin": "3", "qmax": "6"}
    encoder.time_base = Fraction(1, 25)
    converted = picture.reformat(format="yuvj420p")
    return b"".join(bytes(packet) for packet in [*encoder.encode(converted), *encoder.encode(None)])


def main(arguments: list[str]) -> int:
    """Probe the file that the command line names."""
    path, kind, poster = arguments
    limit_this_process()
    print(json.dumps(asdict(probe(Path(path), kind=kind, poster=Path(poster)))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
