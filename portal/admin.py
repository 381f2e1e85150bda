"""Django's admin pages: to look, not to change.

Clips are moderated on their own pages, where each step is written down.
"""

from django.contrib import admin
from django.http import HttpRequest

from portal.models import Clip, Computer, Event


class ReadOnly(admin.ModelAdmin[Clip | Event | Computer]):
    """Nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody may."""
        return False


@admin.register(Clip)
class ClipAdmin(ReadOnly):
    """Every clip."""

    list_display = ("title", "owner", "stage", "received_at")
    list_filter = ("stage",)


@admin.register(Event)
class EventAdmin(ReadOnly):
    """The history."""

    list_display = ("at", "clip", "what", "actor")


@admin.register(Computer)
class ComputerAdmin(ReadOnly):
    """The computers."""

    list_display = ("name", "owner", "asked_at")
