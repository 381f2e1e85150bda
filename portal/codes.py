"""The codes that a person types: the short one that lets a computer in, and longer ones that nobody can guess."""

import secrets

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels (no words), no look-alikes, no digits: RFC 8628, section 6.1."""
LENGTH = 8
PRIVATE_LENGTH = 12


def new_user_code() -> str:
    """Eight letters, 34 bits; a code lives for half an hour."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_user_code(typed: str) -> str:
    """What a person typed, as the code that is kept: any case, with or without hyphen or spaces."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def show_user_code(code: str) -> str:
    """The code as people see it: ABCD-EFGH."""
    return f"{code[:4]}-{code[4:]}" if len(code) == LENGTH else code


def show_private_code(code: str) -> str:
    """A longer code as people see it: ABCD-EFGH-JKLM."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def private_code(secret: bytes) -> str:
    """Twelve letters, 51 bits, that follow from the secret: at least 16 bytes that nobody else has."""
    number, code = int.from_bytes(secret), ""
    for _ in range(PRIVATE_LENGTH):
        number, place = divmod(number, len(LETTERS))
        code += LETTERS[place]
    return code
