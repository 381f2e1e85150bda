"""The two addresses that a computer uses to be let in (RFC 8628), on top of django-oauth-toolkit.

Ours adds what 3.4 leaves out: full addresses, the computer's name, slow_down, expiry at the poll, and codes that are
good for one pairing only.
"""

import hashlib
import json
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from oauth2_provider.models import DeviceGrant, RefreshToken
from oauth2_provider.views import DeviceAuthorizationView as ToolkitAuthorizationView
from oauth2_provider.views import TokenView as ToolkitTokenView

from portal.codes import show_user_code
from portal.models import Computer

DEVICE_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


class DeviceAuthorizationView(ToolkitAuthorizationView):
    """Gives a computer its code."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer RFC 8628, section 3.2; `computer` is our own, optional field: what people call the computer."""
        response = super().post(request, *args, **kwargs)
        if response.status_code != 200:
            return response
        answer = json.loads(response.content)
        Computer.objects.create(
            name=(request.POST.get("computer") or "A computer")[:100],
            grant=DeviceGrant.objects.get(device_code=answer["device_code"]),
        )
        page = request.build_absolute_uri(reverse("device"))
        answer["verification_uri"] = page
        answer["verification_uri_complete"] = f"{page}?code={show_user_code(answer['user_code'])}"
        return JsonResponse(answer, headers={"Cache-Control": "no-store"})


class TokenView(ToolkitTokenView):
    """Gives a computer its tokens, once a person has allowed it."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer RFC 8628, section 3.4 and 3.5, and refreshes."""
        if request.POST.get("grant_type") != DEVICE_GRANT_TYPE:
            return super().post(request, *args, **kwargs)
        with transaction.atomic():
            grant = DeviceGrant.objects.filter(
                device_code=request.POST.get("device_code", ""), client_id=request.POST.get("client_id", "")
            ).first()
            if grant is None or grant.is_expired():
                return _error("expired_token")
            if grant.status == DeviceGrant.AUTHORIZATION_PENDING:
                return _error("slow_down" if _asked_too_soon(grant) else "authorization_pending")
            response = super().post(request, *args, **kwargs)
            if response.status_code == 200:
                _pair(grant, json.loads(response.content)["refresh_token"])
            return response


def _error(name: str) -> JsonResponse:
    return JsonResponse({"error": name}, status=400, headers={"Cache-Control": "no-store"})


def _asked_too_soon(grant: DeviceGrant) -> bool:
    """Whether the last poll is younger than half the interval; a poll is noted."""
    now = timezone.now()
    least = timedelta(seconds=settings.DEVICE_INTERVAL_S / 2)
    too_soon = Computer.objects.filter(grant=grant, polled_at__gt=now - least).exists()
    Computer.objects.filter(grant=grant).update(polled_at=now)
    return too_soon


def _pair(grant: DeviceGrant, refresh_token: str) -> None:
    """Tie the tokens to the computer's name; the code is used up."""
    checksum = hashlib.sha256(refresh_token.encode()).hexdigest()
    Computer.objects.filter(grant=grant).update(
        refresh_token=RefreshToken.objects.get(token_checksum=checksum), owner=grant.user
    )
    grant.delete()
