"""What a failed attempt means for a clip's place in the queue. Pure: clock and randomness are passed in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from diary_app.clip import Delivery, Stage
from upload.errors import DeliveryError, World
from upload.retry import pause_s

SAFE = "Your recording is safe on this computer."


@dataclass(frozen=True, slots=True)
class Verdict:
    """The clip's next stage and queue row."""

    stage: Stage
    delivery: Delivery


def judge(error: DeliveryError, delivery: Delivery, *, now: float, random: Callable[[], float], moved: bool) -> Verdict:
    """The family decides: the world is waited for, everything else is held until a person did something.

    now: wall-clock seconds. moved: bytes arrived in this attempt, so the pauses begin again at the shortest.
    """
    attempts = 1 if moved else delivery.attempts + 1
    failed = replace(delivery, attempts=attempts, problem=reassuring(error.sentence))
    if isinstance(error, World):
        pause = pause_s(attempts, random=random, retry_after_s=error.retry_after_s)
        return Verdict(Stage.WAITING, replace(failed, not_before=now + pause, held=False))
    return Verdict(Stage.READY, replace(failed, not_before=0.0, held=True))


def reassuring(sentence: str) -> str:
    """The sentence, and that nothing is lost where it does not say so itself: a portal's own words often do not."""
    return sentence if re.search("(recording|clip) is safe", sentence) else f"{sentence} {SAFE}"
