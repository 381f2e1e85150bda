"""What the check on arrival found. Pure data, shared by the server and its child."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. reason is empty for a file that plays, else a key of portal.words."""

    reason: str = ""
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    poster: bool = False
