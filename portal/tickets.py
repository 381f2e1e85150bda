"""Tickets: what a page gives its form, so that a flood costs its sender time and nobody has to be known. Any thread.

A ticket is signed, belongs to one clip and one purpose, and says when its page was made; it is kept nowhere. A page
with script can prove work: it finds a number that makes a hash begin with zeros, while somebody types.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from uuid import UUID

from django.core import signing

BITS = 17
"""How many zeros the hash begins with: 131,072 tries on average, a second of a small computer."""
GOOD_FOR_S = 12 * 3600


class NoTicket(Exception):
    """Not one of ours, for something else, or too old."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One that was read."""

    word: str
    """What no other ticket has: 128 random bits, hexadecimal."""
    age_s: float
    """How long ago its page was made."""


def make(purpose: str, clip_id: UUID) -> str:
    """A new ticket, for one page."""
    return _signer(purpose).sign(f"{clip_id.hex}.{secrets.token_hex(16)}.{int(time.time())}")


def read(text: str, purpose: str, clip_id: UUID) -> Ticket:
    """What a form sent; raises NoTicket."""
    try:
        whose, word, made = _signer(purpose).unsign(text).split(".")
    except signing.BadSignature as error:
        raise NoTicket from error
    age_s = time.time() - int(made)
    if whose != clip_id.hex or age_s > GOOD_FOR_S:
        raise NoTicket
    return Ticket(word, age_s)


def is_worked(text: str, answer: str) -> bool:
    """Whether this number makes the ticket's hash begin with so many zeros."""
    if not (answer.isascii() and answer.isdigit() and len(answer) < 16):
        return False
    digest = hashlib.sha256(f"{text}:{answer}".encode()).digest()
    return int.from_bytes(digest) >> (256 - BITS) == 0


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"portal.ticket.{purpose}")
