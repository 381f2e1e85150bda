"""One take being written: a queue in front of the encoder child, and the account of what became of it.

The camera and sound threads offer; the encoder thread orders, converts and writes (capture.stream); the syncer thread
syncs. The queue of frames is bounded: a frame that finds no room is dropped and counted, sound is never dropped.
"""

import logging
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from capture.clock import Clock
from capture.disk import Disk
from capture.drift import Span
from capture.encoder import EncoderChild, part_path
from capture.errors import EncoderFailed, TakeExists
from capture.gate import FrameGate
from capture.model import Frame, PictureFormat, Samples, TakeReport
from capture.picture import even, room_for
from capture.recovery import make_whole, what_is_there
from capture.sound_track import Hold, Resume
from capture.stream import Sound, TakeStream
from capture.syncing import Syncer

log = logging.getLogger(__name__)

LATE_SOUND_S = 0.5
"""So long is the sound of the last moment waited for."""
PATIENCE_S = 30.0
"""An encoder child that takes nothing for so long is ended, and the take with it."""

NO_NAME = "The recording could not be saved under its name. It is kept, and is offered again when the app next starts."
BUG = "Something went wrong inside the app, so the recording has stopped. What was recorded until now is kept."


@dataclass(frozen=True, slots=True)
class _End:
    at_s: float


