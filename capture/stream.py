"""What goes down the encoder child's pipe, in order: pictures, sound, silence, and nothing of a pause.

Take time 0 is the first frame; sound that came before it waits. Used by the encoder thread alone.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capture.drift import Span
from capture.errors import EncoderFailed
from capture.gate import FrameGate
from capture.matroska import PICTURE_TRACK, SOUND_TRACK, TICKS_A_SECOND, block_head
from capture.model import SOUND_RATE, Frame, Image, PictureFormat, Samples
from capture.picture import black, planes
from capture.sound_track import Hold, Resume, SoundTrack
from capture.timeline import Timeline

log = logging.getLogger(__name__)

FIRST_FRAME_TIMEOUT_S = 2.0
"""When no picture has come so long after the start, the take begins with sound over black."""
SILENT_S = 1.0
"""When the picture has gone on for so long and no sound came the microphone is gone, and silence takes its place."""
LONGEST_STEP_S = 0.25
"""One interval between frames counts for no more than this: a computer that stood still is not a silent microphone."""

Write = Callable[[bytes, bytes | memoryview], None]
"""Gives the head and the body of one block to the encoder child. Raises EncoderFailed."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples, and where capture.drift has placed them."""

    samples: Samples
    span: Span


class TakeStream:
    """Orders and writes one take. on_failed(sentence) is called, perhaps often, once the encoder child has gone."""

    def __init__(
        self,
        *,
        picture: PictureFormat | None,
        gate: FrameGate | None,
        sound: bool,
        write: Write,
        on_failed: Callable[[str], None],
    ) -> None:
        self._picture = picture
        self._gate = gate
        self._sound = sound
        self._write = write
        self._on_failed = on_failed
        self._began_s = 0.0
        self._time: Timeline | None = None
        self._held_s: float | None = None
        self._early: list[Sound] = []
        self._track: SoundTrack | None = None
        self._picture_until_s = 0.0
        self._last_frame_s = 0.0
        self._quiet_s = 0.0
        self.failed = False
        """The encoder child has gone."""
        self.written_s = 0.0
        """Seconds of the take that the encoder child has been given."""
        self.black_pictures = 0
        """Pictures that are not the camera's."""

    def begin(self, at_s: float) -> None:
        """The take was begun at this moment; before anything is taken in."""
        self._began_s = at_s

    def take_in(self, item: Frame | Sound | Hold | Resume) -> None:
        """Write it, or keep it until its place is known."""
        match item:
            case Frame():
                self._take_in_frame(item)
            case Sound():
                self._trying(lambda: self._take_in_sound(item))
            case Hold(at_s):
                self._held_s = at_s
                if self._time is not None:
                    self._time = self._time.hold(at_s)
            case Resume(at_s):
                self._held_s = None
                if self._time is not None:
                    self._time = self._time.resume(at_s)
                else:  # nothing was written yet: the take begins here
                    self._began_s = at_s
                    self._early.clear()
        if isinstance(item, Hold | Resume) and self._track is not None:
            self._track.change(item)

    def finish(self, at_s: float) -> None:
        """The take ends at this moment."""
        if self._early and self._time is None:
            self._trying(self._begin_without_picture)
        if self._track is not None:
            track = self._track
            self._trying(lambda: track.finish(at_s))

    def _trying(self, write: Callable[[], None]) -> bool:
        """Do it; False when the encoder child has gone."""
        try:
            write()
        except EncoderFailed as error:
            if not self.failed:
                log.warning("the encoder has failed: %s", error.tail)
            self.failed = True
            self._on_failed(str(error))
            return False
        return True

    def _begin_at(self, zero_s: float) -> None:
        self._time = Timeline(zero_s)
        if self._sound:
            self._track = SoundTrack(zero_s, self._write_block)
        if self._held_s is not None:
            self._time = self._time.hold(self._held_s)
            if self._track is not None:
                self._track.change(Hold(self._held_s))
        early, self._early = self._early, []
        for sound in early:
            self._take_in_sound(sound)

    def _take_in_frame(self, frame: Frame) -> None:
        assert self._gate is not None
        self._gate.left_queue()
        if self._time is None:
            self._trying(lambda: self._begin_at(frame.at_s))
        at_s = self._time.take_s(frame.at_s) if self._time is not None else None
        # Two frames of one moment cannot both be kept.
        if at_s is None or at_s < self._picture_until_s or not self._trying(lambda: self._show(frame.image, at_s)):
            self._gate.lost()
            return
        self._gate.wrote()
        self._trying(lambda: self._fill_silence(frame.at_s))

    def _show(self, image: Image, at_s: float) -> None:
        assert self._picture is not None
        data = planes(image, self._picture)
        self._write(block_head(PICTURE_TRACK, round(at_s * TICKS_A_SECOND), len(data)), data)
        self._picture_until_s = at_s + 1 / TICKS_A_SECOND
        self.written_s = max(self.written_s, at_s + 1 / self._picture.fps)

    def _take_in_sound(self, sound: Sound) -> None:
        if self._track is not None:
            self._quiet_s = 0.0
            self._track.feed(sound.samples, sound.span)
        elif self._held_s is None or sound.span.start_s < self._held_s:
            self._early.append(sound)
            if self._picture is None or sound.span.end_s - self._began_s > FIRST_FRAME_TIMEOUT_S:
                self._begin_without_picture()

    def _begin_without_picture(self) -> None:
        """Sound alone; or no frame came, and the take shows black: the child writes nothing before a picture."""
        if self._picture is not None and self._gate is not None:
            self._gate.began_without()
            self._show(black(self._picture), 0.0)
            self.black_pictures += 1
        self._begin_at(self._began_s)

    def _fill_silence(self, until_s: float) -> None:
        """The picture goes on and the sound does not: silence, so that both stay in step and the file stays whole."""
        step_s, self._last_frame_s = until_s - self._last_frame_s, until_s
        self._quiet_s += min(step_s, LONGEST_STEP_S)
        if self._track is not None and self._quiet_s > SILENT_S and until_s - self._track.heard_s > SILENT_S:
            self._track.fill(until_s - SILENT_S / 2)

    def _write_block(self, samples: Samples, first: int) -> None:
        data = np.ascontiguousarray(samples, "<i2").tobytes()
        self._write(block_head(SOUND_TRACK, round(first * TICKS_A_SECOND / SOUND_RATE), len(data)), data)
        self.written_s = max(self.written_s, (first + len(samples)) / SOUND_RATE)
