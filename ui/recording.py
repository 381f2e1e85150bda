"""Recording: the word, a shape and the time; how loud it is; what goes wrong; and that it is safe. GUI thread."""

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from capture.state import Finishing, Paused, Recording, State
from diary_app import phrases
from diary_app.catalogue import UnknownClip
from diary_app.clip import ClipId, Kind
from diary_app.news import News, RecorderChanged, RecorderTrouble, TakeFinished
from ui import notes_words, words
from ui.design import SPACE
from ui.desk import Desk
from ui.notes_kept import NotesKept
from ui.notes_view import NotesView
from ui.notices import Notice, NoticeBoard
from ui.place import Name, Place
from ui.scrap import Scrap
from ui.screen import Screen
from ui.widgets.ask_here import AskHere
from ui.widgets.banner import Mark
from ui.widgets.buttons import Button, Weight
from ui.widgets.flow import flow
from ui.widgets.low_preview import LowPreview
from ui.widgets.meter import LevelMeter
from ui.widgets.preview import WHILE_RECORDING
from ui.widgets.state_shape import StateShape
from ui.widgets.text import label, redress, row

TICK_MS = 125
"""Eight times a second: the processor belongs to the encoder."""
A_SECOND = 1000 // TICK_MS
"""Ticks."""
PASSING_TICKS = 6000 // TICK_MS
"""Good news goes by itself; there is time to read it twice."""
BEHIND_S = 1.0
"""As long as the disk is no further behind than this, everything up to this second is safe."""
QUIET_TICKS = 3000 // TICK_MS
"""Advice waits until the take has had its first moments: what a screen reader says would be heard in it."""
SCRAP_PATIENCE = 10_000 // TICK_MS
ROOM_SHOWN_S = 3600.0
"""More room than this is nothing to think of."""
LEAST_PREVIEW = 48
"""Pixels of height that are left to the picture where much is said on a small screen."""


