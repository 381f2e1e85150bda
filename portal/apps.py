"""The portal as a Django application."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Clips, their queue and their moderation."""

    name = "portal"
    verbose_name = "Diary portal"
    default_auto_field = "django.db.models.BigAutoField"
