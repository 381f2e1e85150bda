"""Why a diary on a shared computer does not open. Every message is plain sentences for the person at the screen."""

from diary_app.errors import Refused

NO_KEY = (
    "This computer cannot check your PIN just now: a key of its own is not there. Your clips are safe. Ask staff: with"
    " the six words of this computer they can give you a new PIN."
)
NO_ROOM = "There is not enough room on this computer to open your diary. Your clips are safe. Ask staff to make room."
NOT_OPENED = "Your diary could not be opened. Your clips are safe. Please try again, or ask staff."
DAMAGED = "What is kept about you on this computer is damaged. Your clips are still there. Please ask staff."
ELSEWHERE = "Diary is open on this computer already, for another user of it. Please close it there first."


class WrongPin(Refused):
    """Not their PIN. left: how many tries there are before anybody must wait; wait_s: how long they must wait now."""

    def __init__(self, *, left: int, wait_s: float) -> None:
        super().__init__("That is not the right PIN.")
        self.left = left
        self.wait_s = wait_s


class MustWait(Refused):
    """Too many wrong PINs: nothing is tried for so many seconds."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("There were too many wrong PINs. Please wait a little.")
        self.wait_s = wait_s


class NoKey(Refused):
    """The secret that goes with their PIN cannot be had, so that it cannot be checked."""

    def __init__(self) -> None:
        super().__init__(NO_KEY)


class Broken(Refused):
    """A sealed file, or what is noted of a person, is not what this app wrote."""

    def __init__(self) -> None:
        super().__init__(DAMAGED)


class Interrupted(Exception):
    """Sealing was asked to stop; every file is whole, in the one form or in the other."""
