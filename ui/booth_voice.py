"""The computer's own voice, which reads the booth's words aloud; where there is none, nothing offers it. GUI thread."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QLocale, QObject
from PySide6.QtTextToSpeech import QTextToSpeech

from diary_app.language import chosen

MOCK = "mock"
"""Qt's own engine for tests: it says nothing."""


class Voice(Protocol):
    """Reads one text at a time."""

    def when_over(self, over: Callable[[], None]) -> None:
        """Call this when it has come to the end of what it was given, not when it was hushed."""

    @property
    def speaks(self) -> bool:
        """True where there is a voice."""

    def read(self, text: str) -> None:
        """Say this. Returns at once."""

    def hush(self) -> None:
        """Be silent. Returns at once."""


def nothing() -> None:
    """Do nothing."""


class SystemVoice(QObject):
    """Whatever engine the system has; on Linux that is Speech Dispatcher."""

    def __init__(self) -> None:
        super().__init__()
        self._over: Callable[[], None] = nothing
        self._reading = False
        engine = next((name for name in QTextToSpeech.availableEngines() if name != MOCK), "")
        self._speech = QTextToSpeech(engine, self) if engine else None
        if self._speech is not None:
            self._speech.stateChanged.connect(self._on_state)

    def when_over(self, over: Callable[[], None]) -> None:
        """Call this at the end."""
        self._over = over

    @property
    def speaks(self) -> bool:
        """True where there is a voice."""
        if self._speech is None:
            return False
        if self._speech.state() is not QTextToSpeech.State.Error:
            return True
        # A Speech Dispatcher that does not tell its voices speaks all the same; one that is not there does not.
        return self._speech.errorReason() is QTextToSpeech.ErrorReason.Configuration and bool(
            self._speech.availableLocales()
        )

    def read(self, text: str) -> None:
        """Say this."""
        if self._speech is not None:
            self._speech.setLocale(QLocale(chosen()))
            self._reading = True
            self._speech.say(text)

    def hush(self) -> None:
        """Be silent, at once."""
        self._reading = False
        if self._speech is not None:
            self._speech.stop(QTextToSpeech.BoundaryHint.Immediate)

    def _on_state(self, state: QTextToSpeech.State) -> None:
        if self._reading and state in (QTextToSpeech.State.Ready, QTextToSpeech.State.Error):
            self._reading = False
            self._over()
