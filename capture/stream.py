"""The order and the times of one take: pictures and sound become blocks of a Matroska stream for the encoder child.

The take begins with its first frame; sound that came before it is cut to that moment. A take of sound alone begins
when it was begun; so does one whose camera shows nothing: a black picture stands for it. Used by the encoder thread
alone.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capture.drift import Span
from capture.fragments import PRIMING
from capture.gaps import GapList
from capture.gate import FrameGate
from capture.matroska import PICTURE_TRACK, SOUND_TRACK, TICKS_A_SECOND, block_head
from capture.model import SOUND_RATE, Frame, Image, Missing, PictureFormat, Samples
from capture.picture import black, planes
from capture.preroll import PREROLL_S
from capture.sound_track import CHUNK, Hold, Resume, SoundTrack
from capture.take_file import Cut
from capture.timeline import Timeline

log = logging.getLogger(__name__)

FIRST_FRAME_TIMEOUT_S = PREROLL_S + 0.4
"""When no picture has come so long after the take's beginning (a camera that works has given some before the command
to start), it begins with sound over black: nothing is on the disk before that."""
UNHEARD_S, FIRST_SILENCE_S = 0.4, 0.1
"""Nor is anything before the encoder has heard something: when no sound has come for so long, a little silence."""
SILENT_S = 1.0
"""When the picture has gone on for so long and no sound came the microphone is gone, and silence takes its place."""
DARK_S = 1.0
"""When the sound has gone on for so long and no picture came the camera is gone: black, not a still face."""
ROUNDING_S = 1e-6
"""A moment of the clock less the take's beginning may come out a hair before the second of the take that it is."""
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
    """Orders and writes one take; `heard` is given its sound, `shown` each picture's tick of the stream.

    Everything that writes raises EncoderFailed once the encoder child has gone.
    """

    def __init__(
        self,
        *,
        picture: PictureFormat | None,
        gate: FrameGate | None,
        sound: bool,
        write: Write,
        heard: Callable[[Samples], None] = lambda _samples: None,
        shown: Callable[[int], None] = lambda _ticks: None,
    ) -> None:
        self._picture = picture
        self._gate = gate
        self._sound = sound
        self._write = write
        self._heard = heard
        self._shown = shown
        self._began_s = 0.0
        self._time: Timeline | None = None
        self._held_s: float | None = None
        self._early: list[Sound] = []
        self._track: SoundTrack | None = None
        self._first_sample = 0
        self._priming = 0
        self._picture_until_s = 0.0
        self._seen_until_s = 0.0
        self._last_frame_s = 0.0
        self._quiet_s = 0.0
        self._sounded = False
        self._cut_s = -math.inf
        self._black_at_s: list[float] = []
        self.gaps = GapList()
        self.written_s = 0.0
        """Seconds of the take that the encoder child has been given."""

    @property
    def black_pictures(self) -> int:
        """Pictures in the take that are not the camera's."""
        return len(self._black_at_s)

    def begin(self, at_s: float) -> None:
        """The take was begun at this moment; before anything is taken in."""
        self._began_s = at_s

    def take_in(self, item: Frame | Sound | Hold | Resume) -> None:
        """Write it, or keep it until its place is known."""
        match item:
            case Frame():
                self._take_in_frame(item)
            case Sound():
                self._take_in_sound(item)
            case Hold(at_s):
                self._held_s = at_s
                if self._time is not None:
                    self._time = self._time.hold(at_s)
            case Resume(at_s):
                self._resume(at_s)
        if isinstance(item, Hold | Resume) and self._track is not None:
            self._track.change(item)

    def _resume(self, at_s: float) -> None:
        self._held_s = None
        if self._time is not None:
            self._time = self._time.resume(at_s)
        else:  # nothing was written yet: the take begins here
            self._began_s = at_s
            self._early.clear()

    def finish(self, at_s: float) -> None:
        """The take ends at this moment."""
        if self._early and self._time is None:
            self._begin_without_picture()
        if self._track is not None:
            self._track.finish(at_s)
        if self._picture is not None and self._time is not None:
            self.gaps.note(Missing.CAMERA, self._seen_until_s, self._time.end_s(at_s))

    # -- another piece of the same take -----------------------------------------------------------------------------

    def go_on_after_cut(self, cut: Cut, at_s: float) -> None:
        """The take was cut back: this moment (or that at which the pause began) now follows what is left of it."""
        self._cut_s = end_s = at_s if self._held_s is None else self._held_s
        self.gaps.cut(cut.at_s)
        self._picture_until_s = cut.at_s - ROUNDING_S
        self._seen_until_s = self.written_s = cut.at_s
        self._quiet_s = 0.0
        self._sounded = False
        self._time, self._track = None, None
        self._early.clear()
        self._join(cut)
        if cut.empty:
            self._began_s = end_s
        else:
            self._begin_at(end_s - cut.at_s)

    def go_on_after_failure(self, cut: Cut) -> None:
        """Another child has taken over from one that died: its times go on, and what was lost between is a gap."""
        self.gaps.note(Missing.ENCODER, cut.at_s, self.written_s)
        self._join(cut)
        if cut.empty and self._picture is not None and self._time is not None:  # the child needs a picture at zero
            self._show(black(self._picture), 0.0)
            self._black_at_s.append(0.0)

    def _join(self, cut: Cut) -> None:
        left_until_s = cut.last_picture_s + 1 / TICKS_A_SECOND
        self._black_at_s = [black_s for black_s in self._black_at_s if black_s <= left_until_s]
        self._first_sample = math.ceil(cut.at_s * SOUND_RATE)
        # A piece that goes on writes the encoder's own priming as sound of the take: all of its sound comes later.
        self._priming = 0 if cut.empty else PRIMING

    def _begin_at(self, zero_s: float) -> None:
        self._time = Timeline(zero_s)
        if self._sound:
            self._track = SoundTrack(zero_s, self._write_block, self._missed_sound, first=self._first_sample)
        if self._held_s is not None:
            self._time = self._time.hold(self._held_s)
            if self._track is not None:
                self._track.change(Hold(self._held_s))
        self._feed_early()

    # -- pictures ---------------------------------------------------------------------------------------------------

    def _take_in_frame(self, frame: Frame) -> None:
        assert self._gate is not None
        self._gate.left_queue()
        if frame.at_s < self._cut_s:
            self._gate.came_too_late()
            return
        written = False
        try:
            written = self._place_frame(frame)
        finally:
            (self._gate.wrote if written else self._gate.lost)()
        if written:
            self._fill_silence(frame.at_s)

    def _place_frame(self, frame: Frame) -> bool:
        """False for one that has no place: two frames of one moment cannot both be kept."""
        if self._time is None:
            self._begin_at(frame.at_s)
        assert self._time is not None
        assert self._picture is not None
        at_s = self._time.take_s(frame.at_s)
        if at_s is None or at_s < self._picture_until_s:
            return False
        self._show(frame.image, at_s)
        self.gaps.note(Missing.CAMERA, self._seen_until_s, at_s)
        self._seen_until_s = at_s + 1 / self._picture.fps
        return True

    def _show(self, image: Image, at_s: float) -> None:
        assert self._picture is not None
        data = planes(image, self._picture)
        ticks = round(at_s * TICKS_A_SECOND)
        self._shown(ticks)
        self._write(block_head(PICTURE_TRACK, ticks, len(data)), data)
        self._picture_until_s = at_s + 1 / TICKS_A_SECOND
        self.written_s = max(self.written_s, at_s + 1 / self._picture.fps)

    def _show_black(self, at_s: float) -> None:
        assert self._picture is not None
        self._show(black(self._picture), at_s)
        self._black_at_s.append(at_s)

    def _begin_without_picture(self) -> None:
        """Sound alone; or no frame came, and the take shows black: the child writes nothing before a picture."""
        if self._picture is not None and self._gate is not None:
            self._gate.began_without()
            self._show_black(0.0)
        self._begin_at(self._began_s)

    def _show_darkness(self, heard_s: float) -> None:
        """The sound goes on and the picture does not."""
        if self._picture is None or self._time is None:
            return
        at_s = self._time.take_s(heard_s)
        dark = bool(self._black_at_s) and self._black_at_s[-1] >= self._seen_until_s - 1 / self._picture.fps
        if at_s is not None and not dark and at_s - self._seen_until_s > DARK_S:
            self._show_black(at_s)

    # -- sound ------------------------------------------------------------------------------------------------------

    def _take_in_sound(self, sound: Sound) -> None:
        if self._track is not None:
            self._early.append(sound)
            self._feed_early()
        elif self._belongs(sound.span):
            self._early.append(sound)
            if self._picture is None or sound.span.end_s - self._began_s > FIRST_FRAME_TIMEOUT_S:
                self._begin_without_picture()

    def _belongs(self, span: Span) -> bool:
        """Before anything is written: from the beginning on, and before a pause (which may begin at the beginning)."""
        return span.end_s > self._began_s and (self._held_s is None or max(span.start_s, self._began_s) < self._held_s)

    def _feed_early(self) -> None:
        """One after the other: when the child dies meanwhile, those that are left come next and not a later one."""
        while self._early and self._track is not None:
            sound = self._early.pop(0)
            self._quiet_s = 0.0
            self._sounded = True
            self._track.feed(sound.samples, sound.span)
            self._show_darkness(self._track.heard_s)

    def _missed_sound(self, start_s: float, end_s: float) -> None:
        self.gaps.note(Missing.MICROPHONE, start_s, end_s)

    def _fill_silence(self, until_s: float) -> None:
        """The picture goes on and the sound does not: silence, so that both stay in step and the file stays whole."""
        step_s, self._last_frame_s = until_s - self._last_frame_s, until_s
        self._quiet_s += min(step_s, LONGEST_STEP_S)
        if self._track is None:
            return
        if not self._sounded and self._quiet_s > UNHEARD_S:
            self._sounded = True
            self._track.fill(self._track.heard_s + FIRST_SILENCE_S)
        if self._quiet_s > SILENT_S and until_s - self._track.heard_s > SILENT_S:
            self._track.fill(until_s - SILENT_S / 2)

    def _write_block(self, samples: Samples, first: int) -> None:
        """Where another child took over, silence stands for what the one before it took along."""
        self.gaps.sound_lost_s += max(0, first - self._first_sample) / SOUND_RATE
        while first > self._first_sample:
            self._write_samples(np.zeros(min(CHUNK, first - self._first_sample), np.int16), self._first_sample)
        self._heard(samples)
        if (there := self._first_sample - first) < len(samples):
            self._write_samples(samples[max(0, there) :], first + max(0, there))

    def _write_samples(self, samples: Samples, first: int) -> None:
        data = np.ascontiguousarray(samples, "<i2").tobytes()
        ticks = round((first + self._priming) * TICKS_A_SECOND / SOUND_RATE)
        self._write(block_head(SOUND_TRACK, ticks, len(data)), data)
        self._first_sample = first + len(samples)
        self.written_s = max(self.written_s, self._first_sample / SOUND_RATE)
