"""Every error has its three parts: what happened, that the recording is safe, and one thing to do."""

import re
from collections.abc import Iterator

import pytest

from tests.support import wording
from upload.errors import DeliveryError, UnsafeAddress

TO_DO = re.compile(
    r"\b(please|choose|try|plug|check|close|delete|ask|press|look|type|open|use|make|wait|install|join|give|stop|add|put"
    r"|keep|trim|sign in|update|tell|record|write|move|start (?:a|it|again)|cut|remove|hold"
    r"|is offered again|is there room|is the disk|was it moved|by itself|again later|when there is room again"
    r"|goes on now|sent again)\b",
    re.IGNORECASE,
)
"""A verb that tells the reader what to do, a question that hints at it, or that the app does it by itself."""
SAFE = re.compile(r"\b(safe|kept|still there|nothing was changed|unchanged|goes on)\b", re.IGNORECASE)
OF_A_RECORDING = (
    "capture/encoder.py", "capture/syncing.py", "capture/take.py", "upload/errors.py", "upload/attempt.py",
    "diary_app/editing/ffmpeg_child.py", "diary_app/editing/render.py", "diary_app/editing/render_child.py",
    "diary_app/editing/hidden_faces.py", "diary_app/editing/seen_faces.py", "diary_app/shared/errors.py",
)  # fmt: skip
"""Where a recording exists when something goes wrong: the reader fears for it."""

ON_ITS_BUTTON = "the button beside it says what to do"
NOBODY_ERRED = "no error: it says how things are, and nothing needs doing"
INNER = "a part of another sentence, or caught before anybody reads it"
NOTHING_TO_DO = {
    "A PIN has 4 to 8 digits.": "the field to type it in has the focus",
    "A part of this app is missing: it needs to be installed again.": "whoever reads it may be no admin",
    "Captions cannot be made on this computer.": NOBODY_ERRED,
    "Every clip on this computer has arrived at the portal. There is nothing to take.": NOBODY_ERRED,
    "Everyone in the clip must agree before it is sent.": "that is the thing to do",
    "It opens there without the words.": INNER,
    "Nothing is being recorded.": NOBODY_ERRED,
    "Something went wrong inside the app. Nothing that was recorded is lost. The file diary.log says more.": (
        "on stderr, for whoever started the app from there"
    ),
    "Stopped. Your recording is safe and unchanged.": "the reader pressed Stop",
    "That is not the right PIN.": INNER,
    "The camera “{name}” has stopped.": INNER,
    "The clip was held in the app meanwhile.": "the reader pressed Hold",
    "The practice portal on this computer did not start. Your recording is safe.": ON_ITS_BUTTON,
    "The portal takes no small copies. Your recording is safe.": "the full clip follows",
    "The sound of {name} is damaged.": INNER,
    "The sound output stopped working, so you will not hear this.": NOBODY_ERRED,
    "The token file {path} cannot be read.": "for the command line",
    "There is no such clip on this computer.": "for the command line; the list has only clips that are there",
    "This clip is already on its way, so it can no longer be changed.": NOBODY_ERRED,
    "This clip was withdrawn, so its captions can no longer be changed.": NOBODY_ERRED,
    "This computer has no sound output that works, so you will not hear this.": NOBODY_ERRED,
    "This person is not on this computer any more.": "the tile is gone from the screen at once",
    "This recording has no sound, so no name can be heard in it.": NOBODY_ERRED,
    "This recording has no sound, so there is nothing to write down.": NOBODY_ERRED,
    "What writes down speech is not on this computer, or is damaged.": INNER,
    "Writing down what you said broke off. Your recording is safe.": ON_ITS_BUTTON,
    "Your recording is safe on this computer.": INNER,
    "{name} has no pictures.": INNER,
}
"""Sentences without anything to do, and why."""
NOT_ABOUT_A_RECORDING = {
    "Diary is open on this computer already, for another user of it. Please close it there first.": "before it opens",
    "That is not the right PIN.": INNER,
    "The code was not used in time. Please ask for a new one.": "pairing, before anything is sent",
    "The disk of this computer reports an error, so the recording has stopped. Try another disk.": (
        "whether a broken disk gives back what was written is not known, so nothing is promised"
    ),
    "The part of this app that writes recordings did not start. Please install the app again.": "before it begins",
    "The portal did not allow this computer. Ask your digital champion, then try again.": "pairing",
    "There were too many wrong PINs. Please wait a little.": "the screen says that the clips are safe",
    "This is not a safe portal address. It should begin with https://": "pairing",
}
"""Sentences that do not say that the recording is safe, and why."""


@pytest.fixture(scope="module")
def sentences() -> dict[str, list[str]]:
    """What errors say, and the modules that say it."""
    below = ("capture/", "upload/", "diary_app/")
    told: dict[str, list[str]] = {}
    for key, entry in wording.gather().items():
        places = [place for place in entry.places if place.startswith(below) and not named(place)]
        if isinstance(key, str) and places:
            told[key] = places
    return told


def named(place: str) -> bool:
    """Names of things, not errors."""
    return place == "diary_app/phrases.py" or (place.endswith("words.py") and not place.startswith("capture/"))


def test_every_error_says_what_to_do(sentences: dict[str, list[str]]) -> None:
    lost = [(places[0], text) for text, places in sentences.items() if not TO_DO.search(text)]
    assert [each for each in lost if each[1] not in NOTHING_TO_DO] == []


def test_every_error_about_a_recording_says_that_it_is_safe(sentences: dict[str, list[str]]) -> None:
    about = {text: places[0] for text, places in sentences.items() if set(places) & set(OF_A_RECORDING)}
    assert len(about) > 40
    assert [
        (place, text) for text, place in about.items() if not SAFE.search(text) and text not in NOT_ABOUT_A_RECORDING
    ] == []


def test_every_error_of_a_delivery_has_all_three_parts() -> None:
    """By its class: what a new one says by default is held to the same."""
    for family in families(DeliveryError):
        sentence = family.default
        assert TO_DO.search(sentence) or sentence == UnsafeAddress.default, sentence
        assert SAFE.search(sentence) or sentence in NOT_ABOUT_A_RECORDING, sentence
        assert len(re.findall(r"[.?]", sentence)) >= 2 or "by itself" in sentence or "https" in sentence, sentence


def families(of: type[DeliveryError]) -> Iterator[type[DeliveryError]]:
    """It, and those under it in its own module."""
    yield of
    for each in of.__subclasses__():
        if each.__module__ == of.__module__:
            yield from families(each)
