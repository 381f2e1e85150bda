"""One take being written: a queue in front of the encoder child, and the account of what became of it.

The camera and sound threads offer; the encoder thread orders, converts and writes (capture.stream), cuts back and
replaces children (capture.pieces); the syncer thread syncs. The queue of frames is bounded: a frame that finds no room
is dropped and counted, sound is never dropped.
"""

import logging
import math
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from capture.clock import Clock
from capture.disk import Disk
from capture.drift import Span
from capture.encoder import StartEncoder, part_path
from capture.errors import CaptureError, EncoderFailed
from capture.gate import FrameGate
from capture.model import Frame, Missing, PictureFormat, Samples, TakeReport
from capture.picture import even, room_for
from capture.pieces import PieceWriter
from capture.sound_track import Hold, Resume
from capture.sound_verdict import SoundJudge
from capture.stream import Sound, TakeStream
from capture.syncing import DISK_ERROR, Syncer, Watch
from capture.take_file import Cut, TakeFile, claim
from capture.threads import Mailbox, Threads

log = logging.getLogger(__name__)

LATE_SOUND_S = 0.1
LATEST_SOUND_S = 2.0
"""The sound of the last moment is waited for: so much longer than sound has come late until now, and never longer."""
PATIENCE_S = 10.0
"""An encoder child that takes nothing for so long is ended, and another one takes over."""
MOST_REPLACED, WITHIN_S = 5, 60.0
"""When so many children have died in so short a time, the take is given up."""

NO_NAME = "The recording could not be saved under its name. It is kept, and is offered again when the app next starts."
BUG = "Something went wrong inside the app, so the recording has stopped. What you said is kept. Start a new recording."
STUMBLED = "The recording stumbled and a moment is missing. It goes on now, and what you said before is safe."


@dataclass(frozen=True, slots=True)
class TakeNews:
    """Whom a take tells, from threads of its own."""

    closed: Callable[[TakeReport], None]
    """The file is closed; this is its report. Comes once, after end()."""
    failed: Callable[[str], None]
    """The take cannot go on: the owner calls end(), and closed still follows with what is there. Comes once."""
    told: Callable[[str], None]
    """Something the user must know; the take goes on."""


@dataclass(frozen=True, slots=True)
class _Scrap:
    at_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class _Slept:
    seconds: float


@dataclass(frozen=True, slots=True)
class _End:
    at_s: float


_Item = Frame | Sound | Hold | Resume | _Scrap | _Slept | _End


