"""What an answer means: from status and body to the family of error. Pure. Source: docs/protocol.md, section 5."""

import json
import time

from upload.errors import (
    Conflict,
    Damage,
    DeliveryError,
    Gone,
    NotAPortal,
    PortalBusy,
    PortalFull,
    Refusal,
    SignInNeeded,
    TooLarge,
    WrongOffset,
)
from upload.retry import retry_after_s
from upload.transport import Answer

LONGEST_MESSAGE = 300


def error_of(method: str, answer: Answer) -> DeliveryError:
    """The error that an answer of 400 or more stands for."""
    status = answer.status
    if status == 401:
        return SignInNeeded()
    if status == 460:
        return Damage()
    if status == 507:
        return PortalFull(retry_after_s=_retry_after_s(answer))
    if status in (408, 423, 429) or status >= 500:
        return PortalBusy(retry_after_s=_retry_after_s(answer))
    if status in (404, 410):
        return Gone()
    if status == 409 and method == "PATCH":
        return WrongOffset()
    return _refusal(method, answer)


def _refusal(method: str, answer: Answer) -> DeliveryError:
    message = message_of(answer)
    if message is not None and answer.status in (400, 403, 409, 413, 415):
        return Conflict(message) if answer.status in (403, 409) else Refusal(message)
    if answer.status == 413 and method in ("POST", "PATCH"):
        return TooLarge()  # a front server has a limit of its own, and an HTML page to say so
    if method == "HEAD" and answer.status == 403 and "Tus-Resumable" in answer.headers:
        return Gone()  # HEAD has no body to say why; creating again does
    return NotAPortal()


def message_of(answer: Answer) -> str | None:
    """The portal's sentence, on one line and not too long; None where the body is not the protocol's."""
    try:
        value = json.loads(answer.body)
    except ValueError:
        return None
    message = value.get("message") if isinstance(value, dict) and isinstance(value.get("error"), str) else None
    if not isinstance(message, str):
        return None
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in message).split())
    return line[:LONGEST_MESSAGE] or None


def text(value: dict[str, object], key: str) -> str:
    """A text of a JSON answer; raises NotAPortal where it is missing or no text."""
    found = value.get(key)
    if not isinstance(found, str) or not found:
        raise NotAPortal
    return found


def whole_number(value: dict[str, object], key: str) -> int:
    """A whole number, 0 or more, of a JSON answer; raises NotAPortal."""
    found = value.get(key)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise NotAPortal
    return found


def flag(value: dict[str, object], key: str) -> bool:
    """A true or false of a JSON answer; raises NotAPortal."""
    found = value.get(key)
    if not isinstance(found, bool):
        raise NotAPortal
    return found


def _retry_after_s(answer: Answer) -> float | None:
    return retry_after_s(answer.headers.get("Retry-After"), now=time.time())
