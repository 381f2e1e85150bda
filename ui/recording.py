"""Recording: the word, a shape and the time; how loud it is; and that it is safe. GUI thread."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from capture.state import Finishing, Paused, Recording, State
from diary_app import phrases
from diary_app.clip import Kind
from diary_app.news import News, RecorderChanged, RecorderTrouble, TakeFinished
from ui import words
from ui.design import SPACE
from ui.desk import Desk
from ui.place import Name, Place
from ui.screen import Screen
from ui.style import colour
from ui.widgets.banner import Mark
from ui.widgets.buttons import Button, Weight
from ui.widgets.meter import LevelMeter
from ui.widgets.paint import painting
from ui.widgets.preview import Preview
from ui.widgets.text import label, redress, row

TICK_MS = 33
UNHEARD_TICKS = 5000 // TICK_MS
"""After five seconds without a sound we say so."""
BEHIND_S = 1.5
"""As long as the disk is no further behind than this, everything up to this second is safe."""


class StateShape(QWidget):
    """A red disc while recording, two bars while paused, a square while finishing: a shape, not colour alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.state: type[State] = Recording

    def sizeHint(self) -> QSize:
        """As tall as the word beside it."""
        px = round(self.fontMetrics().height() * 1.2)
        return QSize(px, px)

    def become(self, state: type[State]) -> None:
        """Show another state."""
        self.state = state
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shape."""
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        with painting(self) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(self, "red" if self.state is Recording else "ink"))
            if self.state is Recording:
                painter.drawEllipse(area)
            elif self.state is Paused:
                bar = QSize(round(area.width() * 0.3), round(area.height()))
                for left in (area.left() + 1, area.right() - bar.width() - 1):
                    painter.drawRoundedRect(QRectF(QPointF(left, area.top()), bar), 2, 2)
            else:
                painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), 3, 3)


class RecordingScreen(Screen):
    """What is being recorded, and two buttons."""

    help_words = words.HELP_RECORDING

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="recording", wide=True)
        self._silent_ticks = 0
        self._unheard = False
        self.preview = Preview()
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self.banner_line = self._top()
        self.column.addWidget(self.preview, 1)
        self.column.addLayout(self._bottom())

    def _top(self) -> QWidget:
        self._shape = StateShape()
        self._word = label(words.RECORDING, "danger", name="recording-word", wrap=False)
        self._time = label("0:00", "clock", name="recording-time", wrap=False)
        self._level = LevelMeter()
        self._level.setMaximumWidth(420)
        line = row(self._shape, self._word, self._time, spacing=SPACE * 2, stretch=False)
        line.addStretch(1)
        line.addWidget(self._level, 3)
        side = QWidget()
        side.setLayout(line)
        return side

    def _bottom(self) -> QHBoxLayout:
        self._stop = Button(words.STOP, name="stop", weight=Weight.PRIMARY, icon="stop")
        self._stop.setMinimumWidth(180)
        self._pause = Button(words.PAUSE, name="pause", icon="pause")
        self._stop.clicked.connect(self._on_stop)
        self._pause.clicked.connect(self._on_pause)
        self._safe = label("", "strong", name="safe-line")
        line = row(self._stop, self._pause, spacing=SPACE * 2, stretch=False)
        line.addWidget(Mark("safe", hue="accent"), 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._safe, 1)
        return line

    @property
    def heading(self) -> str:
        """What the window is called; on the screen the word RECORDING stands there."""
        return self._word.text().capitalize()

    def first(self) -> QWidget:
        """Stop is always under the finger."""
        return self._stop

    def enter(self, place: Place) -> None:
        """Show the take that has just begun."""
        super().enter(place)
        self._silent_ticks, self._unheard = 0, False
        self.banner.hush()
        self._level.rest()
        self.preview.show_picture(None)
        sound = place.kind is Kind.SOUND
        self.preview.explain(words.SOUND_ONLY if sound else words.STARTING_LINE, icon="microphone" if sound else "")
        self._show_state()
        self._tick.start()

    def leave(self, towards: Place | None) -> None:
        """The devices are let go: the camera's light goes out."""
        super().leave(towards)
        self._tick.stop()
        self.preview.show_picture(None)
        self.desk.diary.release()

    def hear(self, news: News) -> None:
        """Trouble is said at once; a finished take is watched."""
        match news:
            case RecorderTrouble(sentence):
                self._unheard = False
                self.banner.say(sentence, focus=False)
            case RecorderChanged():
                self._show_state()
            case TakeFinished(clip_id, _) if self.place and clip_id == self.place.clip_id:
                self.go.emit(Place(Name.WATCH, clip_id))
            case _:
                pass

    def _show_state(self) -> None:
        state = self.desk.diary.recorder_state
        shown: type[State] = type(state) if isinstance(state, Paused | Finishing) else Recording
        word = {Paused: words.PAUSED, Finishing: words.FINISHING}.get(shown, words.RECORDING)
        self._shape.become(shown)
        self._word.setText(word)
        self.retitled.emit()
        redress(self._word, role="danger" if shown is Recording else "lead-strong")
        paused = shown is Paused
        if paused:
            self._level.rest()
            self.preview.show_picture(None)
            self.preview.explain(words.PAUSED_LINE, icon="pause")
        elif self.place is not None and self.place.kind is Kind.SOUND:
            self.preview.explain(words.SOUND_ONLY, icon="microphone")
        self._pause.say(words.RESUME if paused else words.PAUSE, icon="record" if paused else "pause")
        self._show_safe()

    def _show_safe(self) -> None:
        state = self.desk.diary.recorder_state
        if isinstance(state, Paused):
            text = words.PAUSED_LINE
        elif isinstance(state, Finishing):
            text = words.FINISHING_LINE
        else:
            safe_s, recorded_s = self.desk.diary.safe_s(), self.desk.diary.recorded_s()
            behind = recorded_s - safe_s > BEHIND_S
            text = words.SAFE_UNTIL.format(time=phrases.clock(safe_s)) if behind else words.SAFE_NOW
        if text != self._safe.text():
            self._safe.setText(text)

    def _on_tick(self) -> None:
        recorded_s = self.desk.diary.recorded_s()
        self._time.setText(phrases.clock(recorded_s))
        self._time.setAccessibleName(words.RECORDING_TIME.format(time=phrases.spoken(recorded_s)))
        self._show_safe()
        state = self.desk.diary.recorder_state
        if not isinstance(state, Recording):
            return
        frame = self.desk.diary.latest_frame() if state.wish.camera else None
        self.preview.show_picture(frame.image if frame else None)
        self._listen(silent=self._level.feed(self.desk.diary.level()).silent)

    def _listen(self, *, silent: bool) -> None:
        self._silent_ticks = self._silent_ticks + 1 if silent else 0
        if self._silent_ticks == UNHEARD_TICKS and self.banner.isHidden():
            self._unheard = True
            self.banner.say(words.UNHEARD)
        elif self._unheard and not silent:
            self._unheard = False
            self.banner.hush()

    def _on_stop(self) -> None:
        self.desk.diary.stop()

    def _on_pause(self) -> None:
        if isinstance(self.desk.diary.recorder_state, Paused):
            self.desk.diary.resume()
        else:
            self.desk.diary.pause()
