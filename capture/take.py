"""One take being written: a queue in front of the encoder child, and the count of every frame.

The camera and sound threads offer; the encoder thread converts, paces and writes; the syncer thread syncs. The queue of
frames is bounded: a frame that finds no room is dropped and counted, sound is never dropped.
"""

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from capture.clock import Clock
from capture.disk import LEAST_FREE_BYTES, Disk
from capture.drift import Span
from capture.encoder import EncoderChild, part_path
from capture.errors import EncoderFailed
from capture.matroska import PICTURE_TRACK, SOUND_TRACK, TICKS_A_SECOND, block_head
from capture.model import BLOCK, SOUND_RATE, Frame, Image, Lost, PictureFormat, Samples, TakeReport
from capture.resample import SoundGrid
from capture.timeline import Timeline

QUEUE_S = 2.0
"""How much picture may wait for the encoder."""
SYNC_EVERY_S = 0.5
SETTLE_S = 1.5
"""What was handed to the encoder so long before a sync began is in that sync: a fragment of 0.5 s, and its queues."""
FIRST_FRAME_TIMEOUT_S = 2.0
SILENT_S = 1.0
"""When the microphone is this far behind the picture it is gone, and silence takes its place."""

DISK_NEARLY_FULL = (
    "This computer's disk is nearly full, so the recording has stopped. Your recording is safe. "
    "Delete something you no longer need before the next one."
)


@dataclass(frozen=True, slots=True)
class _Hold:
    at_s: float


@dataclass(frozen=True, slots=True)
class _Resume:
    at_s: float


@dataclass(frozen=True, slots=True)
class _Sound:
    samples: Samples
    span: Span


@dataclass(frozen=True, slots=True)
class _End:
    at_s: float


_Item = Frame | _Sound | _Hold | _Resume | _End


@dataclass(slots=True)
class _Count:
    """Written by one thread each, read at the end."""

    captured: int = 0
    written: int = 0
    device: int = 0
    queue: int = 0
    encoder: int = 0