class TakeWriter:
    """Writes one take. `picture` is None for sound alone; `sound` says whether there is a microphone.

    Nothing is kept before begin(). speaking() tells whether somebody speaks, for the verdict on the sound. Raises
    TakeExists, EncoderFailed where the child does not start, and OSError where nothing can be written.
    """

    def __init__(
        self,
        take: Path,
        *,
        picture: PictureFormat | None,
        sound: bool,
        clock: Clock,
        disk: Disk,
        threads: Threads,
        encoder: StartEncoder,
        news: TakeNews,
        speaking: Callable[[], bool | None] = lambda: None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.take = take
        self._picture = even(picture) if picture else None
        self._sound = sound
        self._clock = clock
        self._disk = disk
        self._news = news
        self._items: Mailbox[_Item] = threads.mailbox()
        self._gate = FrameGate(self._picture.fps, room=room_for(self._picture)) if self._picture else None
        self._guard = threading.Lock()
        self._cpu_before = _cpu_s()
        self._began_s: float | None = None
        self._failed: str | None = None
        self._gone = False
        self._died_s: deque[float] = deque([-math.inf] * MOST_REPLACED, maxlen=MOST_REPLACED)
        self._late_s = 0.0
        self._seconds = 0.0
        self._file = TakeFile(part_path(take), disk, threads)
        claim(self._file.path, take, disk)
        self._judge = SoundJudge() if sound else None
        self._speaking = speaking
        self._stream = TakeStream(
            picture=self._picture,
            gate=self._gate,
            sound=sound,
            write=self._write,
            heard=self._judge_sound,
            shown=self._file.shown,
        )
        try:
            self._pieces = PieceWriter(self._file, picture=self._picture, sound=sound, start=encoder, clock=clock)
        except CaptureError:
            disk.remove(self._file.path)
            raise
        self._syncer = self._new_syncer(threads, patience_s)
        self._thread = threads.start("encoder", self._encode)

    def _new_syncer(self, threads: Threads, patience_s: float) -> Syncer:
        watch = Watch(
            failed=self._tell_failed,
            told=self._news.told,
            slept=lambda seconds: self._items.put(_Slept(seconds)),
            look_after_child=lambda: self._pieces.end_if_stuck(patience_s),
        )
        return Syncer(self._file, self._disk, self._clock, threads, watch)

    # -- any thread -------------------------------------------------------------------------------------------------

    @property
    def written_s(self) -> float:
        """Seconds of the take that the encoder child has been given."""
        return self._stream.written_s

    @property
    def safe_s(self) -> float:
        """Seconds of the take that are certainly on disk, as the file itself says."""
        return self._syncer.safe_s

    @property
    def room_left_s(self) -> float | None:
        """How much longer the disk lasts at the pace of this take, in seconds; None while that is not known yet."""
        return self._syncer.room_left_s

    def begin(self, at_s: float | None = None) -> None:
        """The take begins now, or at this earlier moment, whose frames and sound are offered afterwards."""
        began_s = self._clock.now_s() if at_s is None else at_s
        self._stream.begin(began_s)
        if self._gate is not None:
            self._gate.open(began_s)
        self._began_s = began_s

    def offer_frame(self, frame: Frame) -> None:
        """Hand over a frame; drops and counts it when the encoder is too far behind."""
        if self._gate is not None and self._gate.admit(frame.at_s):
            self._items.put(frame)

    def offer_sound(self, samples: Samples, span: Span) -> None:
        """Hand over a block of sound that capture.drift has placed."""
        if self._sound and self._began_s is not None and span.end_s > self._began_s:
            self._late_s = self._clock.now_s() - span.end_s
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

    def scrap(self, seconds: float) -> None:
        """Remove the last seconds of the take from the disk; what comes from now on joins on to what is left."""
        self._items.put(_Scrap(self._clock.now_s(), seconds))

    def end(self) -> None:
        """Close the take with what was captured until now; closed() follows. Go on offering until then."""
        now = self._clock.now_s()
        if self._gate is not None:
            self._gate.end(now)
        self._items.put(_End(now))

    def join(self) -> None:
        """Wait until closed() has returned; only after end()."""
        self._thread.join()

    def _tell_failed(self, sentence: str) -> None:
        """Tell the owner, once."""
        with self._guard:
            first, self._failed = self._failed is None, self._failed or sentence
        if first:
            self._news.failed(sentence)

    # -- encoder thread ---------------------------------------------------------------------------------------------

    def _encode(self) -> None:
        whole = False
        try:
            while not isinstance(item := self._items.get(), _End):
                if item is not None:
                    self._take_in(item)
            self._take_in_the_rest(item.at_s)
            self._trying(lambda: self._stream.finish(item.at_s))
            whole = True
        finally:
            if not whole:  # a bug, or no memory: the take is closed all the same, and the error is not hidden
                self._tell_failed(BUG)
            self._close(whole_stream=whole)

    def _take_in(self, item: _Item) -> None:
        match item:
            case _Scrap():
                self._trying(lambda: self._cut_back(item))
            case _Slept(seconds):
                self._stream.gaps.note(Missing.ASLEEP, self.written_s, self.written_s, seconds)
            case _End():
                pass
            case _:
                self._trying(lambda: self._stream.take_in(item))

    def _write(self, head: bytes, data: bytes | memoryview) -> None:
        if self._gone:  # the rest of the take has no child: every frame is counted as lost
            raise EncoderFailed(self._failed or BUG)
        self._pieces.write(head, data)

    def _judge_sound(self, samples: Samples) -> None:
        if self._judge is not None:
            self._judge.hear(samples, self._speaking())

    def _trying(self, work: Callable[[], None]) -> None:
        """Do it; when the encoder child has gone, let another one take over, as long as there is hope."""
        try:
            work()
        except EncoderFailed as error:
            if not self._gone:
                self._replace_child(error)
        except OSError:
            log.exception("the disk fails")
            self._syncer.failed = True  # also where it was a cut that failed: no later sync is trusted
            self._give_up(DISK_ERROR)

    def _replace_child(self, error: EncoderFailed) -> None:
        log.warning("the encoder has failed: %s", error.tail)
        now = self._clock.now_s()
        too_often = now - self._died_s[0] < WITHIN_S
        self._died_s.append(now)
        if error.disk_full or too_often or self._syncer.failed:
            self._give_up(str(error))
            return
        try:
            cut = self._pieces.replace()
            self._settle(0)
            self._stream.go_on_after_failure(cut)
        except (EncoderFailed, OSError) as again:
            log.warning("nor does another one start", exc_info=True)
            self._syncer.failed = self._syncer.failed or isinstance(again, OSError)
            self._give_up(str(again) if isinstance(again, EncoderFailed) else DISK_ERROR)
            return
        self._news.told(STUMBLED)

    def _give_up(self, sentence: str) -> None:
        self._gone = True
        self._tell_failed(sentence)

    def _cut_back(self, scrap: _Scrap) -> None:
        blacks = self._stream.black_pictures
        cut = self._pieces.cut_back(self.written_s - scrap.seconds)  # less than 0: the first picture goes too
        self._syncer.cut_back(self._file.end_s)
        self._stream.go_on_after_cut(cut, scrap.at_s)
        # A black picture may have died with a child before it was in the file.
        self._settle(max(0, cut.pictures - (blacks - self._stream.black_pictures)))
        log.info("scrapped back to %.1f s", cut.at_s)

    def _settle(self, scrapped: int) -> None:
        """What is in the file counts, not what the child was given."""
        if self._gate is not None:
            self._gate.settle(max(0, self._file.pictures - self._stream.black_pictures), scrapped=scrapped)

    def _take_in_the_rest(self, end_s: float) -> None:
        """Wait for the sound of the last moment, which is later than the command to stop; then let nothing in."""
        patience_ends_s = self._clock.now_s() + min(LATEST_SOUND_S, max(0.0, self._late_s) + LATE_SOUND_S)
        while self._sound and not self._gone and (left_s := patience_ends_s - self._clock.now_s()) > 0:
            item = self._items.get(left_s)
            if item is None:
                break
            self._take_in(item)
            if isinstance(item, Sound) and item.span.end_s >= end_s:
                break
        for frame in self._last_frames():
            self._take_in(frame)

    def _last_frames(self) -> list[Frame]:
        """Shut the gate, and empty the queue: every frame that was let in has its account."""
        if self._gate is not None:
            self._gate.shut()
        frames: list[Frame] = []
        while (item := self._items.get(0)) is not None:
            if isinstance(item, Frame):
                frames.append(item)
        return frames

    # -- the end of a take ------------------------------------------------------------------------------------------

    def _close(self, *, whole_stream: bool) -> None:
        for _frame in self._last_frames():
            assert self._gate is not None
            self._gate.lost()
        whole = whole_stream and not self._gone
        try:
            self._pieces.close()
        except EncoderFailed as error:
            log.warning("the encoder has failed at its end: %s", error.tail)
            if whole:
                self._tell_failed(str(error))
            whole = False
        self._syncer.finish()
        self._publish(whole=whole)
        self._news.closed(self.report())

    def _publish(self, *, whole: bool) -> None:
        """Give the take its name when the disk has not failed. A take that holds nothing gets none."""
        try:
            cut = self._whole_fragments(whole=whole)
            self._settle(0)
            self._seconds = self._file.length_s
            if cut.empty:
                self._disk.remove(self._file.path)
                self._seconds = 0.0
            elif self._syncer.failed:
                self._tell_failed(DISK_ERROR)  # a file that could not be synced is suspect; it keeps its name
            else:
                self._disk.publish(self._file.path, self.take)
                self._syncer.all_safe(self._seconds)
        except OSError:
            log.warning("a take could not be published", exc_info=True)
            self._tell_failed(DISK_ERROR if self._disk.exists(self.take) else NO_NAME)

    def _whole_fragments(self, *, whole: bool) -> Cut:
        """Cut off what a dead child left half-done."""
        if not whole:
            return self._file.cut_back()
        self._file.look()
        return Cut(self._file.length_s, empty=not self._file.whole_bytes, pictures=0)

    def report(self) -> TakeReport:
        """What became of every frame, once the take is closed."""
        report = TakeReport(
            seconds=self._seconds,
            gaps=self._stream.gaps.gaps,
            sound_lost_s=self._stream.gaps.sound_lost_s,
            sound=self._judge.verdict() if self._judge else None,
            cpu_s=_cpu_s() - self._cpu_before,
            codec="h264/aac" if self._picture and self._sound else "h264" if self._picture else "aac",
        )
        if self._gate is None:
            return report
        return replace(
            report,
            frames_captured=self._gate.frames_captured,
            frames_written=self._gate.frames_written,
            frames_scrapped=self._gate.frames_scrapped,
            lost=self._gate.frames_lost,
            size=str(self._picture),
        )


def _cpu_s() -> float:
    """Processor seconds of this process and of the children it has waited for (Windows: of this process alone)."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
