"""The recorder: an actor with one inbox that owns the one state, its devices and the open take.

Any thread posts events. The recorder thread takes them one by one, asks capture.state what follows, and carries it
out. Two more threads feed it: `camera` reads frames into a slot of one (for the preview) and into the take; `sound`
places blocks on the clock, measures the level and hands them to the take.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import numpy as np

from capture.aids import Aids
from capture.cameras import CameraReader
from capture.clock import Clock
from capture.disk import Disk, require_room
from capture.encoder import EncoderChild, StartEncoder
from capture.errors import CaptureError
from capture.listening import SoundListener
from capture.model import Camera, Frame, Level, Microphone, PictureFormat, Samples, TakeReport
from capture.picture_coach import PictureHint
from capture.preroll import PREROLL_S
from capture.sound_guard import SoundTrouble
from capture.sources import FrameSource, SoundSource
from capture.state import (
    BeginTake,
    CloseDevices,
    ContinueTake,
    Device,
    DeviceBack,
    DeviceLost,
    DevicesFailed,
    DevicesOpened,
    Effect,
    EncoderFailed,
    EndTake,
    Event,
    HoldTake,
    Idle,
    OpenDevices,
    Refusal,
    Release,
    Report,
    ScrapTail,
    Start,
    State,
    TakeClosed,
    Tell,
    Warned,
    Wish,
    transition,
)
from capture.take import TakeNews, TakeWriter
from capture.threads import Mailbox, SystemThreads, Threads

log = logging.getLogger(__name__)

OpenCamera = Callable[[Camera, PictureFormat], FrameSource]
OpenMicrophone = Callable[[Microphone], SoundSource]


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The recorder is in another state."""

    state: State


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence for the user."""

    sentence: str


@dataclass(frozen=True, slots=True)
class TakeDone:
    """A take is closed; its report. Exactly one follows every Start, also one that was refused (an empty report)."""

    take: Path
    report: TakeReport


RecorderNews = StateChanged | Told | TakeDone


@dataclass(frozen=True, slots=True)
class _Quit:
    """Ends the actor; only close() posts it."""


@dataclass(frozen=True, slots=True)
class _FromDevice:
    """What a device says; nobody listens to one that has been closed meanwhile."""

    opening: int
    event: DeviceLost | DeviceBack


class Recorder:
    """Call close() at the end. on_news is called on the recorder thread and must not wait."""

    def __init__(
        self,
        *,
        clock: Clock,
        disk: Disk,
        open_camera: OpenCamera,
        open_microphone: OpenMicrophone,
        on_news: Callable[[RecorderNews], None],
        threads: Threads | None = None,
        encoder: StartEncoder = EncoderChild,
        aids: Aids | None = None,
    ) -> None:
        self._clock = clock
        self._disk = disk
        self._threads: Threads = threads or SystemThreads()
        self.encoder = encoder
        """Used from the next take on."""
        self.aids = aids
        """Used from the next opening of the devices on; None: nobody guards the sound and coaches the picture."""
        self._open_camera = open_camera
        self._open_microphone = open_microphone
        self._on_news = on_news
        self._state: State = Idle()
        self._inbox: Mailbox[Event | _FromDevice | _Quit] = self._threads.mailbox()
        self._opening = 0
        self._reader: CameraReader | None = None
        self._listener: SoundListener | None = None
        self._writer: TakeWriter | None = None
        self._thread = self._threads.start("recorder", self._run)

    # -- any thread -------------------------------------------------------------------------------------------------

    def post(self, event: Event) -> None:
        """Ask for something; the answer comes as news."""
        self._inbox.put(event)

    @property
    def state(self) -> State:
        """The state just now."""
        return self._state

    def latest_frame(self) -> Frame | None:
        """The newest picture, or None."""
        reader = self._reader
        return reader.latest if reader else None

    def level(self) -> Level:
        """How loud it is just now."""
        listener = self._listener
        return listener.level if listener else Level()

    def sound_trouble(self) -> SoundTrouble | None:
        """Why nobody can hear the speaker just now, if that is so."""
        listener = self._listener
        return listener.trouble if listener else None

    def picture_hint(self) -> PictureHint | None:
        """What would make the picture better just now, if anything."""
        reader = self._reader
        return reader.hint if reader else None

    def gather_sound(self, seconds: float) -> Samples:
        """Wait for the next seconds of sound; fewer, or none, where the microphone gives none."""
        listener = self._listener
        return listener.gather(seconds) if listener else np.zeros(0, np.int16)

    def recorded_s(self) -> float:
        """Seconds in the open take."""
        writer = self._writer
        return writer.written_s if writer else 0.0

    def safe_s(self) -> float:
        """Seconds of the open take that are certainly on disk."""
        writer = self._writer
        return writer.safe_s if writer else 0.0

    def room_left_s(self) -> float | None:
        """How much longer the open take has room on the disk, in seconds; None while that is not known."""
        writer = self._writer
        return writer.room_left_s if writer else None

    def close(self) -> None:
        """Close the open take, release the devices and end the threads. Waits."""
        self.post(Release())
        self._inbox.put(_Quit())
        self._thread.join()

    # -- recorder thread --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._obey()
        finally:
            self._let_go()

    def _obey(self) -> None:
        quitting = False
        while not (quitting and isinstance(self._state, Idle)):
            event = self._inbox.get()
            if isinstance(event, _Quit):
                quitting = True
            elif isinstance(event, _FromDevice):
                if event.opening == self._opening:
                    self._step(event.event)
            elif event is not None:
                self._step(event)

    def _let_go(self) -> None:
        """Nothing is open by now, but for a bug: then the take is closed and the devices are freed all the same."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.end()
            writer.join()
        self._close_devices()

    def _step(self, event: Event) -> None:
        step = transition(self._state, event)
        if isinstance(step, Refusal):
            log.info("refused %s in %s: %s", event, self._state, step.sentence)
            self._on_news(Told(step.sentence))
            if isinstance(event, Start):
                self._on_news(TakeDone(event.take, TakeReport()))
            return
        before, (self._state, effects) = self._state, step
        if self._state != before:
            log.info("recorder: %s", self._state)
            self._on_news(StateChanged(self._state))
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case OpenDevices(wish):
                self._close_devices()
                self._open_devices(wish)
            case CloseDevices():
                self._close_devices()
            case BeginTake(take, wish):
                self._begin(take, wish)
            case HoldTake():
                self._the_writer().hold()
            case ContinueTake():
                self._judge_afresh()
                self._the_writer().resume()
            case ScrapTail(seconds):
                self._the_writer().scrap(seconds)
            case EndTake():
                self._end_take()
            case Tell(sentence):
                self._on_news(Told(sentence))
            case Report(take, report):
                self._offer_to(None)
                self._on_news(TakeDone(take, report))
            case _:
                assert_never(effect)

    def _the_writer(self) -> TakeWriter:
        assert self._writer is not None, "the state machine allows this only while a take is open"
        return self._writer

    def _open_devices(self, wish: Wish) -> None:
        """Open them and step on at once: an answer that waited in the inbox could meet another wish there."""
        self._opening += 1
        microphone, camera, picture = wish.microphone, wish.camera, wish.picture
        try:
            if microphone is not None:
                self._listener = SoundListener(
                    lambda: self._open_microphone(microphone),
                    self._on_lost(Device.MICROPHONE),
                    threads=self._threads,
                    sound_guard=self.aids.sound_guard() if self.aids else None,
                )
            if camera is not None:
                self._reader = CameraReader(
                    lambda: self._open_camera(camera, picture),
                    self._on_lost(Device.CAMERA),
                    clock=self._clock,
                    threads=self._threads,
                    coach=self.aids.picture_coach() if self.aids else None,
                )
        except CaptureError as error:
            log.warning("a device did not open", exc_info=True)
            self._step(DevicesFailed(str(error)))
            return
        self._step(DevicesOpened())

    def _on_lost(self, device: Device) -> Callable[[bool], None]:
        opening = self._opening
        return lambda lost: self._inbox.put(_FromDevice(opening, DeviceLost(device) if lost else DeviceBack(device)))

    def _close_devices(self) -> None:
        reader, self._reader = self._reader, None
        listener, self._listener = self._listener, None
        if reader is not None:
            reader.close()
        if listener is not None:
            listener.close()

    def _begin(self, take: Path, wish: Wish) -> None:
        try:
            require_room(self._disk, take.parent)
            self._writer = self._new_writer(take, wish)
        except (CaptureError, OSError) as error:
            log.warning("a take did not begin", exc_info=True)
            sentence = str(error) if isinstance(error, CaptureError) else NO_FOLDER
            self._step(EncoderFailed(sentence))
            return
        self._judge_afresh()
        self._writer.begin(self._beginning_s())
        self._offer_to(self._writer)

    def _judge_afresh(self) -> None:
        if self._listener is not None:
            self._listener.judge_afresh()

    def _beginning_s(self) -> float:
        """A second ago, so that the first word is whole; with sound alone not before there was any."""
        began_s = self._clock.now_s() - PREROLL_S
        if self._reader is None and self._listener is not None:
            began_s = max(began_s, self._listener.preroll_s or self._clock.now_s())
        return began_s

    def _offer_to(self, writer: TakeWriter | None) -> None:
        """Sound first: what the picture's first moment needs is there when it comes."""
        if self._listener is not None:
            self._listener.give_to(writer)
        if self._reader is not None:
            self._reader.give_to(writer)

    def _new_writer(self, take: Path, wish: Wish) -> TakeWriter:
        return TakeWriter(
            take,
            picture=self._reader.picture if self._reader else None,
            sound=wish.microphone is not None,
            clock=self._clock,
            disk=self._disk,
            threads=self._threads,
            encoder=self.encoder,
            speaking=self._listener.speaking if self._listener else lambda: None,
            news=TakeNews(
                closed=lambda report: self.post(TakeClosed(report)),
                failed=lambda sentence: self.post(EncoderFailed(sentence)),
                told=lambda sentence: self.post(Warned(sentence)),
            ),
        )

    def _end_take(self) -> None:
        """The devices go on offering until the take is closed: the sound of its last moment is still on its way."""
        writer, self._writer = self._writer, None
        if writer is None:  # it never began
            self.post(TakeClosed(TakeReport()))
            return
        writer.end()


NO_FOLDER = "The folder for the recording cannot be written to. Choose another place."
