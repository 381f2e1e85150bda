"""Carries out what the booth's state machine wants: devices, takes, the bin, the voice, and every wait. GUI thread.

The one place that knows how long nobody has moved. Whatever waits for the disk goes on an errand.
"""

import logging
import uuid
from collections import deque
from functools import partial
from typing import assert_never

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible

from capture.model import Camera, Microphone
from capture.state import Idle as NoDevices
from capture.state import Ready, Wish
from diary_app.booth import nouns as n
from diary_app.booth.machine import Times, patience_s, transition
from diary_app.booth.visits import Visits
from diary_app.catalogue import CatalogueError, UnknownClip
from diary_app.clip import ClipId, Kind
from diary_app.errors import Refused
from diary_app.news import ClipChanged, Devices, DevicesChanged, News, RecorderChanged, RecorderTrouble, TakeFinished
from diary_app.playback.tones import Tones
from ui import booth_words as words
from ui.booth_voice import Voice
from ui.countdown import Countdown
from ui.desk import Desk
from ui.devices import Choice

log = logging.getLogger(__name__)

TICK_MS = 100
SPOKEN_MS = 2500
"""What a screen reader says before the countdown takes no longer."""
SPARE_S = 60.0
"""Room on the disk beyond the longest recording."""
TRY_AGAIN = 12
"""So many looks after devices failed, they are offered again though nothing was plugged in or out."""
PASSIVE = (n.Recorded, n.Told, n.Mended, n.Failed)
"""Nobody has moved when these come."""


