"""How much a rendition looks like its source, 0 to 100: VMAF, of the ffmpeg that the app brings, with its own model."""

import json
import subprocess
import tempfile
from pathlib import Path

import av
import imageio_ffmpeg

EVERY = 2
"""One picture in so many is looked at."""


def vmaf(made: Path, source: Path) -> float:
    """The mean over the pictures, at the size of the source.

    Pictures are paired by their numbers, since HandBrake moves all but the first by the silence that AAC begins with.
    Raises RuntimeError where one film has more pictures than the other.
    """
    (count, _), (wanted, size) = _facts(made), _facts(source)
    if count != wanted:
        raise RuntimeError(f"{made.name} has {count} pictures, {source.name} {wanted}")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "vmaf.json"
        # On one clock: on clocks of their own two pictures of one moment may be a rounding apart, and miss each other.
        alike = f"settb=1/90000,setpts=3000*N,scale={size}:flags=bicubic,format=yuv420p"
        both = (f"[{at}:v]{alike}[{name}]" for at, name in enumerate("ab"))
        score = f"[a][b]libvmaf=n_threads=2:n_subsample={EVERY}:log_fmt=json:log_path={log}"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(made), "-i", str(source)]
        command += ["-lavfi", ";".join((*both, score)), "-f", "null", "-"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        pooled = json.loads(log.read_text())["pooled_metrics"]["vmaf"]
    return float(pooled["mean"])


def _facts(film: Path) -> tuple[int, str]:
    """How many pictures, and their size."""
    with av.open(str(film)) as media:
        stream = media.streams.video[0]
        count = sum(1 for packet in media.demux(stream) if packet.size)
        return count, f"{stream.width}:{stream.height}"
