"""The organisation's rule for files on this computer, and whether it is time. Pure, and quick to load (decision 30)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class KeepRule:
    """What the portal that the app is joined to has asked for."""

    portal: str
    """Its address."""
    days: int | None
    """So many days after the receipt the files of a clip are removed; None: they stay."""


NO_RULE = KeepRule("", None)


def moment(text: str) -> datetime | None:
    """A time as a portal writes it (ISO 8601; UTC where it does not say); None where it is none."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def days_have_passed(
    days: int, *, received_at: Iterable[datetime], made_at: datetime, portal_now: datetime, now: datetime
) -> bool:
    """True when so many days have passed by two clocks that do not know of each other, whichever says so later.

    The portal's own, from its receipt to this very answer; and this computer's, from the receipt, and from the moment
    in which the file that was sent was finished. One of the two may be wrong by years.
    """
    received = max(received_at)
    passed = min(portal_now - received, now - received, now - made_at)
    return passed >= timedelta(days=days)
