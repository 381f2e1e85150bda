"""Who is asking, by the token in `Authorization: Bearer`."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from oauth2_provider.oauth2_backends import get_oauthlib_core


def account_of(request: HttpRequest) -> User | None:
    """The account whose token came with the request; None without one, or with one that is old, revoked or wrong."""
    valid, found = get_oauthlib_core().verify_request(request, scopes=["clips"])
    if not valid or not isinstance(found.user, User) or not found.user.is_active:
        return None
    return found.user