class TakeWriter:
    """Writes one take. `picture` is None for sound alone; `sound` says whether there is a microphone.

    Nothing is kept before begin(). on_closed(report) and on_failed(sentence) come from threads of its own; after
    on_failed the owner calls end(), and on_closed still follows with what is there. Raises TakeExists, EncoderFailed
    where the child does not start, and OSError where nothing can be written.
    """

    def __init__(
        self,
        take: Path,
        *,
        picture: PictureFormat | None,
        sound: bool,
        clock: Clock,
        disk: Disk,
        on_closed: Callable[[TakeReport], None],
        on_failed: Callable[[str], None],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.take = take
        self._part = part_path(take)
        self._picture = even(picture) if picture else None
        self._sound = sound
        self._clock = clock
        self._disk = disk
        self._on_closed, self._on_failed = on_closed, on_failed
        self._patience_s = patience_s
        self._items: queue.Queue[Frame | Sound | Hold | Resume | _End] = queue.Queue()
        self._gate = FrameGate(self._picture.fps, room=room_for(self._picture)) if self._picture else None
        self._guard = threading.Lock()
        self._cpu_before = _cpu_s()
        self._began_s: float | None = None
        self._busy_since_s: float | None = None
        self._failed: str | None = None
        self._seconds = 0.0
        self._stream = TakeStream(
            picture=self._picture, gate=self._gate, sound=sound, write=self._write, on_failed=self._tell
        )
        _claim(self._part, take)
        try:
            self._child = EncoderChild(self._part, self._picture, sound=sound)
        except EncoderFailed:
            self._part.unlink(missing_ok=True)
            raise
        self._syncer = Syncer(
            self._part,
            disk,
            written_s=lambda: self.written_s,
            end_if_stuck=self._end_stuck_child,
            on_failed=self._tell,
        )
        self._thread = threading.Thread(target=self._encode, name="encoder", daemon=True)
        self._thread.start()

    # -- any thread -------------------------------------------------------------------------------------------------

    @property
    def written_s(self) -> float:
        """Seconds of the take that the encoder child has been given."""
        return self._stream.written_s

    @property
    def safe_s(self) -> float:
        """Seconds of the take that are certainly on disk."""
        return self._syncer.safe_s

    def begin(self) -> None:
        """The take begins now; call it when frames and sound are being offered, so that nothing is missed."""
        now = self._clock.now_s()
        self._stream.begin(now)
        if self._gate is not None:
            self._gate.open(now)
        self._began_s = now

    def offer_frame(self, frame: Frame) -> None:
        """Hand over a frame; drops and counts it when the encoder is too far behind."""
        if self._gate is not None and self._gate.admit(frame.at_s):
            self._items.put(frame)

    def offer_sound(self, samples: Samples, span: Span) -> None:
        """Hand over a block of sound that capture.drift has placed."""
        if self._sound and self._began_s is not None and span.end_s > self._began_s:
            self._items.put(Sound(samples, span))

    def hold(self) -> None:
        """Pause: nothing captured from now on is kept."""
        now = self._clock.now_s()
        if self._gate is not None:
            self._gate.hold(now)
        self._items.put(Hold(now))

    def resume(self) -> None:
        """End the pause."""
        now = self._clock.now_s()
        if self._gate is not None:
            self._gate.resume(now)
        self._items.put(Resume(now))

    def end(self) -> None:
        """Close the take with what was captured until now; on_closed follows. Go on offering until then."""
        now = self._clock.now_s()
        if self._gate is not None:
            self._gate.end(now)
        self._items.put(_End(now))

    def join(self) -> None:
        """Wait until on_closed has returned; only after end()."""
        self._thread.join()

    def _tell(self, sentence: str) -> None:
        """Tell the owner, once."""
        with self._guard:
            first, self._failed = self._failed is None, self._failed or sentence
        if first:
            self._on_failed(sentence)

    def _end_stuck_child(self) -> None:
        """On the syncer's thread."""
        since_s = self._busy_since_s
        if since_s is not None and self._clock.now_s() - since_s > self._patience_s:
            log.error("the encoder has taken nothing for %s s", self._patience_s)
            self._child.kill()

    # -- encoder thread ---------------------------------------------------------------------------------------------

    def _encode(self) -> None:
        whole = False
        try:
            while not isinstance(item := self._items.get(), _End):
                self._stream.take_in(item)
            self._take_in_the_rest(item.at_s)
            self._stream.finish(item.at_s)
            whole = True
        finally:
            if not whole:  # a bug, or no memory: the take is closed all the same, and the error is not hidden
                self._tell(BUG)
            self._close(whole_stream=whole)

    def _write(self, head: bytes, data: bytes | memoryview) -> None:
        self._busy_since_s = self._clock.now_s()
        self._child.write(head, data)
        self._busy_since_s = None

    def _take_in_the_rest(self, end_s: float) -> None:
        """Wait for the sound of the last moment, which is later than the command to stop; then let nothing in."""
        patience_ends_s = self._clock.now_s() + LATE_SOUND_S
        while self._sound and not self._stream.failed and (left_s := patience_ends_s - self._clock.now_s()) > 0:
            try:
                item = self._items.get(timeout=left_s)
            except queue.Empty:
                break
            if not isinstance(item, _End):
                self._stream.take_in(item)
            if isinstance(item, Sound) and item.span.end_s >= end_s:
                break
        for frame in self._last_frames():
            self._stream.take_in(frame)

    def _last_frames(self) -> list[Frame]:
        """Shut the gate, and empty the queue: every frame that was let in has its account."""
        if self._gate is not None:
            self._gate.shut()
        frames: list[Frame] = []
        while True:
            try:
                item = self._items.get_nowait()
            except queue.Empty:
                return frames
            if isinstance(item, Frame):
                frames.append(item)

    def _close(self, *, whole_stream: bool) -> None:
        for _frame in self._last_frames():
            assert self._gate is not None
            self._gate.lost()
        self._busy_since_s = self._clock.now_s()
        child_failed = self._stream.failed
        try:
            self._child.close()
        except EncoderFailed as error:
            log.warning("the encoder has failed at its end: %s", error.tail)
            child_failed = True
            self._tell(str(error))
        self._busy_since_s = None
        self._syncer.finish()
        self._publish(whole=whole_stream and not child_failed)
        self._on_closed(self.report())

    def _publish(self, *, whole: bool) -> None:
        """Give the take its name when it is whole. A take that holds nothing gets none."""
        self._seconds = self._stream.written_s
        try:
            if not self._seconds:
                self._part.unlink(missing_ok=True)
            elif whole:
                self._disk.publish(self._part, self.take)
            elif make_whole(self.take, self._disk):
                self._count_again()
            else:
                self._part.unlink(missing_ok=True)
                self._keep_only(0, 0.0)
            if not self._syncer.failed:
                self._syncer.safe_s = self._seconds
        except (OSError, EncoderFailed):
            log.warning("a take could not be given its name", exc_info=True)
            self._tell(NO_NAME)

    def _count_again(self) -> None:
        """The child died with frames in its hands: what is in the file counts."""
        there = what_is_there(self.take)
        self._keep_only(there.pictures - self._stream.black_pictures, there.seconds)

    def _keep_only(self, frames: int, seconds: float) -> None:
        self._seconds = seconds
        if self._gate is not None:
            self._gate.only_kept(frames)

    def report(self) -> TakeReport:
        """What became of every frame, once the take is closed."""
        report = TakeReport(
            seconds=self._seconds,
            cpu_s=_cpu_s() - self._cpu_before,
            codec="h264/aac" if self._picture and self._sound else "h264" if self._picture else "aac",
        )
        if self._gate is None:
            return report
        return replace(
            report,
            frames_captured=self._gate.frames_captured,
            frames_written=self._gate.frames_written,
            lost=self._gate.frames_lost,
            size=str(self._picture),
        )


def _claim(part: Path, take: Path) -> None:
    """Make the empty file that is written to; never one that an earlier take left. Raises TakeExists, OSError."""
    if take.exists():
        raise TakeExists(f"There is a recording called {take.name} already. Choose another name.")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        sentence = f"A recording called {take.name} was cut short before, and is kept. Choose another name."
        raise TakeExists(sentence) from error


def _cpu_s() -> float:
    """Processor seconds of this process and of the children it has waited for (Windows: of this process alone)."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
