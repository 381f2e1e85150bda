"""Get ready: choose devices by seeing and hearing them, then count down. Nothing is recorded here. GUI thread."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from capture.model import Camera, Image, Microphone
from capture.state import Idle, Opening, Ready, Wish
from diary_app import phrases
from diary_app.clip import Kind
from diary_app.diary import Devices
from diary_app.errors import Refused
from diary_app.news import News, RecorderChanged, RecorderTrouble
from ui import words
from ui.countdown import Countdown
from ui.design import SPACE
from ui.desk import Desk
from ui.devices import Device, is_demo, pick_camera, pick_microphone
from ui.place import Name, Place
from ui.screen import Screen
from ui.widgets.buttons import Button, Weight
from ui.widgets.device_box import DeviceBox
from ui.widgets.meter import LevelMeter
from ui.widgets.preview import Preview
from ui.widgets.text import TwoSides, label

TICK_MS = 33
LOOK_MS = 3000
"""How often to look again while a device is missing."""
DARK_BELOW = 40.0
"""Mean brightness, 0 to 255, under which a face cannot be made out."""
LITTLE_ROOM_S = 600.0


def is_dark(picture: Image) -> bool:
    """True when the picture (height x width x 3) is too dark for a face; looks at one pixel in 1,600."""
    return bool(picture[::40, ::40].mean() < DARK_BELOW)


class GetReady(Screen):
    """The preview, the level, the choice of devices, and the button that starts."""

    help_words = words.HELP_GET_READY

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="get-ready", wide=True)
        self._kind = Kind.VIDEO
        self._devices: Devices | None = None
        self._looking = False
        self._ticks = 0
        self.preview = Preview(at_top=True)
        self.preview.setMinimumHeight(240)
        self.preview.guide(oval=True)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._look_again = QTimer(self, interval=LOOK_MS, singleShot=True)
        self._look_again.timeout.connect(self._look)
        self._countdown = Countdown(desk.outside.count_ms, self)
        self._countdown.number.connect(self._on_number)
        self._countdown.done.connect(self._on_counted)
        self.column.addWidget(TwoSides(self.preview, self._controls(), shares=(3, 2)), 1)

    def _controls(self) -> QWidget:
        self._camera = DeviceBox(words.CAMERA, name="camera")
        self._microphone = DeviceBox(words.MICROPHONE, name="microphone")
        self._camera.chosen.connect(self._prepare)
        self._microphone.chosen.connect(self._prepare)
        self._level = LevelMeter()
        self._tip = label(words.SAY_SOMETHING, "soft", name="tip")
        self._room = label("", "soft", name="room")
        self._start = Button(words.START, name="start", weight=Weight.PRIMARY, icon="record")
        self._start.clicked.connect(self._on_start)
        side = QWidget()
        side.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        for widget in (self._camera, self._microphone, self._level, self._tip):
            column.addWidget(widget)
        column.addSpacing(SPACE * 2)
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
        self._camera.setVisible(video)
        self.preview.guide(oval=video)
        self.preview.show_picture(None)
        self.preview.explain(words.LOOKING if video else words.LOOKING_SOUND, icon="film" if video else "microphone")
        self._level.rest()
        self._show_room()
        self._show_counting(counting=False)
        self._tick.start()
        self._devices = None
        self._look()

    def leave(self, towards: Place | None) -> None:
        """Let the devices go, unless a recording begins."""
        super().leave(towards)
        self._tick.stop()
        self._look_again.stop()
        self._countdown.stop()
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
        if not self._looking:
            self._looking = True
            self.desk.bridge.errand(self.desk.diary.devices, self._on_devices, self._on_no_devices)

    def _on_no_devices(self, sentence: str) -> None:
        self._looking = False
        if self.place is not None:
            self.banner.say(sentence, do=(words.LOOK_AGAIN, self._look), focus=True)

    def _on_devices(self, devices: Devices) -> None:
        self._looking = False
        if self.place is None:
            return
        if devices != self._devices:
            self._offer(devices)
        if self._missing():
            self._look_again.start()

    def _offer(self, devices: Devices) -> None:
        self._devices = devices
        desk = self.desk
        camera = pick_camera(devices, wanted=desk.wanted.camera, remembered=desk.remembered.camera)
        microphone = pick_microphone(devices, wanted=desk.wanted.microphone, remembered=desk.remembered.microphone)
        self._camera.offer(camera)
        self._microphone.offer(microphone)
        self._prepare()

    def _wish(self) -> Wish:
        camera = self._camera.device if self._kind is Kind.VIDEO else None
        microphone = self._microphone.device
        return Wish(
            camera if isinstance(camera, Camera) else None,
            microphone if isinstance(microphone, Microphone) else None,
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
        self.banner.hush()
        self._say_missing()
        wish = self._wish()
        if wish.camera or wish.microphone:
            self.desk.diary.prepare(wish)
        else:
            self.desk.diary.release()

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
        elif isinstance(news, RecorderChanged):
            self._show_state()

    def _on_again(self) -> None:
        self._devices = None
        self.banner.hush()
        self._look()

    def _show_state(self) -> None:
        state = self.desk.diary.recorder_state
        if isinstance(state, Ready):
            self.preview.explain(words.SOUND_ONLY if self._kind is Kind.SOUND else "", icon="microphone")
        elif isinstance(state, Opening):
            self.preview.explain(words.OPENING)
        if isinstance(state, Idle | Opening):
            self.preview.show_picture(None)
            self._level.rest()

    def _on_tick(self) -> None:
        if not isinstance(self.desk.diary.recorder_state, Ready):
            return
        self._level.feed(self.desk.diary.level())
        frame = self.desk.diary.latest_frame() if self._kind is Kind.VIDEO and self._wish().camera else None
        self.preview.show_picture(frame.image if frame else None)
        self._ticks += 1
        if frame and self._ticks % 30 == 0:
            self._tip.setText(words.DARK if is_dark(frame.image) else words.SAY_SOMETHING)

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
            self.banner.hush()
            self._show_counting(counting=True)
            self._countdown.start()
        elif self.banner.isHidden():
            self.banner.say(words.NOT_READY, do=(words.LOOK_AGAIN, self._on_again), focus=True)
        else:
            self.banner.setFocus()

    def _show_counting(self, *, counting: bool) -> None:
        self._start.say(words.STOP_COUNT if counting else words.START, icon="close" if counting else "record")
        if not counting:
            self.preview.count("")

    def _on_number(self, number: int) -> None:
        self.preview.count(str(number))
        self.preview.setAccessibleName(words.COUNTING.format(number=number))

    def _on_counted(self) -> None:
        self._show_counting(counting=False)
        wish = self._wish()
        self.desk.remembered.camera = wish.camera.name if wish.camera else self.desk.remembered.camera
        self.desk.remembered.microphone = wish.microphone.name if wish.microphone else ""
        try:
            clip_id = self.desk.diary.start(self._kind)
        except (Refused, OSError) as error:
            self.banner.say(str(error), do=(words.LOOK_AGAIN, self._on_again), focus=True)
            return
        self.go.emit(Place(Name.RECORDING, clip_id, self._kind))
