from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from diary_app.clip import Kind, Preset
from diary_app.editing.compress import (
    RECIPES,
    encode_for,
    encode_to_size,
    least_bytes,
    meets,
    picture_size,
)
from diary_app.editing.errors import WouldLookBad
from diary_app.editing.probe import MediaFacts

TAKE = MediaFacts(
    kind=Kind.VIDEO,
    seconds=60.0,
    bytes=30_000_000,
    container="mov",
    origin_s=0.0,
    width=1280,
    height=720,
    fps=30.0,
    video_codec="h264",
    pixel_format="yuv420p",
    sound_codec="aac",
    channels=1,
    sample_rate=48_000,
)
SOUND = replace(TAKE, kind=Kind.SOUND, width=0, height=0, fps=0.0, video_codec=None, pixel_format=None, bytes=960_000)


@given(st.integers(2, 4000), st.integers(2, 4000), st.sampled_from(list(Preset)))
def test_pictures_fit_are_even_and_never_grow(width: int, height: int, preset: Preset) -> None:
    recipe = RECIPES[preset]
    made = picture_size(replace(TAKE, width=width, height=height), recipe.long_side, recipe.short_side)
    assert max(made) <= recipe.long_side + 1
    assert min(made) <= recipe.short_side + 1
    assert made[0] % 2 == made[1] % 2 == 0
    assert made[0] <= width + 1
    assert made[1] <= height + 1
    if min(made) > 40:
        assert made[0] / made[1] == pytest.approx(width / height, rel=0.06)


def test_an_upright_picture_stays_upright() -> None:
    assert picture_size(replace(TAKE, width=1080, height=1920), 1280, 720) == (720, 1280)


SMALL = replace(TAKE, bytes=5_000_000)


@pytest.mark.parametrize(
    "facts", [SMALL, replace(SMALL, fps=30.3), replace(SMALL, width=640, height=480, bytes=3_000_000)]
)
def test_what_needs_no_encode(facts: MediaFacts) -> None:
    assert meets(facts, Preset.NORMAL)


@pytest.mark.parametrize(
    "facts",
    [
        TAKE,
        replace(SMALL, width=1920, height=1080),
        replace(SMALL, fps=60.0),
        replace(SMALL, video_codec="hevc"),
        replace(SMALL, container="matroska"),
        replace(SMALL, pixel_format="yuv422p10le"),
        replace(SMALL, sound_codec="mp3"),
        replace(SMALL, plain=False),
    ],
)
def test_what_does(facts: MediaFacts) -> None:
    assert not meets(facts, Preset.NORMAL)


def test_only_what_is_clearly_faster_is_thinned_out() -> None:
    assert encode_for(replace(TAKE, fps=30.3), RECIPES[Preset.NORMAL]).fps is None
    assert encode_for(replace(TAKE, fps=60.0), RECIPES[Preset.NORMAL]).fps == 30.0
    assert encode_for(replace(TAKE, fps=60.0), RECIPES[Preset.BEST]).fps is None


@given(st.floats(1.0, 3600.0), st.floats(0.05, 500.0), st.sampled_from([TAKE, SOUND]))
def test_rates_never_add_up_to_more_than_was_promised(seconds: float, goal_mb: float, facts: MediaFacts) -> None:
    if goal_mb * 1e6 < least_bytes(facts, seconds) * 0.98:
        with pytest.raises(WouldLookBad):
            encode_to_size(facts, Preset.NORMAL, seconds=seconds, goal_bytes=goal_mb * 1e6)
        return
    assume(goal_mb * 1e6 > least_bytes(facts, seconds) * 1.2)
    encode = encode_to_size(facts, Preset.NORMAL, seconds=seconds, goal_bytes=goal_mb * 1e6)
    assert ((encode.video_bps or 0) + (encode.sound_bps or 0)) * seconds / 8 <= goal_mb * 1e6


@pytest.mark.parametrize("facts", [TAKE, SOUND])
def test_the_smallest_that_is_named_is_accepted(facts: MediaFacts) -> None:
    with pytest.raises(WouldLookBad) as caught:
        encode_to_size(facts, Preset.NORMAL, seconds=600.0, goal_bytes=1000.0)
    nearest_mb = caught.value.nearest_mb
    assert f"about {nearest_mb:g} MB" in str(caught.value)
    assert encode_to_size(facts, Preset.NORMAL, seconds=600.0, goal_bytes=nearest_mb * 1e6).sound_bps
    with pytest.raises(WouldLookBad):
        encode_to_size(facts, Preset.NORMAL, seconds=600.0, goal_bytes=nearest_mb * 0.9 * 1e6)
