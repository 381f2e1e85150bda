"""The words: every one marked and translated, plain to read, and errors of three parts."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary_app import language
from diary_app.language import Plural, choose, day_words, moment_words, shown
from tests.support import plain_english, wording
from tests.support.command_line import REPOSITORY
from tests.support.wording import Found, Key

HARD_WORDS = {
    "anybody": "known to every child; as long as the shorter ways round it",
    "certificate": "what IT teams call it; the sentence sends the reader to them",
    "delivery": "the portal's word for one sending; seen when IT looks into a problem",
    "everybody": "known to every child",
    "everything": "known to every child",
    "everywhere": "known to every child",
    "libportaudio": "the name of a package, for the IT team",
    "moderator": "the role that the portal gives people, explained on the portal",
    "moderators": "as moderator",
    "organisers": "the people who run an event; “they” would be nobody in particular",
    "organisation": "whom the reader works for; “firm” would be wrong for most",
    "organisation's": "as organisation",
    "organisation’s": "as organisation",
    "original": "what stays unchanged; no shorter word says it",
    "security": "the name of a page of Windows and macOS",
    "somebody": "known to every child",
    "somebody’s": "known to every child",
}
"""Words of more than three syllables that stay, and why."""
JARGON = re.compile(
    r"\b(server|protocol|queue|token|upload|download|sync|cache|codec|encoder|bitrate|render|rendition|bytes?|kbit"
    r"|metadata|database|thread|process|exception|timeout|checksum|sha|url|json|api|toggle|invalid|abort|authenticate"
    r"|credentials?|configure|configuration|parameter|buffer|stderr|utf|null)\b",
    re.IGNORECASE,
)
TECHNICAL = {
    "portal/words.py": "answers to a program that is at fault; IT reads them",
    "upload/tokens.py": "for whoever wrote a token file by hand",
}
"""Places where jargon may stand, and for whom."""


@pytest.fixture(scope="module")
def found() -> dict[Key, Found]:
    return wording.gather()


def english(found: dict[Key, Found]) -> Iterator[tuple[str, str]]:
    """Each text, or each of its forms, and where it is said first."""
    for key, entry in found.items():
        for text in (key,) if isinstance(key, str) else key:
            yield text, entry.places[0]


# -- catalogues -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [code for code in language.LANGUAGES if code != language.ENGLISH])
def test_every_text_is_translated_and_none_is_stale(code: str, found: dict[Key, Found]) -> None:
    entries = {entry.id: entry for entry in wording.catalogue(code) if entry.id}
    assert set(entries) == set(found), "./scripts/words brings the catalogue up to the source"
    for key, entry in entries.items():
        assert not entry.fuzzy, key
        assert wording.translated(entry), f"{key} has no translation"
        wanted = wording.placeholders(key if isinstance(key, str) else key[1])
        for form in wording.forms(entry):
            has = wording.placeholders(form)
            assert has == wanted if isinstance(key, str) else has | {"number"} == wanted | {"number"}, (key, form)


def test_words_of_screens_stand_in_words_modules_alone() -> None:
    """Each of their texts is marked, and no other module of the screens gives a widget words of its own."""
    says = {"label", "Button", "setText", "setToolTip", "setAccessibleName", "setPlaceholderText", "setWindowTitle"}
    says |= {"say", "advise", "announce", "setAccessibleDescription", "Tick"}
    bare: list[str] = []
    for path in sorted((REPOSITORY / "ui").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if "words" in path.stem:
            bare += [f"{path.name}: {text}" for text in unmarked(tree)]
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in says and node.args and literal(node.args[0]):
                bare.append(f"{path.name}:{node.lineno}: {ast.unparse(node.args[0])}")
    assert bare == []


def unmarked(tree: ast.Module) -> Iterator[str]:
    """Texts with letters in constants of a words module that are in neither _() nor Plural()."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            marked = {id(each) for call in calls(node.value) for each in ast.walk(call)}
            keys = {id(key) for each in ast.walk(node.value) if isinstance(each, ast.Dict) for key in each.keys}
            for each in ast.walk(node.value):
                if literal(each) and id(each) not in marked | keys and ast.unparse(target) != "APP":
                    yield ast.unparse(each)


def calls(value: ast.expr) -> list[ast.Call]:
    return [each for each in ast.walk(value) if isinstance(each, ast.Call)]


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literal(node: ast.AST) -> bool:
    """A text with letters outside its placeholders."""
    if isinstance(node, ast.JoinedStr):
        return any(literal(piece) for piece in node.values)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return re.search(r"[A-Za-z]{2}", wording.PLACEHOLDER.sub("", node.value)) is not None


