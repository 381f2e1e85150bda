"""Numbers in plain English."""

import pytest

from diary_app import phrases
from diary_app.clip import Stage
from diary_app.words import STAGES


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0:00"), (42.9, "0:42"), (69, "1:09"), (3723, "1:02:03"), (-1, "0:00")],
)
def test_clock(seconds: float, words: str) -> None:
    assert phrases.clock(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds"),
        (12, "about 20 seconds"),
        (55, "about 1 minute"),
        (130, "about 2 minutes"),
        (4000, "about 1 hour"),
        (9000, "about 2 hours"),
    ],
)
def test_waiting(seconds: float, words: str) -> None:
    assert phrases.about(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (10, "1 KB"),
        (480_000, "480 KB"),
        (6_000_000, "6 MB"),
        (1_250_000, "1.2 MB"),
        (40_400_000, "40 MB"),
        (1.2e9, "1.2 GB"),
    ],
)
def test_sizes(count: int, words: str) -> None:
    assert phrases.size(count) == words


def test_every_stage_has_its_words() -> None:
    assert set(STAGES) == set(Stage)
    assert len(set(STAGES.values())) == len(STAGES)
