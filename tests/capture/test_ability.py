"""What this computer can: the decision by table, the measurement for its sanity, and what is kept."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture import ability
from capture.ability import FULL_HD, HD, HEADROOM, PICTURES, PRESETS, Ability, Cost, choose, from_json, measure, to_json
from capture.clock import MonotonicClock

FASTEST, BETTER, BEST = PRESETS


def _costs(camera_ms: float, *encoder_ms: float, full_hd_ms: float | None = None) -> list[Cost]:
    """Of HD with each preset that was asked for, and of Full HD where it was."""
    costs = [Cost(HD, preset, camera_ms / 1e3, ms / 1e3) for preset, ms in zip(PRESETS, encoder_ms, strict=False)]
    if full_hd_ms is not None:
        costs.append(Cost(FULL_HD, FASTEST, camera_ms * 2.25 / 1e3, full_hd_ms / 1e3))
    return costs


COMPUTERS = [
    ("fast PC", 8, _costs(1.5, 1.2, 1.8, 2.6, full_hd_ms=2.6), BEST, FULL_HD),
    ("good PC", 4, _costs(3, 2.5, 4.4, 6.5, full_hd_ms=5.4), BETTER, FULL_HD),
    ("office PC", 4, _costs(4, 5, 9, 13, full_hd_ms=12), FASTEST, FULL_HD),
    ("office PC with little to spare", 4, _costs(4, 6, 11, 16, full_hd_ms=14), BETTER, HD),
    ("old laptop", 2, _costs(6, 9, 17), FASTEST, HD),
    ("older laptop", 2, _costs(10, 16), FASTEST, PICTURES[2]),
    ("netbook", 2, _costs(20, 40), FASTEST, PICTURES[3]),
    ("slower than that", 1, _costs(90, 300), FASTEST, PICTURES[3]),
]


@pytest.mark.parametrize(
    ("processors", "costs", "preset", "picture"), [row[1:] for row in COMPUTERS], ids=[row[0] for row in COMPUTERS]
)
def test_each_computer_gets_what_it_can(processors: int, costs: list[Cost], preset: str, picture: object) -> None:
    chosen = choose(costs, processors=processors)
    assert (chosen.preset, chosen.picture) == (preset, picture)
    assert chosen.costs == tuple(costs)


@pytest.mark.parametrize(("processors", "times"), [(1, 3.3333), (2, 4.4444), (4, 6.6667), (16, 6.6667)])
def test_work_is_shared_by_the_processors_as_far_as_it_can_be(processors: int, times: float) -> None:
    assert Cost(HD, FASTEST, 0.005, 0.005).headroom(processors) == pytest.approx(times, rel=1e-3)


milliseconds = st.floats(0.1, 200)
processors = st.integers(1, 32)


@given(st.tuples(milliseconds, milliseconds), st.tuples(st.floats(1, 3), st.floats(1, 3), st.floats(1, 4)), processors)
def test_what_is_chosen_keeps_up_or_is_the_least(
    base: tuple[float, float], times: tuple[float, float, float], processors: int
) -> None:
    (camera_ms, quickest_ms), (better, best, larger) = base, times
    encoder = (quickest_ms, quickest_ms * better, quickest_ms * better * best)
    costs = _costs(camera_ms, *encoder, full_hd_ms=quickest_ms * larger)
    chosen = choose(costs, processors=processors)
    measured = {(cost.picture, cost.preset): cost.headroom(processors) for cost in costs}
    known = measured.get((chosen.picture, chosen.preset))
    assert known is None or known >= HEADROOM or chosen.picture == PICTURES[-1]
    twice = [dataclasses.replace(cost, camera_s=cost.camera_s * 2, encoder_s=cost.encoder_s * 2) for cost in costs]
    slower = choose(twice, processors=processors)
    assert PICTURES.index(slower.picture) >= PICTURES.index(chosen.picture), "a slower computer gets no more"
    if slower.picture == chosen.picture:
        assert PRESETS.index(slower.preset) <= PRESETS.index(chosen.preset)


def test_the_measurement_is_sane() -> None:
    found = measure(MonotonicClock())
    assert found is not None
    assert found.preset in PRESETS
    assert found.picture in PICTURES
    assert (found.costs[0].picture, found.costs[0].preset) == (HD, FASTEST)
    assert all(cost.camera_s > 0 and cost.encoder_s > 0 for cost in found.costs)
    asked = [cost.preset for cost in found.costs if cost.picture == HD]
    assert asked == list(PRESETS[: len(asked)]), "the easier question first"


def test_it_stops_when_a_take_is_to_begin() -> None:
    answers = iter([True, False])
    assert measure(MonotonicClock(), go_on=lambda: next(answers)) is None


SOME = Ability(BETTER, HD, (Cost(HD, FASTEST, 0.002, 0.005),))


def test_what_was_measured_is_kept() -> None:
    assert from_json(to_json(SOME)) == SOME


def test_another_computer_is_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = to_json(SOME)
    before = ability.computer()
    monkeypatch.setattr("os.cpu_count", lambda: 4096)
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: range(4096), raising=False)
    assert ability.computer() != before
    assert from_json(kept) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"computer": 1}'])
def test_what_is_damaged_is_measured_anew(damage: str) -> None:
    assert from_json(damage) is None


@pytest.mark.parametrize(
    "changed", [{"preset": "placebo"}, {"picture": None}, {"costs": [{}]}, {"costs": 3}, {"picture": {"width": 3}}]
)
def test_something_strange_is_measured_anew(changed: dict[str, object]) -> None:
    assert from_json(json.dumps(json.loads(to_json(SOME)) | changed)) is None
