"""The coach says what is wrong with a picture, one thing at a time, and none of a good one; nothing flickers."""

import itertools
import math
from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.faces import Face, YuNetFaces
from capture.model import Frame, Image
from capture.models import YUNET, find_model
from capture.picture_coach import (
    HOLD_S,
    LOOK_EVERY_S,
    STEADY_S,
    Gauge,
    PictureCoach,
    PictureHint,
    Steady,
    main_face,
    sight,
)
from tests.support.face_pictures import (
    DRAWN_FACE,
    REAL_FACE,
    SIZE,
    Box,
    backlit,
    blurred,
    deep_skin,
    drawn_face,
    empty_room,
    exposed,
    far,
    grainy,
    lamplit,
    moved,
    real_face,
)

Spoil = Callable[[Image, Box, np.random.Generator], Image]

BAD: list[tuple[str, PictureHint, Spoil]] = [
    ("dark", PictureHint.DARK, lambda image, _, rng: grainy(exposed(image, 0.25), 4, rng)),
    ("gloomy", PictureHint.DARK, lambda image, _, rng: grainy(exposed(image, 0.33), 3, rng)),
    ("very dark", PictureHint.DARK, lambda image, _, rng: grainy(exposed(image, 0.1), 6, rng)),
    ("over-exposed", PictureHint.BRIGHT, lambda image, _, rng: exposed(image, 3)),
    ("backlit", PictureHint.BACKLIT, lambda image, face, rng: backlit(image, face)),
    ("silhouette", PictureHint.BACKLIT, lambda image, face, rng: backlit(image, face, 0.15)),
    ("nobody", PictureHint.NO_FACE, lambda image, _, rng: empty_room()),
    ("cut at the left", PictureHint.CUT_OFF, lambda image, face, _: moved(image, -face[0] - face[2] / 4, 0)),
    (
        "cut at the right",
        PictureHint.CUT_OFF,
        lambda image, face, _: moved(image, SIZE[0] - face[0] - 0.9 * face[2], 0),
    ),
    ("cut at the top", PictureHint.CUT_OFF, lambda image, face, _: moved(image, 0, -face[1] - face[3] / 2)),
    ("far away", PictureHint.TOO_FAR, lambda image, _, rng: far(image, 0.27)),
    ("out of focus", PictureHint.OUT_OF_FOCUS, lambda image, _, rng: blurred(image, 13)),
    ("so with grain", PictureHint.OUT_OF_FOCUS, lambda image, _, rng: grainy(blurred(image, 13), 12, rng)),
    ("so in a dim room", PictureHint.OUT_OF_FOCUS, lambda i, _, r: grainy(exposed(blurred(i, 13), 0.55), 8, r)),
]
GOOD: list[tuple[str, Spoil]] = [
    ("as it is", lambda image, _, rng: image),
    ("with grain", lambda image, _, rng: grainy(image, 12, rng)),
    ("dim, with grain", lambda image, _, rng: grainy(exposed(image, 0.6), 8, rng)),
    ("light", lambda image, _, rng: exposed(image, 1.15)),
    ("dark skin", lambda image, face, rng: deep_skin(image, face)),
    ("in a lamp's light", lambda image, face, rng: lamplit(image, face)),
    ("a little soft", lambda image, _, rng: blurred(image, 2.5)),
    ("close up", lambda image, face, _: moved(image, 0, 60 - face[1])),
]
FACES = {"real": (real_face, REAL_FACE), "drawn": (drawn_face, DRAWN_FACE)}


@pytest.fixture(scope="module")
def faces() -> YuNetFaces:
    return YuNetFaces(find_model(YUNET))


def _shown(coach: PictureCoach, images: Iterable[Image], start_s: float = 1000.0) -> list[PictureHint | None]:
    """What the speaker saw after each look."""
    shown = []
    for number, image in enumerate(images):
        coach.look(Frame(image, start_s + number * LOOK_EVERY_S))
        shown.append(coach.hint)
    return shown


def _changes(shown: list[PictureHint | None]) -> list[PictureHint | None]:
    return [hint for hint, _ in itertools.groupby(shown)]


