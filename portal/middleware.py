"""Headers, static files and the words that every page carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
Answer = Callable[[HttpRequest], HttpResponseBase]


def content_security(answer: Answer) -> Answer:
    """No script or style in the page itself, and nothing from another host (W3C Content Security Policy 3)."""

    def with_policy(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return with_policy


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise, answering with the bytes themselves: under ASGI, Django warns about files read as a stream.

    Our static files are small; see https://docs.djangoproject.com/en/5.2/ref/request-response/#streaminghttpresponse-objects
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """Answer with one static file."""
        found = static_file.get_response(request.method or "GET", request.META)
        content = b""
        if found.file is not None:
            with found.file:
                content = found.file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["content-type"]
        for name, value in found.headers:
            response[name] = value
        return response


def portal_words(request: HttpRequest) -> dict[str, object]:
    """What every template may say about this portal. A request that was refused early has no user yet."""
    user = getattr(request, "user", None)
    return {
        "portal_name": settings.PORTAL_NAME,
        "practice": settings.PRACTICE,
        "may_moderate": user is not None and user.has_perm("portal.moderate_clip"),
    }
