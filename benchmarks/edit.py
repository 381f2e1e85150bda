"""Cutting and compressing, side by side with `cp`, a full encode, smartcut and HandBrake's `Fast 720p30`, in one run.

A ratio `X_over_Y` is X by Y, by the wall's clock, of medians of rounds in which they took turns; those that end in
`_processor` are by the processor's, which do not depend on who else is at work. Ours are the app's own trim() and
render() in a process whose start does not count; the rivals are whole programs, as they are started by hand.
"""

import statistics
import tempfile
from pathlib import Path

from benchmarks._child import Spent, spend
from benchmarks._cuts import measure_cuts
from benchmarks._rivals import handbrake, need_handbrake
from benchmarks._talking_heads import SCENES, Scene, make_scene
from benchmarks._vmaf import vmaf

FILM_S = 8
ROUNDS = 2


def run() -> dict[str, object]:
    """The report; takes some ten minutes, and 1 GB of the temporary folder."""
    need_handbrake()
    with tempfile.TemporaryDirectory() as name:
        cuts = measure_cuts(Path(name))
    with tempfile.TemporaryDirectory() as name:
        scenes = [_compressed(scene, Path(name)) for scene in SCENES]
    keys = [key for key in scenes[0] if key not in ("vmaf", "handbrake_vmaf")]
    means: dict[str, object] = {key: round(statistics.geometric_mean(one[key] for one in scenes), 3) for key in keys}
    means |= {key: round(statistics.mean(one[key] for one in scenes), 2) for key in ("vmaf", "handbrake_vmaf")}
    each = {scene.name: found for scene, found in zip(SCENES, scenes, strict=True)}
    return cuts | means | {"scenes": each}


def _compressed(scene: Scene, folder: Path) -> dict[str, float]:
    """Both renditions of one film."""
    film = make_scene(scene, folder, FILM_S)
    ours, theirs = folder / "ours.mp4", folder / "theirs.mp4"
    spent: list[tuple[Spent, Spent]] = []
    for _ in range(ROUNDS):
        spent.append((spend("encode", film, ours), handbrake(film, theirs)))
    wall, processor = (
        statistics.median(getattr(mine, clock) / getattr(other, clock) for mine, other in spent)
        for clock in ("wall_s", "processor_s")
    )
    return {
        "compress_time_over_handbrake": round(wall, 3),
        "compress_time_over_handbrake_processor": round(processor, 3),
        "compress_bytes_over_handbrake": round(ours.stat().st_size / theirs.stat().st_size, 3),
        "vmaf": round(vmaf(ours, film), 2),
        "handbrake_vmaf": round(vmaf(theirs, film), 2),
    }
