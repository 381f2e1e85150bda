"""A promised size is reached in few encodes, from below, whatever the encoder makes of a rate."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary_app.clip import Preset
from diary_app.editing import compress
from diary_app.editing.errors import WouldLookBad
from diary_app.editing.probe import probe
from diary_app.editing.render import render
from diary_app.editing.to_size import AIM, NEAR, TRIES, Try, next_rate
from tests.support.face_pictures import CLIP
from tests.support.takes import convert, make_sound, tone

SLIDES = "fps=1,scale=240:180,setsar=1,fps=30"
GRAIN = "scale=240:180,setsar=1,noise=alls=15:allf=t"
FINE = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p")
HISS = ("-f", "lavfi", "-i", "anoisesrc=a=0.05:d=4")


@given(
    st.floats(0.6, 1.6),
    st.floats(0.5, 1.5),
    st.integers(1_000, 200_000),
    st.floats(250_000, 5_000_000),
    st.integers(20_000, 2_000_000),
)
def test_rates_close_in_on_the_goal(bent: float, wrong: float, fixed: int, goal: float, first: int) -> None:
    """An encoder that gives too much or too little, and not in proportion."""

    def encoded(bps: int) -> int:
        return round(fixed + wrong * (AIM * goal - fixed) * math.pow(bps / first, bent))

    tried = [Try(first, encoded(first))]
    while not NEAR * goal <= tried[-1].bytes <= goal:
        assert len(tried) < TRIES
        bps = next_rate(tried, goal=goal, fixed=fixed)
        assert bps is not None
        tried.append(Try(bps, encoded(bps)))


def test_what_has_no_more_to_show_is_left_as_it_is() -> None:
    assert next_rate([Try(500_000, 900_000), Try(900_000, 915_000)], goal=1.5e6, fixed=10_000) is None


@pytest.mark.parametrize(
    ("look", "seconds", "goal_mb"),
    [(SLIDES, 4, 0.08), (GRAIN, 3, 0.25), (GRAIN, 1, 0.06)],
    ids=["slides", "grain", "1s"],
)
def test_films_of_every_kind_come_to_their_size(look: str, seconds: int, goal_mb: float, tmp_path: Path) -> None:
    take = convert(CLIP, tmp_path / "take.mp4", "-vf", look, "-t", str(seconds), *FINE, before=HISS)
    assert take.stat().st_size > goal_mb * 1e6
    told: list[float] = []
    made = render(take, tmp_path / "out.mp4", target_mb=goal_mb, on_progress=lambda done, _left: told.append(done))
    assert NEAR * goal_mb * 1e6 <= made.bytes <= goal_mb * 1e6
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert {path.name for path in tmp_path.iterdir()} == {"take.mp4", "out.mp4"}


def test_sound_alone_comes_to_its_size(tmp_path: Path) -> None:
    take = make_sound(tmp_path / "take.m4a", tone(10.0), extra=("-b:a", "192k", "-f", "mp4"))
    goal = 0.6 * take.stat().st_size
    made = render(take, tmp_path / "out.m4a", target_mb=goal / 1e6)
    assert NEAR * goal <= made.bytes <= goal


def test_a_size_that_would_look_bad_is_refused_with_one_that_does_not(take: Path, tmp_path: Path) -> None:
    with pytest.raises(WouldLookBad) as caught:
        render(take, tmp_path / "out.mp4", target_mb=0.02)
    made = render(take, tmp_path / "out.mp4", target_mb=caught.value.nearest_mb, preset=Preset.BEST)
    assert NEAR * caught.value.nearest_mb <= made.bytes / 1e6 <= caught.value.nearest_mb


def test_what_hardly_moves_may_be_as_small_as_the_smallest_preset_makes_it(tmp_path: Path) -> None:
    """A slide that stands still needs a fraction of what a face does."""
    still = "scale=640:360,setsar=1,trim=end_frame=1,loop=loop=-1:size=1,trim=duration=8,setpts=N/30/TB,fps=30"
    take = convert(CLIP, tmp_path / "take.mp4", "-vf", still, "-an", *FINE)
    least = compress.least_bytes(probe(take), 8.0)
    goal_mb = 0.5 * least / compress.MEGABYTE
    made = render(take, tmp_path / "out.mp4", target_mb=goal_mb)
    assert made.bytes <= goal_mb * compress.MEGABYTE
    assert probe(made.path).width == 640, "and no smaller picture than that preset's"
    with pytest.raises(WouldLookBad) as caught:
        render(take, tmp_path / "out.mp4", target_mb=0.02 * goal_mb)
    assert caught.value.nearest_mb < goal_mb, "the nearest size is what this take needs, not what a face would"
