"""What a portal says about itself (docs/protocol.md, section 1). Blocking; any thread but the GUI's."""

from dataclasses import dataclass

from upload.answers import error_of, flag, text, whole_number
from upload.errors import AppTooOld, NotAPortal, World
from upload.transport import Transport

PROTOCOL = 1
PLACE = "/.well-known/diary-portal"


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
    )
