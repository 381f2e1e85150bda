"""The sound guard: the speaker learns now, not afterwards, that nobody can hear them. Used by the sound thread alone.

It hears every block. Levels and cut-off peaks are measured all the time, ten times a second. Speech costs more, so it
is asked for only when the answer matters: while somebody was heard a moment ago, the sound since then is kept, and
three seconds later the newest stretch of 0.4 s is listened to; if that holds no voice, the one before it, and so on.
While nobody is heard, every stretch is listened to.

A trouble is told within 5 s and goes away about 2 s after its cause; each has a way in and another way out, so that
none flickers at its edge. Time comes with the sound, never from a clock.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from capture.model import SOUND_RATE, Samples
from capture.sound_steps import FLOOR_DB, STEP, Step, StepCutter
from capture.speech import RISE_DB, SPEECH, STRETCH, LevelSpeech, SpeechDetector, rise_db

STEPS = STRETCH // STEP
"""Steps in a stretch that is listened to."""
PAUSE = 45
"""Steps (4.5 s) without a voice, or without any sound, before it is a trouble. People who think are silent for 3 or
4 s; and with the stretch that is being heard, this is still within the 5 s that were promised."""
BENEFIT = 2
"""Steps more for somebody who begins to speak just then: the first 0.2 s of a voice are not always known for one."""
TRUST = 32
"""Steps (3.2 s) for which somebody who was heard counts as speaking, before anybody listens again."""
SOFT_DB = -42.0
"""Speech whose loudest tenth of a second stays below this cannot be followed from a phone's loudspeaker, and raising it
by the 20 dB and more that it lacks (good practice is -20) raises the room and the converter's noise as well."""
FULL_VOICE_DB = -36.0
"""It is loud enough again from here on: a voice's own ups and downs from one word to the next are smaller than 6 dB."""
CLIPPED_IN, CLIPPED_OF = 5, 30
"""Too loud: so many steps in the last 3 s have their peaks cut off. A door or a laugh takes one or two."""
LOUD_STEPS = 15
"""No longer too loud: 1.5 s of sound that is not faint, and all of it below NEAR_FULL. A pause proves nothing ..."""
NEAR_FULL = 0.7
"""3 dB below where peaks are cut off."""
CLIPPING_ENDS = 60
"""... for 6 s."""
AGAIN = 20
"""Steps (2 s) within which two stretches with a voice end UNHEARD."""
SOUND_AGAIN = 3
"""Steps of sound that end a silence; a crackle in a dead cable is shorter."""
GAP_S = 0.5
"""Sound that comes later than this after its predecessor, or earlier, starts everything afresh."""


