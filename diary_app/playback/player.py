"""The player: two plain threads decode, the loudspeaker keeps the time, the screen pulls pictures.

Commands and questions may come from any thread and never wait for the disk or the sound device. Times on the outside
are take time; inside, everything runs on the time of the result, in which what was cut away does not exist.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import av
import numpy as np

from diary_app.clip import KeptRange
from diary_app.editing import ranges
from diary_app.editing.bleep import PREVIEW, spots_of, with_tone
from diary_app.editing.errors import EditError, take_gone
from diary_app.editing.frames import Piece, as_pieces, exactly
from diary_app.editing.probe import MediaFacts, probe
from diary_app.editing.sound import Sound, sound_of
from diary_app.playback.output import CHANNELS, RATE, OutputError, SoundOutput
from diary_app.playback.pictures import Image, pictures_of, to_image
from diary_app.playback.queues import PictureQueue, SoundQueue

log = logging.getLogger(__name__)

AHEAD_S = 0.6
"""Seconds of sound that are decoded ahead."""
AHEAD_PICTURES = 10
TICK_S = 0.015
SILENT_FOR_S = 3.0
"""An output that asks for nothing for so long has died: the computer's clock takes over."""
LAST_MOMENT_S = 0.002


class PlayerState(StrEnum):
    """What the player does."""

    PAUSED = "paused"
    PLAYING = "playing"
    ENDED = "ended"
    """Everything was played; play() starts again from the beginning."""
    FAILED = "failed"
    """The take cannot be read any further; `problem` says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a decoding thread is to decode: these pieces, from this second of the result on."""

    number: int
    pieces: tuple[Piece, ...]
    start_s: float


