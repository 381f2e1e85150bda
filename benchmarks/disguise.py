"""What it costs to be shown otherwise, beside the same rendition of somebody as they are; and what can still be found.

A ratio `X_over_as_i_am` is X by the plain rendition of the same film, in one run: by the wall's clock, or where it
ends in `_processor` by the processor's, which does not depend on who else is at work. `X_times_real` is processor
seconds for a second of film. Pictures in which the detector finds a face are counted in the plain rendition and in the
covered one.
"""

import statistics
import tempfile
from pathlib import Path

from benchmarks._child import Spent, spend
from benchmarks._talking_heads import SCENES, Scene, make_scene
from diary_app.clip import ShowAs
from diary_app.editing.pictures import all_pictures
from diary_app.editing.probe import probe
from diary_app.editing.seen_faces import sightings

FILM_S = 8
ROUNDS = 2


def run() -> dict[str, object]:
    """The report, a webcam's film and a phone's; takes some ten minutes."""
    found: dict[str, object] = {}
    for scene in SCENES[:2]:
        with tempfile.TemporaryDirectory() as name:
            found |= {f"{scene.name}_{key}": value for key, value in _measured(scene, Path(name)).items()}
    return found | {"film_s": FILM_S, "rounds": ROUNDS}


def _measured(scene: Scene, folder: Path) -> dict[str, object]:
    film = make_scene(scene, folder, FILM_S)
    spent: dict[ShowAs, list[Spent]] = {shown: [] for shown in ShowAs}
    for _ in range(ROUNDS):
        for shown in ShowAs:
            spent[shown].append(spend(shown.value, film, _made(folder, shown)))
    report: dict[str, object] = {}
    for shown in list(ShowAs)[1:]:
        for clock in ("wall_s", "processor_s"):
            pairs = zip(spent[shown], spent[ShowAs.AS_I_AM], strict=True)
            ratio = statistics.median(getattr(one, clock) / getattr(plain, clock) for one, plain in pairs)
            report[f"{shown}_over_as_i_am{'_processor' if clock == 'processor_s' else ''}"] = round(ratio, 2)
        seconds = statistics.median(one.processor_s for one in spent[shown])
        report[f"{shown}_times_real"] = round(seconds / FILM_S, 2)
    for shown in (ShowAs.AS_I_AM, ShowAs.BLURRED_FACE):
        report[f"{shown}_pictures_with_a_face"] = _pictures_with_a_face(_made(folder, shown))
    return report


def _made(folder: Path, shown: ShowAs) -> Path:
    return folder / f"{shown}{'.m4a' if shown is ShowAs.VOICE_ONLY else '.mp4'}"


def _pictures_with_a_face(film: Path) -> str:
    facts = probe(film)
    found = [bool(faces) for faces in sightings(all_pictures(film), (facts.width, facts.height))]
    return f"{sum(found)} of {len(found)}"
