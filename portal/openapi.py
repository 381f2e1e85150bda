"""The OpenAPI 3.1 description of what the app asks, written by hand: docs/protocol.md for programs.

Sign-in is OAuth 2.0 (RFC 8628), whose addresses the discovery document gives; it is not described here again.
"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from portal.models import Audience, Copy, FileType, Stage

Json = dict[str, object]

UUID_TEXT: Json = {"type": "string", "format": "uuid"}
SHA256: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
ADDRESS: Json = {"type": "string", "format": "uri"}
BYTES: Json = {"type": "integer", "minimum": 0}
COUNT: Json = {"type": "integer", "minimum": 0}
NUMBER: Json = {"type": "integer", "minimum": 1}
SLIP: Json = {"type": "string", "pattern": "^[A-Z]{4}-[A-Z]{4}-[A-Z]{4}$"}
MOMENT: Json = {"type": "string", "format": "date-time"}

REASONS = {
    400: "What was said is missing or wrong, or it went to a wrong address",
    401: "No token, or one that is old or revoked; before any of the body is stored",
    403: "Not over https, where the portal wants it",
    404: "This account has no such thing here",
    405: "Not with this method",
    408: "Nothing came for a while; what arrived is kept",
    409: "It does not fit to what the portal holds, or a newer request carries on",
    412: "Another version of tus, or of the clip",
    413: "Larger than the portal or this account may take, or more bytes than were announced",
    415: "Not bytes of a file",
    429: "This account has sent enough for now",
    460: "Whole, but not the promised file: thrown away",
    503: "The portal's disk or database failed",
    507: "The portal's disk is full",
}


def _object(**fields: Json) -> Json:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


SCHEMAS: Json = {
    "Refusal": _object(error={"type": "string", "pattern": "^[a-z0-9_]+$"}, message={"type": "string", "minLength": 1}),
    "Discovery": _object(
        protocol={"const": 1},
        name={"type": "string"},
        practice={"type": "boolean"},
        client_id={"type": "string"},
        device_authorization_endpoint=ADDRESS,
        token_endpoint=ADDRESS,
        intake=ADDRESS,
        clips=ADDRESS,
        stages=ADDRESS,
        again={"const": True},
        accepts={"type": "array", "items": {"enum": FileType.values}},
        copies={"type": "array", "items": {"enum": Copy.values}},
        max_bytes=BYTES,
        limits=_object(unfinished=BYTES, unfinished_bytes=BYTES, bytes_a_day=BYTES, unfinished_days=BYTES),
        keep_days={"type": ["integer", "null"], "minimum": 1},
        rescue_recipient={"type": "string", "pattern": "^(age1[02-9ac-hj-np-z]{58})?$"},
    ),
    "Standing": _object(
        clip_id=UUID_TEXT,
        stage={"enum": Stage.values},
        page=ADDRESS,
        note={"type": ["string", "null"]},
        views=COUNT,
        replies=COUNT,
    ),
    "Standings": _object(clips={"type": "array", "items": {"$ref": "#/components/schemas/Standing"}}),
    "Receipt": _object(
        clip_id=UUID_TEXT, sha256=SHA256, bytes=BYTES, sending=NUMBER, received_at=MOMENT, page=ADDRESS, slip=SLIP
    ),
    "Certificate": _object(
        clip_id=UUID_TEXT,
        title={"type": "string"},
        seconds={"type": "number"},
        bytes=BYTES,
        sha256=SHA256,
        received_at=MOMENT,
        withdrawn_at=MOMENT,
        removed_at={"type": ["string", "null"], "format": "date-time"},
        copies={"type": "array", "items": {"enum": ["video", "sound", "small copy", "picture"]}},
    ),
    "Captions": _object(clip_id=UUID_TEXT, cues=COUNT),
    "Health": _object(ok={"type": "boolean"}),
}
METADATA = (
    "As tus says: key, space, value in base64; with commas between. clipid (UUID), sha256 (hexadecimal), "
    f"filetype ({' or '.join(FileType.values)}), title (at most 200 characters), "
    f"audience ({' or '.join(Audience.values)}), seconds (decimal), recorded (ISO 8601), "
    "people (JSON list of name and agrees), show_as (as_i_am, which is meant where it is missing, voice_only, "
    "disguised_voice or blurred_face), copy (full, which is meant where it is missing, or small), "
    "sending (the number of the sending, 1 where it is missing)."
)


def _body(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _refusals(*statuses: int, bodiless: bool = False) -> Json:
    body: Json = {} if bodiless else {"content": _body("Refusal")}
    return {str(status): {"description": REASONS[status], **body} for status in statuses}


def _answers(schema: str, *refusals: int) -> Json:
    return {"200": {"description": "Here it is", "content": _body(schema)}, **_refusals(*refusals)}


def _header(name: str, schema: Json, *, required: bool = True, description: str = "") -> Json:
    return {"name": name, "in": "header", "required": required, "schema": schema, "description": description or name}


def _part(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": UUID_TEXT}


def _said(**names: Json) -> Json:
    """Headers of an answer; their values are text, whatever they mean."""
    return {name.replace("_", "-"): {"schema": schema, "required": True} for name, schema in names.items()}


def _operation(summary: str, name: str, *, answers: Json, asks: tuple[Json, ...] = (), **more: object) -> Json:
    return {"summary": summary, "operationId": name, "parameters": list(asks), "responses": answers, **more}


OPEN: list[Json] = []
"""The security of what everybody may ask."""
TUS = _header("Tus-Resumable", {"const": "1.0.0"})
ABILITIES: Json = {
    "204": {
        "description": "What this intake can do",
        "headers": _said(
            Tus_Version={"const": "1.0.0"}, Tus_Extension={"const": "creation"}, Tus_Max_Size={"type": "integer"}
        ),
    }
}


def _clips() -> Json:
    clip = _part("clip_id")
    ids: Json = {
        "name": "ids",
        "in": "query",
        "required": True,
        "description": "The ids of at most 100 clips, with commas between",
        "schema": {"type": "array", "items": UUID_TEXT, "maxItems": 100},
        "style": "form",
        "explode": False,
    }
    together = _operation(
        "How many clips stand; what this account has not here is left out",
        "stages",
        asks=(ids,),
        answers=_answers("Standings", 400, 401),
    )
    stands = _operation("How a clip stands", "stage", answers=_answers("Standing", 401, 404))
    receipt = _operation(
        "The portal's word that it holds the whole file", "receipt", answers=_answers("Receipt", 401, 404)
    )
    withdraw = _operation(
        "The speaker takes the clip back; may be repeated", "withdraw", answers=_answers("Standing", 401, 404)
    )
    certificate = _operation(
        "What was removed of a clip that was withdrawn", "certificate", answers=_answers("Certificate", 401, 404)
    )
    return {
        "/api/clips": {"get": together},
        "/api/clips/{clip_id}": {"parameters": [clip], "get": stands},
        "/api/clips/{clip_id}/receipt": {"parameters": [clip], "get": receipt},
        "/api/clips/{clip_id}/certificate": {"parameters": [clip], "get": certificate},
        "/api/clips/{clip_id}/withdraw": {"parameters": [clip], "post": withdraw},
        "/api/clips/{clip_id}/captions": {"parameters": [clip], "put": _captions()},
    }


def _captions() -> Json:
    file = _header("If-Match", {"type": "string"}, required=False, description="The SHA-256 of their file, in quotes")
    return _operation(
        "The captions that the speaker approved, as plain WebVTT; may be repeated",
        "captions",
        asks=(file,),
        requestBody={"required": True, "content": {"text/vtt": {"schema": {"type": "string"}}}},
        answers=_answers("Captions", 400, 401, 404, 409, 412, 413, 415),
    )


def _intake() -> Json:
    create = _operation(
        "Announce a clip; the same clip again finds its delivery",
        "create",
        asks=(
            TUS,
            _header("Upload-Length", {"type": "integer", "minimum": 1}),
            _header("Upload-Metadata", {"type": "string", "pattern": r"^[A-Za-z0-9+/=, ]*$"}, description=METADATA),
        ),
        answers={
            "201": {"description": "Its address", "headers": _said(Location=ADDRESS)},
            **_refusals(400, 401, 403, 409, 412, 413, 429, 503, 507),
        },
    )
    stand = _operation(
        "Where does it stand? A whole one is made a clip first",
        "offset",
        asks=(TUS,),
        answers={
            "200": {
                "description": "The bytes that are safe",
                "headers": _said(Upload_Offset={"type": "integer"}, Upload_Length={"type": "integer"}),
            },
            **_refusals(401, 403, 404, 409, 412, 460, 503, 507, bodiless=True),
        },
    )
    anything: Json = {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    send = _operation(
        "Send bytes",
        "send",
        asks=(TUS, _header("Upload-Offset", {"type": "integer", "minimum": 0, "maximum": 2**53})),
        requestBody={"required": True, "content": anything},
        answers={
            "204": {"description": "Safe", "headers": _said(Upload_Offset={"type": "integer"})},
            **_refusals(400, 401, 403, 404, 408, 409, 412, 413, 415, 429, 460, 503, 507),
        },
    )
    able = _operation("What this intake can do", "abilities", answers=ABILITIES, security=OPEN)
    same = _operation("What this intake can do", "abilities-here", answers=ABILITIES, security=OPEN)
    return {
        "/intake/": {"options": able, "post": create},
        "/intake/{upload_id}": {"parameters": [_part("upload_id")], "options": same, "head": stand, "patch": send},
    }


def document() -> Json:
    """The whole description."""
    well = {**_answers("Health"), "503": {"description": "Something is wrong with it", "content": _body("Health")}}
    found = _operation("What this is, and where everything is", "discovery", answers=_answers("Discovery"))
    itself: Json = {"200": {"description": "This", "content": {"application/json": {"schema": {"type": "object"}}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "What the diary app asks of a portal", "version": "1"},
        "security": [{"bearer": []}],
        "paths": {
            "/.well-known/diary-portal": {"get": {**found, "security": OPEN}},
            "/health": {"get": _operation("Is the portal well?", "health", answers=well, security=OPEN)},
            "/api/openapi.json": {"get": _operation("This", "description", answers=itself, security=OPEN)},
            **_clips(),
            **_intake(),
        },
        "components": {"schemas": SCHEMAS, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


@require_GET
def serve(request: HttpRequest) -> JsonResponse:
    """`GET /api/openapi.json`."""
    return JsonResponse(document())
