"""The short code that a person types to let a computer in."""

import secrets

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels (no words), no look-alikes, no digits: RFC 8628, section 6.1."""
LENGTH = 8


def new_user_code() -> str:
    """Eight letters, 34 bits; a code lives for half an hour."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_user_code(typed: str) -> str:
    """What a person typed, as the code that is kept: any case, with or without hyphen or spaces."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def show_user_code(code: str) -> str:
    """The code as people see it: ABCD-EFGH."""
    return f"{code[:4]}-{code[4:]}" if len(code) == LENGTH else code
