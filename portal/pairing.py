"""Letting a computer in: finding the code that a person typed, allowing it, refusing it, and taking it back."""

from django.contrib.auth.models import User
from django.db import transaction
from oauth2_provider.models import AccessToken, DeviceGrant

from portal import words
from portal.codes import read_user_code
from portal.models import Computer


class PairingRefused(Exception):
    """The code cannot be used; the text is a sentence for the user."""


def waiting(typed: str) -> Computer:
    """The computer that shows this code and still waits for an answer; raises PairingRefused."""
    grant = DeviceGrant.objects.filter(user_code=read_user_code(typed)).order_by("-id").first()
    computer = Computer.objects.filter(grant=grant).first() if grant else None
    if grant is None or computer is None:
        raise PairingRefused(words.UNKNOWN_CODE)
    if grant.is_expired():
        raise PairingRefused(words.EXPIRED_CODE)
    if grant.status != DeviceGrant.AUTHORIZATION_PENDING:
        raise PairingRefused(words.USED_CODE)
    return computer


def allow(computer: Computer, user: User) -> None:
    """Let the computer send clips in this user's name."""
    _decide(computer, user, DeviceGrant.AUTHORIZED)


def refuse(computer: Computer, user: User | None) -> None:
    """Tell the computer that it may not."""
    _decide(computer, user, DeviceGrant.DENIED)


def _decide(computer: Computer, user: User | None, status: str) -> None:
    """Write the answer once; a second answer to the same code is refused."""
    with transaction.atomic():
        changed = DeviceGrant.objects.filter(computer=computer, status=DeviceGrant.AUTHORIZATION_PENDING).update(
            status=status, user=user
        )
        if not changed:
            raise PairingRefused(words.USED_CODE)
        Computer.objects.filter(pk=computer.pk).update(owner=user)


def revoke(computer: Computer) -> None:
    """The computer may not send any more: its tokens are of no use from now on."""
    with transaction.atomic():
        token = computer.refresh_token
        if token is not None:
            AccessToken.objects.filter(refresh_token=token).delete()
            token.delete()
        if computer.grant is not None:
            computer.grant.delete()
        computer.delete()
