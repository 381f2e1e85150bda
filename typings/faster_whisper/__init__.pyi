"""The part of faster-whisper 1.2 that the app uses."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

class Word:
    start: float
    end: float
    word: str
    probability: float

class Segment:
    words: Sequence[Word] | None

class TranscriptionInfo:
    language: str

class WhisperModel:
    def __init__(
        self,
        model_size_or_path: str,
        device: str = ...,
        *,
        compute_type: str = ...,
        cpu_threads: int = ...,
        local_files_only: bool = ...,
    ) -> None: ...
    def transcribe(
        self,
        audio: NDArray[np.float32],
        language: str | None = ...,
        *,
        beam_size: int = ...,
        vad_filter: bool = ...,
        word_timestamps: bool = ...,
        condition_on_previous_text: bool = ...,
    ) -> tuple[Iterable[Segment], TranscriptionInfo]: ...