class Player:
    """Plays what is kept of a take. Made by one thread, closed by close(); raises EditError where it is no take."""

    def __init__(
        self,
        take: Path,
        *,
        keep: Sequence[KeptRange] = (),
        names: Sequence[KeptRange] = (),
        output: SoundOutput | None = None,
        on_state: Callable[[PlayerState], None] = lambda _state: None,
        picture_limit: tuple[int, int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.facts: MediaFacts = probe(take)
        self._take, self._on_state, self._limit, self._clock = take, on_state, picture_limit, clock
        self._output = output if self.facts.has_sound else None
        self._unused = output if output is not self._output else None
        self._changed = threading.Condition()
        self._keep = ranges.normalise(keep, self.facts.seconds)
        self._names = tuple(names)
        self._state = PlayerState.PAUSED
        self._problem: str | None = None
        self._rest_s = self._started_at = 0.0
        self._closing = False
        self._silent = self._output is None
        self._sound, self._pictures = SoundQueue(), PictureQueue()
        self._sound_job = self._picture_job = Job(0, as_pieces(self._keep), 0.0)
        self._threads = [
            threading.Thread(target=self._run_pictures, name="playback-pictures"),
            threading.Thread(target=self._run_sound, name="playback-sound"),
        ]
        for thread in self._threads:
            thread.start()

    # -- questions --------------------------------------------------------------------------------------------------

    @property
    def state(self) -> PlayerState:
        """What the player does now."""
        return self._state

    @property
    def problem(self) -> str | None:
        """Why it FAILED, in a sentence."""
        return self._problem

    @property
    def has_sound_output(self) -> bool:
        """False when this take has sound but nothing here can play it: the screen says so."""
        return not (self._silent and self.facts.has_sound)

    @property
    def duration_s(self) -> float:
        """Length of the take in seconds."""
        return self.facts.seconds

    @property
    def kept_s(self) -> float:
        """Length of what is kept in seconds."""
        return sum(part.seconds for part in self._keep)

    @property
    def position_s(self) -> float:
        """The moment that is heard and seen now, in seconds of the take."""
        with self._changed:
            return ranges.take_time(self._keep, self._now())

    @property
    def result_s(self) -> float:
        """The same moment in seconds of the result."""
        with self._changed:
            return self._now()

    def latest_frame(self) -> Image | None:
        """The picture to show now (blue-green-red); the same array until a newer one is due. None before the first."""
        return self._pictures.due(self.result_s)

    # -- commands ---------------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Play on from here; from the beginning when it has ENDED."""
        with self._changed:
            if self._state in (PlayerState.PLAYING, PlayerState.FAILED) or self._closing:
                return
            if self._state is PlayerState.ENDED:
                self._go_to(0.0)
            self._started_at = self._clock()
            self._become(PlayerState.PLAYING)
        self._on_state(PlayerState.PLAYING)

    def pause(self) -> None:
        """Stop here; what was decoded but not heard yet is heard after play()."""
        with self._changed:
            if self._state is not PlayerState.PLAYING:
                return
            self._rest_s = self._now()
            self._restart_sound(self._rest_s)
            self._become(PlayerState.PAUSED)
        self._on_state(PlayerState.PAUSED)

    def seek(self, take_s: float) -> None:
        """Go to a moment of the take; to the join where that moment was cut away. It plays on if it was playing."""
        with self._changed:
            if self._state is PlayerState.FAILED:
                return
            ended = self._state is PlayerState.ENDED
            self._go_to(ranges.result_time(self._keep, take_s))
            if ended:
                self._become(PlayerState.PAUSED)
        if ended:
            self._on_state(PlayerState.PAUSED)

    def set_keep(self, keep: Sequence[KeptRange]) -> None:
        """Play other ranges from now on; the moment of the take stays, or moves to the join. Raises EditRefused."""
        parts = ranges.normalise(keep, self.facts.seconds)
        with self._changed:
            here_s = ranges.take_time(self._keep, self._now())
            self._keep = parts
            self._go_to(ranges.result_time(parts, here_s))

    def set_names(self, names: Sequence[KeptRange]) -> None:
        """Bleep these stretches of the take from now on: of what plays, what is not decoded yet (AHEAD_S)."""
        with self._changed:
            if tuple(names) == self._names:
                return
            self._names = tuple(names)
            if self._state is not PlayerState.PLAYING:
                self._restart_sound(self._rest_s)
                self._changed.notify_all()

    def close(self) -> None:
        """Stop, end both threads and give the sound output back."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        for output in (self._output, self._unused):
            if output is not None:
                output.close()

    # -- inside, with the lock held -------------------------------------------------------------------------------

    def _become(self, state: PlayerState) -> None:
        self._state = state
        self._changed.notify_all()

    def _now(self) -> float:
        """Seconds of the result that are heard now."""
        if self._state is not PlayerState.PLAYING:
            return self._rest_s
        now = self._clock()
        if self._silent or self._output is None:
            heard = self._rest_s + now - self._started_at
        else:
            pulled = self._sound.pulled
            heard = pulled.heard_s(now, self._output.latency_s) if pulled else self._rest_s
        return min(max(heard, self._rest_s), self.kept_s)

    def _go_to(self, result_s: float) -> None:
        self._rest_s = min(max(0.0, result_s), max(0.0, self.kept_s - LAST_MOMENT_S))
        self._started_at = self._clock()
        self._picture_job = Job(self._picture_job.number + 1, as_pieces(self._keep), self._rest_s)
        self._pictures.restart()
        self._restart_sound(self._rest_s)
        self._changed.notify_all()

    def _restart_sound(self, result_s: float) -> None:
        self._sound_job = Job(self._sound_job.number + 1, as_pieces(self._keep), result_s)
        self._sound.restart(result_s)

    def _fail(self, sentence: str) -> None:
        with self._changed:
            self._rest_s = self._now()
            self._problem = sentence
            self._become(PlayerState.FAILED)
        self._on_state(PlayerState.FAILED)

    # -- the thread of the pictures -------------------------------------------------------------------------------

    def _run_pictures(self) -> None:
        done = -1
        while not self._closing and self._state is not PlayerState.FAILED:
            job = self._picture_job
            if job.number == done:
                self._rest_until_new(done)
                continue
            try:
                self._decode_pictures(job)
            except (EditError, av.FFmpegError, OSError) as error:
                log.exception("the pictures of %s cannot be read", self._take.name)
                self._fail(_sentence(error, self._take))
            done = job.number

    def _rest_until_new(self, done: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._picture_job.number != done)

    def _decode_pictures(self, job: Job) -> None:
        for at_s, frame in pictures_of(self._take, job.pieces, start_s=job.start_s):
            image = to_image(frame, limit=self._limit)
            while len(self._pictures) >= AHEAD_PICTURES and not self._stale(job):
                self._rest()
            with self._changed:
                if self._stale(job):
                    return
                self._pictures.put(at_s, image)

    def _stale(self, job: Job) -> bool:
        return self._closing or job.number != self._picture_job.number

    def _rest(self) -> None:
        """Wait a moment, or until something is asked for."""
        with self._changed:
            if not self._closing:
                self._changed.wait(TICK_S)

    # -- the thread of the sound, which also minds the clock and the end ----------------------------------------------

    def _run_sound(self) -> None:
        job = Job(-1, (), 0.0)
        blocks: Iterator[Sound] | None = None
        running = False
        while not self._closing:
            if job.number != self._sound_job.number:
                job = self._sound_job
                blocks = _sound_from(self._take, job, lambda: self._names) if self.facts.has_sound else None
            blocks = self._decode_sound(job, blocks)
            running = self._drive(running)
            self._mind_the_end()
            if blocks is None or self._sound.waiting_s >= AHEAD_S:
                self._rest()
        self._drive(running)

    def _decode_sound(self, job: Job, blocks: Iterator[Sound] | None) -> Iterator[Sound] | None:
        """Put one more block into the queue if it has room; None when there is no more."""
        if blocks is None or self._sound.waiting_s >= AHEAD_S:
            return blocks
        try:
            block = next(blocks, None)
        except (EditError, av.FFmpegError, OSError) as error:
            log.exception("the sound of %s cannot be read", self._take.name)
            self._fail(_sentence(error, self._take))
            return None
        with self._changed:
            if job.number != self._sound_job.number:
                return None
            if block is None:
                self._sound.finish()
                return None
            self._sound.put(np.ascontiguousarray(block.T))
            return blocks

    def _drive(self, running: bool) -> bool:
        """Start and stop the output as the state asks; True while it runs."""
        output = self._output
        if output is None or self._silent:
            return False
        wanted = self._state is PlayerState.PLAYING and not self._closing
        if wanted and not running:
            try:
                output.start(lambda count: self._sound.take(count, self._clock()))
            except OutputError:
                log.warning("the sound output cannot be started", exc_info=True)
                self._lose_output()
                return False
        if running and not wanted:
            output.stop()
        if running and wanted and self._is_dead():
            log.warning("the sound output asks for nothing any more")
            output.stop()
            self._lose_output()
            return False
        return wanted

    def _is_dead(self) -> bool:
        pulled = self._sound.pulled
        last = max(self._started_at, pulled.at_s) if pulled else self._started_at
        return self._clock() - last > SILENT_FOR_S

    def _lose_output(self) -> None:
        """Carry on without sound, by the computer's clock."""
        with self._changed:
            self._rest_s = self._now()
            self._started_at = self._clock()
            self._silent = True

    def _mind_the_end(self) -> None:
        with self._changed:
            if self._state is not PlayerState.PLAYING or self._now() < self.kept_s - LAST_MOMENT_S:
                return
            self._rest_s = self.kept_s
            self._become(PlayerState.ENDED)
        self._on_state(PlayerState.ENDED)


def _sound_from(take: Path, job: Job, names: Callable[[], Sequence[KeptRange]]) -> Iterator[Sound]:
    """The sound of the pieces from job.start_s on, names bleeped; joins fade, where a seek begins too."""
    left, pieces = job.start_s, []
    for piece in job.pieces:
        skip = min(left, float(piece.length))
        left -= skip
        if float(piece.length) - skip > 1 / RATE:
            pieces.append(Piece(piece.start + exactly(skip), piece.end))
    at = 0
    for block in sound_of(take, pieces, rate=RATE, channels=CHANNELS) if pieces else ():
        yield with_tone(block, at, spots_of(pieces, names(), rate=RATE), rate=RATE, loud=PREVIEW)
        at += block.shape[1]


def _sentence(error: Exception, take: Path) -> str:
    if isinstance(error, EditError):
        return str(error)
    return (
        str(take_gone(take))
        if not take.exists()
        else f"{take.name} cannot be read any further: it is damaged. Try another copy."
    )
