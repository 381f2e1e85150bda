"""The times in a moderator's note: which are moments of the clip, and which words belong to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary_app import phrases
from ui.moments import MOST, moments


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("1:10 somebody’s name", [(70, "somebody’s name")]),
        ("Lovely! At 0:41 you say a name, and again at 1:10.", [(41, "you say a name"), (70, "")]),
        ("0:05: a phone rings\n01:02 – the door", [(5, "a phone rings"), (62, "the door")]),
        ("From 0:10 to 0:20 it is too loud", [(10, ""), (20, "it is too loud")]),
        ("0:10-0:20 too loud", [(10, ""), (20, "too loud")]),
        ("(0:30) a name (1:00)", [(30, "a name"), (60, "")]),
        ("1:10 a name, 1:10 the name again", [(70, "a name")]),
        ("Recorded 2026-11-02T19:30:00Z, in room 12:345, at 9:61", []),
        ("5:00 is past the end", []),
        ("Please say where it was.", []),
        ("", []),
    ],
)
def test_times_of_a_note(note: str, found: list[tuple[float, str]]) -> None:
    assert [(moment.at_s, moment.text) for moment in moments(note, 120.0)] == found


@given(st.lists(st.integers(0, 7199), unique=True, max_size=20), st.text("abcé’", max_size=9))
def test_every_time_that_is_written_is_found(times: list[int], word: str) -> None:
    note = "\n".join(f"{phrases.clock(at_s)} {word}" for at_s in times)
    found = moments(note, 7200.0)
    assert [moment.at_s for moment in found] == [float(at_s) for at_s in times[:MOST]]


@given(st.text())
def test_no_note_is_too_strange(note: str) -> None:
    assert all(0 <= moment.at_s < 60 for moment in moments(note, 60.0))
