"""What can go wrong while editing. Every message is one plain sentence (or two) for the person at the screen.

EditError
+-- EditRefused    asked for something that cannot be: not media, a trim outside the take
|   +-- WouldLookBad   a size that is too small; it knows the nearest good one
+-- EditStopped    the user stopped it
+-- WorldError     the computer is in the way: full disk, vanished take, a folder that may not be written
+-- EditFailed     our own fault, or a damaged file; `detail` holds the encoder's last lines for support
"""

import errno
from pathlib import Path


class EditError(Exception):
    """Any failure of editing; nothing stands under the final name, and the take is untouched."""


class EditRefused(EditError):
    """The request cannot be carried out as it stands."""


class WouldLookBad(EditRefused):
    """A size that is too small for this recording."""

    def __init__(self, sentence: str, *, nearest_mb: float) -> None:
        super().__init__(sentence)
        self.nearest_mb = nearest_mb
        """The smallest that is good, in megabytes of 10^6 bytes."""


class EditStopped(EditError):
    """The user stopped it."""

    def __init__(self) -> None:
        super().__init__("Stopped. Your recording is safe and unchanged.")


class WorldError(EditError):
    """The computer is in the way; trying again later may help."""


class EditFailed(EditError):
    """Something went wrong that the user cannot mend."""

    def __init__(self, sentence: str, *, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail


def no_room(folder: Path) -> WorldError:
    """The disk is full."""
    return WorldError(
        f"There is no room left on the disk that holds {folder}. Your recording is safe. Make some room and try again."
    )


def take_gone(take: Path) -> WorldError:
    """The take is not where it was."""
    return WorldError(f"{take.name} is not there any more. Was it moved, or its memory stick pulled out?")


def from_os_error(error: OSError, *, take: Path, out: Path) -> WorldError:
    """The sentence for an error of the operating system while `out` was made from `take`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room(out.parent)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return WorldError(f"This computer does not allow a file to be saved in {out.parent}. Choose another folder.")
    if not take.is_file():
        return take_gone(take)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return WorldError(f"The folder {out.parent} is not there. Choose another folder.")
    cause = error.strerror or str(error)
    return WorldError(f"The disk could not be read or written ({cause}). Your recording is safe. Please try again.")
