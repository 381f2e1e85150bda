"""What the banner of Recording says just now: one thing at a time, the most important first. Pure; no Qt.

What the recorder told comes first, and stays until its device is back or the user has read it. Then what is wrong with
the sound, then what would make the picture better; those two come and go by themselves.
"""

from dataclasses import dataclass

from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from capture.state import Device, Paused, Recording, State, lost_sentence
from ui import words


@dataclass(frozen=True, slots=True)
class Notice:
    """One message."""

    what: str
    more: str = ""
    """That the recording is safe, and what to do."""
    stays: bool = False
    """Until it is dismissed, or no longer true."""
    kindly: bool = False
    """Good news, or a gentle hint."""
    icon: str = ""
    """In place of the usual one."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence of the recorder, and the device that it is about."""

    sentence: str
    device: Device | None


class NoticeBoard:
    """Gathers what there is to say during one take."""

    def __init__(self) -> None:
        self._told: list[_Told] = []  # the newest last
        self._lost: frozenset[Device] = frozenset()
        self._state: State | None = None

    @property
    def last_told(self) -> str:
        """What the recorder told last and is still true; empty when there is nothing."""
        return self._told[-1].sentence if self._told else ""

    def tell(self, sentence: str) -> None:
        """The recorder told something, in the state that it was seen in last."""
        self._told = [told for told in self._told if told.sentence != sentence]
        self._told.append(_Told(sentence, _about(sentence, self._state)))

    def see(self, state: State) -> Device | None:
        """The recorder is in this state; returns a device that has come back with it."""
        if not isinstance(state, Recording | Paused):
            return None
        back = self._lost - state.lost
        self._state, self._lost = state, state.lost
        self._told = [_still_true(told, state) for told in self._told if told.device not in back]
        return min(back, default=None)

    def dismiss(self) -> None:
        """The user has read what was told last."""
        self._told = self._told[:-1]

    def now(self, trouble: SoundTrouble | None, hint: PictureHint | None) -> Notice | None:
        """What to say, with this to say about sound and picture; None: nothing."""
        if self._told:
            return Notice(self._told[-1].sentence, stays=True)
        if trouble is not None and Device.MICROPHONE not in self._lost:
            what, do = words.TROUBLES[trouble]
            return Notice(what, f"{words.GOES_ON} {do}")
        if hint is not None and Device.CAMERA not in self._lost:
            what, do = words.HINTS[hint]
            return Notice(what, do, kindly=True, icon="film")
        return None


def _about(sentence: str, state: State | None) -> Device | None:
    """The device whose loss the recorder tells of with this sentence."""
    if not isinstance(state, Recording | Paused):
        return None
    return next((device for device in sorted(state.lost) if lost_sentence(state, device) == sentence), None)


def _still_true(told: _Told, state: Recording | Paused) -> _Told:
    """What is left of the take may be more, or less, than when it was told."""
    return told if told.device is None else _Told(lost_sentence(state, told.device), told.device)
