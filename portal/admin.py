"""Django's admin pages: to look, not to change, except for what an account may send.

Clips are moderated on their own pages, where each step is written down.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from portal.models import Allowance, Clip, Computer, Event

NOT_NOTHING = "Leave it empty, or give a number above 0. To let nobody send with this account, close the account."
NOT_MORE = "Nobody may send more than {} bytes in one file (DIARY_PORTAL_MAX_BYTES)."


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


class AllowanceForm(forms.ModelForm[Allowance]):
    """The limits of one account."""

    class Meta:
        """Django's settings for the form."""

        model = Allowance
        fields = ("account", "largest_bytes", "unfinished", "unfinished_bytes", "bytes_a_day")

    def clean(self) -> dict[str, Any]:
        """Refuse what could not hold."""
        found = super().clean() or self.cleaned_data
        for name in self.Meta.fields[1:]:
            if found.get(name) == 0:
                self.add_error(name, NOT_NOTHING)
        if (found.get("largest_bytes") or 0) > settings.MAX_BYTES:
            self.add_error("largest_bytes", NOT_MORE.format(settings.MAX_BYTES))
        return found


@admin.register(Allowance)
class AllowanceAdmin(admin.ModelAdmin[Allowance]):
    """What one account may send, where that is not what everybody may."""

    form = AllowanceForm
    list_display = ("account", "largest_bytes", "unfinished", "unfinished_bytes", "bytes_a_day")
    autocomplete_fields = ("account",)
