"""The pages."""

from django.http import HttpRequest, HttpResponse


def device(request: HttpRequest) -> HttpResponse:
    """Placeholder until the pages land."""
    return HttpResponse(status=404)


def clip(request: HttpRequest, clip_id: str) -> HttpResponse:
    """Placeholder until the pages land."""
    return HttpResponse(status=404)
