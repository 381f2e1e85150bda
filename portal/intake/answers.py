"""Answers of the intake: a status, headers, and for refusals the one JSON shape. Event-loop thread."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from asgiref.typing import ASGISendCallable

TUS_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the app."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Refused(Exception):
    """The request ends here, with this answer."""

    def __init__(self, status: int, error: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.answer = refusal(status, error, message, **headers)


def refusal(status: int, error: str, message: str, **headers: str) -> Answer:
    """An answer of 400 or more: a short name for programs, a plain sentence for people."""
    body = json.dumps({"error": error, "message": message}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-type": "application/json", **named}, body)


async def begin(send: ASGISendCallable, answer: Answer, *, headers: Mapping[str, str]) -> None:
    """Send status and headers."""
    every = {
        "tus-resumable": TUS_VERSION,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **answer.headers,
        **headers,
    }
    if answer.status != 204:
        every["content-length"] = str(len(answer.body))
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(name.lower().encode(), value.encode()) for name, value in every.items()],
            "trailers": False,
        }
    )
