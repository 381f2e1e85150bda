"""A diary whose helpers say what a test wants them to say; everything else of it is the real thing."""

import json
import threading
from dataclasses import asdict

import numpy as np

from capture.model import SOUND_RATE, Samples, TakeReport
from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from capture.sound_verdict import SoundFault, SoundVerdict
from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Kind
from diary_app.diary import Diary
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.news import Devices
from diary_app.sound_try import SoundTry

NO_LOUDSPEAKER = "This computer has no sound output that works, so you will not hear this."


def verdict(fault: SoundFault | None) -> SoundVerdict:
    """A verdict with this fault."""
    return SoundVerdict(fault, level_db=-20.0, noise_db=-60.0, clipped_s=0.0, silent_s=0.0, speech_s=2.0)


class HelpfulDiary(Diary):
    """The sound guard, the coach, the try and the lists of devices are scripted."""

    trouble: SoundTrouble | None = None
    hint: PictureHint | None = None
    listed: Devices | None = None
    room_s: float | None = None
    fault: SoundFault | None = None
    """What the next try finds."""
    loudspeaker = True

    def __init__(self, folders: Folders) -> None:
        super().__init__(folders)
        self.played: list[Samples] = []
        self.heard = threading.Event()
        """While it is not set, a try goes on, and so does its playing."""
        self.heard.set()

    def sound_trouble(self) -> SoundTrouble | None:
        return self.trouble

    def picture_hint(self) -> PictureHint | None:
        return self.hint

    def devices(self) -> Devices:
        return self.listed or super().devices()

    def room_left_s(self, kind: Kind) -> float:
        return super().room_left_s(kind) if self.room_s is None else self.room_s

    def try_sound(self) -> SoundTry:
        self.heard.wait()
        return SoundTry(np.zeros(SOUND_RATE, np.int16), verdict(self.fault))

    def play(self, samples: Samples, stop: threading.Event | None = None) -> None:
        self.heard.wait()
        if not self.loudspeaker:
            raise Refused(NO_LOUDSPEAKER)
        self.played.append(samples)


def note_report(folders: Folders, clip_id: ClipId, report: TakeReport) -> None:
    """Put this report beside a clip's take, as the recorder does."""
    catalogue = Catalogue(folders.catalogue)
    try:
        catalogue.finish_take(clip_id, seconds=report.seconds, report=json.dumps(asdict(report)))
    finally:
        catalogue.close()
