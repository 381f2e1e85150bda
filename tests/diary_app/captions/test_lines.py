"""From words to captions and to files, whatever the words are: what fits, what is read, and what must not be told."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diary_app.captions.cues import LEAST_S, SMALLEST_GAP_S, Cue, cues_of
from diary_app.captions.formats import srt, transcript, webvtt
from diary_app.captions.layout import ROWS, WIDTH, lines_of, rows_of
from diary_app.captions.line import NAME, Heard, Line, Word, nameless, retyped, words_of
from diary_app.clip import KeptRange

PLAIN = st.sampled_from(["a", "I", "we", "then,", "morning", "smiled.", "Really?", "understandable"])
TEXTS = PLAIN | st.sampled_from(["x" * 37, "y" * 38, "z" * 90, "-->", "<b>", "&amp;", "é", "日本語", "NOTE"])


@st.composite
def heard(draw: st.DrawFn, texts: st.SearchStrategy[str] = PLAIN) -> list[Heard]:
    """Words one after the other, as a model tells them: now and then with no time between, or none in them."""
    at_s, found = 0.0, []
    for text in draw(st.lists(texts, max_size=25)):
        at_s += draw(st.sampled_from([0.0, 0.0, 0.05, 0.3, 1.0, 4.0]))
        end_s = at_s + draw(st.sampled_from([0.0, 0.1, 0.25, 0.6, 9.0]))
        found.append(Heard(at_s, end_s, text, draw(st.floats(0, 1))))
        at_s = end_s
    return found


@st.composite
def stretches(draw: st.DrawFn) -> tuple[KeptRange, ...]:
    ends = sorted(draw(st.lists(st.integers(0, 600), max_size=8, unique=True)))
    return tuple(KeptRange(a / 10, b / 10) for a, b in zip(ends[::2], ends[1::2], strict=False))


@given(heard(TEXTS), stretches(), stretches())
@settings(max_examples=70)
def test_whatever_was_said_every_caption_can_be_shown(
    told: list[Heard], keep: tuple[KeptRange, ...], names: tuple[KeptRange, ...]
) -> None:
    lines = lines_of(words_of(told))
    seconds = sum(part.seconds for part in keep) if keep else 60.0
    cues = cues_of(lines, keep=keep, names=names, seconds=seconds)
    for cue in cues:
        assert 0 < len(cue.rows) <= ROWS
        assert all(0 < len(row) <= WIDTH for row in cue.rows)
        assert cue.end_s - cue.start_s > LEAST_S / 2
    for cue, following in pairwise(cues):
        gap_s = following.start_s - cue.end_s
        assert gap_s == 0 or gap_s >= SMALLEST_GAP_S - 1e-9


@given(heard(TEXTS))
@settings(max_examples=30)
def test_no_letter_is_lost_on_the_way_to_the_file(told: list[Heard]) -> None:
    lines = lines_of(words_of(told))
    said = "".join("".join(each.text.split()) for each in sorted(told, key=lambda one: one.start_s))
    assert "".join(line.text for line in lines).replace(" ", "") == said
    shown = "".join("".join(cue.rows) for cue in cues_of(lines, seconds=9.0)).replace(" ", "")
    assert shown == said


@given(heard(), stretches(), stretches())
@settings(max_examples=70)
def test_nothing_that_was_cut_or_bleeped_is_in_any_file(
    told: list[Heard], keep: tuple[KeptRange, ...], names: tuple[KeptRange, ...]
) -> None:
    marked = [Heard(one.start_s, one.end_s, f"w{number}q", one.likely) for number, one in enumerate(told)]
    lines = lines_of(words_of(marked))
    cues = cues_of(lines, keep=keep, names=names, seconds=60.0)
    told_in = {kind: set(re.findall(r"w\d+q", write(cues))) for kind, write in FORMATS.items()}
    for line in lines:
        for word in line.words:
            kept_s = sum(max(0.0, min(word.end_s, part.end_s) - max(word.start_s, part.start_s)) for part in keep)
            cut = bool(keep) and kept_s * 2 < word.end_s - word.start_s
            bleeped = any(word.start_s < name.end_s and word.end_s > name.start_s for name in names)
            near = any(word.start_s < name.end_s + 0.2 and word.end_s > name.start_s - 0.2 for name in names)
            for found in told_in.values():
                assert not ((cut or bleeped) and word.text in found)
                assert cut or near or word.text in found, "and all the rest is there"


FORMATS = {"vtt": webvtt, "srt": srt, "text": transcript}


def test_two_rows_are_broken_where_a_reader_pauses() -> None:
    said = "When I came in this morning, she smiled at me for the first time."
    assert rows_of(said.split()) == ["When I came in this morning,", "she smiled at me for the first time."]
    words = words_of(
        [Heard(at * 0.3, at * 0.3 + 0.3, text, 0.9) for at, text in enumerate((said + " Really.").split())]
    )
    assert [line.text for line in lines_of(words)] == [said, "Really."]


def test_short_words_stay_long_enough_to_be_read() -> None:
    lines = lines_of(words_of([Heard(1.0, 1.1, "Yes.", 0.9), Heard(3.0, 3.2, "No.", 0.9), Heard(4.1, 4.2, "Oh.", 0.9)]))
    assert [(cue.start_s, round(cue.end_s, 3)) for cue in cues_of(lines, seconds=4.5)] == [
        (1.0, 2.0),
        (3.0, 4.1),
        (4.1, 4.5),
    ]


def test_the_files_are_what_their_formats_say() -> None:
    cues = [Cue(0.0, 1.2345, ("Tom & Jerry <3", "a --> b")), Cue(3661.5, 3662.0, ("Bye.",))]
    assert webvtt(cues) == (
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.234\nTom &amp; Jerry &lt;3\na --&gt; b\n\n"
        "2\n01:01:01.500 --> 01:01:02.000\nBye.\n"
    )
    assert srt(cues) == (
        "1\n00:00:00,000 --> 00:00:01,234\nTom & Jerry <3\na -> b\n\n2\n01:01:01,500 --> 01:01:02,000\nBye.\n"
    )
    assert transcript(cues) == "Tom & Jerry <3 a --> b\n\nBye.\n"
    assert (webvtt([]), srt([]), transcript([])) == ("WEBVTT\n", "", "")


# -- what a person types -------------------------------------------------------------------------------------------


def _line(text: str) -> Line:
    return Line(tuple(Word(at * 1.0, at + 0.8, each, at == 1) for at, each in enumerate(text.split())))


@given(st.lists(PLAIN, min_size=1, max_size=12), st.lists(PLAIN, max_size=12))
@settings(max_examples=60)
def test_what_is_typed_is_what_stands_and_lies_within_the_line(old: list[str], new: list[str]) -> None:
    line = retyped(_line(" ".join(old)), " ".join(new))
    if not new:
        assert line is None
        return
    assert line is not None
    assert line.text == " ".join(new)
    assert not line.doubtful
    assert all(0 <= word.start_s < word.end_s <= len(old) + 0.1 for word in line.words)


def test_a_word_that_is_put_right_keeps_its_time() -> None:
    line = retyped(_line("I met a goose today"), "I met Mr Gough today")
    assert line is not None
    assert [(word.text, round(word.start_s, 1)) for word in line.words] == [
        ("I", 0.0),
        ("met", 1.0),
        ("Mr", 2.0),
        ("Gough", 2.5),
        ("today", 4.0),
    ]


# -- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["I met Anna Bell today", "I met [name] today"])
def test_a_name_stays_hidden_whatever_is_typed(typed: str) -> None:
    name = KeptRange(2.1, 2.7)
    before = nameless(_line("I met Anna today"), [name])
    assert before.text == "I met [name] today"
    line = retyped(before, typed)
    assert line is not None
    shown = nameless(line, [name]).text
    assert shown.split()[:2] + shown.split()[-1:] == ["I", "met", "today"]
    assert NAME in shown


def test_the_next_name_beside_a_name_is_hidden_too() -> None:
    one = nameless(_line("I met Anna Bob today"), [KeptRange(2.0, 2.9)])
    assert one.text == "I met [name] today", "what is very near may be the name"
    typed = retyped(one, "I met [name] Bob today")
    assert typed is not None
    bob = next(word for word in typed.words if word.text == "Bob")
    shown = nameless(typed, [KeptRange(2.0, 2.9), KeptRange(bob.start_s, bob.end_s)])
    assert "Bob" not in shown.text
