"""The portal's word: the receipt of a clip, and where it is on its way (docs/protocol.md, section 4). Blocking."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from upload.account import Account
from upload.answers import error_of, text, whole_number
from upload.errors import NotAPortal
from upload.transport import Answer

SLIP = re.compile(r"[A-Z0-9]{2,8}(-[A-Z0-9]{2,8}){0,5}", re.ASCII)
"""What a slip's code may look like: it is shown in large letters, and typed by hand."""
MOST_AT_ONCE = 100
"""Clips that are asked for in one request: their ids fit into any server's longest address."""
STAGES = frozenset({"received", "in_review", "published", "sent_back", "withdrawn"})


@dataclass(frozen=True, slots=True)
class PortalReceipt:
    """The portal holds the whole file; sha256 was computed from what lies on its disk."""

    clip_id: str
    sha256: str
    bytes: int
    received_at: str
    page: str
    sending: int = 1
    """Of which sending of the clip: 2 where it was sent back, and sent again."""
    slip: str = field(default="", repr=False)
    """The code with which the clip is withdrawn; empty where the portal gives none. Never in a log."""
    told_at: datetime | None = field(default=None, compare=False)
    """The portal's own clock when it said so; None where it did not say."""


@dataclass(frozen=True, slots=True)
class PortalStage:
    """Where the portal has a clip."""

    stage: str
    """One of STAGES."""
    note: str | None
    views: int | None = None
    """How often it was watched; None: not known."""
    replies: int | None = None


def fetch_receipt(account: Account, clip_id: str) -> PortalReceipt | None:
    """The receipt, or None while the portal does not hold the whole file; never one that somebody kept on the way.

    Raises DeliveryError.
    """
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
        sending=whole_number(facts, "sending") if "sending" in facts else 1,
        slip=_slip(facts.get("slip")),
        told_at=_told_at(answer),
    )


def fetch_stage(account: Account, clip_id: str) -> PortalStage | None:
    """Where the clip is, or None where this account has no such clip. Raises DeliveryError."""
    answer = _get(account, clip_id)
    if answer is None:
        return None
    told_of, stage = _stage(answer.json_object())
    if told_of != clip_id:
        raise NotAPortal
    return stage


def fetch_stages(account: Account, clip_ids: Sequence[str]) -> dict[str, PortalStage]:
    """Where these clips are, without those of which this account has none; a hundred in one request where the portal
    offers that, else one by one. Raises DeliveryError.
    """
    if account.portal.stages is None:
        asked = ((clip_id, fetch_stage(account, clip_id)) for clip_id in clip_ids)
        return {clip_id: stage for clip_id, stage in asked if stage is not None}
    found: dict[str, PortalStage] = {}
    for start in range(0, len(clip_ids), MOST_AT_ONCE):
        found.update(_fetch_together(account, account.portal.stages, clip_ids[start : start + MOST_AT_ONCE]))
    return found


def _fetch_together(account: Account, place: str, clip_ids: Sequence[str]) -> dict[str, PortalStage]:
    answer = _ask(account, f"{place}?ids={','.join(clip_ids)}")
    told = answer.json_object().get("clips") if answer.status == 200 else None
    if not isinstance(told, list):
        raise NotAPortal
    stages = dict(_stage(each) for each in told)
    return {clip_id: stages[clip_id] for clip_id in clip_ids if clip_id in stages}


def _stage(facts: object) -> tuple[str, PortalStage]:
    """The clip's id, and where it is; raises NotAPortal."""
    if not isinstance(facts, dict):
        raise NotAPortal
    stage, note = text(facts, "stage"), facts.get("note")
    if stage not in STAGES or not isinstance(note, str | None):
        raise NotAPortal
    return text(facts, "clip_id"), PortalStage(stage, note, _count(facts.get("views")), _count(facts.get("replies")))


def _count(value: object) -> int | None:
    """A figure is a kindness: one that makes no sense is not known, and the rest of the answer counts."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


def _slip(value: object) -> str:
    """A slip is a kindness too: what cannot be a code is not shown as one."""
    return value if isinstance(value, str) and SLIP.fullmatch(value) else ""


def _told_at(answer: Answer) -> datetime | None:
    """The Date of an answer (RFC 9110, 6.6.1), which is in GMT."""
    try:
        told = parsedate_to_datetime(answer.headers.get("Date", ""))
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _get(account: Account, path: str) -> Answer | None:
    base = account.portal.clips.rstrip("/")
    answer = _ask(account, f"{base}/{path}")
    return None if answer.status in (404, 410) else answer


def _ask(account: Account, address: str) -> Answer:
    """An answer with 200, or that there is no such thing. Raises DeliveryError."""
    headers = {"Accept": "application/json", "Cache-Control": "no-cache"}
    answer = account.request("GET", address, headers=headers)
    if answer.status >= 400 and answer.status not in (404, 410):
        raise error_of("GET", answer)
    if answer.status not in (200, 404, 410):
        raise NotAPortal
    return answer
