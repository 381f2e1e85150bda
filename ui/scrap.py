"""Scrap the last 30 seconds: what is asked, how much goes, and what is said when it has gone. Pure; no Qt."""

from dataclasses import dataclass

from diary_app import phrases
from ui import words

SCRAP_S = 30.0
TO_THE_BEGINNING_S = 5.0
"""More than the whole take, for what comes in while the command is on its way."""


@dataclass(frozen=True, slots=True)
class Scrap:
    """Everything after this second of the take is to go.

    The second is fixed when the user presses the button: what they want gone goes, however long they read the question.
    """

    from_s: float

    @staticmethod
    def at(recorded_s: float) -> "Scrap":
        """The button was pressed at this second of the take."""
        return Scrap(max(0.0, recorded_s - SCRAP_S))

    @property
    def is_all(self) -> bool:
        """True when nothing stays."""
        return self.from_s == 0

    @property
    def question(self) -> tuple[str, str]:
        """What is asked, and what will happen."""
        if self.is_all:
            return words.SCRAP_ASK_ALL, words.SCRAP_WHY_ALL
        return words.SCRAP_ASK, words.SCRAP_WHY.format(time=phrases.clock(self.from_s))

    def seconds(self, recorded_s: float) -> float:
        """How much that is by now, at this second of the take."""
        return recorded_s + TO_THE_BEGINNING_S if self.is_all else recorded_s - self.from_s

    def done(self, gone_s: float) -> str:
        """So many seconds have gone."""
        return words.SCRAPPED_ALL if self.is_all else words.SCRAPPED.format(length=phrases.spoken(round(gone_s)))
