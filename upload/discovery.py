"""What a portal says about itself (docs/protocol.md, section 1). Blocking; any thread but the GUI's."""

import re
from dataclasses import dataclass

from upload.answers import error_of, flag, text, whole_number
from upload.errors import AppTooOld, NotAPortal, World
from upload.transport import Transport

PROTOCOL = 1
PLACE = "/.well-known/diary-portal"
RECIPIENT = "age1[02-9ac-hj-np-z]{58}"
"""A public key of the age format, in shape."""
LONGEST_KEEP_DAYS = 36_500
"""A hundred years: a rule that asks for more is no rule."""


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal's own description; every address lies at the portal itself."""

    url: str
    name: str
    practice: bool
    client_id: str
    device_authorization_endpoint: str
    token_endpoint: str
    intake: str
    clips: str
    accepts: frozenset[str]
    max_bytes: int
    copies: frozenset[str] = frozenset({"full"})
    """Which files of one clip it takes: a portal that does not say so takes the full one alone."""
    again: bool = False
    """True where a clip that was sent back may be sent again under its id."""
    stages: str | None = None
    """Where many clips are asked for at once; None: one by one."""
    keep_days: int | None = None
    """So many days after the receipt a clip's files leave this computer; None: they stay."""
    rescue_recipient: str = ""
    """The key to which the words of a rescue folder are sealed, in the age format; empty: the portal has none."""


def discover(transport: Transport) -> Portal:
    """Ask the portal what it is.

    Raises World (NotAPortal where something else answers, ForeignAddress where it points elsewhere) and AppTooOld.
    """
    answer = transport.request("GET", f"{transport.origin}{PLACE}", headers={"Accept": "application/json"})
    if answer.status >= 400:
        error = error_of("GET", answer)
        if isinstance(error, World):
            raise error
        raise NotAPortal from error  # a portal refuses nobody this page: somebody else lives here
    if answer.status != 200:
        raise NotAPortal
    return _read(transport, answer.json_object())


def _read(transport: Transport, facts: dict[str, object]) -> Portal:
    if whole_number(facts, "protocol") > PROTOCOL:
        raise AppTooOld
    accepts = facts.get("accepts")
    if not isinstance(accepts, list):
        raise NotAPortal
    check = transport.origin.check
    return Portal(
        url=str(transport.origin),
        name=text(facts, "name")[:100],
        practice=flag(facts, "practice"),
        client_id=text(facts, "client_id"),
        device_authorization_endpoint=check(text(facts, "device_authorization_endpoint")),
        token_endpoint=check(text(facts, "token_endpoint")),
        intake=check(text(facts, "intake")),
        clips=check(text(facts, "clips")),
        accepts=frozenset(kind for kind in accepts if isinstance(kind, str)),
        max_bytes=whole_number(facts, "max_bytes"),
        copies=_copies(facts.get("copies")),
        stages=check(text(facts, "stages")) if "stages" in facts else None,
        again=facts.get("again") is True,
        keep_days=_keep_days(facts.get("keep_days")),
        rescue_recipient=_recipient(facts.get("rescue_recipient")),
    )


def _keep_days(value: object) -> int | None:
    """Files are removed by a rule that can be understood, or not at all."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_KEEP_DAYS:
        return value
    return None


def _recipient(value: object) -> str:
    """What is no key is none: the folder then opens with its words alone."""
    return value if isinstance(value, str) and re.fullmatch(RECIPIENT, value) else ""


def _copies(found: object) -> frozenset[str]:
    named = found if isinstance(found, list) else []
    return frozenset(name for name in named if isinstance(name, str)) | {"full"}
