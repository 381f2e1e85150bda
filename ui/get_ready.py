"""Get ready: choose devices by seeing and hearing them, then count down. Nothing is recorded here. GUI thread."""

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from capture.model import Camera, Microphone
from capture.picture_coach import PictureHint
from capture.state import Device as Which
from capture.state import Idle, Opening, Ready, State, Wish
from diary_app import phrases
from diary_app.clip import Kind
from diary_app.errors import Refused
from diary_app.news import Devices, DevicesChanged, News, RecorderChanged, RecorderTrouble
from diary_app.playback.tones import Tones
from ui import notes_words, words
from ui.announce import announce
from ui.countdown import FROM, Countdown
from ui.design import SPACE
from ui.desk import Desk
from ui.devices import Change, Choice, Device, is_demo
from ui.notes_box import NotesBox
from ui.notes_kept import NotesKept
from ui.place import Name, Place
from ui.screen import Screen
from ui.try_sound import TrySound
from ui.widgets.buttons import Button, Weight
from ui.widgets.choices import Tick
from ui.widgets.device_box import DeviceBox
from ui.widgets.hint_line import HintLine
from ui.widgets.meter import LevelMeter
from ui.widgets.preview import Preview
from ui.widgets.text import TwoSides, label

TICK_MS = 33
LITTLE_ROOM_S = 600.0
LEAST_PREVIEW = 240
SPOKEN_MS = 2500
"""What a screen reader says before the countdown takes no longer."""


def _swapped(change: Change) -> str:
    """What the user should know about a device that is used in place of another."""
    name = change.pick.device.name if change.pick.device else ""
    if change.gone:
        return words.USED_INSTEAD.format(gone=change.gone, instead=name)
    return words.BACK_AGAIN.format(name=change.back) if change.back else ""


