"""Every error is one plain sentence, and its family is the one that the protocol names."""

import re

import pytest

from upload import errors
from upload.errors import DeliveryError

EVERY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DeliveryError)]
JARGON = re.compile(
    r"\b(http|https|tls|ssl|server|token|upload|queue|offset|sync|codec|json|timeout|exception|protocol|sha)\b(?!://)",
    re.I,
)


@pytest.mark.parametrize("kind", EVERY)
def test_a_plain_sentence(kind: type[DeliveryError]) -> None:
    sentence = kind().sentence
    assert str(kind()) == sentence
    assert sentence[0].isupper()
    assert not JARGON.search(sentence.replace("https://", "")), sentence
    assert len(sentence) < 240


@pytest.mark.parametrize("kind", EVERY)
def test_it_is_in_the_drawing(kind: type[DeliveryError]) -> None:
    assert re.search(rf"\b{kind.__name__}\b", errors.__doc__ or "")


def test_whoever_waits_is_told_that_the_recording_is_safe() -> None:
    for kind in EVERY:
        if issubclass(kind, errors.World):
            assert "recording is safe" in kind().sentence, kind
