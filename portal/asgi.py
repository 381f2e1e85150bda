"""One process, one ASGI router: the intake takes its own path, everything else is Django's."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.typing import (
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)

from portal.intake.app import PREFIX, Intake

Pages = Callable[[Any, Any, Any], Awaitable[None]]
"""Django's own ASGI application: its types and asgiref's do not know each other."""
PAGES_AT_ONCE = 24
"""Django takes a thread for each page that it makes: a thousand apps that ask at once would be a thousand threads."""


class Router:
    """Sends each request to the intake or to Django."""

    def __init__(self, *, intake: Intake, pages: Pages) -> None:
        self.intake = intake
        self._pages = pages
        self._places = asyncio.Semaphore(PAGES_AT_ONCE)

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self.intake(scope, receive, send)
        elif scope["type"] == "http":
            page = _Page(self._places, receive, send)
            try:
                await self._pages(scope, page.receive, page.send)
            finally:
                page.leave()
        else:
            raise ValueError(f"this portal does not speak {scope['type']}")


class _Page:
    """One page's place among those that are made at the same time.

    It is taken once the whole request is here and given back when the answer begins, so that nobody who sends or reads
    slowly keeps the others waiting.
    """

    def __init__(self, places: asyncio.Semaphore, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        self._places, self._receive, self._send = places, receive, send
        self._held = False

    async def receive(self) -> ASGIReceiveEvent:
        """What comes from the other side."""
        message = await self._receive()
        if message["type"] == "http.request" and not message["more_body"]:
            await self._places.acquire()
            self._held = True
        return message

    async def send(self, message: ASGISendEvent) -> None:
        """What goes to the other side."""
        if message["type"] == "http.response.start":
            self.leave()
        await self._send(message)

    def leave(self) -> None:
        """Let the next one in."""
        if self._held:
            self._held = False
            self._places.release()


def build(*, on_received: Callable[[], None]) -> Router:
    """The whole portal; Django is set up when it is asked for."""
    from django.core.asgi import get_asgi_application

    return Router(pages=get_asgi_application(), intake=Intake(on_received=on_received))
