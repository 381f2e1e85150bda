from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

class Response:
    status: HTTPStatus
    headers: list[tuple[str, str]]
    file: IO[bytes] | None

class StaticFile:
    def get_response(self, method: str, request_headers: Mapping[str, Any]) -> Response: ...