# -- each fault of a picture has its hint ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", FACES)
@pytest.mark.parametrize(("hint", "spoil"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_picture_has_its_hint(faces: YuNetFaces, who: str, hint: PictureHint, spoil: Spoil) -> None:
    make, box = FACES[who]
    rng = np.random.default_rng(7)
    shown = _shown(PictureCoach(faces), (spoil(make(0), box, rng) for _ in range(8)))
    assert shown == [None] * 4 + [hint] * 4, "seen for a second, then said"


@pytest.mark.parametrize("out", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("towards", [(-1, 0), (1, 0), (0, -1), (0, 1)], ids=["left", "right", "up", "down"])
def test_a_face_that_is_partly_out_of_the_picture_is_cut_off(
    faces: YuNetFaces, towards: tuple[int, int], out: float
) -> None:
    x, y, width, height = REAL_FACE
    right = {-1: -x - out * width, 0: 0, 1: SIZE[0] - x - (1 - out) * width}[towards[0]]
    down = {-1: -y - out * height, 0: 0, 1: SIZE[1] - y - (1 - out) * height}[towards[1]]
    assert _shown(PictureCoach(faces), [moved(real_face(0), right, down)] * 6)[-1] == PictureHint.CUT_OFF


@pytest.mark.parametrize("who", FACES)
@pytest.mark.parametrize("spoil", [case[1] for case in GOOD], ids=[case[0] for case in GOOD])
def test_a_good_picture_has_none(faces: YuNetFaces, who: str, spoil: Spoil) -> None:
    make, box = FACES[who]
    rng = np.random.default_rng(8)
    assert set(_shown(PictureCoach(faces), (spoil(make(0), box, rng) for _ in range(8)))) == {None}


def test_somebody_who_talks_and_moves_sees_nothing(faces: YuNetFaces) -> None:
    rng = np.random.default_rng(9)
    assert set(_shown(PictureCoach(faces), (grainy(real_face(n), 5, rng) for n in range(0, 120, 2)))) == {None}
    assert set(_shown(PictureCoach(faces), (grainy(drawn_face(n * 7), 5, rng) for n in range(30)))) == {None}


def test_two_people_are_welcome_and_the_nearer_one_is_judged(faces: YuNetFaces) -> None:
    pair = moved(real_face(0), -300, 0)
    pair[:, 640:] = moved(real_face(40), 300, 0)[:, 640:]
    assert len(faces.find(pair)) == 2
    assert set(_shown(PictureCoach(faces), [pair] * 8)) == {None}


def test_a_large_shadow_is_not_taken_for_the_speaker() -> None:
    nobody = ((0.0, 0.0), (0.0, 0.0))
    speaker = Face(600, 300, 80, 100, 0.85, nobody, (0, 0), nobody)
    shadow = Face(100, 0, 400, 500, 0.31, nobody, (0, 0), nobody)
    assert main_face([speaker, shadow]) is speaker
    assert main_face([]) is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 400, 3), (90, 160, 3), (1080, 1920, 3), (1280, 720, 3)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_any_size_and_one_colour_can_be_measured(shape: tuple[int, int, int], value: int) -> None:
    face = Face(-30, -30, 50, 50, 0.9, ((0, 0), (0, 0)), (0, 0), ((0, 0), (0, 0)))
    for who in (None, face):
        seen = sight(np.full(shape, value, np.uint8), who)
        assert seen.room_light == seen.subject_light == value
        assert seen.sharpness is None


@pytest.mark.parametrize(("sigma", "hint"), [(13, PictureHint.OUT_OF_FOCUS), (0.5, None)], ids=["blurred", "sharp"])
@pytest.mark.parametrize("gain", [0.6, 1.0])
def test_coarse_grain_is_not_taken_for_detail_nor_detail_for_grain(
    faces: YuNetFaces, sigma: float, hint: PictureHint | None, gain: float
) -> None:
    rng = np.random.default_rng(10)
    plain = np.asarray(cv2.resize(exposed(blurred(real_face(0), sigma), gain), (640, 360)), np.uint8)
    assert _shown(PictureCoach(faces), (grainy(plain, 14, rng) for _ in range(8)))[-1] == hint


# -- without the model -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", FACES)
@pytest.mark.parametrize(
    ("hint", "spoil"),
    [
        (PictureHint.DARK, lambda image, rng: grainy(exposed(image, 0.2), 4, rng)),
        (PictureHint.OUT_OF_FOCUS, lambda image, rng: blurred(image, 14)),
        (None, lambda image, rng: grainy(image, 8, rng)),
        (None, lambda image, rng: empty_room()),
        (None, lambda image, rng: moved(image, -700, 0)),
    ],
    ids=["dark", "out of focus", "good", "nobody", "out of the picture"],
)
def test_without_a_finder_of_faces_light_and_focus_are_judged(
    who: str, hint: PictureHint | None, spoil: Callable[[Image, np.random.Generator], Image]
) -> None:
    rng = np.random.default_rng(11)
    assert _shown(PictureCoach(None), (spoil(FACES[who][0](0), rng) for _ in range(8)))[-1] == hint


def test_without_a_finder_a_white_picture_is_too_bright() -> None:
    assert _shown(PictureCoach(None), [exposed(drawn_face(0), 2)] * 8)[-1] == PictureHint.BRIGHT


# -- nothing flickers --------------------------------------------------------------------------------------------------


def test_somebody_who_drifts_out_and_back_sees_one_hint(faces: YuNetFaces) -> None:
    rng = np.random.default_rng(12)

    def at(second: float) -> Image:
        drift = -620 * max(0.0, math.sin(math.pi * second / 24)) ** 2
        return grainy(moved(real_face(round(second * 30)), drift + 12 * math.sin(2.6 * second), 0), 6, rng)

    shown = _shown(PictureCoach(faces), (at(n * LOOK_EVERY_S) for n in range(104)))
    assert _changes(shown) == [None, PictureHint.CUT_OFF, None]


@pytest.mark.parametrize(
    ("hint", "at"),
    [
        (PictureHint.DARK, lambda swing: exposed(real_face(0), 0.45 + 0.02 * swing)),
        (PictureHint.TOO_FAR, lambda swing: far(real_face(0), 0.295 + 0.015 * swing)),
        (PictureHint.CUT_OFF, lambda swing: moved(real_face(0), -REAL_FACE[0] + 7 + 7 * swing, 0)),
        (PictureHint.OUT_OF_FOCUS, lambda swing: blurred(real_face(0), 4.8 + 0.4 * swing)),
    ],
    ids=["dark", "far", "cut off", "out of focus"],
)
def test_what_swings_about_a_limit_is_said_once(
    faces: YuNetFaces, hint: PictureHint, at: Callable[[float], Image]
) -> None:
    rng = np.random.default_rng(13)
    swing = (math.sin(2 * math.pi * n * LOOK_EVERY_S / 7) for n in range(64))
    shown = _shown(PictureCoach(faces), (grainy(at(value), 3, rng) for value in swing))
    assert _changes(shown) == [None, hint]


@given(st.lists(st.floats(0, 100), min_size=2, max_size=60))
def test_a_gauge_changes_only_beyond_its_limits(values: list[float]) -> None:
    low, high = Gauge(30, 40), Gauge(40, 30)
    was_low, was_high = False, False
    for value in values:
        is_low, is_high = low.past(value), high.past(value)
        assert is_low == (value < 30 or (was_low and value < 40))
        assert is_high == (value > 40 or (was_high and value > 30))
        was_low, was_high = is_low, is_high
    assert not low.past(None)


hints = st.sampled_from([None, *PictureHint])
looks = st.lists(st.tuples(hints, st.integers(1, 12), st.sampled_from([0.05, 0.25, 0.4, 1.0, 1.5, 9.0])), max_size=40)


@given(looks)
def test_no_two_changes_within_two_seconds_and_each_was_seen_for_one(
    runs: list[tuple[PictureHint, int, float]],
) -> None:
    steady, now, changed = Steady(), 100.0, -math.inf
    seen: list[tuple[float, PictureHint | None]] = []
    for hint, times, step_s in runs:
        for _ in range(times):
            now += step_s
            before = steady.shown
            steady.saw(hint, now)
            seen.append((now, hint))
            if steady.shown != before:
                assert now - changed >= HOLD_S
                changed = now
                _assert_seen(seen, steady.shown)


def _assert_seen(seen: list[tuple[float, PictureHint | None]], shown: PictureHint | None) -> None:
    """Every look of the last second found what is shown now, and there was no break among them."""
    last_s, earlier_s = seen[-1][0], seen[-1][0]
    for at_s, hint in reversed(seen):
        assert hint == shown
        assert earlier_s - at_s <= STEADY_S
        earlier_s = at_s
        if last_s - at_s >= STEADY_S:
            return
    pytest.fail("it was not seen for long enough")


@given(hints, hints)
def test_what_stays_is_shown_in_the_end(first: PictureHint | None, then: PictureHint | None) -> None:
    steady = Steady()
    for number in range(40):
        steady.saw(first if number < 20 else then, number * LOOK_EVERY_S)
    assert steady.shown == then


def test_after_a_break_a_hint_must_be_seen_anew() -> None:
    steady = Steady()
    for at_s in (0.0, 0.25, 0.5, 60.0, 60.5):
        steady.saw(PictureHint.DARK, at_s)
        assert steady.shown is None
    steady.saw(PictureHint.DARK, 61.0)
    assert steady.shown == PictureHint.DARK


def test_a_camera_that_hangs_costs_nothing_and_changes_nothing() -> None:
    class Counting:
        looks = 0

        def find(self, image: Image) -> list[Face]:
            self.looks += 1
            return []

    faces = Counting()
    coach = PictureCoach(faces)
    for _ in range(100):
        coach.look(Frame(np.zeros((90, 160, 3), np.uint8), 5.0))
    assert (faces.looks, coach.hint) == (1, None)
