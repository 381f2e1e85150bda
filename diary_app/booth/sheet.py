"""The end-of-day sheet: recorded = received + still here + binned. Pure; any thread.

Every visit with a recording is counted in exactly one place, by the journal and by the catalogue together: whatever a
kill left half done, the sum is right.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from diary_app.booth.journal import Told, Visit
from diary_app.booth.nouns import VisitId
from diary_app.clip import Clip, Goes, Stage


class Here(StrEnum):
    """Why a recording is still on this computer alone."""

    UNDECIDED = "undecided"
    """Its visitor walked away: it is not sent."""
    PREPARING = "preparing"
    WAITING = "waiting"
    """For the internet, or for its turn."""
    SENDING = "sending"
    HELD = "held"
    """Somebody must see to it: the portal refused it, or nobody is signed in."""
    NOT_WHOLE = "not_whole"
    """It is open, or could not be made whole yet."""


class Gone(StrEnum):
    """Where a recording is that needs nothing more."""

    RECEIVED = "received"
    BINNED = "binned"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are."""

    received: int = 0
    binned: int = 0
    here: Mapping[Here, int] = field(default_factory=dict)

    @property
    def still_here(self) -> int:
        """On this computer alone."""
        return sum(self.here.values())

    @property
    def recorded(self) -> int:
        """All of them."""
        return self.received + self.still_here + self.binned

    @property
    def undecided(self) -> int:
        """Those of the still here that wait for a word of the staff."""
        return self.here.get(Here.UNDECIDED, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the staff see."""

    at: datetime
    event: str
    today: Tally
    whole_event: Tally
    undecided: tuple[tuple[VisitId, Clip], ...] = ()
    """What nobody has decided on, of any day, newest first."""
    problems: tuple[str, ...] = ()
    """The sentences of what is held, each once."""
    damaged: int = 0
    """Lines of the journal that cannot be read."""


def place_of(visit: Visit, clip: Clip | None) -> Here | Gone | None:
    """Where the recording of a visit is; None where nothing was recorded. clip: its clip, if the catalogue has it."""
    if visit.received or (clip is not None and clip.receipt is not None):
        return Gone.RECEIVED
    if clip is None:
        return Gone.BINNED if visit.recorded or visit.binned else None
    return _why_here(clip, kept=visit.kept)


def _why_here(clip: Clip, *, kept: bool) -> Here:
    if clip.stage is Stage.RECORDING:
        return Here.NOT_WHOLE
    if clip.stage in (Stage.SENT_BACK, Stage.WITHDRAWN) or clip.delivery.held or clip.delivery.goes is Goes.HELD:
        return Here.HELD
    if not clip.wanted:
        return Here.HELD if kept else Here.UNDECIDED
    if clip.stage in (Stage.SAVED, Stage.PREPARING):
        return Here.PREPARING
    return Here.SENDING if clip.stage is Stage.SENDING else Here.WAITING


def by_visit(clips: Iterable[Clip]) -> dict[VisitId, Clip]:
    """The take of a visit is named after it."""
    return {clip.take.stem: clip for clip in clips}


def sheet(told: Told, clips: Iterable[Clip], *, event: str, now: datetime) -> Sheet:
    """Count the visits of today (by now's own time zone), and those of this event."""
    known = by_visit(clips)
    places = {visit.visit: place_of(visit, known.get(visit.visit)) for visit in told.visits.values()}
    ours = [visit for visit in told.visits.values() if places[visit.visit] is not None]
    held = [known[visit.visit] for visit in ours if places[visit.visit] is Here.HELD]
    undecided = [(visit.visit, known[visit.visit]) for visit in ours if places[visit.visit] is Here.UNDECIDED]
    return Sheet(
        now,
        event,
        _tally(places[visit.visit] for visit in ours if _day(visit, now) == now.date()),
        _tally(places[visit.visit] for visit in ours if visit.event == event),
        tuple(reversed(undecided)),
        tuple(dict.fromkeys(clip.delivery.problem for clip in held if clip.delivery.problem)),
        told.damaged,
    )


def _day(visit: Visit, now: datetime) -> date | None:
    try:
        return datetime.fromisoformat(visit.agreed_at).astimezone(now.tzinfo).date()
    except ValueError:
        return None


def _tally(places: Iterable[Here | Gone | None]) -> Tally:
    count = Counter(places)
    here = {each: count[each] for each in Here if count[each]}
    return Tally(count[Gone.RECEIVED], count[Gone.BINNED], here)
