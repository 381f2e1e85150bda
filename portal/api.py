"""What the app asks, besides sending: what this is, how a clip stands, and the receipt. docs/protocol.md, 1 and 4."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from portal import moderation, removal, words
from portal.bearer import account_of
from portal.intake import limits
from portal.models import Clip, Copy

ForAccount = Callable[[HttpRequest, User, str], JsonResponse]
View = Callable[..., JsonResponse]
MOST_AT_ONCE = 100
"""Clips that one request may ask for."""


@require_GET
def discovery(request: HttpRequest) -> JsonResponse:
    """Say that this is a portal, and where everything is."""

    def full(path: str) -> str:
        return request.build_absolute_uri(path)

    return JsonResponse(
        {
            "protocol": settings.PROTOCOL,
            "name": settings.PORTAL_NAME,
            "practice": settings.PRACTICE,
            "client_id": settings.CLIENT_ID,
            "device_authorization_endpoint": full(reverse("device-authorization")),
            "token_endpoint": full(reverse("token")),
            "intake": full("/intake/"),
            "clips": full("/api/clips/"),
            "stages": full(reverse("clip-stages")),
            "again": True,
            "accepts": list(settings.ACCEPTS),
            "copies": Copy.values,
            "max_bytes": limits.everybody().one_file,
            "limits": limits.described(),
            "keep_days": settings.KEEP_DAYS,
            "rescue_recipient": settings.RESCUE_RECIPIENT,
        }
    )


def refusal(status: int, error: str, message: str) -> JsonResponse:
    """An answer of 400 or more, in the one shape."""
    response = JsonResponse({"error": error, "message": message}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="diary"'
    return response


def page_of(request: HttpRequest, clip: Clip) -> str:
    """The address of the clip's page."""
    return request.build_absolute_uri(reverse("clip", args=[clip.clip_id]))


def _own_clip(user: User, clip_id: str) -> Clip | None:
    found = _uuid(clip_id)
    return Clip.objects.filter(clip_id=found, owner=user).first() if found else None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def for_accounts(method: str) -> Callable[[ForAccount], View]:
    """Let in who comes with a token. A cookie is none, so no page of another site can ask in somebody's name."""

    def decorate(view: ForAccount) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, clip_id: str = "") -> JsonResponse:
            if request.method != method:
                refused = refusal(405, "wrong_method", words.WRONG_METHOD)
                refused["Allow"] = method
                return refused
            # In the header alone: a token in an address or a form is kept by those who pass them on (RFC 9700, 4.3.2).
            user = account_of(request) if "Authorization" in request.headers else None
            return refusal(401, "not_signed_in", words.NOT_SIGNED_IN) if user is None else view(request, user, clip_id)

        return guarded

    return decorate


@for_accounts("GET")
def clip(request: HttpRequest, user: User, clip_id: str) -> JsonResponse:
    """How a clip of the asking account stands."""
    found = _own_clip(user, clip_id)
    if found is not None and not _is_told(found):
        found = None
    return JsonResponse(_standing(request, found)) if found else refusal(404, "no_such_clip", words.NO_SUCH_CLIP)


@for_accounts("GET")
def stages(request: HttpRequest, user: User, _nothing: str) -> JsonResponse:
    """How many clips of the asking account stand; what it has not here is left out."""
    ids = request.GET.get("ids", "").split(",")
    if len(ids) > MOST_AT_ONCE:
        return refusal(400, "too_many", words.TOO_MANY_CLIPS)
    own = Clip.objects.select_related("claim").filter(owner=user, pk__in=filter(None, map(_uuid, ids)))
    return JsonResponse({"clips": [_standing(request, clip) for clip in own if _is_told(clip)]})


def _is_told(clip: Clip) -> bool:
    """Of a clip whose small copy alone is here, and waits, there is nothing to tell yet."""
    return clip.whole or clip.stage not in moderation.OPEN


def _standing(request: HttpRequest, clip: Clip) -> dict[str, object]:
    return {
        "clip_id": str(clip.clip_id),
        "stage": clip.told_stage,
        "page": page_of(request, clip),
        "note": clip.note or None,
        "views": clip.views,
        "replies": clip.replies,
    }


@for_accounts("GET")
def receipt(request: HttpRequest, user: User, clip_id: str) -> JsonResponse:
    """The portal's word that it holds the whole file; the SHA-256 was computed from its disk."""
    found = _own_clip(user, clip_id)
    if found is None or not found.whole:
        return refusal(404, "not_whole_yet", words.NOT_WHOLE_YET)
    return JsonResponse(
        {
            "clip_id": str(found.clip_id),
            "sha256": found.sha256,
            "bytes": found.bytes,
            "sending": found.sending,
            "received_at": found.received_at.isoformat(),
            "page": page_of(request, found),
            "slip": moderation.slip_of(found),
        }
    )


@for_accounts("POST")
def withdraw(request: HttpRequest, user: User, clip_id: str) -> JsonResponse:
    """The speaker takes the clip back: nobody can watch it any more. Repeating it changes nothing."""
    found = _own_clip(user, clip_id)
    if found is None:
        return refusal(404, "no_such_clip", words.NO_SUCH_CLIP)
    moderation.withdraw(found, user)
    return JsonResponse(_standing(request, found))


@for_accounts("GET")
def certificate(request: HttpRequest, user: User, clip_id: str) -> JsonResponse:
    """What was removed of a clip that its speaker withdrew."""
    found = _own_clip(user, clip_id)
    if found is None:
        return refusal(404, "no_such_clip", words.NO_SUCH_CLIP)
    said = removal.certificate(found)
    return refusal(404, "not_withdrawn", words.NOT_WITHDRAWN) if said is None else JsonResponse(said)
