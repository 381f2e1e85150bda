"""What a rendition will cost is told before it is made, and it is so."""

import threading
from pathlib import Path

import pytest

from diary_app.clip import KeptRange, Preset
from diary_app.editing.errors import EditStopped
from diary_app.editing.progress import Meter
from diary_app.editing.promise import promises
from diary_app.editing.render import render
from tests.support.face_pictures import CLIP
from tests.support.takes import convert

NEAR = 0.2
"""Of what comes: so far off may a promise be."""
SIZE = "scale=240:180,setsar=1"
LIVE = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-bf", "0", "-g", "30", "-pix_fmt", "yuv420p")
PHONE = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-b:v", "600k", "-an")
HISS = ("-f", "lavfi", "-i", "anoisesrc=a=0.05:d=6")
CUT = (KeptRange(1.0, 3.5), KeptRange(4.2, 5.5))


@pytest.fixture(scope="module")
def films(folder: Path) -> dict[str, Path]:
    """A man who talks in grain, and falls still; and the same, sharp, as a phone stores it."""
    still = f"{SIZE},noise=alls=12:allf=t,tpad=stop_mode=clone:stop_duration=2"
    return {
        "still": convert(CLIP, folder / "still.mkv", "-vf", still, *LIVE, before=HISS),
        "phone": convert(CLIP, folder / "phone.mp4", "-vf", SIZE, "-t", "8", *PHONE, before=("-stream_loop", "1")),
    }


@pytest.mark.parametrize(("name", "keep"), [("still", ()), ("still", CUT), ("phone", ())])
def test_what_comes_is_near_what_was_promised(
    name: str, keep: tuple[KeptRange, ...], films: dict[str, Path], tmp_path: Path
) -> None:
    presets = (Preset.SMALLER,) if keep else tuple(Preset)
    for preset, cost in promises(films[name], keep=keep, presets=presets):
        made = render(films[name], tmp_path / "out.mp4", keep=keep, preset=preset)
        assert cost.bytes == pytest.approx(made.bytes, rel=NEAR), f"{name}, {preset}"
        assert cost.work_s > 0


def test_what_is_copied_is_promised_as_it_is(films: dict[str, Path], tmp_path: Path) -> None:
    small = render(films["still"], tmp_path / "small.mp4", preset=Preset.SMALLER)
    ((_, cost),) = promises(small.path, presets=[Preset.BEST])
    made = render(small.path, tmp_path / "again.mp4", preset=Preset.BEST)
    assert cost.bytes == pytest.approx(made.bytes, rel=0.02)


def test_sound_is_reckoned(sound_take: Path, tmp_path: Path) -> None:
    ((_, cost),) = promises(sound_take, presets=[Preset.SMALLER])
    made = render(sound_take, tmp_path / "out.m4a", preset=Preset.SMALLER)
    assert cost.bytes == pytest.approx(made.bytes, rel=NEAR)


def test_taking_hum_and_hiss_out_is_reckoned(sound_take: Path) -> None:
    ((_, plain),) = promises(sound_take, presets=[Preset.NORMAL])
    ((_, clean),) = promises(sound_take, presets=[Preset.NORMAL], clean=True)
    assert clean.bytes == plain.bytes
    assert clean.work_s > 1.5 * plain.work_s


def test_it_stops_when_nobody_wants_to_know_any_more(films: dict[str, Path]) -> None:
    stop = threading.Event()
    telling = promises(films["still"], meter=Meter(stop=stop))
    assert next(telling)[0] is Preset.SMALLER
    stop.set()
    with pytest.raises(EditStopped):
        next(telling)
