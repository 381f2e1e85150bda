"""Whisper base on this computer's processor, by faster-whisper: the Transcriber of the app. Loaded where it is used.

Offline, and made sure of: the model's files are checked before they are read, nothing is looked for elsewhere, and the
process that has loaded it can open no connection at all (decision 40).
"""

import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from capture.models import WHISPER, ModelMissing, find_whisper, model_folders
from diary_app.captions.hearing import Speech
from diary_app.captions.line import Heard

LIBRARY = "faster_whisper"
LANGUAGE = "en"
"""Not found out: a model this small may take English with an accent for another language."""
BEAM = 5
NETWORK = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"})


def seems_there() -> bool:
    """True where something of that name is installed; a glance, at the start of the app."""
    return importlib.util.find_spec(LIBRARY) is not None and any(
        (folder / WHISPER / "model.bin").is_file() for folder in model_folders()
    )


def is_there() -> bool:
    """True where this computer can write down speech. Reads 145 MB the first time in a process."""
    if not seems_there():
        return False
    try:
        find_whisper()
    except ModelMissing:
        return False
    return True


def stay_offline() -> None:
    """From now on, and for good, this process can ask the network for nothing. For a child process of its own."""
    os.environ["HF_HUB_OFFLINE"] = "1"

    def refuse(event: str, _arguments: object) -> None:
        if event in NETWORK:
            raise PermissionError(f"{event}: captions are made without a network")

    sys.addaudithook(refuse)


class Whisper:
    """A Transcriber. Loading it takes some seconds and 300 MB. Raises ModelMissing, and ImportError without it."""

    def __init__(self, folder: Path | None = None) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(
            str(folder or find_whisper()),
            device="cpu",
            compute_type="int8",
            cpu_threads=max(1, (os.cpu_count() or 2) // 2),  # the screen has the rest
            local_files_only=True,
        )

    def words(self, speech: Speech) -> Iterator[Heard]:
        """See Transcriber. What is no speech is left out first: out of silence, this model makes “You”."""
        segments, _ = self._model.transcribe(
            speech,
            language=LANGUAGE,
            beam_size=BEAM,
            vad_filter=True,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        for segment in segments:
            yield from whole_words(segment.words or ())


class Part(Protocol):
    """What the model tells: a word with the space before it, or the rest of one (“-known”), without."""

    start: float
    end: float
    word: str
    probability: float


def whole_words(parts: Sequence[Part]) -> Iterator[Heard]:
    """Parts that belong together as one word, as unlikely as the least likely of them."""
    word: Heard | None = None
    for part in parts:
        text = part.word.strip()
        if word is not None and (not text or part.word[0].isspace()):
            yield word
            word = None
        if not text:
            continue
        start_s, text, likely = (
            (float(part.start), text, float(part.probability))
            if word is None
            else (word.start_s, word.text + text, min(word.likely, float(part.probability)))
        )
        word = Heard(start_s, float(part.end), text, likely)
    if word is not None:
        yield word
