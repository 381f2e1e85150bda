"""The nouns of the diary: clip, stage, kept range, rendition, receipt. Pure data; any thread."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NewType
from urllib.parse import urljoin

from diary_app.language import moment_words

ClipId = NewType("ClipId", str)
"""A UUID as text. It exists before the first frame and is the idempotency key everywhere."""


def new_clip_id() -> ClipId:
    """Return a fresh clip id."""
    return ClipId(str(uuid.uuid4()))


class Kind(StrEnum):
    """What a clip holds."""

    VIDEO = "video"
    SOUND = "sound"


class Stage(StrEnum):
    """Where a clip is on its way. The one vocabulary of product.md, plus READY between preparing and sending."""

    RECORDING = "recording"
    SAVED = "saved"
    PREPARING = "preparing"
    READY = "ready"
    WAITING = "waiting"
    """Waiting for internet: wanted at the portal, and the last attempt could not reach it."""
    SENDING = "sending"
    RECEIVED = "received"
    """Received and checked whole: the portal's SHA-256 is the rendition's own."""
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"


class Audience(StrEnum):
    """Who may see a clip once it is published."""

    TEAM = "team"
    STAFF = "staff"


class Preset(StrEnum):
    """How small the rendition is made."""

    SMALLER = "smaller"
    NORMAL = "normal"
    BEST = "best"


class ShowAs(StrEnum):
    """How the speaker wants to be seen and heard; done on this computer, before anything leaves it."""

    AS_I_AM = "as_i_am"
    VOICE_ONLY = "voice_only"
    """The sound alone: the rendition holds no picture."""
    DISGUISED_VOICE = "disguised_voice"
    BLURRED_FACE = "blurred_face"


class Captions(StrEnum):
    """How the captions of a clip stand. Only approved ones go anywhere."""

    NONE = "none"
    DRAFT = "draft"
    APPROVED = "approved"


class Goes(StrEnum):
    """What its owner said about when a clip goes out."""

    BY_ITSELF = "by_itself"
    """As the rules for all clips have it."""
    HELD = "held"
    """Not until they say so."""
    ANYWAY = "anyway"
    """Also where the connection is paid for by the amount."""


@dataclass(frozen=True, slots=True)
class KeptRange:
    """A stretch of the take that stays (or is bleeped), in seconds of the take's own time: start_s <= t < end_s."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise ValueError(f"not a stretch of time: {self.start_s} to {self.end_s}")

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Person:
    """One permission card: a person in the clip and what they said yes to."""

    name: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class About:
    """What the speaker says about the clip on the *About it* screen."""

    title: str = ""
    audience: Audience = Audience.TEAM
    people: tuple[Person, ...] = ()
    preset: Preset = Preset.NORMAL
    clean_sound: bool = False
    """True where hum and hiss are to be made quieter."""
    show_as: ShowAs = ShowAs.AS_I_AM


@dataclass(frozen=True, slots=True)
class Rendition:
    """The finished, compressed file; written once, whole, and never changed afterwards."""

    path: Path
    sha256: str
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SmallCopy:
    """A much smaller copy of a rendition, which goes ahead so that a moderator can watch soon (decision 25)."""

    path: Path
    sha256: str
    bytes: int
    seconds: float
    upload_url: str | None = None
    """Where the portal told us to send its bytes; kept so that a restart resumes."""
    arrived: bool = False
    """True once the portal holds it whole."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The portal's word that it holds the whole file."""

    clip_id: ClipId
    sha256: str
    bytes: int
    received_at: str
    """ISO 8601, UTC, as the portal wrote it."""
    page: str
    """Address of the clip's page at the portal."""
    slip: str = field(default="", repr=False)
    """The code with which the clip is withdrawn; empty where the portal gave none. Never in a log, nor in argv."""

    @property
    def slip_page(self) -> str:
        """The portal's page on which the code is typed (docs/protocol.md, section 4)."""
        return urljoin(self.page, "/slip")

    @property
    def said(self) -> dict[str, object]:
        """The receipt as the command line prints it, which scripts keep: without the slip."""
        return {
            "clip_id": self.clip_id,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "received_at": self.received_at,
            "page": self.page,
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the delivery of a clip stands: the catalogue's own queue row."""

    attempts: int = 0
    not_before: float = 0.0
    """Wall-clock seconds before which no new attempt is made."""
    upload_url: str | None = None
    """Where the portal told us to send the bytes; kept so that a restart resumes."""
    problem: str | None = None
    """The last sentence for the user, or None."""
    held: bool = False
    """True when the world cannot mend it: a person must sign in or read the refusal."""
    goes: Goes = Goes.BY_ITSELF
    """Its owner's own word; no attempt changes it."""


@dataclass(frozen=True, slots=True)
class Clip:
    """The user's unit: a take (or an imported file), its title, edits, consent and stage."""

    clip_id: ClipId
    kind: Kind
    stage: Stage
    created_at: datetime
    take: Path
    seconds: float | None = None
    """Length of the take; None while it is being recorded or was cut short."""
    keep: tuple[KeptRange, ...] = ()
    """Kept ranges in order, without overlap; empty means the whole take."""
    names_said: tuple[KeptRange, ...] = ()
    """Stretches of the take in which somebody's name was said: bleeped in the rendition, told to the moderator."""
    about: About = field(default_factory=About)
    wanted: bool = False
    """True from the moment that the user pressed Send."""
    rendition: Rendition | None = None
    small_copy: SmallCopy | None = None
    delivery: Delivery = field(default_factory=Delivery)
    receipt: Receipt | None = None
    former: Receipt | None = None
    """The receipt of the sending before, set aside: its page and its slip hold, and it proves nothing any more."""
    note: str | None = None
    """The moderator's words when the clip was sent back."""
    views: int | None = None
    """How often it was watched at the portal, as last heard; None: not known."""
    replies: int | None = None
    """How many comments and answers it has there, as last heard; None: not known."""
    sending: int = 1
    """Which sending this is: 2 once it was sent back and is edited to be sent again."""
    captions: Captions = Captions.NONE
    removed_at: datetime | None = None
    """When its files were removed from this computer, after the receipt, by the rule; None: they are here."""

    @property
    def title(self) -> str:
        """The title that lists show; never empty."""
        return self.about.title or moment_words(self.created_at.astimezone())

    @property
    def sent_kind(self) -> Kind:
        """What its rendition holds: of a film that is shown as a voice only, sound alone."""
        return Kind.SOUND if self.about.show_as is ShowAs.VOICE_ONLY else self.kind

    @property
    def at_portal(self) -> Receipt | None:
        """The portal's last word, for the clip's page and its slip: of this sending, or of the one before."""
        return self.receipt or self.former

    @property
    def may_be_edited(self) -> bool:
        """True where nobody else has it: it is saved here, or was sent back, and its files are here."""
        sent_back = self.stage is Stage.SENT_BACK and self.removed_at is None
        return not self.wanted or self.stage is Stage.SAVED or sent_back

    @property
    def recipe(self) -> tuple[object, ...]:
        """All that its rendition depends on but the take: where this changes, another one must be made."""
        song = self.about.title if self.sent_kind is Kind.SOUND else ""
        return self.keep, self.names_said, self.about.preset, self.about.clean_sound, self.about.show_as, song

    @property
    def kept_seconds(self) -> float:
        """How long the rendition will be, in seconds."""
        if self.keep:
            return sum(part.seconds for part in self.keep)
        return self.seconds or 0.0
