"""The protocol's other side, for tests: plain requests, one method for each line of docs/protocol.md."""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests

from tests.support.portal_process import PortalProcess

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
TIMEOUT_S = 30
Json = dict[str, object]
NO_CHANGES: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sendable:
    """A file and what is said about it."""

    content: bytes
    clip_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    title: str = "Tuesday’s walk"
    filetype: str = "video/mp4"
    audience: str = "staff"
    people: tuple[tuple[str, bool], ...] = (("Ada", True),)
    seconds: float = 3.0

    @property
    def sha256(self) -> str:
        """Of the content, as hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def facts(self, changes: Mapping[str, str | None] = NO_CHANGES) -> dict[str, str]:
        """The facts for Upload-Metadata; a change to None leaves one out."""
        people = [{"name": name, "agrees": agrees} for name, agrees in self.people]
        facts: dict[str, str | None] = {
            "clipid": self.clip_id,
            "sha256": self.sha256,
            "filetype": self.filetype,
            "title": self.title,
            "audience": self.audience,
            "seconds": str(self.seconds),
            "recorded": "2026-11-22T17:30:00+00:00",
            "people": json.dumps(people),
            **changes,
        }
        return {key: value for key, value in facts.items() if value is not None}


def metadata(facts: dict[str, str]) -> str:
    """An Upload-Metadata header."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in facts.items())


class PortalClient:
    """A computer that has been let in to a portal as `user`."""

    def __init__(self, portal: PortalProcess, *, user: str = "carer", computer: str = "Ward 3") -> None:
        """Pair by device code, approved on the portal's command line."""
        self.portal = portal
        self.find_places()
        asked = self.ask(computer)
        portal.approve(asked["user_code"], user=user)
        answer = self.poll(asked["device_code"])
        answer.raise_for_status()
        self.tokens: dict[str, str] = answer.json()

    @classmethod
    def known(cls, portal: PortalProcess, tokens: dict[str, str]) -> "PortalClient":
        """A computer that was let in before, with the tokens that it keeps."""
        client = cls.__new__(cls)
        client.portal, client.tokens = portal, tokens
        client.find_places()
        return client

    def find_places(self) -> None:
        """Ask the portal where everything is; after a restart on another port, again."""
        self.places = requests.get(f"{self.portal.url}.well-known/diary-portal", timeout=TIMEOUT_S).json()

    def ask(self, computer: str) -> dict[str, Any]:
        """Ask to be let in."""
        answer = requests.post(
            self.places["device_authorization_endpoint"],
            data={"client_id": "diary-app", "scope": "clips", "computer": computer},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        return dict(answer.json())

    def poll(self, device_code: str) -> requests.Response:
        """Ask whether it has been allowed."""
        return self.token(grant_type=DEVICE_GRANT, device_code=device_code)

    def token(self, **fields: str) -> requests.Response:
        """Ask the token endpoint."""
        return requests.post(
            self.places["token_endpoint"], data={"client_id": "diary-app", **fields}, timeout=TIMEOUT_S
        )

    def headers(self, **more: str) -> dict[str, str]:
        """What every request to the intake carries."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.tokens['access_token']}", "Tus-Resumable": "1.0.0", **named}

    def create(
        self, clip: Sendable, *, length: int | None = None, changes: Mapping[str, str | None] = NO_CHANGES
    ) -> requests.Response:
        """POST: announce a clip; `changes` to its facts, None leaves one out."""
        return requests.post(
            self.places["intake"],
            headers=self.headers(
                Upload_Length=str(len(clip.content) if length is None else length),
                Upload_Metadata=metadata(clip.facts(changes)),
            ),
            timeout=TIMEOUT_S,
        )

    def head(self, location: str) -> requests.Response:
        """HEAD: where does it stand?"""
        return requests.head(location, headers=self.headers(), timeout=TIMEOUT_S)

    def patch(self, location: str, body: bytes | Iterable[bytes], *, offset: int = 0) -> requests.Response:
        """PATCH: send bytes."""
        return requests.patch(
            location,
            data=body,
            headers=self.headers(Upload_Offset=str(offset), Content_Type="application/offset+octet-stream"),
            timeout=TIMEOUT_S,
        )

    def send(self, clip: Sendable) -> Json:
        """All of it; returns the receipt."""
        created = self.create(clip)
        created.raise_for_status()
        self.patch(created.headers["Location"], clip.content).raise_for_status()
        return self.receipt(clip.clip_id)

    def receipt(self, clip_id: str) -> Json:
        """The receipt; raises requests.HTTPError while there is none."""
        answer = self.ask_receipt(clip_id)
        answer.raise_for_status()
        return dict(answer.json())

    def ask_receipt(self, clip_id: str) -> requests.Response:
        """GET the receipt."""
        return requests.get(f"{self.places['clips']}{clip_id}/receipt", headers=self.headers(), timeout=TIMEOUT_S)

    def stage(self, clip_id: str) -> Json:
        """GET how it stands."""
        answer = requests.get(f"{self.places['clips']}{clip_id}", headers=self.headers(), timeout=TIMEOUT_S)
        answer.raise_for_status()
        return dict(answer.json())


def incoming(portal: PortalProcess) -> list[Path]:
    """What lies under temporary names."""
    return sorted((portal.data / "incoming").iterdir())


def received(portal: PortalProcess) -> list[Path]:
    """What lies under final names."""
    return sorted((portal.data / "media").iterdir())
