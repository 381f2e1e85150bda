"""Forms: signing in, and codes that are typed."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from portal import pairing, throttle, words
from portal.buckets import Buckets
from portal.codes import read_user_code
from portal.models import Computer

Found = TypeVar("Found")
wrong_codes = Buckets(at_once=30, a_minute=30)
"""Wrong private codes, from everybody together: who types them is not known."""


class SignInForm(AuthenticationForm):
    """Name and password; ten wrong ones earn a minute's rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages = {"invalid_login": words.DO_NOT_BELONG, "inactive": words.CLOSED_ACCOUNT}

    def clean(self) -> dict[str, Any]:
        """Check the password, unless this name must rest."""
        name = self.cleaned_data.get("username") or ""
        if throttle.must_rest("password", name):
            raise forms.ValidationError(words.TOO_MANY_PASSWORDS)
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            throttle.was_wrong("password", name)
            raise
        throttle.was_right("password", name)
        return cleaned


class CodeForm(forms.Form):
    """The letters that the computer shows; `computer` is the one that shows them, once the form is valid."""

    code = forms.CharField(max_length=20, label="Code")
    computer: Computer

    def __init__(self, *args: Any, who: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._who = who

    def clean_code(self) -> str:
        """Find the computer."""
        if throttle.must_rest("code", self._who):
            raise forms.ValidationError(words.TOO_MANY_CODES)
        try:
            self.computer = pairing.waiting(self.cleaned_data["code"])
        except pairing.PairingRefused as error:
            throttle.was_wrong("code", self._who)
            raise forms.ValidationError(str(error)) from error
        return str(self.cleaned_data["code"])


class PrivateCodeForm(forms.Form, Generic[Found]):
    """A slip's code, or a comment's; `found` is what it belongs to, once the form is valid."""

    code = forms.CharField(max_length=40, label="Code")
    found: Found

    def __init__(self, *args: Any, what: str, find: Callable[[str], Found | None], unknown: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._what, self._look, self._unknown = what, find, unknown

    def clean_code(self) -> str:
        """Find what it belongs to; after many wrong ones everybody waits a little."""
        if wrong_codes.is_empty(self._what):
            raise forms.ValidationError(words.TOO_MANY_WRONG)
        found = self._look(self.cleaned_data["code"])
        if found is None:
            wrong_codes.take(self._what)
            raise forms.ValidationError(self._unknown)
        self.found = found
        return read_user_code(self.cleaned_data["code"])