class TakeWriter:
    """Writes one take. `picture` is None for sound alone; `sound` says whether there is a microphone.

    on_closed(report) or on_failed(sentence) comes from the encoder thread; after on_failed the owner calls end(), and
    on_closed still follows with what is there.
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
    ) -> None:
        self.take = take
        self._part = part_path(take)
        self._picture = _even(picture) if picture else None
        self._sound = sound
        self._clock = clock
        self._disk = disk
        self._on_closed, self._on_failed = on_closed, on_failed
        self._items: queue.Queue[_Item] = queue.Queue()
        self._waiting_frames = 0
        self._room = int(QUEUE_S * picture.fps) if picture else 0
        self._guard = threading.Lock()
        self._count = _Count()
        self._started_s = clock.now_s()
        self._cpu_before = _cpu_s()
        self._time: Timeline | None = None if picture else Timeline(self._started_s)
        self._grid: SoundGrid | None = None
        self._early: list[_Sound] = []
        self._picture_until_s = 0.0
        self._last_frame_at: float | None = None
        self._failed: str | None = None
        self._spare = np.zeros(0, np.int16)
        self._sound_blocks = 0
        self.written_s = 0.0
        """Seconds of the take that the encoder child has been given."""
        self.safe_s = 0.0
        """Seconds of the take that are certainly on disk."""
        self._child = EncoderChild(self._part, self._picture, sound=sound)
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._encode, name="encoder", daemon=True),
            threading.Thread(target=self._keep_syncing, name="syncer", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    # -- any thread -------------------------------------------------------------------------------------------------

    def offer_frame(self, frame: Frame) -> None:
        """Hand over a frame; drops and counts it when the encoder is too far behind."""
        if frame.at_s < self._started_s:
            return
        with self._guard:
            self._count.captured += 1
            self._count.device += self._missing_before(frame)
            if self._waiting_frames >= self._room:
                self._count.queue += 1
                return
            self._waiting_frames += 1
        self._items.put(frame)

    def _missing_before(self, frame: Frame) -> int:
        """Frames that the device left out: a gap of more than one and a half frames of its own rate."""
        before, self._last_frame_at = self._last_frame_at, frame.at_s
        if before is None or self._picture is None:
            return 0
        return max(0, round((frame.at_s - before) * self._picture.fps - 0.5 + 1e-9) - 1)

    def offer_sound(self, samples: Samples, span: Span) -> None:
        """Hand over a block of sound that capture.drift has placed."""
        if self._sound and span.end_s > self._started_s:
            self._items.put(_Sound(samples, span))

    def hold(self) -> None:
        """Pause: nothing captured from now on is kept."""
        self._items.put(_Hold(self._clock.now_s()))

    def resume(self) -> None:
        """End the pause."""
        self._items.put(_Resume(self._clock.now_s()))

    def end(self) -> None:
        """Close the take with what was captured until now; on_closed follows."""
        self._items.put(_End(self._clock.now_s()))

    def join(self) -> None:
        """Wait for both threads; only after end()."""
        for thread in self._threads:
            thread.join()

    # -- encoder thread ---------------------------------------------------------------------------------------------

    def _encode(self) -> None:
        while not isinstance(item := self._items.get(), _End):
            try:
                self._take_in(item)
            except EncoderFailed as error:
                self._fail(error)
        self._finish(item)

    def _fail(self, error: EncoderFailed) -> None:
        self._count.encoder += 1
        if self._failed is None:
            self._failed = str(error)
            self._on_failed(str(error))

    def _take_in(self, item: Frame | _Sound | _Hold | _Resume) -> None:
        match item:
            case Frame():
                with self._guard:
                    self._waiting_frames -= 1
                self._take_in_frame(item)
            case _Sound():
                self._take_in_sound(item)
            case _Hold(at_s):
                self._time = (self._time or Timeline(self._started_s)).hold(at_s)
            case _Resume(at_s) if self._time is not None:
                before, self._time = self._time, self._time.resume(at_s)
                if self._grid is not None:
                    self._write_sound(self._grid.flush(before.held_at_s))
                    self._grid.shift(self._time.zero_s - before.zero_s)

    def _take_in_frame(self, frame: Frame) -> None:
        if self._time is None:
            self._time = Timeline(frame.at_s)
            for early in self._early:
                self._take_in_sound(early)
            self._early.clear()
        at_s = self._time.take_s(frame.at_s)
        if at_s is None or self._picture is None:
            with self._guard:
                self._count.captured -= 1  # taken in a pause: it never was part of the take
            return
        if at_s < self._picture_until_s:
            self._count.encoder += 1  # two frames of one moment cannot both be kept
            return
        self._write_picture(frame.image, at_s)
        self._fill_silence(frame.at_s)

    def _write_picture(self, image: Image, at_s: float) -> None:
        assert self._picture is not None
        planes = cv2.cvtColor(_fit(image, self._picture), cv2.COLOR_BGR2YUV_I420)
        data = planes.data.cast("B")
        self._child.write(block_head(PICTURE_TRACK, round(at_s * TICKS_A_SECOND), len(data)), data)
        self._count.written += 1
        self._picture_until_s = at_s + 1 / TICKS_A_SECOND
        self.written_s = max(self.written_s, at_s + 1 / self._picture.fps)

    def _take_in_sound(self, sound: _Sound) -> None:
        if self._time is None:
            if sound.span.end_s - self._started_s < FIRST_FRAME_TIMEOUT_S:
                self._early.append(sound)
                return
            self._time = Timeline(self._started_s)  # the camera does not deliver: go on with the sound
            for early in self._early:
                self._take_in_sound(early)
            self._early.clear()
        if self._grid is None:
            self._grid = SoundGrid(self._time.zero_s)
        if self._time.held_at_s is not None and sound.span.start_s >= self._time.held_at_s:
            return
        if sound.span.end_s <= self._time.zero_s + self._grid.samples / SOUND_RATE:
            return
        self._write_sound(self._grid.feed(sound.samples, sound.span))

    def _fill_silence(self, until_s: float) -> None:
        """The picture goes on and the sound does not: silence, so that both stay in step and the file stays whole."""
        if not self._sound or self._time is None:
            return
        self._grid = self._grid or SoundGrid(self._time.zero_s)
        heard_s = self._time.zero_s + self._grid.samples / SOUND_RATE
        if until_s - heard_s > SILENT_S:
            self._write_sound(self._grid.fill(until_s - SILENT_S / 2))

    def _write_sound(self, samples: Samples) -> None:
        """Write whole blocks; what is left over waits for the next ones."""
        self._spare = np.concatenate((self._spare, samples))
        while len(self._spare) >= BLOCK:
            self._write_block(self._spare[:BLOCK])
            self._spare = self._spare[BLOCK:]

    def _write_block(self, samples: Samples) -> None:
        data = np.ascontiguousarray(samples, "<i2").tobytes()
        ticks = self._sound_blocks * (BLOCK * TICKS_A_SECOND // SOUND_RATE)
        self._child.write(block_head(SOUND_TRACK, ticks, len(data)), data)
        self._sound_blocks += 1
        if self._picture is None:
            self.written_s = self._sound_blocks * BLOCK / SOUND_RATE

    def _finish(self, end: _End) -> None:
        try:
            if self._grid is not None and self._time is not None:
                stop_s = end.at_s if self._time.held_at_s is None else self._time.held_at_s
                self._write_sound(self._grid.flush(stop_s))
                if len(self._spare):
                    self._write_block(np.pad(self._spare, (0, BLOCK - len(self._spare))))
        except EncoderFailed as error:
            self._fail(error)
        try:
            self._child.close()
        except EncoderFailed as error:
            self._fail(error)
        self._done.set()
        self._publish()

    def _publish(self) -> None:
        """Give the take its name. A take that holds nothing gets none."""
        try:
            if self.written_s > 0 and self._part.exists():
                self._disk.publish(self._part, self.take)
                self.safe_s = self.written_s
        except OSError as error:
            self._fail(EncoderFailed("The recording could not be saved under its name. It is kept.", str(error)))
        self._on_closed(self.report())

    def report(self) -> TakeReport:
        """What became of every frame so far."""
        count = self._count
        return TakeReport(
            frames_captured=count.captured + count.device,
            frames_written=count.written,
            lost=Lost(count.device, count.queue, count.encoder),
            seconds=max(self.written_s, self._sound_blocks * BLOCK / SOUND_RATE),
            cpu_s=_cpu_s() - self._cpu_before,
            size=str(self._picture) if self._picture else "",
            codec="h264/aac" if self._picture and self._sound else "h264" if self._picture else "aac",
        )

    # -- syncer thread ----------------------------------------------------------------------------------------------

    def _keep_syncing(self) -> None:
        while not self._done.wait(SYNC_EVERY_S):
            settled_s = self.written_s - SETTLE_S
            try:
                if not self._part.exists():
                    continue
                self._disk.sync(self._part)
                self.safe_s = max(self.safe_s, settled_s)
                if self._disk.free_bytes(self._part.parent) < LEAST_FREE_BYTES:
                    self._tell_full()
            except OSError:
                self._tell(
                    "The disk of this computer reports an error, so the recording has stopped. Try another disk."
                )
                return

    def _tell_full(self) -> None:
        self._tell(DISK_NEARLY_FULL)

    def _tell(self, sentence: str) -> None:
        if self._failed is None:
            self._failed = sentence
            self._on_failed(sentence)


def _even(picture: PictureFormat) -> PictureFormat:
    """I420 wants even sides."""
    return PictureFormat(picture.width & ~1, picture.height & ~1, picture.fps)


def _fit(image: Image, picture: PictureFormat) -> Image:
    """The picture at the take's own size; a camera that came back at another size is scaled, its shape kept."""
    height, width = image.shape[:2]
    if (width, height) == (picture.width, picture.height):
        return image
    scale = min(picture.width / width, picture.height / height)
    inner = cv2.resize(image, (max(2, round(width * scale)), max(2, round(height * scale))))
    out = np.zeros((picture.height, picture.width, 3), np.uint8)
    top, left = (picture.height - inner.shape[0]) // 2, (picture.width - inner.shape[1]) // 2
    out[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return out


def _cpu_s() -> float:
    """Processor seconds of this process and of the children it has waited for (Windows: of this process alone)."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
