"""The exact cut, checked by decoding: every picture's bar code, its time, the sound, and that nothing is hidden."""

import logging
import random
from pathlib import Path

import av
import numpy as np
import pytest

from diary_app.clip import KeptRange
from diary_app.editing.render import trim
from tests.support.decoding import Seen, beep_times, hear, see
from tests.support.takes import Look, make_cut_short, make_silent, make_take, ticking, tone

SLACK_S = 0.0005


def random_keep(rng: random.Random, seconds: float) -> list[KeptRange]:
    edges = sorted(rng.uniform(0, seconds) for _ in range(2 * rng.randint(1, 4)))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [KeptRange(a, b) for a, b in pairs if b - a > 0.05] or [KeptRange(0.1, 0.4)]


def expected(seen: Seen, keep: list[KeptRange]) -> list[int]:
    """The bar codes that must be left: start_s <= t < end_s."""
    return [
        index
        for index, at_s in zip(seen.indices, seen.times, strict=True)
        if any(part.start_s - SLACK_S <= at_s < part.end_s - SLACK_S for part in keep)
    ]


def assert_even(made: Seen, original: Seen) -> None:
    """Each picture is shown as long as it was in the take, across joins too."""
    shown_s = dict(zip(original.indices, np.diff(original.times), strict=False))
    for index, step in zip(made.indices, np.diff(made.times), strict=False):
        assert step == pytest.approx(shown_s[index], abs=0.0001)
    assert made.times[0] == pytest.approx(0.0, abs=max(0.002, original.times[0]))


def assert_in_step(out: Path, made: Seen) -> None:
    """Each flash has its beep within half a packet of sound (a beep whose flash was cut away is no fault)."""
    beeps = beep_times(hear(out))
    for flash in made.flashes:
        if flash < made.times[-1] - 0.06:
            assert min(abs(beep - flash) for beep in beeps) < 0.0125


@pytest.fixture(scope="module")
def original(take: Path) -> Seen:
    return see(take)


@pytest.mark.parametrize("seed", range(10))
def test_random_cuts_are_exact(
    seed: int, take: Path, original: Seen, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    keep = random_keep(random.Random(seed), original.times[-1])
    print(f"seed {seed}: {keep}")
    out = tmp_path / "out.mp4"
    rendition = trim(take, out, keep=keep)
    made = see(out)
    assert made.indices == expected(original, keep)
    assert see(out, hidden=True).indices == made.indices
    assert_even(made, original)
    assert_in_step(out, made)
    assert rendition.seconds == pytest.approx(sum(part.seconds for part in keep), abs=0.04 * len(keep) + 0.03)
    assert "encoded whole" not in caplog.text


@pytest.mark.parametrize("seed", range(6))
def test_random_cuts_of_a_finer_encode(
    seed: int, fine_take: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    keep = random_keep(random.Random(100 + seed), 3.9)
    out = tmp_path / "out.mp4"
    trim(fine_take, out, keep=keep)
    assert see(out, hidden=True).indices == expected(see(fine_take), keep)
    assert "encoded whole" not in caplog.text


def test_a_cut_at_a_frames_own_time_keeps_that_frame(take: Path, original: Seen, tmp_path: Path) -> None:
    for first, last in ((30, 60), (31, 59), (0, 1), (45, 46), (239, 239)):
        end_s = original.times[last + 1] if last < 239 else 8.0
        trim(take, tmp_path / "out.mp4", keep=[KeptRange(original.times[first], end_s)])
        assert see(tmp_path / "out.mp4").indices == list(range(first, last + 1))


def test_copied_pictures_are_untouched_and_opened_ones_look_the_same(tone_take: Path, tmp_path: Path) -> None:
    trim(tone_take, tmp_path / "out.mp4", keep=[KeptRange(1.5, 5.2)])
    before, after = pictures(tone_take)[45:156], pictures(tmp_path / "out.mp4")
    assert len(before) == len(after)
    apart = [float(np.abs(a - b).mean()) for a, b in zip(before, after, strict=True)]
    assert max(apart[15:]) == 0.0
    assert 0.0 < max(apart[:15]) < 2.5


def pictures(path: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int16]]]:
    with av.open(str(path)) as media:
        return [frame.to_ndarray(format="gray").astype(np.int16) for frame in media.decode(video=0)]


