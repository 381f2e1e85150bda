"""What the screen asks of a take, on the threads on which it asks."""

import threading
from pathlib import Path

import pytest

from diary_app.editing.errors import EditError
from diary_app.editing.filmstrip import Peaks, Thumbnail
from ui.opening import BUCKETS, PICTURES, draw_outline


class Heard:
    """All that was said, in order; stops after so many."""

    def __init__(self, stop_after: int = 10_000) -> None:
        self.stop, self.said, self._stop_after = threading.Event(), list[Thumbnail | Peaks](), stop_after

    def hear(self, found: Thumbnail | Peaks) -> None:
        self.said.append(found)
        if len(self.said) >= self._stop_after:
            self.stop.set()

    def draw(self, take: Path) -> None:
        draw_outline(take, stop=self.stop, on_picture=self.hear, on_peaks=self.hear)


def test_a_picture_comes_first_and_in_the_end_all_is_there(six_seconds: Path) -> None:
    heard = Heard()
    heard.draw(six_seconds)
    assert isinstance(heard.said[0], Thumbnail)
    assert {said.position for said in heard.said if isinstance(said, Thumbnail)} == set(range(PICTURES))
    assert sum(len(said.values) for said in heard.said if isinstance(said, Peaks) and said.exact) == BUCKETS


def test_both_threads_end_when_the_screen_closes(six_seconds: Path) -> None:
    heard = Heard(stop_after=5)
    heard.draw(six_seconds)
    assert len(heard.said) <= 7


def test_a_take_that_is_gone_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(EditError):
        Heard().draw(tmp_path / "gone.mp4")
