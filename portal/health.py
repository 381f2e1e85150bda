"""`GET /health`: whether this portal can do its work, for whoever watches over it. No sign-in, and nothing private."""

import logging
import tempfile

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from portal import files
from portal.models import Clip, Stage

log = logging.getLogger("portal.health")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, the disk takes a byte and the films can be had, else 503; the log says why."""
    try:
        Clip.objects.filter(stage=Stage.RECEIVED).exists()
        with tempfile.TemporaryFile(dir=settings.INCOMING) as file:
            file.write(b"x")
            file.flush()
    except (Error, OSError):
        log.exception("The portal is not well.")
        return _answer(well=False)
    return _answer(well=files.are_well())


def _answer(*, well: bool) -> JsonResponse:
    return JsonResponse({"ok": well}, status=200 if well else 503, headers={"Cache-Control": "no-store"})
