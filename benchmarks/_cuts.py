"""What the exact cut of ten minutes takes, beside `cp`, a full encode and smartcut.

The ten minutes are twenty seconds through the recorder's encoder options, their fragments written again and again with
later times. Each of the three kept ranges begins within a group of pictures.
"""

import statistics
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks._child import Spent, spend
from benchmarks._exactness import LongCut, count_inexact
from benchmarks._rivals import copied, smartcut, smartcut_start
from benchmarks._talking_heads import FPS, WEBCAM, Scene, make_scene
from capture.model import Image
from diary_app.clip import KeptRange
from tests.support.face_pictures import drawn_face
from tests.support.long_takes import repeat
from tests.support.stamp import stamp

PIECE_S = 20
MINUTES = 10
KEEP = (KeptRange(0.51, 200.27), KeptRange(215.75, 400.9), KeptRange(431.3, 590.4))
KEPT_S = sum(part.seconds for part in KEEP)
ONE_MINUTE = (KeptRange(0.51, 20.27), KeptRange(21.75, 40.9), KeptRange(43.3, 59.4))
ROUNDS = 3


def _numbered_face(number: int) -> Image:
    return stamp(drawn_face(number), number)


CLIP = Scene("clip", WEBCAM, _numbered_face, 2.3)


@dataclass(slots=True)
class _Rounds:
    """What each way took, round by round."""

    spent: dict[str, list[Spent]] = field(default_factory=dict)

    def add(self, name: str, spent: Spent) -> None:
        """One more."""
        self.spent.setdefault(name, []).append(spent)

    def wall_s(self, name: str) -> float:
        """The median."""
        return statistics.median(one.wall_s for one in self.spent[name])

    def processor_s(self, name: str) -> float:
        """The median."""
        return statistics.median(one.processor_s for one in self.spent[name])

    def memory_mb(self, name: str) -> float:
        """The most."""
        return max(one.memory_mb for one in self.spent[name])


def measure_cuts(folder: Path) -> dict[str, object]:
    """Everything about the cut, by the keys of the report."""
    piece = make_scene(CLIP, folder, PIECE_S)
    take = repeat(piece, folder / "ten.mp4", MINUTES * 60 // PIECE_S)
    minute = repeat(piece, folder / "one.mp4", 60 // PIECE_S)
    rounds, ours, theirs, copy = _Rounds(), folder / "ours.mp4", folder / "theirs.mp4", folder / "copy.mp4"
    smartcut_start()
    for _ in range(ROUNDS):
        rounds.add("trim", spend("trim", take, ours, KEEP))
        rounds.add("cp", copied(ours, copy, synced=True))
        rounds.add("cp, not synced", copied(ours, copy, synced=False))
        rounds.add("groups", spend("groups", take, copy, KEEP))
        rounds.add("minute", spend("trim", minute, copy, ONE_MINUTE))
        rounds.add("smartcut", smartcut(take, theirs, KEEP))
        rounds.add("smartcut starts", smartcut_start())
    rounds.add("encode", spend("encode", piece, copy))
    megabytes = {"take_mb": take, "kept_mb": ours, "smartcut_mb": theirs}
    sizes = {name: round(path.stat().st_size / 1e6, 1) for name, path in megabytes.items()}
    return _ratios(rounds) | sizes | count_inexact(LongCut(take, KEEP, PIECE_S * FPS), ours, theirs, folder)


def _ratios(rounds: _Rounds) -> dict[str, object]:
    """A full encode costs the same for every second, since the take is the same piece again and again."""
    trim, copy, groups = rounds.wall_s("trim"), rounds.wall_s("cp"), rounds.wall_s("groups")
    whole_s, whole_processor_s = (
        value * KEPT_S / PIECE_S for value in (rounds.wall_s("encode"), rounds.processor_s("encode"))
    )
    return {
        "trim_over_cp": round((trim - groups) / copy, 2),
        "trim_over_cp_raw": round(trim / copy, 2),
        "trim_over_cp_not_synced": round((trim - groups) / rounds.wall_s("cp, not synced"), 2),
        "trim_over_cp_processor": round(
            (rounds.processor_s("trim") - rounds.processor_s("groups")) / rounds.processor_s("cp"), 2
        ),
        "trim_over_full_encode": round(trim / whole_s, 4),
        "trim_over_full_encode_processor": round(rounds.processor_s("trim") / whole_processor_s, 4),
        "smartcut_over_cp": round(rounds.wall_s("smartcut") / copy, 2),
        "smartcut_start_over_cp": round(rounds.wall_s("smartcut starts") / copy, 2),
        "groups_over_cp": round(groups / copy, 2),
        "cp_s": round(copy, 3),
        "trim_memory_mb_10_minutes": round(rounds.memory_mb("trim")),
        "trim_memory_mb_1_minute": round(rounds.memory_mb("minute")),
    }
