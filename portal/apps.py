"""The portal as a Django application."""

from django.apps import AppConfig
from django.core.signals import request_finished
from django.db import connection


class PortalConfig(AppConfig):
    """Clips, their queue and their moderation."""

    name = "portal"
    verbose_name = "Diary portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Pages have a thread each, which ends with the page: its connection ends too. Those of the intake stay."""
        request_finished.connect(_hang_up, dispatch_uid="portal-hang-up")


def _hang_up(**signal: object) -> None:
    if not connection.in_atomic_block:  # a test that asks for a page within its own transaction
        connection.close()
