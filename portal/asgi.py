"""One process, one ASGI router: the intake takes its own path, everything else is Django's."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from portal.intake.app import PREFIX, Intake

Pages = Callable[[Any, Any, Any], Awaitable[None]]
"""Django's own ASGI application: its types and asgiref's do not know each other."""


class Router:
    """Sends each request to the intake or to Django."""

    def __init__(self, *, intake: Intake, pages: Pages) -> None:
        self.intake = intake
        self._pages = pages

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self.intake(scope, receive, send)
        elif scope["type"] == "http":
            await self._pages(scope, receive, send)
        else:
            raise ValueError(f"this portal does not speak {scope['type']}")


def build(*, on_received: Callable[[], None]) -> Router:
    """The whole portal; Django is set up when it is asked for."""
    from django.core.asgi import get_asgi_application

    return Router(pages=get_asgi_application(), intake=Intake(on_received=on_received))
