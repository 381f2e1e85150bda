"""What is said when a page failed: the database or the films are out of reach for a while, or the portal is wrong."""

import sys

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import bad_request, server_error

from portal import words
from portal.intake.disk import StoreError

FOR_PROGRAMS = ("/api/", "/o/", "/.well-known/")
AGAIN_S = 60


def answer(request: HttpRequest) -> HttpResponse:
    """Django's handler500: the error is the one that is being handled."""
    error = sys.exc_info()[1]
    if isinstance(error, DataError):  # PostgreSQL cannot keep what was typed: a NUL, a number beyond all sizes
        return bad_request(request, error)
    if not isinstance(error, OperationalError | InterfaceError | StoreError):
        return server_error(request)
    if request.path.startswith(FOR_PROGRAMS):
        response: HttpResponse = JsonResponse({"error": "out_of_reach", "message": words.OUT_OF_REACH}, status=503)
    else:
        response = render(None, "503.html", status=503)
    response["Retry-After"] = str(AGAIN_S)
    response["Cache-Control"] = "no-store"
    return response
