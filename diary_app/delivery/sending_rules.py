"""May this clip go now, and if not, why: the rule that the uploader and the words on the screens share. Pure."""

from dataclasses import dataclass
from enum import Enum, auto

from diary_app.clip import Clip, Goes


class Cap(Enum):
    """How fast bytes may go out; the value is bytes a second, or None."""

    NONE = None
    MIDDLE = 1_000_000
    LOW = 250_000

    @property
    def bytes_per_s(self) -> int | None:
        """Bytes a second; None where they go as fast as they can."""
        found: int | None = self.value
        return found


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user has said about all clips on this computer."""

    also_metered: bool = False
    """True where clips go out on connections that are paid for by the amount, too."""
    cap: Cap = Cap.NONE
    locked: frozenset[str] = frozenset()
    """Of “also_metered” and “cap”, what the organisation decides."""
    locked_bytes_per_s: int | None = None
    """The organisation's cap where it decides that; None: no cap."""

    @property
    def bytes_per_s(self) -> int | None:
        """How many bytes a second may go out; None: as many as can."""
        return self.locked_bytes_per_s if "cap" in self.locked else self.cap.bytes_per_s


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of the connection just now."""

    metered: bool = False
    """True where the system says that it is paid for by the amount; where it cannot tell, it is not."""


class MayGo(Enum):
    """The answer for one clip."""

    YES = auto()
    ON_HOLD = auto()
    """Its owner said: not now."""
    NEEDS_SOMEBODY = auto()
    """Somebody must sign in, or read why the portal refused it."""
    METERED = auto()
    """The connection is paid for by the amount."""


def may_go(clip: Clip, rules: Rules, connection: Connection) -> MayGo:
    """May this clip, which is wanted at the portal, go out by itself now; when it is due is another question."""
    if clip.delivery.goes is Goes.HELD:
        return MayGo.ON_HOLD
    if clip.delivery.held:
        return MayGo.NEEDS_SOMEBODY
    if connection.metered and not rules.also_metered and clip.delivery.goes is not Goes.ANYWAY:
        return MayGo.METERED
    return MayGo.YES