# -- plain English --------------------------------------------------------------------------------------------------


def test_a_child_of_nine_reads_every_screen_and_every_error(found: dict[Key, Found]) -> None:
    by_place: dict[str, list[str]] = {}
    for text, place in english(found):
        by_place.setdefault(place if place.startswith("ui/") else "errors", []).append(text)
    consent = language.words_file("booth_consent.txt").partition("\n\n")[2]
    assert plain_english.reading_age([consent]) <= plain_english.OLDEST_AGE
    ages = {place: plain_english.reading_age(texts) for place, texts in by_place.items() if len(texts) >= 10}
    assert ages
    assert max(ages.values()) <= plain_english.OLDEST_AGE, sorted(ages.items(), key=lambda each: -each[1])[:3]


def test_sentences_are_short_and_words_are_common(found: dict[Key, Found]) -> None:
    hard = [
        (place, text, plain_english.too_long(text) + plain_english.hard_words(text, HARD_WORDS))
        for text, place in english(found)
        if plain_english.too_long(text) or plain_english.hard_words(text, HARD_WORDS)
    ]
    assert hard == []


def test_no_jargon(found: dict[Key, Found]) -> None:
    assert [(place, text) for text, place in english(found) if JARGON.search(text) and place not in TECHNICAL] == []


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("recorded", 3), ("moved", 1), ("portal", 2), ("computer", 3), ("organisation", 5), ("people", 2)],
)
def test_syllables_are_counted(word: str, count: int) -> None:
    assert plain_english.syllables(word) == count


def test_the_measure_tells_easy_from_hard() -> None:
    easy = ["Press Play. Your recording is safe."]
    hard = ["Authentication credentials necessitate immediate reconfiguration of the organisational infrastructure."]
    assert plain_english.reading_age(easy) < 9
    assert plain_english.reading_age(hard) > 20
    assert plain_english.hard_words(hard[0], HARD_WORDS)
    assert plain_english.too_long(" ".join(["word"] * 25))


# -- in another language --------------------------------------------------------------------------------------------


@pytest.fixture
def welsh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(language.CHOSEN, "cy")


def test_a_language_is_chosen_as_systems_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(language.CHOSEN, "en")
    assert choose("", "de-DE", "cy_GB.UTF-8", "en") == "cy" == language.chosen()
    assert choose("en-GB", "cy") == choose("de") == choose() == "en"


@pytest.mark.usefixtures("welsh")
def test_counts_take_the_form_of_the_language() -> None:
    clips = Plural("{number} clip", "{number} clips")
    assert [clips.of(number) for number in (0, 1, 2, 3, 5, 6, 20)] == [
        "Dim clip", "1 clip", "2 glip", "3 chlip", "5 clip", "6 chlip", "20 clip",
    ]  # fmt: skip


@pytest.mark.usefixtures("welsh")
def test_days_have_their_names_in_the_language() -> None:
    from tests.support.app_window import EVENING

    assert day_words(EVENING) == "2 Tachwedd"
    assert moment_words(EVENING) == "Dydd Llun 2 Tachwedd, 19:30"


@pytest.mark.usefixtures("welsh")
def test_a_sentence_from_below_is_found_again() -> None:
    plain = shown("There is no connection to the portal. Your recording is safe, and it is sent by itself later.")
    assert plain.startswith("Does dim cysylltiad â’r porth.")
    filled = shown("The camera “Front” is being used by Zoom. Close Zoom, then try again.")
    assert filled.startswith("Mae Zoom yn defnyddio’r camera “Front”.")
    glued = shown("The portal says: no. Your recording is safe on this computer.")
    assert glued == "The portal says: no. Mae eich recordiad yn ddiogel ar y cyfrifiadur hwn."
    assert shown("Nobody wrote this sentence.") == "Nobody wrote this sentence."
    assert shown("") == ""


def test_a_whole_window_in_welsh(tmp_path: Path) -> None:
    """No English is left on any screen, and nothing is cut off, with words of twice the size too."""
    report = tmp_path / "report.json"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DIARY_DATA_DIR": str(tmp_path / "data")}
    subprocess.run(
        [sys.executable, "-m", "tests.support.other_language", "cy", report],
        cwd=REPOSITORY, env=environment, timeout=240, check=True,
    )  # fmt: skip
    assert json.loads(report.read_text(encoding="utf-8")) == []
