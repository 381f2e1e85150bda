"""What can come of one attempt of the courier. Pure data."""

from dataclasses import dataclass

from diary_app.clip import Receipt
from upload.errors import DeliveryError


@dataclass(frozen=True, slots=True)
class Delivered:
    """The portal holds the whole file, and the catalogue has its receipt."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Failed:
    """The clip is still here; the catalogue says when it is tried again, or that it is held."""

    error: DeliveryError


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process is delivering this clip, or another thread of this one any clip; or it is not ready to go."""


@dataclass(frozen=True, slots=True)
class Stayed:
    """The clip may not go out just now, or no longer: what the portal has of it is kept, and no attempt is counted."""


@dataclass(frozen=True, slots=True)
class WentAhead:
    """The small copy is at the portal, or will not go: the clip itself is next."""


Outcome = Delivered | Failed | Elsewhere | Stayed | WentAhead