class RecordingScreen(Screen):
    """What is being recorded, and three buttons."""

    help_words = (*words.HELP_RECORDING, *notes_words.HELP_RECORDING)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="recording", wide=True)
        self._begin_afresh()
        self.preview = LowPreview(LEAST_PREVIEW, most_a_second=WHILE_RECORDING)
        self._kept = NotesKept(desk.remembered)
        self.notes = NotesView(self.preview)
        self.notes.paced.connect(partial(setattr, self._kept, "pace"))
        self.notes.bind(self)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self.banner_line = self._top()
        self._ask = AskHere(name="scrap-ask", yes=words.SCRAP_YES, no=words.SCRAP_NO)
        self._ask.agreed.connect(self._on_scrap_yes)
        self._ask.refused.connect(self._stop_asking)
        self.column.addWidget(self.notes, 1)
        self.column.addWidget(self._ask)
        self.column.addWidget(self._buttons())
        self.column.addLayout(self._bottom())

    def _begin_afresh(self) -> None:
        self._ticks = 0
        self._board = NoticeBoard()
        self._passing: Notice | None = None
        self._passes = 0
        self._shown: Notice | None = None
        self._scrap = Scrap(0.0)
        self._scrap_left = 0  # ticks of waiting until it is done
        self._seen_s = 0.0
        self._asked_to_stop = False

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

    def _buttons(self) -> QWidget:
        self._stop = Button(words.STOP, name="stop", weight=Weight.PRIMARY, icon="stop")
        self._pause = Button(words.PAUSE, name="pause", icon="pause")
        scrap = Button(words.SCRAP, name="scrap", icon="bin")
        scrap.setAccessibleName(words.SCRAP_SPOKEN)
        self._stop.clicked.connect(self._on_stop)
        self._pause.clicked.connect(self._on_pause)
        scrap.clicked.connect(self._on_scrap)
        return flow(self._stop, self._pause, scrap)

    def _bottom(self) -> QHBoxLayout:
        self._safe = label("", "strong", name="safe-line")
        self._room = label("", "soft", name="room-left")
        line = row(Mark("safe", hue="accent"), spacing=SPACE * 2, stretch=False)
        line.addWidget(self._safe, 1)
        line.addWidget(self._room)
        return line

    @property
    def heading(self) -> str:
        """What the window is called; on the screen the word RECORDING stands there."""
        return self._word.text().capitalize()

    def first(self) -> QWidget:
        """Stop is always under the finger."""
        return self._stop

    # -- coming and going -------------------------------------------------------------------------------------------

    def enter(self, place: Place) -> None:
        """Show the take that has just begun."""
        super().enter(place)
        self._begin_afresh()
        self._board.see(self.desk.diary.recorder_state)
        self.banner.hush()
        self._ask.hide()
        self._room.hide()
        self._level.rest()
        self.preview.show_picture(None)
        self.notes.begin(self._kept)
        sound = place.kind is Kind.SOUND
        self.preview.explain(words.SOUND_ONLY if sound else words.STARTING_LINE, icon="microphone" if sound else "")
        self._show_state()
        self._tick.start()

    def leave(self, towards: Place | None) -> None:
        """The devices are let go: the camera's light goes out."""
        super().leave(towards)
        self._tick.stop()
        self.notes.may_move(moving=False)
        self.preview.show_picture(None)
        self.desk.diary.release()

    def escape(self) -> bool:
        """Escape keeps what was asked about; True when something was."""
        if self._ask.isHidden():
            return False
        self._stop_asking()
        return True

    def hear(self, news: News) -> None:
        """Trouble is said at once; a finished take is watched."""
        match news:
            case RecorderTrouble(sentence):
                self._passing, self._scrap_left = None, 0
                self._board.tell(sentence)
                self._show_notice()
            case RecorderChanged(state):
                self._on_changed(state)
            case TakeFinished(clip_id, _) if self.place and clip_id == self.place.clip_id:
                self._go_on(self.place.kind, clip_id)
            case _:
                pass

    def _on_changed(self, state: State) -> None:
        back = self._board.see(state)
        if back is not None:
            self._pass(Notice(words.DEVICE_BACK[back], words.DEVICE_BACK_LINE, kindly=True))
        self._show_state()
        self._show_notice()

    def _go_on(self, kind: Kind, clip_id: ClipId) -> None:
        """To the take, with the reason when it did not end because the user wanted it to."""
        why = "" if self._asked_to_stop else self._board.last_told
        try:
            self.desk.diary.clip(clip_id)
        except UnknownClip:  # nothing was recorded, or all of it was scrapped
            self.go.emit(Place(Name.GET_READY, kind=kind, note=why or words.NOTHING_RECORDED))
        else:
            self.go.emit(Place(Name.WATCH, clip_id, note=why))

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        state = self.desk.diary.recorder_state
        shown: type[State] = type(state) if isinstance(state, Paused | Finishing) else Recording
        word = {Paused: words.PAUSED, Finishing: words.FINISHING}.get(shown, words.RECORDING)
        self._shape.become(shown)
        self._word.setText(word)
        self.retitled.emit()
        redress(self._word, role="danger" if shown is Recording else "lead-strong")
        self.notes.may_move(moving=isinstance(state, Recording))
        paused = shown is Paused
        if shown is Finishing:
            self._stop_asking()
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
        if isinstance(state, Finishing):
            text = words.FINISHING_LINE
        elif self._scrap_left:
            text = words.SCRAPPING
        elif isinstance(state, Paused):
            text = words.PAUSED_LINE
        else:
            safe_s, recorded_s = self.desk.diary.safe_s(), self.desk.diary.recorded_s()
            behind = recorded_s - safe_s > BEHIND_S
            text = words.SAFE_UNTIL.format(time=phrases.clock(safe_s)) if behind else words.SAFE_NOW
        if text != self._safe.text():
            self._safe.setText(text)

    def _show_room(self) -> None:
        """How much longer there is room, when it is worth a thought."""
        if self.place is None:
            return
        seconds = self.desk.diary.room_left_s(self.place.kind)
        self._room.setVisible(seconds < ROOM_SHOWN_S)
        self._room.setText(words.ROOM_HERE.format(room=phrases.room(seconds)))

    def _on_tick(self) -> None:
        recorded_s = self.desk.diary.recorded_s()
        self._time.setText(phrases.clock(recorded_s))
        self._time.setAccessibleName(words.RECORDING_TIME.format(time=phrases.spoken(recorded_s)))
        self._look_for_scrapped(recorded_s)
        self._show_safe()
        self._show_notice()
        self._ticks += 1
        if self._ticks % A_SECOND == 1:
            self._show_room()
        state = self.desk.diary.recorder_state
        if not isinstance(state, Recording):
            return
        frame = self.desk.diary.latest_frame() if state.wish.camera else None
        self.preview.show_picture(frame.image if frame else None)
        self._level.feed(self.desk.diary.level())

    # -- messages ---------------------------------------------------------------------------------------------------

    def _pass(self, notice: Notice) -> None:
        """Say this for a moment."""
        self._passing, self._passes = notice, self._ticks + PASSING_TICKS

    def _show_notice(self) -> None:
        """Let the banner say what there is to say just now; it never takes the focus."""
        if self._ticks >= self._passes:
            self._passing = None
        listening = isinstance(self.desk.diary.recorder_state, Recording) and self._ticks >= QUIET_TICKS
        trouble = self.desk.diary.sound_trouble() if listening else None
        hint = self.desk.diary.picture_hint() if listening else None
        notice = self._passing or self._board.now(trouble, hint)
        if notice is not None and not notice.stays and not self._ask.isHidden():
            notice = None  # one question at a time, and room for it
        if notice == self._shown:
            return
        self._shown = notice
        if self.banner.has_focus():
            self._stop.setFocus()
        if notice is None:
            self.banner.hush()
            return
        do = (words.ALL_RIGHT, self._on_read) if notice.stays else None
        self.banner.say(notice.what, safe=notice.more, do=do, kindly=notice.kindly, icon=notice.icon)
        if self._ask.isHidden():
            self.verticalScrollBar().setValue(0)

    def _on_read(self) -> None:
        self._board.dismiss()
        self._show_notice()

    # -- scrapping --------------------------------------------------------------------------------------------------

    def _on_scrap(self) -> None:
        """Ask first, in its place: the recording goes on meanwhile."""
        state = self.desk.diary.recorder_state
        if self._ask.isHidden() and self._scrap_left == 0 and isinstance(state, Recording | Paused):
            self._scrap = Scrap.at(self.desk.diary.recorded_s())
            self._ask.ask(*self._scrap.question)
            QTimer.singleShot(0, self._ask, self._show_buttons)

    def _show_buttons(self) -> None:
        """Where there is no room for everything, the picture goes out of sight first, and Stop never."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _stop_asking(self) -> None:
        if not self._ask.isHidden():
            self._ask.hide()
            self._stop.setFocus()

    def _on_scrap_yes(self) -> None:
        self._stop_asking()
        self._seen_s = self.desk.diary.recorded_s()
        self._scrap_left = SCRAP_PATIENCE
        self.desk.diary.scrap(self._scrap.seconds(self._seen_s))

    def _look_for_scrapped(self, recorded_s: float) -> None:
        """The length of the take jumps back once the seconds are gone from the disk."""
        if self._scrap_left == 0:
            return
        self._scrap_left -= 1
        if recorded_s < self._seen_s:
            self._scrap_left = 0
            paused = isinstance(self.desk.diary.recorder_state, Paused)
            more = words.SCRAPPED_PAUSED if paused else words.SCRAPPED_GOES_ON
            self._pass(Notice(self._scrap.done(self._seen_s - recorded_s), more, kindly=True))
            self.notes.prompter.back_s(self._seen_s - recorded_s)
        self._seen_s = recorded_s

    # -- the other buttons ------------------------------------------------------------------------------------------

    def _on_stop(self) -> None:
        self._asked_to_stop = True
        self.desk.diary.stop()

    def _on_pause(self) -> None:
        if isinstance(self.desk.diary.recorder_state, Paused):
            self.desk.diary.resume()
        else:
            self.desk.diary.pause()
