"""Three, two, one: with tones that no take hears, and with nothing spoken in the second that a take begins with."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication

from capture.clock import Clock
from capture.demo import DemoCamera
from capture.model import BLOCK, SOUND_RATE, AudioBlock, Camera, Microphone, PictureFormat
from capture.picture_coach import PictureHint
from capture.preroll import PREROLL_S
from capture.sources import FrameSource, OnBlock, SoundSource
from diary_app import diary as diary_module
from diary_app.clip import ClipId, Kind
from diary_app.diary import Diary
from diary_app.folders import folders
from diary_app.playback import tones as tones_module
from diary_app.playback.output import CHANNELS, RATE, OutputError, Pull
from diary_app.playback.tones import LATE_S, LEVEL, TONE_S, Tones, tone
from tests.support.app_window import OUTSIDE, get_ready, open_window
from tests.support.decoding import hear
from tests.support.helpful_diary import HelpfulDiary
from ui import announce, notes_words, words
from ui.notes_kept import NotesKept
from ui.place import Name, Place

# -- the tones ------------------------------------------------------------------------------------------------------


class Hand:
    """Stands still until it is told."""

    now_s = 7.0

    def __call__(self) -> float:
        return self.now_s


class Loudspeaker:
    """Asks for samples when the test says so."""

    latency_s = 0.1

    def __init__(self) -> None:
        self.pull: Pull | None = None
        self.began = threading.Event()
        self.closed = threading.Event()

    def start(self, pull: Pull) -> None:
        self.pull = pull
        self.began.set()

    def stop(self) -> None:
        self.pull = None

    def close(self) -> None:
        self.closed.set()

    def ask(self, count: int) -> NDArray[np.float32]:
        assert self.pull is not None
        return self.pull(count)


@pytest.fixture
def ringing() -> Iterator[tuple[Tones, Loudspeaker, Hand]]:
    """Tones on a loudspeaker, by a clock, that the test holds in its hand."""
    loudspeaker, clock = Loudspeaker(), Hand()
    tones = Tones(lambda: loudspeaker, now_s=clock)
    thread = threading.Thread(target=tones.run)
    thread.start()
    assert loudspeaker.began.wait(10)
    yield tones, loudspeaker, clock
    tones.end()
    thread.join()
    assert loudspeaker.closed.is_set()


def test_a_tone_is_soft_and_begins_and_ends_without_a_click() -> None:
    made = tone(600.0)
    assert len(made) == round(TONE_S * RATE)
    assert LEVEL * 0.9 < np.abs(made).max() <= LEVEL
    assert np.abs(np.diff(made, prepend=0.0, append=0.0)).max() < LEVEL / 8


def test_it_is_quiet_only_when_the_last_sample_has_been_heard(ringing: tuple[Tones, Loudspeaker, Hand]) -> None:
    tones, loudspeaker, clock = ringing
    assert tones.quiet_for_s() == np.inf
    tones.ring(600.0)
    half = round(TONE_S * RATE) // 2
    assert np.abs(loudspeaker.ask(half)).max() > 0
    assert tones.quiet_for_s() == pytest.approx(-loudspeaker.latency_s - TONE_S / 2, abs=1e-3), "half of it is to come"
    clock.now_s += TONE_S / 2
    assert np.abs(loudspeaker.ask(half + 480)[:half]).max() > 0
    assert tones.quiet_for_s() == pytest.approx(-loudspeaker.latency_s - TONE_S / 2, abs=1e-3), "on its way to the ear"
    clock.now_s += 1.0
    assert tones.quiet_for_s() == pytest.approx(1.0 - loudspeaker.latency_s - TONE_S / 2, abs=1e-3)
    assert not loudspeaker.ask(480).any()


def test_a_tone_that_is_late_is_left_out_and_a_dead_loudspeaker_holds_nobody(
    ringing: tuple[Tones, Loudspeaker, Hand],
) -> None:
    tones, loudspeaker, clock = ringing
    tones.ring(600.0)
    clock.now_s += LATE_S
    assert not loudspeaker.ask(960).any()
    tones.ring(600.0)
    assert tones.quiet_for_s() == np.inf
    assert not loudspeaker.ask(960).any(), "none begins once somebody has asked whether it is quiet"
    tones.ring(600.0)
    assert loudspeaker.ask(960).any()
    clock.now_s += tones_module.DEAD_S + 0.1
    assert tones.quiet_for_s() > 0


def opened(found: Loudspeaker | None) -> Loudspeaker | None:
    """What the system has."""
    return found


def test_no_loudspeaker_and_one_that_breaks_are_silence() -> None:
    class Broken(Loudspeaker):
        def start(self, pull: Pull) -> None:
            raise OutputError("broken")

    broken = Broken()
    for found in (None, broken):
        tones = Tones(partial(opened, found))
        tones.ring(600.0)
        tones.run()
        assert tones.quiet_for_s() == np.inf
    assert broken.closed.is_set()


# -- what the take hears --------------------------------------------------------------------------------------------


class Room:
    """A loudspeaker, and a microphone beside it that hears nothing else. Both live by the monotonic clock."""

    latency_s = 0.05

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._heard: list[tuple[float, NDArray[np.float32]]] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def sound_between(self, start_s: float, end_s: float) -> NDArray[np.int16]:
        """What the microphone heard from this moment to that one."""
        out = np.zeros(round((end_s - start_s) * SOUND_RATE), np.float32)
        with self._guard:
            for at_s, samples in self._heard:
                first = round((at_s - start_s) * SOUND_RATE)
                begin, end = max(0, first), min(len(out), first + len(samples))
                if begin < end:
                    out[begin:end] += samples[begin - first : end - first]
        return (out * 32767).astype(np.int16)

    @property
    def rang(self) -> bool:
        """True once a tone was played."""
        with self._guard:
            return bool(self._heard)

    # as a loudspeaker

    def start(self, pull: Pull) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(pull,), name="room-loudspeaker")
        self._thread.start()

    def _run(self, pull: Pull) -> None:
        while not self._stop.wait(0.01):
            now_s = time.monotonic()
            block = pull(480)
            assert block.shape == (480, CHANNELS)
            if block.any():
                with self._guard:
                    self._heard.append((now_s + self.latency_s, block[:, 0]))

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        self.stop()


class RoomMicrophone:
    """The microphone in that room."""

    def __init__(self, room: Room, clock: Clock) -> None:
        self._room, self._clock = room, clock
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, on_block: OnBlock) -> None:
        self._thread = threading.Thread(target=self._run, args=(on_block,), name="room-microphone")
        self._thread.start()

    def _run(self, on_block: OnBlock) -> None:
        at_s, block_s = self._clock.now_s(), BLOCK / SOUND_RATE
        while not self._closed.is_set():
            self._clock.sleep(at_s + block_s - self._clock.now_s())
            on_block(AudioBlock(self._room.sound_between(at_s, at_s + block_s), at_s))
            at_s += block_s

    def close(self) -> None:
        self._closed.set()
        if self._thread is not None:
            self._thread.join()


class RoomOpener:
    """Opens the practice camera, and the microphone in the room."""

    room: Room

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def camera(self, _camera: Camera, picture: PictureFormat) -> FrameSource:
        return DemoCamera(self._clock, picture)

    def microphone(self, _microphone: Microphone) -> SoundSource:
        return RoomMicrophone(self.room, self._clock)


def test_a_microphone_beside_the_loudspeaker_hears_every_tone_and_the_take_none(
    qapp: QApplication, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room()
    monkeypatch.setattr(RoomOpener, "room", room, raising=False)
    monkeypatch.setattr(diary_module, "Opener", RoomOpener)
    diary = Diary(folders(str(own_data_folder)))
    monkeypatch.setattr(tones_module, "LATE_S", 60.0)  # on a busy machine, too, there is a tone
    outside = replace(OUTSIDE, sound_output=lambda: room, count_ms=400)
    before_s = time.monotonic()
    try:
        with open_window(diary, own_data_folder, outside=outside) as someone:
            someone.go(Place(Name.GET_READY))
            someone.until(lambda: get_ready(someone).preview.picture is not None, what="a picture")
            someone.press("start")
            someone.arrives(Name.RECORDING)
            someone.until(lambda: diary.recorded_s() > PREROLL_S + 0.3, what="the take goes on")
            someone.press("stop")
            someone.arrives(Name.WATCH)
        heard = np.abs(room.sound_between(before_s, time.monotonic())) > 1000
        assert room.rang
        assert heard.any()
        sound = hear(diary.clips()[0].take)
        assert len(sound) / SOUND_RATE > PREROLL_S, "the second before the command is in it"
        assert np.abs(sound).max() < 0.001
    finally:
        diary.close()


# -- what a screen reader says --------------------------------------------------------------------------------------


@pytest.fixture
def helpful(own_data_folder: Path) -> Iterator[HelpfulDiary]:
    """A diary whose guard and coach say what a test wants."""
    made = HelpfulDiary(folders(str(own_data_folder)))
    yield made
    made.close()


def listen(monkeypatch: pytest.MonkeyPatch, note: Callable[[str], None]) -> None:
    """Note what a screen reader is asked to say."""

    class Listener:
        @staticmethod
        def updateAccessibility(event: QAccessibleAnnouncementEvent) -> None:
            note(event.message())

    monkeypatch.setattr(announce, "QAccessible", Listener)


def test_a_screen_reader_has_its_say_before_the_countdown_and_again_when_the_take_is_on_its_way(
    qapp: QApplication, helpful: HelpfulDiary, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    at_s: list[float] = []
    start = helpful.start

    def note(what: str) -> None:
        order.append(what)
        at_s.append(time.monotonic())

    def starting(kind: Kind, out: Path | None = None) -> ClipId:
        note("start")
        return start(kind, out)

    monkeypatch.setattr(helpful, "start", starting)
    listen(monkeypatch, note)
    hint = " ".join(words.HINTS[PictureHint.DARK])
    with open_window(helpful, own_data_folder, outside=replace(OUTSIDE, count_ms=250)) as someone:
        someone.go(Place(Name.GET_READY))
        someone.until(lambda: get_ready(someone).preview.picture is not None, what="a picture")
        order.clear()
        at_s.clear()
        someone.press("start")
        begins = notes_words.STARTS_IN.format(number=3)
        assert order == [begins]
        button = someone.see("start")
        helpful.hint = PictureHint.DARK
        someone.arrives(Name.RECORDING)
        assert order == [begins, "start"]
        assert button.accessibleName() == words.STOP_COUNT, "a name that changes would be spoken, too"
        someone.until(lambda: len(order) > 2, what="the advice")
        assert order[2] == hint
        assert at_s[2] - at_s[1] > 2.5, "not in its first moments"


def test_the_sound_is_switched_off_in_its_place_and_stays_off(
    qapp: QApplication, diary: Diary, own_data_folder: Path
) -> None:
    asked: list[str] = []

    def no_output() -> None:
        asked.append("output")

    with open_window(diary, own_data_folder, outside=replace(OUTSIDE, sound_output=no_output)) as someone:
        someone.go(Place(Name.GET_READY))
        someone.until(lambda: get_ready(someone).preview.picture is not None, what="a picture")
        someone.press("count-aloud")
        someone.press("start")
        someone.arrives(Name.RECORDING)
        assert asked == []
        remembered = someone.window.desk.remembered
    assert not NotesKept(remembered).count_aloud