class SoundTrouble(StrEnum):
    """Why nobody can hear the speaker, the one that matters most first: only the first that holds is told."""

    SILENT = "silent"
    """Nothing at all comes from the microphone: a mute switch, or one that is not plugged in."""
    CLIPPING = "clipping"
    """The sound is too loud and distorted."""
    UNHEARD = "unheard"
    """There is sound, but nobody is heard speaking: the wrong microphone, a covered one, a hum."""
    QUIET = "quiet"
    """Somebody speaks, and is far too soft."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Sound that can be listened to."""

    steps: tuple[Step, ...]
    end: int
    """The number of the step after it, counted from the start."""

    @property
    def samples(self) -> Samples:
        return np.concatenate([step.samples for step in self.steps])

    @property
    def loudest_db(self) -> float:
        return max(step.level_db for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Voice:
    """A stretch in which somebody spoke."""

    loudest_db: float
    """Of its steps."""
    end: int
    """As of the stretch."""


class SoundGuard:
    """Feed it every block with hear(); read `trouble` from any thread. Memory is constant.

    Without a trained detector, levels alone decide what a voice is (see LevelSpeech): a wrong microphone in a room with
    knocks and clatter then passes for a voice.
    """

    def __init__(self, speech: SpeechDetector | None = None) -> None:
        self._trained = speech is not None
        self._speech: SpeechDetector = LevelSpeech() if speech is None else speech
        self._cutter = StepCutter()
        self.trouble: SoundTrouble | None = None
        """What is wrong just now."""
        self.speaking: bool | None = None
        """Whether somebody speaks, pauses of up to 3.6 s included; None without a trained detector."""
        self._next_s: float | None = None
        self._begin()

    def restart(self, at_s: float) -> None:
        """A new take begins, or goes on after a pause, with the sound of this moment: all that was heard is forgotten.

        Sound thread only.
        """
        self._begin()
        self._next_s = at_s

    def hear(self, samples: Samples, at_s: float) -> None:
        """Consecutive samples and the monotonic moment of their first. After a gap it starts afresh."""
        if self._next_s is None or abs(at_s - self._next_s) > GAP_S:
            self.restart(at_s)
        self._next_s = at_s + len(samples) / SOUND_RATE
        for step in self._cutter.cut(samples):
            self._take(step)

    def _begin(self) -> None:
        self._cutter.clear()
        self._now = 0  # steps since the start
        self._recent: deque[Step] = deque(maxlen=STEPS)
        self._unasked: deque[_Stretch] = deque(maxlen=TRUST // STEPS + 1)  # newest last
        self._voices: deque[_Voice] = deque(maxlen=3)
        self._voiceless = 0  # steps since the last voice or the start, without those of silence
        self._silence = self._sound = 0  # steps in a row
        self._clipped: deque[bool] = deque(maxlen=CLIPPED_OF)
        self._unclipped = 0  # steps since the last one that was cut off
        self._relaxed = 0  # steps with sound since the last one that was nearly
        self._troubles: set[SoundTrouble] = set()
        self._publish()

    def _take(self, step: Step) -> None:
        self._now += 1
        self._recent.append(step)
        self._count(step)
        if self._now % STEPS == 0:
            self._unasked.append(self._newest())
            if self._curious():
                self._look_back()
        elif self._voiceless >= PAUSE and SoundTrouble.UNHEARD not in self._troubles:
            self._heard(self._look(self._newest()))  # has somebody begun just now?
        self._decide()
        self._publish()

    def _newest(self) -> _Stretch:
        return _Stretch(tuple(self._recent), self._now)

    def _count(self, step: Step) -> None:
        self._silence = self._silence + 1 if step.silent else 0
        self._sound = 0 if step.silent else self._sound + 1
        self._voiceless += not step.silent
        self._clipped.append(step.clipped)
        self._unclipped = 0 if step.clipped else self._unclipped + 1
        self._relaxed = 0 if step.peak >= NEAR_FULL else self._relaxed + (step.level_db >= SOFT_DB)

    def _curious(self) -> bool:
        """Whether it matters if somebody speaks in the newest stretch."""
        if not self._voices or self._troubles & {SoundTrouble.SILENT, SoundTrouble.UNHEARD}:
            return True
        last = self._voices[-1]
        if self._now - last.end >= TRUST:
            return True
        if SoundTrouble.QUIET in self._troubles:
            return self._unasked[-1].loudest_db >= FULL_VOICE_DB
        return last.loudest_db < SOFT_DB

    def _look_back(self) -> None:
        """Find the last voice among the stretches that nobody has listened to, the newest first.

        A soft one is a reason to ask for those before it as well, until it is known that all are.
        """
        enough_db = FLOOR_DB if SoundTrouble.QUIET in self._troubles else SOFT_DB
        found: list[_Voice] = []
        while self._unasked and not (found and found[-1].loudest_db >= enough_db):
            found += self._look(self._unasked.pop())
        self._unasked.clear()
        self._heard(found[::-1])

    def _look(self, stretch: _Stretch) -> list[_Voice]:
        """Listen: the voice, or none."""
        if all(step.silent for step in stretch.steps) or self._speech.hear(stretch.samples) < SPEECH:
            return []
        return [_Voice(stretch.loudest_db, stretch.end)]

    def _heard(self, voices: list[_Voice]) -> None:
        self._voices += voices
        if voices:
            self._voiceless = min(self._voiceless, self._now - voices[-1].end)

    def _decide(self) -> None:
        """What begins and what ends with this step."""
        on = self._troubles
        silent = _latch(SoundTrouble.SILENT in on, begins=self._silence >= PAUSE, ends=self._sound >= SOUND_AGAIN)
        if SoundTrouble.SILENT in on and not silent:
            self._voiceless = 0  # the microphone is back: time to say something
        clipping = _latch(
            SoundTrouble.CLIPPING in on,
            begins=sum(self._clipped) >= CLIPPED_IN,
            ends=self._relaxed >= LOUD_STEPS or self._unclipped >= CLIPPING_ENDS,
        )
        if SoundTrouble.CLIPPING in on and not clipping:
            self._clipped.clear()
        unheard = _latch(SoundTrouble.UNHEARD in on, begins=self._nobody(), ends=self._heard_again())
        quiet = _latch(SoundTrouble.QUIET in on, begins=self._too_soft(), ends=self._full_voice())
        holds = {
            SoundTrouble.SILENT: silent,
            SoundTrouble.CLIPPING: clipping,
            SoundTrouble.UNHEARD: unheard and not silent,
            SoundTrouble.QUIET: quiet and not unheard and not silent,
        }
        self._troubles = {trouble for trouble, there in holds.items() if there}

    def _nobody(self) -> bool:
        """No voice for so long; where something begins to rise just now, it is given a moment to become one."""
        if self._voiceless < PAUSE or self._voiceless >= PAUSE + BENEFIT:
            return self._voiceless >= PAUSE
        return rise_db(self._newest().samples) < RISE_DB

    def _heard_again(self) -> bool:
        """Two voices in the last 2 s: one alone may be a cough."""
        return len(self._voices) > 1 and self._now - self._voices[-2].end < AGAIN

    def _too_soft(self) -> bool:
        """The last three voices were (after another trouble two, so that there is no gap between the two troubles)."""
        voices = list(self._voices)[-2:] if self._troubles else list(self._voices)
        enough = len(voices) == (2 if self._troubles else 3) and self._now - voices[0].end < PAUSE
        return enough and all(voice.loudest_db < SOFT_DB for voice in voices)

    def _full_voice(self) -> bool:
        return len(self._voices) > 1 and all(voice.loudest_db >= FULL_VOICE_DB for voice in list(self._voices)[-2:])

    def _publish(self) -> None:
        self.trouble = next((trouble for trouble in SoundTrouble if trouble in self._troubles), None)
        if self._trained:
            self.speaking = bool(self._voices) and self._now - self._voices[-1].end <= TRUST + STEPS


def _latch(on: bool, *, begins: bool, ends: bool) -> bool:
    """Whether it holds from now on: on until it ends, off until it begins."""
    return not ends if on else begins
