"""Small real films and sounds, made with the bundled ffmpeg when a test needs them."""

import subprocess
from pathlib import Path

import imageio_ffmpeg


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *arguments],
        check=True,
        capture_output=True,
        timeout=120,
    )


def film(
    path: Path, *, seconds: float = 3, size: str = "640x360", codec: str = "libx264", extra: tuple[str, ...] = ()
) -> Path:
    """A test picture that moves, with a tone; H.264 and AAC in an MP4 that starts at once."""
    _ffmpeg(
        *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25"),
        *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
        *("-t", str(seconds), "-c:v", codec, "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-c:a", "aac"),
        *extra,
        *("-movflags", "+faststart", str(path)),
    )
    return path


def sound(path: Path, *, seconds: float = 2) -> Path:
    """A tone, AAC in an MP4."""
    _ffmpeg(
        *("-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000", "-t", str(seconds)),
        *("-c:a", "aac", "-movflags", "+faststart", "-f", "mp4", str(path)),
    )
    return path


def copy(source: Path, target: Path, *, before: tuple[str, ...] = ()) -> Path:
    """The same streams in another file; `before` are options for the input."""
    _ffmpeg(*before, "-i", str(source), "-c", "copy", str(target))
    return target
