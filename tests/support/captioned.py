"""Captions for tests: a clip whose draft is made, with words of which the computer is not sure."""

from diary_app.captions.layout import lines_of
from diary_app.captions.line import Heard, words_of
from diary_app.clip import ClipId
from diary_app.diary import Diary

SAID = "I went for a walk with a goose this morning. We saw the hole village, and then it rained. Lovely."
UNSURE = ("goose", "hole")


def put_draft(diary: Diary, clip_id: ClipId, *, said: str = SAID, unsure: tuple[str, ...] = UNSURE) -> None:
    """A draft of captions, a word every 0.25 seconds."""
    heard = [
        Heard(at * 0.25, at * 0.25 + 0.2, word, 0.4 if word in unsure else 0.9) for at, word in enumerate(said.split())
    ]
    diary.captions.keep(clip_id, lines_of(words_of(heard)), approved=False)
