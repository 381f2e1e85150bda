"""Withdrawing with a slip, and the certificate of what was removed."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal import moderation, removal, slips, words
from portal.codes import show_private_code
from portal.forms import PrivateCodeForm
from portal.models import Clip, Stage
from portal.pages import find_clip


@require_http_methods(["GET", "POST"])
@never_cache
def slip(request: HttpRequest) -> HttpResponse:
    """Type the code of the slip, see which clip it is, withdraw it or not; afterwards it shows the certificate."""
    form = PrivateCodeForm(
        request.POST if request.method == "POST" else None, what="slip", find=_clip_of, unknown=words.UNKNOWN_SLIP
    )
    if not form.is_valid():
        return render(request, "portal/slip.html", {"form": form}, status=400 if form.is_bound else 200)
    clip, code = form.found, show_private_code(form.cleaned_data["code"])
    if request.POST.get("answer") == "withdraw":
        moderation.withdraw_with_slip(clip)
    if clip.stage != Stage.WITHDRAWN:
        return render(request, "portal/slip_ask.html", {"clip": clip, "code": code})
    return _certificate(request, clip, code=code)


def _clip_of(typed: str) -> Clip | None:
    return Clip.objects.filter(slip=slips.kept(typed)).first()


@require_GET
@login_required
@never_cache
def certificate(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """What was removed, for the clip's speaker."""
    found = find_clip(request, clip_id, moderation.may_see)
    if found.owner_id != request.user.pk:
        raise PermissionDenied
    return _certificate(request, found) if found.stage == Stage.WITHDRAWN else redirect("clip", found.clip_id)


def _certificate(request: HttpRequest, clip: Clip, *, code: str = "") -> HttpResponse:
    withdrawn = clip.events.filter(what=Stage.WITHDRAWN).last()
    facts = {"clip": clip, "withdrawn": withdrawn, "copies": removal.copies_of(clip), "code": code}
    return render(request, "portal/certificate.html", facts)
