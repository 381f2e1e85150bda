"""Sign-in by OAuth 2.0 device code (RFC 8628) and refresh (RFC 6749, 6). Blocking; any thread but the GUI's."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from upload.answers import error_of, text, whole_number
from upload.discovery import Portal
from upload.errors import CodeDenied, CodeExpired, NotAPortal, SignInNeeded, Stopped, World
from upload.secret import Secret
from upload.tokens import Tokens
from upload.transport import Answer, Transport

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LONGEST_NAME = 100
SCOPE = "clips"
SHORTEST_INTERVAL_S = 1
LONGEST_INTERVAL_S = 60
LONGEST_CODE_S = 1800


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What the app shows: a short code, and the address where a member of staff types it."""

    user_code: str
    """As it is shown: ABCD-EFGH."""
    address: str
    address_with_code: str
    expires_in_s: int
    interval_s: int
    device_code: Secret


def ask_for_code(transport: Transport, portal: Portal) -> DeviceCode:
    """Ask the portal for a short code; staff see this computer's name beside it. Raises World or Refusal."""
    form = {"client_id": portal.client_id, "scope": SCOPE, "computer": platform.node()[:LONGEST_NAME]}
    answer = transport.request("POST", portal.device_authorization_endpoint, form=form)
    if answer.status != 200:
        raise _world_or_nonsense(answer)
    facts = answer.json_object()
    address = transport.origin.check(text(facts, "verification_uri"))
    whole = facts.get("verification_uri_complete")
    interval = whole_number(facts, "interval") if "interval" in facts else 5  # RFC 8628, 3.2: 5 where it is missing
    return DeviceCode(
        user_code=_shown(text(facts, "user_code")),
        address=address,
        address_with_code=transport.origin.check(whole) if isinstance(whole, str) else address,
        expires_in_s=min(LONGEST_CODE_S, whole_number(facts, "expires_in")),
        interval_s=min(LONGEST_INTERVAL_S, max(SHORTEST_INTERVAL_S, interval)),
        device_code=Secret(text(facts, "device_code")),
    )


def wait_for_tokens(
    transport: Transport, portal: Portal, code: DeviceCode, *, stop: Event, clock: Callable[[], float]
) -> Tokens:
    """Ask at once and then every interval until somebody pressed Allow. clock: seconds, monotonic.

    Raises Stopped, CodeDenied, CodeExpired. A broken connection only makes the pauses longer (RFC 8628, 3.5).
    """
    interval = float(code.interval_s)
    ends = clock() + code.expires_in_s
    while clock() < ends:
        try:
            word, tokens = _ask_once(transport, portal, code)
        except World:
            interval = min(LONGEST_INTERVAL_S, interval * 2)
        else:
            if tokens is not None:
                return tokens
            if word == "slow_down":
                interval = min(LONGEST_INTERVAL_S, interval + 5)  # RFC 8628, 3.5
        if stop.wait(interval):
            raise Stopped
    raise CodeExpired


def refresh(transport: Transport, portal: Portal, tokens: Tokens) -> Tokens:
    """New tokens for old. Raises SignInNeeded where the portal does not know them any more, or World."""
    if tokens.refresh is None:
        raise SignInNeeded
    answer = transport.request(
        "POST",
        portal.token_endpoint,
        form={
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh.reveal(),
            "client_id": portal.client_id,
        },
    )
    if answer.status == 200:
        return _tokens(answer, keep=tokens.refresh)
    _oauth_error(answer)
    raise SignInNeeded


def _ask_once(transport: Transport, portal: Portal, code: DeviceCode) -> tuple[str, Tokens | None]:
    answer = transport.request(
        "POST",
        portal.token_endpoint,
        form={
            "grant_type": DEVICE_GRANT,
            "device_code": code.device_code.reveal(),
            "client_id": portal.client_id,
        },
    )
    if answer.status == 200:
        return "", _tokens(answer, keep=None)
    word = _oauth_error(answer)
    if word == "access_denied":
        raise CodeDenied
    if word not in ("authorization_pending", "slow_down"):
        raise CodeExpired  # expired_token, and whatever means that this code leads nowhere (RFC 8628, 3.5)
    return word, None


def _oauth_error(answer: Answer) -> str:
    """The `error` of a token endpoint's 400 or 401; raises World for every other answer."""
    if answer.status not in (400, 401):
        raise _world_or_nonsense(answer)
    return text(answer.json_object(), "error")


def _tokens(answer: Answer, *, keep: Secret | None) -> Tokens:
    facts = answer.json_object()
    new = facts.get("refresh_token")
    access = text(facts, "access_token")
    # A portal that does not rotate refresh tokens leaves the field out: the old one stays good (RFC 6749, 6).
    return Tokens(Secret(access), Secret(new) if isinstance(new, str) else keep)


def _world_or_nonsense(answer: Answer) -> World:
    error = error_of("POST", answer) if answer.status >= 400 else NotAPortal()
    return error if isinstance(error, World) else NotAPortal()


def _shown(user_code: str) -> str:
    plain = "".join(letter for letter in user_code.upper() if letter.isalnum())[:16]
    if not plain:
        raise NotAPortal
    return f"{plain[:4]}-{plain[4:]}" if len(plain) == 8 else plain