class BoothShell(QObject):
    """start() it once. changed: the state is another one; left: the staff want out; number: of the countdown."""

    changed = Signal(object)
    left = Signal()
    number = Signal(int)

    def __init__(self, desk: Desk, visits: Visits, voice: Voice) -> None:
        super().__init__()
        self.desk = desk
        self.visits = visits
        self.voice = voice
        voice.when_over(lambda: self.post(n.ReadingOver()))
        self.times = Times(recording_s=desk.settings.booth_seconds)
        self.state: n.State = n.OutOfOrder(n.Why.STARTING)
        self.name = ""
        """The visitor's first name, if they gave one."""
        self.patience = QTimer(self, singleShot=True)
        self.patience.timeout.connect(lambda: self.post(n.Idle()))
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._countdown = Countdown(desk, self)
        self._countdown.number.connect(self.number)
        self._countdown.done.connect(lambda: self.post(n.Counted()))
        self._waiting: deque[n.Event] = deque()
        self._recovered = False
        self._devices: Devices | None = None
        self._failed_looks = 0
        self._cameras = Choice(desk.wanted.camera, desk.remembered.camera)
        self._microphones = Choice(desk.wanted.microphone, desk.remembered.microphone)
        self._open: tuple[n.VisitId, ClipId] | None = None
        """The take that is open: whose it is, and its clip."""

    def start(self) -> None:
        """Finish what an earlier run left, then be free."""
        self.desk.bridge.news.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self.desk.bridge.errand(self.visits.recover, self._on_recovered, self._on_not_recovered)
        self.desk.bridge.errand(self.desk.diary.devices, self._on_listed, self._on_no_list)
        self._wait()

    def close(self) -> None:
        """Nobody stands here any more; an open take ends here and is kept."""
        for timer in (self.patience, self._tick):
            timer.stop()
        self._countdown.stop()
        self.voice.hush()
        self.desk.diary.release()

    # -- the machine ------------------------------------------------------------------------------------------------

    def post(self, event: n.Event) -> None:
        """This happened. What comes while another event is being seen to, waits for its turn."""
        self._waiting.append(event)
        if len(self._waiting) > 1:
            return
        while self._waiting:
            self._step(self._waiting[0])
            self._waiting.popleft()

    def _step(self, event: n.Event) -> None:
        before = self.state
        self.state, effects = transition(before, event)
        if isinstance(self.state, n.OutOfOrder) and before != self.state:
            log.warning("booth: out of order: %s", self.state.why)
        elif type(before) is not type(self.state):
            log.info("booth: %s", type(self.state).__name__)
        if not isinstance(event, PASSIVE) or type(before) is not type(self.state):
            self._wait()
        for effect in effects:
            self._carry_out(effect)
        if isinstance(self.state, n.Attract) and not isinstance(before, n.Attract):
            self.name = ""
            self.desk.diary.prepare_ahead(None)  # what nobody kept is not worth the work
        if isinstance(self.state, n.Recording):
            self._tick.start()
        else:
            self._tick.stop()
        if before != self.state:
            self.changed.emit(self.state)

    def _wait(self) -> None:
        self.patience.start(round(1000 * patience_s(self.state, self.times)))

    def _carry_out(self, effect: n.Effect) -> None:
        match effect:
            case n.Look():
                self._look()
            case n.Read():
                self.voice.read("\n".join(self.visits.words.paragraphs))
            case n.Hush():
                self.voice.hush()
            case n.Prepare(visit):
                self._prepare(visit)
            case n.CountDown():
                self._count()
            case n.StopCounting():
                self._countdown.stop()
            case n.BeginTake(visit):
                self._begin(visit)
            case n.LetGo():
                self.desk.diary.release()
            case n.Settle(outcome, visit, clip_id):
                self._settle(outcome, visit, clip_id)
            case n.Leave():
                self.left.emit()
            case _:
                assert_never(effect)

    def _fail(self, why: n.Why, sentence: str) -> None:
        log.warning("booth: %s: %s", why, sentence)
        self.post(n.Failed(why, sentence))

    # -- what is there ----------------------------------------------------------------------------------------------

    def _on_recovered(self, _done: None) -> None:
        self._recovered = True
        self._look()

    def _on_not_recovered(self, sentence: str) -> None:
        """The count lacks nothing: the next start does what is left to do."""
        log.error("booth: what an earlier run left could not be seen to: %s", sentence)
        self._on_recovered(None)

    def _on_listed(self, devices: Devices) -> None:
        if self._devices is None:
            self.take_devices(devices)

    def _on_no_list(self, sentence: str) -> None:
        self._fail(n.Why.DEVICES, sentence)

    def take_devices(self, devices: Devices) -> None:
        """These are plugged in now."""
        self._devices = devices
        self._failed_looks = 0
        self._cameras.follow(devices.cameras)
        self._microphones.follow(devices.microphones)
        self._look()

    @property
    def kind(self) -> Kind:
        """Without a camera the booth records voices."""
        return Kind.VIDEO if self._cameras.current is not None else Kind.SOUND

    def _look(self) -> None:
        """Is everything there that a visitor needs?"""
        if self._devices is None or not self._recovered:
            self.post(n.Failed(n.Why.STARTING))
        elif self._microphones.current is None:
            self.post(n.Failed(n.Why.NO_MICROPHONE))
        elif self.desk.diary.room_left_s(self.kind) < self.times.recording_s + SPARE_S:
            self.post(n.Failed(n.Why.NO_ROOM))
        elif not self._devices_rest() and isinstance(self.desk.diary.recorder_state, NoDevices):
            self.post(n.Mended())

    def _devices_rest(self) -> bool:
        """True for a while after devices failed: the next visitor is not let in to see the same."""
        self._failed_looks = max(0, self._failed_looks - 1)
        return self._failed_looks > 0 and isinstance(self.state, n.OutOfOrder)

    def _hear(self, news: News) -> None:
        match news:
            case DevicesChanged(devices):
                self.take_devices(devices)
            case RecorderChanged(state):
                if isinstance(state, Ready) and isinstance(self.desk.diary.recorder_state, Ready):
                    self.post(n.DevicesReady())
            case RecorderTrouble(sentence):
                if isinstance(self.state, n.Opening | n.CountingDown):
                    self._failed_looks = TRY_AGAIN
                self.post(n.Told(sentence))
            case TakeFinished(clip_id, _):
                self._on_closed(clip_id)
            case ClipChanged(clip_id):
                self.desk.bridge.errand(partial(self.visits.received, clip_id), _ignore, _ignore)
            case _:
                pass

    # -- a visit ----------------------------------------------------------------------------------------------------

    def agree(self, name: str) -> None:
        """The visitor presses “I agree”."""
        self.name = name
        self.post(n.Agreed(str(uuid.uuid4())))

    def decide(self, outcome: n.Outcome) -> None:
        """Keep it, try again, bin it."""
        self.post(n.Decided(outcome, str(uuid.uuid4()) if outcome is n.Outcome.AGAIN else ""))

    def _prepare(self, visit: n.VisitId) -> None:
        """The yes is on disk first."""
        camera, microphone = self._cameras.current, self._microphones.current
        wish = Wish(
            camera if isinstance(camera, Camera) else None,
            microphone if isinstance(microphone, Microphone) else None,
            self.desk.diary.best_picture(),
        )

        def prepare(_done: None) -> None:
            if isinstance(self.state, n.Opening) and self.state.visit == visit:
                self.desk.diary.prepare(wish)

        self.desk.bridge.errand(partial(self.visits.agree, visit, self.name), prepare, partial(self._fail, n.Why.STUCK))

    def _count(self) -> None:
        tones = Tones(self.desk.outside.sound_output)
        self._countdown.start(tones=tones, first_ms=SPOKEN_MS if QAccessible.isActive() else 0)

    def _begin(self, visit: n.VisitId) -> None:
        try:
            self._open = visit, self.visits.begin(visit, self.kind)
        except (Refused, CatalogueError, OSError) as error:
            self._fail(n.Why.STUCK, str(error))
        else:
            self.post(n.Began(self.times.recording_s))

    def _on_tick(self) -> None:
        self.post(n.Recorded(self.times.recording_s - self.desk.diary.recorded_s()))

    def _on_closed(self, clip_id: ClipId) -> None:
        """Also when nobody waits for it any more: it is noted as what it is, undecided."""
        if self._open is None or self._open[1] != clip_id:
            return
        visit, self._open = self._open[0], None
        self.desk.bridge.errand(
            partial(self._note, visit, clip_id),
            lambda noted: self.post(n.TakeClosed(clip_id) if noted else n.Failed(n.Why.STUCK, words.NOTHING_RECORDED)),
            partial(self._fail, n.Why.STUCK),
        )

    def _note(self, visit: n.VisitId, clip_id: ClipId) -> bool:
        """On a thread of its own. False where nothing was recorded."""
        try:
            self.desk.diary.clip(clip_id)
        except UnknownClip:
            return False
        self.visits.closed(visit, clip_id)
        self.desk.diary.prepare_ahead(clip_id)  # on the wall within a minute, should it be kept
        return True

    def _settle(self, outcome: n.Outcome, visit: n.VisitId, clip_id: ClipId) -> None:
        self.desk.bridge.errand(
            partial(self.visits.settle, outcome, visit, clip_id),
            lambda _done: self.post(n.Settled()),
            partial(self._fail, n.Why.STUCK),
        )


def _ignore(_result: object) -> None:
    """Nobody waits for it."""
