"""The diary: everything that the screens and the command line can ask for, behind one door.

One Diary per process; any thread may call it, and no call waits for a device, the disk's end or the network unless its
docstring says so. News is given to subscribers on the thread that has it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from capture.model import Camera, Frame, Level, Microphone
from capture.state import State, Wish
from diary_app.clip import About, Clip, ClipId, KeptRange, Kind
from diary_app.folders import Folders
from diary_app.news import News


class Refused(Exception):
    """What was asked makes no sense just now; the text is a sentence for the user, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class Devices:
    """What can be chosen just now; the demo devices come last."""

    cameras: tuple[Camera, ...]
    microphones: tuple[Microphone, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What sending would take, before it begins."""

    bytes: int
    seconds: float | None
    """On the connection as it was last seen; None while nothing is known of it."""


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """The portal that this app is paired with."""

    name: str
    url: str
    practice: bool


class Diary:
    """The open diary. Raises CatalogueError or OSError where the data folder cannot be used."""

    def __init__(self, folders: Folders) -> None: ...

    def close(self) -> None:
        """Close the take if one is open, stop every thread, end the practice portal. Waits."""

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Call listener with every piece of news, on any thread; returns the function that ends it."""

    # devices and recording

    def devices(self) -> Devices:
        """List the devices; takes up to a second, so never on the GUI thread."""

    @property
    def recorder_state(self) -> State:
        """The recorder's state just now (capture.state)."""

    def prepare(self, wish: Wish) -> None:
        """Open these devices for Get ready; RecorderChanged tells when they deliver."""

    def release(self) -> None:
        """Close the devices; an open take is closed first."""

    def start(self, kind: Kind) -> ClipId:
        """Begin a take: the clip's row is written first. Raises Refused with a sentence."""

    def pause(self) -> None:
        """Capture nothing until resume()."""

    def resume(self) -> None:
        """Go on with the same take."""

    def stop(self) -> None:
        """Close the take; TakeFinished(clip_id, report) follows when it is whole."""

    def latest_frame(self) -> Frame | None:
        """The newest picture, for the preview; pulled by the screen's timer."""

    def level(self) -> Level:
        """How loud it is just now; pulled by the screen's timer."""

    def recorded_s(self) -> float:
        """Length of the open take in seconds, pauses left out."""

    def safe_s(self) -> float:
        """Length of the open take that is certainly on disk, in seconds."""

    def room_left_s(self, kind: Kind) -> float:
        """How much longer can be recorded on this disk, in seconds."""

    # clips

    def clips(self) -> list[Clip]:
        """Every clip, newest first."""

    def clip(self, clip_id: ClipId) -> Clip:
        """One clip; raises UnknownClip."""

    def add_file(self, path: Path) -> ClipId:
        """Copy a file that the user already has into the library; waits. Raises Refused with a sentence."""

    def set_keep(self, clip_id: ClipId, keep: Sequence[KeptRange]) -> None:
        """Keep these stretches of the take; an empty list keeps all of it."""

    def set_about(self, clip_id: ClipId, about: About) -> None:
        """Keep what the speaker says about the clip."""

    def promise(self, clip_id: ClipId) -> Promise:
        """How large the rendition will be, and how long sending it takes; quick."""

    def send(self, clip_id: ClipId) -> None:
        """The user pressed Send: prepare and deliver in the background; raises Refused (no title, no agreement)."""

    def try_now(self, clip_id: ClipId) -> None:
        """Try a waiting or held delivery again at once."""

    def bin(self, clip_id: ClipId) -> None:
        """Delete the clip and its files from this computer; raises Refused while it is on its way."""

    # takes that were cut short

    def unfinished(self) -> list[Clip]:
        """Takes that a crash or a power cut interrupted, as found at the start; their seconds are known."""

    def keep_unfinished(self, clip_id: ClipId) -> None:
        """Keep such a take: it becomes a saved clip."""

    # the portal

    def portal(self) -> PortalFacts | None:
        """The portal that this app sends to; None before pairing."""

    def use_practice_portal(self) -> None:
        """Start the practice portal on this computer in the background and pair with it; PortalChanged follows."""