def test_no_click_at_a_join(tone_take: Path, tmp_path: Path) -> None:
    keep = [KeptRange(0.5, 1.51), KeptRange(2.013, 3.1), KeptRange(3.333, 3.4), KeptRange(4.001, 5.02)]
    trim(tone_take, tmp_path / "out.mp4", keep=keep)
    jumps, steady = np.abs(np.diff(hear(tmp_path / "out.mp4"))), np.abs(np.diff(hear(tone_take)))
    assert jumps.max() < 1.5 * steady.max()


def test_what_was_cut_away_cannot_be_heard_by_any_means(tmp_path: Path) -> None:
    loud = tone(6.0)
    loud[round(2.0 * 48_000) : round(4.0 * 48_000)] = 0
    take = make_take(tmp_path / "take.mp4", ticking(180), sound=loud)
    trim(take, tmp_path / "out.mp4", keep=[KeptRange(2.1, 3.9)])
    with av.open(str(tmp_path / "out.mp4"), container_options={"ignore_editlist": "1"}) as media:
        heard = np.concatenate([frame.to_ndarray().ravel() for frame in media.decode(audio=0)])
    assert np.abs(heard).max() < 0.003


def test_sound_and_picture_begin_together(take: Path, tmp_path: Path) -> None:
    trim(take, tmp_path / "out.mp4", keep=[KeptRange(2.345, 6.0)])
    with av.open(str(tmp_path / "out.mp4")) as media:
        assert next(media.decode(audio=0)).time == 0
    assert see(tmp_path / "out.mp4").times[0] == 0


def test_a_take_without_sound(tmp_path: Path) -> None:
    take = make_silent(tmp_path / "take.mp4", ticking(90))
    trim(take, tmp_path / "out.mp4", keep=[KeptRange(0.5, 1.0), KeptRange(2.0, 2.5)])
    assert see(tmp_path / "out.mp4").indices == [*range(15, 30), *range(60, 75)]


def test_a_take_in_which_the_camera_was_lost(tmp_path: Path) -> None:
    times = [at if at < 1 else at + 2 for at in ticking(90)]
    take = make_take(tmp_path / "take.mp4", times)
    keep = [KeptRange(0.5, 1.5), KeptRange(2.0, 3.5)]
    rendition = trim(take, tmp_path / "out.mp4", keep=keep)
    assert see(tmp_path / "out.mp4").indices == [*range(15, 45)]
    assert rendition.seconds == pytest.approx(2.5, abs=0.05)


def test_a_take_that_was_cut_short(tmp_path: Path) -> None:
    take = make_cut_short(tmp_path / "take.mp4", ticking(150), enough=100_000)
    seen = see(take)
    assert len(seen.indices) > 60
    trim(take, tmp_path / "out.mp4", keep=[KeptRange(0.51, 1.77)])
    assert see(tmp_path / "out.mp4", hidden=True).indices == [*range(16, 54)]


@pytest.mark.parametrize(("x264", "copied"), [("cqm=jvt", True), ("tff=1", False)])
def test_odd_settings_are_cut_or_encoded_whole_and_always_exact(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, x264: str, copied: bool
) -> None:
    caplog.set_level(logging.INFO)
    look = Look(x264=f"keyint=30:{x264}:scenecut=0", preset="medium")
    take = make_take(tmp_path / "take.mp4", ticking(90), look=look)
    trim(take, tmp_path / "out.mp4", keep=[KeptRange(0.5, 1.0), KeptRange(2.0, 2.5)])
    assert see(tmp_path / "out.mp4").indices == [*range(15, 30), *range(60, 75)]
    assert ("encoded whole" not in caplog.text) is copied
