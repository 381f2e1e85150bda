"""The one seam over `requests`: every byte between the app and a portal passes here. One transport per thread.

- One transport talks to one place. An address elsewhere is refused before a connection is opened, so a token never
  travels to another place; redirects are never followed.
- Certificates are checked against the computer's own store (truststore: company authorities work), in this session
  only. Plain http is for this computer alone, and no proxy is asked for it.
- Every wait has an end: connecting, the answer, and each block on its way out. A stop event ends all of them.
- The user's ~/.netrc is not read: it would replace our Authorization header.
"""

import contextlib
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Protocol

import requests
import requests.auth
import requests.utils
import urllib3.exceptions

from upload.address import origin_of
from upload.connections import Connections, PortalAdapter
from upload.errors import NoConnection, NotAPortal, Stopped, TimedOut, World, WrongCertificate
from upload.secret import Secret

MAX_ANSWER = 1_000_000
"""Bytes of an answer that are read at most: our protocol's are a few hundred."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds."""

    connect_s: float = 10.0
    answer_s: float = 60.0
    """For the answer, which may come only after the portal has read a large file back from its disk."""
    whole_answer_s: float = 90.0
    """For an answer that comes in drips."""


class Body(Protocol):
    """What a PATCH sends: its length in bytes, and blocks that are read as they go out."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json_object(self) -> dict[str, object]:
        """The body as a JSON object; raises NotAPortal where it is none."""
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise NotAPortal from error
        if not isinstance(value, dict):
            raise NotAPortal
        return value


class _Bearer(requests.auth.AuthBase):
    """Puts the token into the one request it belongs to."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class Transport:
    """A line to one portal. portal: its base address; raises UnsafeAddress where that is not safe to talk to."""

    def __init__(self, portal: str, *, timeouts: Timeouts | None = None, stop: Event | None = None) -> None:
        self.origin = origin_of(portal)
        self._timeouts = timeouts or Timeouts()
        self._stop = stop or Event()
        self._connections = Connections(self._timeouts.answer_s, self._timeouts.connect_s)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "diary-app"
        # No compressed answers: MAX_ANSWER is then the size of what is unpacked, too.
        self._session.headers["Accept-Encoding"] = "identity"
        adapter = PortalAdapter(self._connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._session.close()
        self._connections.drop()

    def request(
        self,
        method: str,
        address: str,
        *,
        token: Secret | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> Answer:
        """Send one request and return its answer, whatever its status.

        Raises ForeignAddress, NoConnection, TimedOut, WrongCertificate, NotAPortal (a redirect, or an endless answer)
        and Stopped (within half a second of the stop event, also in the middle of a block that does not move).
        """
        self.origin.check(address)
        if self._stop.is_set():
            raise Stopped
        with self._connections.ended_by(self._stop), self._in_our_words():
            response = self._session.request(
                method,
                address,
                headers=dict(headers or {}),
                data=form if body is None else body,
                auth=_Bearer(token) if token else _no_auth,
                timeout=(self._timeouts.connect_s, self._timeouts.answer_s),
                allow_redirects=False,
                stream=True,
                proxies=self._proxies(address),
            )
            with contextlib.closing(response):
                answer = Answer(response.status_code, response.headers, self._read(response))
        if 300 <= answer.status < 400:
            raise NotAPortal
        return answer

    def _proxies(self, address: str) -> dict[str, str]:
        return {} if self.origin.loopback else dict(requests.utils.get_environ_proxies(address))

    def _read(self, response: requests.Response) -> bytes:
        deadline = time.monotonic() + self._timeouts.whole_answer_s
        body = bytearray()
        # read1, not iter_content: that waits for a full block, however slowly it drips.
        while block := response.raw.read1(65_536):
            body += block
            if len(body) > MAX_ANSWER:
                raise NotAPortal
            if time.monotonic() > deadline:
                raise TimedOut
        return bytes(body)

    @contextlib.contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._connections.drop()
            if self._stop.is_set():
                raise Stopped from error
            raise _our_error(error) from error


TransportFactory = Callable[[str], Transport]
"""How the uploader gets a line to a portal, given its base address."""


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _our_error(error: BaseException) -> World:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return WrongCertificate()
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return TimedOut()
    if any(isinstance(cause, TimeoutError) for cause in _causes(error)):
        return TimedOut()
    return NoConnection()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it was made from: requests and urllib3 put causes into args and `reason`."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or any(one is other for other in seen):
            continue
        seen.append(one)
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
