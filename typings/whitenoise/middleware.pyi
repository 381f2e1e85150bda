from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from whitenoise.responders import StaticFile

class WhiteNoiseMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase], settings: Any = ...) -> None: ...
    def __call__(self, request: HttpRequest) -> HttpResponseBase: ...
    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponseBase: ...
