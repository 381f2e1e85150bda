"""A portal in memory that keeps to docs/protocol.md: the honest part of the scripted server."""

import base64
import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

TUS = {"Tus-Resumable": "1.0.0"}
SMALL = "-small"
"""How the name of an upload ends that is a small copy; a portal that was not asked for one takes none."""
OPEN = ("discovery", "device", "token")


@dataclass(frozen=True)
class Request:
    """One request, its body aside; what: see kind_of in scripted_server."""

    what: str
    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]

    @property
    def clip_id(self) -> str:
        """The clip in an upload's or a clip's address."""
        return self.path.removesuffix("/receipt").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Upload:
    """One upload, whole or not."""

    length: int
    metadata: dict[str, str]
    data: bytearray = field(default_factory=bytearray)

    @property
    def sha256(self) -> str:
        """Of what is there."""
        return hashlib.sha256(self.data).hexdigest()


def json_reply(status: int, value: object) -> Reply:
    """An answer in JSON."""
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


def refusal(status: int, error: str) -> Reply:
    """An answer of 400 or more, as section 5 has it."""
    return json_reply(status, {"error": error, "message": f"The portal says: {error}."})


class HonestPortal:
    """What it holds can be looked at and changed by a test: uploads, received, stages, token, refresh_token.

    more: further fields of discovery; figures: further fields of where a clip is; received_at: of every receipt.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.uploads: dict[str, Upload] = {}
        self.received: dict[str, Upload] = {}
        self.stages: dict[str, tuple[str, str | None]] = {}
        self.token = "first"
        self.refresh_token = "refresh-1"
        self.allowed = True
        self.max_bytes = 1 << 33
        self.more: dict[str, object] = {}
        self.figures: dict[str, object] = {}
        self.received_at = "2026-01-01T00:00:00+00:00"
        self._lock = threading.Lock()

    def answer(self, request: Request, body: Iterator[bytes]) -> Reply:
        """The answer to a request; its body is read as far as it is wanted."""
        if request.what not in OPEN and request.headers.get("Authorization") != f"Bearer {self.token}":
            return refusal(401, "sign in")
        if request.what == "PATCH":
            return self._patch(request, body)
        answers: dict[str, Callable[[Request], Reply]] = {
            "discovery": lambda _: json_reply(200, self.facts()),
            "device": self._device,
            "token": self._token,
            "POST": self._create,
            "HEAD": self._head,
            "receipt": self._receipt,
            "stage": self._stage,
        }
        return answers[request.what](request)

    def facts(self) -> dict[str, object]:
        """What the portal says about itself."""
        return {
            "protocol": 1,
            "name": "Scripted portal",
            "practice": False,
            "client_id": "diary-app",
            "device_authorization_endpoint": f"{self.url}/device",
            "token_endpoint": f"{self.url}/token",
            "intake": f"{self.url}/intake/",
            "clips": f"{self.url}/clips/",
            "accepts": ["video/mp4", "audio/mp4"],
            "max_bytes": self.max_bytes,
            **self.more,
        }

    def receipt(self, clip_id: str) -> dict[str, object]:
        """The true receipt of a clip."""
        held = self.received[clip_id]
        return {
            "clip_id": clip_id,
            "sha256": held.sha256,
            "bytes": len(held.data),
            "sending": int(held.metadata.get("sending", "1")),
            "received_at": self.received_at,
            "page": f"{self.url}/clip/{clip_id}",
        }

    def _device(self, request: Request) -> Reply:
        return json_reply(
            200,
            {
                "device_code": "device-code",
                "user_code": "abcdefgh",
                "verification_uri": f"{self.url}/join",
                "verification_uri_complete": f"{self.url}/join?code=ABCDEFGH",
                "expires_in": 600,
                "interval": 1,
            },
        )

    def _token(self, request: Request) -> Reply:
        if request.form["grant_type"] == "refresh_token":
            if request.form["refresh_token"] != self.refresh_token:
                return json_reply(400, {"error": "invalid_grant"})
        elif not self.allowed:
            return json_reply(400, {"error": "authorization_pending"})
        return json_reply(200, {"access_token": self.token, "refresh_token": self.refresh_token, "expires_in": 3600})

    def _create(self, request: Request) -> Reply:
        metadata = _metadata(request.headers["Upload-Metadata"])
        length = int(request.headers["Upload-Length"])
        clip_id = metadata["clipid"] + (SMALL if metadata.get("copy") == "small" else "")
        held = self.uploads.get(clip_id) or self.received.get(clip_id)
        asked = length, metadata["sha256"], metadata.get("sending")
        if held is None or (held.length, held.metadata["sha256"], held.metadata.get("sending")) != asked:
            if clip_id in self.received and not self._comes_again(clip_id, metadata):
                return refusal(409, "it has this clip")
            self.uploads[clip_id] = Upload(length, metadata)
        return Reply(201, {**TUS, "Location": f"/intake/{clip_id}"})

    def _comes_again(self, clip_id: str, metadata: Mapping[str, str]) -> bool:
        """Whether this is the next sending of a clip that was sent back."""
        next_one = int(self.received[clip_id].metadata.get("sending", "1")) + 1
        return metadata.get("sending") == str(next_one) and self.stages[clip_id][0] == "sent_back"

    def _head(self, request: Request) -> Reply:
        upload = self.uploads.get(request.clip_id)
        if upload is None:
            return Reply(404, TUS)
        with self._lock:
            held = len(upload.data)
        return Reply(200, {**TUS, "Upload-Offset": str(held), "Upload-Length": str(upload.length)})

    def _patch(self, request: Request, body: Iterator[bytes]) -> Reply:
        upload = self.uploads.get(request.clip_id)
        if upload is None:
            return refusal(404, "gone")
        if int(request.headers["Upload-Offset"]) != len(upload.data):
            return refusal(409, "wrong offset")
        damaged = False
        for block in itertools.chain(body, [b""]):
            damaged = not self.keep(request.clip_id, upload, block)
        if damaged:
            return refusal(460, "damaged")
        return Reply(204, {**TUS, "Upload-Offset": str(len(upload.data))})

    def keep(self, clip_id: str, upload: Upload, block: bytes) -> bool:
        """Take in some of a file; False where it is whole, and not what was announced."""
        with self._lock:  # nobody may see all of a file that is not received yet
            upload.data += block
            return len(upload.data) < upload.length or self._receive(clip_id, upload)

    def _receive(self, clip_id: str, upload: Upload) -> bool:
        """False where what came is not what was announced."""
        if upload.sha256 != upload.metadata["sha256"]:
            self.uploads.pop(clip_id, None)
            return False
        self.received[clip_id] = upload
        if not clip_id.endswith(SMALL):
            self.stages[clip_id] = ("received", None)
        return True

    def _receipt(self, request: Request) -> Reply:
        if request.clip_id not in self.received:
            return refusal(404, "not here")
        return json_reply(200, self.receipt(request.clip_id))

    def _stage(self, request: Request) -> Reply:
        if request.clip_id not in self.stages:
            return refusal(404, "not here")
        stage, note = self.stages[request.clip_id]
        return json_reply(200, {"clip_id": request.clip_id, "stage": stage, "page": None, "note": note, **self.figures})


def _metadata(header: str) -> dict[str, str]:
    pairs = (part.split(" ") for part in header.split(","))
    return {key: base64.b64decode(value).decode() for key, value in pairs}
