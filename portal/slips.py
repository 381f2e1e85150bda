"""The code on a clip's withdrawal slip, and what is kept of private codes. Any thread.

A slip's code follows from the clip's id and the portal's own key, so that a receipt can name it again and again; the
database holds a keyed hash alone, which nobody can turn back without that key.
"""

from uuid import UUID

from django.utils.crypto import salted_hmac

from portal.codes import private_code, read_user_code


def code_of(clip_id: UUID) -> str:
    """The code of a clip's slip, without hyphens."""
    return private_code(keyed("slip", clip_id.hex))


def kept(typed: str) -> str:
    """What the database keeps of a code, however it was typed: 64 hexadecimal digits.

    A code is found by this. How long that takes says how much of the hash is alike, and nothing about the code.
    """
    return keyed("private-code", read_user_code(typed)).hex()


def keyed(purpose: str, value: str) -> bytes:
    """32 bytes that follow from the value and from the portal's own key."""
    return salted_hmac(f"portal.{purpose}", value, algorithm="sha256").digest()
