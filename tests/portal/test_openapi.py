"""The OpenAPI document is true: schemathesis asks a real portal as it says, and judges every answer by it."""

import re
from typing import Any

import pytest
import schemathesis
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.intake.app import OFFSET_TYPE, PREFIX
from portal.openapi import document
from tests.portal.test_roles import routes
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable
from tests.support.portal_process import PortalProcess

EXAMPLES = 4
JUDGES = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def test_every_address_of_the_app_is_described() -> None:
    paths = document()["paths"]
    assert isinstance(paths, dict)
    served = {f"/{route}" for route, _ in routes(get_resolver()) if re.match(r"api/|health|\.well-known/", route)}
    described = {re.sub(r"\{(\w+)\}", r"<str:\1>", path) for path in paths}
    assert described == served | {PREFIX, f"{PREFIX}<str:upload_id>"}


@pytest.fixture(scope="module")
def known(portal: PortalProcess, carer: PortalClient) -> dict[str, str]:
    """What the portal knows: a clip that is there, and a delivery that is not finished."""
    clip, half = Sendable(b"no film, but whole"), Sendable(b"a delivery that is under way")
    carer.send(clip)
    return {"clip_id": clip.clip_id, "upload_id": carer.create(half).headers["Location"].rsplit("/", 1)[-1]}


def test_every_answer_is_as_described(portal: PortalProcess, carer: PortalClient, known: dict[str, str]) -> None:
    schemathesis.serializer.alias(OFFSET_TYPE, "application/octet-stream")
    schema = schemathesis.openapi.from_url(f"{portal.url}api/openapi.json")
    sign_in = {"Authorization": carer.headers()["Authorization"]}
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    asked = {operation.label: _ask(operation, sign_in, known) for operation in found}
    # schemathesis leaves out the document itself, which it has asked for already.
    assert asked.keys() == _described() - {"GET /api/openapi.json"}
    # What is there was found, what is not was refused, and without a token nothing was told.
    assert asked["GET /api/clips/{clip_id}/receipt"] == {200, 404, 401}
    assert asked["HEAD /intake/{upload_id}"] == {200, 404, 401}
    assert asked["GET /health"] == {200}


def _described() -> set[str]:
    """Every method and path of the document."""
    paths = document()["paths"]
    assert isinstance(paths, dict)
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in item if method != "parameters"}


def _ask(operation: APIOperation[Any, Any, Any, Any], sign_in: dict[str, str], known: dict[str, str]) -> set[int]:
    """Ask for anything, for what is there, and as nobody; every answer is judged by the document."""
    seen: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Case[Any]) -> None:
        anything = dict(case.path_parameters)
        for parts, headers in (
            (anything, sign_in),
            ({name: known[name] for name in anything}, sign_in),
            (anything, {}),
        ):
            case.path_parameters = parts
            seen.add(case.call_and_validate(headers=headers, timeout=TIMEOUT_S, checks=JUDGES).status_code)

    ask()
    return seen
