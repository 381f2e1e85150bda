"""What can go wrong with a memory stick. Every message is plain sentences for the person who holds it."""

import errno

from diary_app.errors import Refused

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


class WrongWords(Refused):
    """Well-formed, and sealed with other words."""

    def __init__(self) -> None:
        super().__init__("These are not the six words of this folder. Look at your paper, and type them again.")


class Damaged(Refused):
    """What lies on the stick is not what was put there, or was never put there by this app."""

    def __init__(self) -> None:
        super().__init__("This folder is damaged and cannot be read. If there is another copy of it, try that one.")


class TooNew(Refused):
    """Another format than ours."""

    def __init__(self) -> None:
        super().__init__("A newer version of this app made this folder. Please update the app, then try again.")


class StickFailed(Refused):
    """The stick, or whatever folder was chosen, cannot be read or written."""


def cannot_write(error: OSError) -> StickFailed:
    """The sentence for an error while a stick was written."""
    if error.errno in FULL:
        return StickFailed("The memory stick is full. Your recordings are safe on this computer. Use a larger one.")
    if error.errno in READ_ONLY:
        return StickFailed(
            "Nothing can be saved on this memory stick. Your recordings are safe on this computer. "
            "If the stick has a little lock, open it, or use another one."
        )
    return StickFailed(
        "The memory stick was pulled out, or is broken. Your recordings are safe on this computer. "
        "Put it in again, or use another one."
    )


def cannot_read(error: OSError) -> StickFailed:
    """The sentence for an error while a stick was read."""
    if error.errno in READ_ONLY:
        return StickFailed("This computer is not allowed to read that folder. Choose another one.")
    return StickFailed("The memory stick was pulled out, or is broken. Put it in again, and choose the folder again.")
