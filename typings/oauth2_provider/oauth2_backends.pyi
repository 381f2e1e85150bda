from collections.abc import Sequence

from django.http import HttpRequest

class _Found:
    user: object

class OAuthLibCore:
    def verify_request(self, request: HttpRequest, scopes: Sequence[str]) -> tuple[bool, _Found]: ...

def get_oauthlib_core() -> OAuthLibCore: ...
