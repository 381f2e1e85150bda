"""What helps the speaker while it records: the sound guard and the picture coach, each as good as its model allows."""

import logging
from dataclasses import dataclass

from capture.faces import FaceFinder, YuNetFaces
from capture.models import SILERO, YUNET, ModelMissing, find_model
from capture.picture_coach import PictureCoach
from capture.sound_guard import SoundGuard
from capture.speech import SileroSpeech, SpeechDetector

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Aids:
    """The detectors that this computer has; without one, levels and light alone are judged."""

    speech: SpeechDetector | None = None
    faces: FaceFinder | None = None

    def sound_guard(self) -> SoundGuard:
        """A guard for one microphone."""
        return SoundGuard(self.speech)

    def picture_coach(self) -> PictureCoach:
        """A coach for one camera."""
        return PictureCoach(self.faces)


def load_aids() -> Aids:
    """Load what is there; takes a moment. A model that is missing or damaged is noted in the log and left out."""
    return Aids(_speech(), _faces())


def _speech() -> SpeechDetector | None:
    try:
        return SileroSpeech(find_model(SILERO))
    except ModelMissing as missing:
        log.warning("nobody listens for speech: %s", missing)
        return None


def _faces() -> FaceFinder | None:
    try:
        return YuNetFaces(find_model(YUNET))
    except ModelMissing as missing:
        log.warning("nobody looks for faces: %s", missing)
        return None
