"""One process, one ASGI router: the intake takes its own path, everything else is Django's."""

from collections.abc import Callable

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

from portal.intake.app import PREFIX, Intake


class Router:
    """Sends each request to the intake or to Django."""

    def __init__(self, *, intake: Intake, pages: ASGI3Application) -> None:
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
