"""The portal's word: the receipt of a clip, and where it is on its way (docs/protocol.md, section 4). Blocking."""

from dataclasses import dataclass

from upload.account import Account
from upload.answers import error_of, text, whole_number
from upload.errors import NotAPortal
from upload.transport import Answer

STAGES = frozenset({"received", "in_review", "published", "sent_back", "withdrawn"})


@dataclass(frozen=True, slots=True)
class PortalReceipt:
    """The portal holds the whole file; sha256 was computed from what lies on its disk."""

    clip_id: str
    sha256: str
    bytes: int
    received_at: str
    page: str


@dataclass(frozen=True, slots=True)
class PortalStage:
    """Where the portal has a clip."""

    stage: str
    """One of STAGES."""
    note: str | None


def fetch_receipt(account: Account, clip_id: str) -> PortalReceipt | None:
    """The receipt, or None while the portal does not hold the whole file. Raises DeliveryError."""
    answer = _get(account, f"{clip_id}/receipt")
    if answer is None:
        return None
    facts = answer.json_object()
    if text(facts, "clip_id") != clip_id:
        raise NotAPortal
    return PortalReceipt(
        clip_id=clip_id,
        sha256=text(facts, "sha256"),
        bytes=whole_number(facts, "bytes"),
        received_at=text(facts, "received_at"),
        page=account.check(text(facts, "page")),
    )


def fetch_stage(account: Account, clip_id: str) -> PortalStage | None:
    """Where the clip is, or None where this account has no such clip. Raises DeliveryError."""
    answer = _get(account, clip_id)
    if answer is None:
        return None
    facts = answer.json_object()
    note = facts.get("note")
    stage = text(facts, "stage")
    if text(facts, "clip_id") != clip_id or stage not in STAGES or not isinstance(note, str | None):
        raise NotAPortal
    return PortalStage(stage, note)


def _get(account: Account, path: str) -> Answer | None:
    base = account.portal.clips.rstrip("/")
    answer = account.request("GET", f"{base}/{path}", headers={"Accept": "application/json"})
    if answer.status in (404, 410):
        return None
    if answer.status >= 400:
        raise error_of("GET", answer)
    if answer.status != 200:
        raise NotAPortal
    return answer