class PictureAndHint(QWidget):
    """The preview is no higher than its picture, so that the hint stands right below it, and then the notes."""

    def __init__(self, preview: Preview, hint: HintLine, notes: NotesBox) -> None:
        super().__init__()
        self._preview = preview
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(preview, 3)
        column.addWidget(hint)
        column.addWidget(notes, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cameras make pictures of 16:9, or narrower ones."""
        super().resizeEvent(event)
        self._preview.setMaximumHeight(max(LEAST_PREVIEW, round(self.width() * 9 / 16)))


class GetReady(Screen):
    """The preview, the level, the choice of devices, and the button that starts."""

    help_words = (*words.HELP_GET_READY, *notes_words.HELP_GET_READY)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="get-ready", wide=True)
        self._kind = Kind.VIDEO
        self._devices: Devices | None = None
        self._prepared: Wish | None = None
        self._lost: frozenset[Which] = frozenset()
        self._standing = ""
        """What the user should know about the devices that are used."""
        self.preview = Preview(at_top=True)
        self.preview.setMinimumHeight(LEAST_PREVIEW)
        self.preview.guide(oval=True)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._kept = NotesKept(desk.remembered)
        self._countdown = Countdown(desk, self)
        self._countdown.number.connect(self._on_number)
        self._countdown.done.connect(self._on_counted)
        self._hint = HintLine((" ".join(text) for text in words.HINTS.values()), name="hint")
        self._notes = NotesBox(self._kept, desk.bridge)
        left = PictureAndHint(self.preview, self._hint, self._notes)
        self.column.addWidget(TwoSides(left, self._controls(), shares=(3, 2)), 1)

    def _controls(self) -> QWidget:
        self._camera = DeviceBox(words.CAMERA, name="camera")
        self._microphone = DeviceBox(words.MICROPHONE, name="microphone")
        wanted, remembered = self.desk.wanted, self.desk.remembered
        self._cameras = Choice(wanted.camera, remembered.camera)
        self._microphones = Choice(wanted.microphone, remembered.microphone)
        self._camera.chosen.connect(partial(self._on_chosen, self._camera, self._cameras))
        self._microphone.chosen.connect(partial(self._on_chosen, self._microphone, self._microphones))
        self._level = LevelMeter()
        self._try = TrySound(self.desk)
        self._aloud = Tick(notes_words.COUNT_ALOUD, name="count-aloud")
        self._aloud.setChecked(self._kept.count_aloud)
        self._aloud.toggled.connect(partial(setattr, self._kept, "count_aloud"))
        self._room = label("", "soft", name="room")
        self._start = Button(words.START, name="start", weight=Weight.PRIMARY, icon="record")
        self._start.clicked.connect(self._on_start)
        side = QWidget()
        side.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        for widget in (self._camera, self._microphone, self._level, self._try):
            column.addWidget(widget)
        column.addSpacing(SPACE)
        column.addWidget(self._aloud)
        column.addWidget(self._start)
        column.addWidget(self._room)
        column.addStretch(1)
        return side

    @property
    def heading(self) -> str:
        """The name of the screen."""
        return words.GET_READY

    def first(self) -> QWidget:
        """The one next step."""
        return self._start

    # -- coming and going -------------------------------------------------------------------------------------------

    def enter(self, place: Place) -> None:
        """Look for devices, then open what was used last."""
        super().enter(place)
        self._kind = place.kind
        video = place.kind is Kind.VIDEO
        self.banner.hush()
        self._standing = place.note
        self._camera.setVisible(video)
        self._hint.setVisible(video)
        self._hint.advise("", warn=False)
        self._try.rest()
        self.preview.guide(oval=video)
        self.preview.show_picture(None)
        self.preview.explain(words.LOOKING if video else words.LOOKING_SOUND, icon="film" if video else "microphone")
        self._level.rest()
        self._show_room()
        self._notes.look()
        self._show_counting(counting=False)
        self._tick.start()
        self._devices, self._prepared, self._lost = None, None, frozenset()
        self._look()

    def leave(self, towards: Place | None) -> None:
        """Let the devices go, unless a recording begins."""
        super().leave(towards)
        self._tick.stop()
        self._countdown.stop()
        self._try.rest()
        self.preview.show_picture(None)
        if towards is None or towards.name is not Name.RECORDING:
            self.desk.diary.release()

    def escape(self) -> bool:
        """Escape ends the countdown first; True when it did."""
        if not self._countdown.running:
            return False
        self._countdown.stop()
        self._show_counting(counting=False)
        return True

    # -- devices ----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """The first list; whatever changes afterwards is news."""
        self.desk.bridge.errand(self.desk.diary.devices, self._on_listed, self._on_no_devices)

    def _on_no_devices(self, sentence: str) -> None:
        if self.place is not None:
            self.banner.say(sentence, do=(words.LOOK_AGAIN, self._look), focus=True)

    def _on_listed(self, devices: Devices) -> None:
        """News that came meanwhile is newer than this list."""
        if self.place is not None and self._devices is None:
            self._offer(devices)

    def _offer(self, devices: Devices) -> None:
        """Show a new list; what is open stays open unless it was pulled out, or what the user wanted is back."""
        self._devices = devices
        camera, microphone = self._cameras.follow(devices.cameras), self._microphones.follow(devices.microphones)
        self._camera.offer(camera.pick)
        self._microphone.offer(microphone.pick)
        changes = (camera, microphone) if self._kind is Kind.VIDEO else (microphone,)
        changed = " ".join(sentence for sentence in map(_swapped, changes) if sentence)
        self._standing = changed or self._standing
        if self._wish() != self._prepared or changed:
            self._prepare()

    def _on_chosen(self, box: DeviceBox, choice: Choice) -> None:
        """The user chose another device."""
        if (device := box.device) is not None:
            choice.choose(device)
        self._standing = ""
        self._prepare()

    def _wish(self) -> Wish:
        camera = self._camera.device if self._kind is Kind.VIDEO else None
        microphone = self._microphone.device
        return Wish(
            camera if isinstance(camera, Camera) else None,
            microphone if isinstance(microphone, Microphone) else None,
            self.desk.diary.best_picture(),
        )

    def _missing(self) -> str:
        """The sentence about a device that is not there, or ''."""
        wish = self._wish()
        if self._kind is Kind.VIDEO and wish.camera is None:
            return words.NO_CAMERA
        return words.NO_MICROPHONE if wish.microphone is None else ""

    def _prepare(self) -> None:
        """Open what is chosen, and say what is missing."""
        self._countdown.stop()
        self._show_counting(counting=False)
        self._say_standing()
        before, wish = self._prepared, self._wish()
        self._prepared, self._lost = wish, frozenset()
        if before is None or before.microphone != wish.microphone:
            self._try.rest()
        if wish.camera or wish.microphone:
            self.desk.diary.prepare(wish)
        else:
            self.desk.diary.release()

    def _say_standing(self) -> None:
        """What is missing, else what is used in place of what; nothing when all is as the user wanted."""
        if self.banner.has_focus():
            self._start.setFocus()
        self.banner.hush()
        if self._missing():
            self._say_missing()
        elif self._standing:
            self.banner.say(self._standing, do=(words.ALL_RIGHT, self._on_read))

    def _on_read(self) -> None:
        self._standing = ""
        self._say_standing()

    def _say_missing(self) -> None:
        missing = self._missing()
        if missing == words.NO_CAMERA:
            self.preview.explain(words.NO_CAMERA, icon="film")
            self.banner.say(missing, safe=words.NO_CAMERA_DO, do=(words.USE_PRACTICE_CAMERA, self._practise_camera))
        elif missing:
            do = (words.USE_PRACTICE_MICROPHONE, self._practise_microphone)
            self.banner.say(missing, safe=words.NO_MICROPHONE_DO, do=do)

    def _practise_camera(self) -> None:
        self._choose_demo(self._camera, self._devices.cameras if self._devices else ())

    def _practise_microphone(self) -> None:
        self._choose_demo(self._microphone, self._devices.microphones if self._devices else ())

    def _choose_demo(self, box: DeviceBox, devices: tuple[Device, ...]) -> None:
        demo = next((device for device in devices if is_demo(device)), None)
        if demo is not None:
            box.choose(demo)
            self._start.setFocus()

    # -- what comes from the devices --------------------------------------------------------------------------------

    def hear(self, news: News) -> None:
        """Trouble with a device ends the countdown and is said at once."""
        if isinstance(news, RecorderTrouble):
            self._countdown.stop()
            self._show_counting(counting=False)
            self.banner.say(news.sentence, do=(words.LOOK_AGAIN, self._on_again), focus=True)
        elif isinstance(news, DevicesChanged):
            self._offer(news.devices)
        elif isinstance(news, RecorderChanged):
            self._show_lost(news.state)
            self._show_state()

    def _show_lost(self, state: State) -> None:
        """What was said about a device that stopped goes when it delivers again."""
        lost = state.lost if isinstance(state, Ready) else frozenset()
        if self._lost and not lost and isinstance(state, Ready):
            self._say_standing()
        self._lost = lost

    def _on_again(self) -> None:
        self._devices, self._prepared = None, None
        self._say_standing()
        self._look()

    def _show_state(self) -> None:
        state = self.desk.diary.recorder_state
        if isinstance(state, Ready):
            sound = self._kind is Kind.SOUND
            self.preview.explain(words.SOUND_ONLY if sound else "", icon="microphone" if sound else "")
        elif isinstance(state, Opening):
            self.preview.explain(words.OPENING)
        if isinstance(state, Idle | Opening):
            self.preview.show_picture(None)
            self._level.rest()

    def _on_tick(self) -> None:
        if not isinstance(self.desk.diary.recorder_state, Ready):
            return
        self._level.feed(self.desk.diary.level())
        if not self._countdown.running:  # what a screen reader said now would be heard in the take
            self._try.look(self.desk.diary.sound_trouble())
            self._show_hint(self.desk.diary.picture_hint())
        frame = self.desk.diary.latest_frame() if self._kind is Kind.VIDEO and self._wish().camera else None
        self.preview.show_picture(frame.image if frame else None)

    def _show_hint(self, hint: PictureHint | None) -> None:
        self._hint.advise(" ".join(words.HINTS[hint]) if hint else "", warn=hint is not None)

    def _show_room(self) -> None:
        seconds = self.desk.diary.room_left_s(self._kind)
        text = words.ROOM_LITTLE if seconds < LITTLE_ROOM_S else words.ROOM
        self._room.setText(text.format(room=phrases.room(seconds)))

    # -- starting ---------------------------------------------------------------------------------------------------

    def _on_start(self) -> None:
        if self.escape():
            return
        if self._missing():
            self._say_missing()
            self.banner.setFocus()
        elif isinstance(self.desk.diary.recorder_state, Ready):
            self._standing = ""
            self.banner.hush()
            self._try.rest()
            self._show_counting(counting=True)
            self._count()
        elif self.banner.isHidden():
            self.banner.say(words.NOT_READY, do=(words.LOOK_AGAIN, self._on_again), focus=True)
        else:
            self.banner.setFocus()

    def _count(self) -> None:
        """A screen reader says it once, and has time for that before the second that the take begins with."""
        announce(self._start, notes_words.STARTS_IN.format(number=FROM))
        tones = Tones(self.desk.outside.sound_output) if self._kept.count_aloud else None
        self._countdown.start(tones=tones, first_ms=SPOKEN_MS if QAccessible.isActive() else 0)

    def _show_counting(self, *, counting: bool) -> None:
        self._start.say(words.STOP_COUNT if counting else words.START, icon="close" if counting else "record")
        if not counting:
            self.preview.count("")

    def _on_number(self, number: int) -> None:
        self.preview.count(str(number))
        self.preview.setAccessibleName(words.COUNTING.format(number=number))

    def _on_counted(self) -> None:
        """The button keeps its words: a screen reader would speak the new ones into the take."""
        if self._kind is Kind.VIDEO:
            self.desk.remembered.camera = self._cameras.lasting
        self.desk.remembered.microphone = self._microphones.lasting
        try:
            clip_id = self.desk.diary.start(self._kind)
        except (Refused, OSError) as error:
            self._show_counting(counting=False)
            self.banner.say(str(error), do=(words.LOOK_AGAIN, self._on_again), focus=True)
            return
        self.go.emit(Place(Name.RECORDING, clip_id, self._kind))
