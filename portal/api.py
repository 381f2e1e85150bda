"""What the app asks, besides sending: what this is, how a clip stands, and the receipt. docs/protocol.md, 1 and 4."""

import uuid

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal import words
from portal.bearer import account_of
from portal.intake import limits
from portal.models import Clip


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
            "accepts": list(settings.ACCEPTS),
            "max_bytes": limits.everybody().one_file,
            "limits": limits.described(),
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
    try:
        return Clip.objects.filter(clip_id=uuid.UUID(clip_id), owner=user).first()
    except ValueError:
        return None


@require_GET
def clip(request: HttpRequest, clip_id: str) -> JsonResponse:
    """How a clip of the asking account stands."""
    user = account_of(request)
    if user is None:
        return refusal(401, "not_signed_in", words.NOT_SIGNED_IN)
    found = _own_clip(user, clip_id)
    if found is None:
        return refusal(404, "no_such_clip", words.NO_SUCH_CLIP)
    return JsonResponse(
        {
            "clip_id": str(found.clip_id),
            "stage": found.stage,
            "page": page_of(request, found),
            "note": found.note or None,
        }
    )


@require_GET
def receipt(request: HttpRequest, clip_id: str) -> JsonResponse:
    """The portal's word that it holds the whole file; the SHA-256 was computed from its disk."""
    user = account_of(request)
    if user is None:
        return refusal(401, "not_signed_in", words.NOT_SIGNED_IN)
    found = _own_clip(user, clip_id)
    if found is None:
        return refusal(404, "not_whole_yet", words.NOT_WHOLE_YET)
    return JsonResponse(
        {
            "clip_id": str(found.clip_id),
            "sha256": found.sha256,
            "bytes": found.bytes,
            "received_at": found.received_at.isoformat(),
            "page": page_of(request, found),
        }
    )
