"""Slowing down people who guess: after ten wrong tries, a minute's rest. Kept in this process's memory only."""

import hashlib

from django.core.cache import cache

TRIES = 10
REST_S = 60


def _key(what: str, who: str) -> str:
    return f"tries-{what}-{hashlib.sha256(who.encode()).hexdigest()}"


def must_rest(what: str, who: str) -> bool:
    """Whether this one has been wrong too often; what: 'code' or 'password'."""
    return int(cache.get(_key(what, who), 0)) >= TRIES


def was_wrong(what: str, who: str) -> None:
    """Count a wrong try."""
    cache.add(_key(what, who), 0, REST_S)
    cache.incr(_key(what, who))


def was_right(what: str, who: str) -> None:
    """Forget the wrong tries."""
    cache.delete(_key(what, who))
