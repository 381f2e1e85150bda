"""Watch it back: play what is kept, and put the cuts where they belong. GUI thread."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from capture.model import TakeReport
from diary_app import phrases
from diary_app.clip import Clip, ClipId, KeptRange, Kind
from diary_app.editing.errors import EditRefused
from diary_app.editing.filmstrip import Peaks, Thumbnail
from diary_app.editing.probe import MediaFacts
from diary_app.editing.ranges import take_time
from diary_app.errors import Refused
from diary_app.news import News
from diary_app.playback import Player
from ui import name_words, shortcuts, words
from ui.design import SPACE
from ui.desk import Desk
from ui.names_said import NamesSaid
from ui.opening import PICTURES, Opened, draw_outline, open_take
from ui.place import HOME, Name, Place
from ui.question import Question
from ui.screen import Screen
from ui.suggestion import Suggestion
from ui.take_notes import marks, notes
from ui.trim import Edit, Trim
from ui.widgets.banner import Mark
from ui.widgets.buttons import Button, Weight
from ui.widgets.flow import flow
from ui.widgets.handles import Grip
from ui.widgets.player_view import PlayerView
from ui.widgets.strip import Strip
from ui.widgets.text import label, row
from ui.zoom import Zoom


def close_unused(opened: Opened) -> None:
    """The window was closed before the take was open."""
    opened.player.close()


class WatchBack(Screen):
    """The player, the strip, the cuts, and two ways on."""

    help_words = (*words.HELP_WATCH, *name_words.HELP)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="watch", wide=True)
        self._trim: Trim | None = None
        self._report: TakeReport | None = None
        self._why = ""
        self._editable = True
        self._saved = Edit(())
        self._stop_drawing = threading.Event()
        self._heading = words.WATCH
        self.view = PlayerView()
        self.view.ticked.connect(self._on_tick)
        self.view.failed.connect(self._on_failed)
        self.strip = Strip()
        self.strip.moved.connect(self._on_moved)
        self.strip.settled.connect(self._on_settled)
        self.zoom = Zoom(self.strip, desk.bridge, self._on_failed)
        self._names = NamesSaid(
            desk, self.view, self.strip, change=self._change, show=self._show_trim, failed=self._on_not_placed
        )
        self._suggestion = Suggestion(desk, afterwards=self.view.play)
        self._suggestion.agreed.connect(self._on_suggestion)
        self.column.setSpacing(SPACE)
        self.column.addWidget(self._suggestion)
        self.column.addWidget(self.view, 1)
        self.column.addWidget(self.zoom.overview)
        self.column.addWidget(self.strip)
        self.column.addWidget(self._notes_line())
        self.column.addWidget(self._cuts())
        self.column.addLayout(self._ways_on())
        shortcuts.bind(shortcuts.UNDO, self, self._on_undo)
        shortcuts.bind(shortcuts.REDO, self, self._on_redo)

    def _notes_line(self) -> QWidget:
        self._notes = label("", "body", name="take-notes")
        self._notes_side = QWidget()
        line = row(Mark("warning", px=1.2), stretch=False)
        line.addWidget(self._notes, 1)
        self._notes_side.setLayout(line)
        self._notes_side.hide()
        return self._notes_side

    def _cuts(self) -> QWidget:
        self._start_here = self._cut_button(words.START_HERE, "start-here", "start-here", self._on_start_here)
        self._end_here = self._cut_button(words.END_HERE, "end-here", "end-here", self._on_end_here)
        self._cut_bit = self._cut_button(words.CUT_BIT, "cut-bit", "cut", self._on_cut_bit)
        self._leave_bit = self._cut_button(words.CUT_NEVER, "leave-bit", "close", self._on_leave_bit)
        self._undo = self._cut_button(words.UNDO, "undo", "undo", self._on_undo)
        self._redo = self._cut_button(words.REDO, "redo", "redo", self._on_redo)
        cuts = (self._start_here, self._end_here, self._cut_bit, self._leave_bit)
        names = (self._names.say, self._names.done, self._names.remove)
        self._cuts_side = flow(*cuts, *names, self.zoom.closer, self.zoom.see_all, self._undo, self._redo)
        return self._cuts_side

    def _cut_button(self, text: str, name: str, icon: str, slot: Callable[[], None]) -> Button:
        button = Button(text, name=name, icon=icon)
        button.clicked.connect(slot)
        return button

    def _ways_on(self) -> QHBoxLayout:
        self._again = Button(words.RECORD_AGAIN, name="record-again", icon="again")
        self._use = Button(words.USE_THIS, name="use-this", weight=Weight.PRIMARY, icon="tick")
        self._use.setMinimumWidth(240)
        self._again.clicked.connect(self._on_again)
        self._use.clicked.connect(self._on_use)
        line = row(self._again)
        line.addWidget(self._use)
        return line

    @property
    def heading(self) -> str:
        """The name of the screen; sound is listened to."""
        return self._heading

    def first(self) -> QWidget:
        """Play."""
        return self.view.play

    # -- coming and going -------------------------------------------------------------------------------------------

    def enter(self, place: Place) -> None:
        """Open the take; reading it takes a moment."""
        super().enter(place)
        clip = self._clip()
        self._trim = None
        self._stop_drawing = threading.Event()
        self._suggestion.rest()
        self._names.rest()
        self.zoom.rest()
        self.strip.rest()
        video = clip.kind is Kind.VIDEO
        self._heading = words.WATCH if video else words.LISTEN
        self.view.wait(words.OPENING_CLIP, icon="film" if video else "microphone")
        editable = self._editable = clip.may_be_edited
        self._report = self.desk.diary.take_report(clip.clip_id)
        self._why = place.note
        self._say_standing()
        self._show_notes("")
        for part in (self._cuts_side, self._again, self._use):
            part.setVisible(editable)
        self.desk.diary.keeping.watching(clip.clip_id)
        make = partial(open_take, clip, self.desk.outside.sound_output)
        self.desk.bridge.errand(
            make, partial(self._on_opened, clip.clip_id, editable), self._on_failed, unused=close_unused
        )

    def leave(self, towards: Place | None) -> None:
        """Close the player; closing waits for its threads, so it is an errand."""
        super().leave(towards)
        self.desk.diary.keeping.watching(None)
        self._stop_drawing.set()
        self._suggestion.rest()
        self._names.rest()
        self.zoom.rest()
        self._close(self.view.take_player())

    def _close(self, player: Player | None) -> None:
        if player is not None:
            self.desk.bridge.errand(player.close, lambda _nothing: None, lambda _sentence: None)

    @property
    def _clip_id(self) -> ClipId:
        if self.place is None or self.place.clip_id is None:
            raise LookupError("Watch it back is about a clip")
        return self.place.clip_id

    def _clip(self) -> Clip:
        return self.desk.diary.clip(self._clip_id)

    def _on_opened(self, clip_id: ClipId, editable: bool, opened: Opened) -> None:
        if self.place is None or self.place.clip_id != clip_id:
            self._close(opened.player)
            return
        clip = self._clip()
        self._trim = Trim.of(clip.keep, names=clip.names_said, seconds=opened.seconds, frame_s=opened.frame_s)
        self._saved = self._trim.edit
        self._names.open(clip_id)
        self.strip.show_take(opened.seconds, frame_s=opened.frame_s, read_only=not editable)
        self.view.show_player(opened.player)
        self.view.picture.explain(words.SOUND_ONLY if clip.kind is Kind.SOUND else "", icon="microphone")
        if self._report is not None:
            self.strip.show_marks(marks(self._report))
            self._show_notes(notes(self._report))
        self._show_trim(self._trim)
        if self.place.at_s:
            opened.player.seek(take_time(self._trim.keep, self.place.at_s))
            self._on_tick(opened.player.position_s)
        self.zoom.follow(clip.take, opened.player.facts)
        self._draw_outline(clip.take, opened.player.facts)
        if editable:
            self._suggestion.look(clip_id, self._trim)

    def _draw_outline(self, take: Path, facts: MediaFacts) -> None:
        stop, later = self._stop_drawing, self.desk.bridge.later

        def on_picture(found: Thumbnail) -> None:
            later(lambda: None if stop.is_set() else self.strip.add_picture(found.position, found.image, of=PICTURES))

        def on_peaks(found: Peaks) -> None:
            later(lambda: None if stop.is_set() else self.strip.add_peaks(found.position, found.values, of=found.of))

        draw = partial(draw_outline, take, facts=facts, stop=stop, on_picture=on_picture, on_peaks=on_peaks)
        self.desk.bridge.errand(draw, lambda _nothing: None, self._on_failed)

    def _say_standing(self) -> None:
        """Why the take ended, until that is read; then how its sound is, as long as something can be done about it."""
        sound = self._report.sound if self._report else None
        if self._why:
            self.banner.say(self._why, do=(words.ALL_RIGHT, self._on_why_read))
        elif sound is not None and sound.fault is not None and self._editable:
            what, do = words.FAULTS[sound.fault]
            self.banner.say(what, safe=f"{words.SAFE} {do}", do=(words.RECORD_AGAIN, self._on_again))
        else:
            self.banner.hush()

    def _on_why_read(self) -> None:
        self._why = ""
        self._say_standing()
        self.view.play.setFocus()

    def _show_notes(self, text: str) -> None:
        self._notes.setText(text)
        self._notes_side.setVisible(bool(text))

    def _on_failed(self, sentence: str) -> None:
        if self.place is not None:
            self.view.picture.explain(words.NOT_PLAYABLE, icon="warning")
            self.banner.say(sentence, focus=True)

    def hear(self, news: News) -> None:
        """The take is closed: nothing that comes in changes it."""

    def _on_tick(self, take_s: float) -> None:
        self.strip.show_place(take_s)
        self.zoom.overview.show_place(take_s)

    # -- cutting ----------------------------------------------------------------------------------------------------

    def _show_trim(self, trim: Trim) -> None:
        self._trim = trim
        self._suggestion.follow(trim)
        self._names.follow(trim)
        self.strip.show_keep(trim.keep)
        self.strip.show_bit(trim.bit)
        marking = trim.bit is not None
        self._cut_bit.say(words.CUT_NOW if marking else words.CUT_BIT)
        self._cut_bit.weight = Weight.DANGER if marking else Weight.SECONDARY
        self._leave_bit.setVisible(marking)
        naming = trim.chosen is not None
        self._cut_bit.setVisible(not naming)
        for button in (self._start_here, self._end_here):
            button.setVisible(not marking and not naming)
        for button in (self._undo, self._redo):
            button.setVisible(not marking)
        whole = phrases.clock(trim.seconds)
        kept = words.KEPT_LENGTH.format(length=phrases.clock(trim.kept_s), whole=whole)
        if marking or naming:
            self.view.note.setText(words.CUT_HOW if marking else name_words.HOW)
        else:
            length = words.ALL_KEPT.format(length=whole) if trim.is_whole else kept
            self.view.note.setText(". ".join(filter(None, (length, self._names.note(trim)))))

    def _change(self, change: Callable[[Trim], Trim]) -> None:
        """Make one change that counts: show it, play it, keep it."""
        if self._trim is None:
            return
        try:
            trim = change(self._trim)
            self._keep(trim)
        except (EditRefused, Refused) as refused:
            self.banner.say(str(refused), safe=words.SAFE, focus=True)
            self._show_trim(self._trim.undo() if self._trim.moving else self._trim)
            return
        self._say_standing()
        self._show_trim(trim)
        player, before, self._saved = self.view.player, self._saved, trim.edit
        if player is not None:
            player.set_names(trim.names)
            if trim.keep != before.keep:
                player.set_keep(trim.keep)

    def _keep(self, trim: Trim) -> None:
        """Write down what is other than it was. Raises Refused."""
        if trim.keep != self._saved.keep:
            self.desk.diary.set_keep(self._clip_id, () if trim.is_whole else trim.keep)
        if trim.names != self._saved.names:
            self.desk.diary.names.keep(self._clip_id, trim.names)

    def _on_not_placed(self, sentence: str) -> None:
        self.banner.say(sentence, safe=words.SAFE, focus=True)

    def _on_moved(self, grip: Grip, at_s: float) -> None:
        trim, player = self._trim, self.view.player
        if trim is None or player is None:
            return
        try:
            self._move(trim, player, grip, at_s)
        except EditRefused:
            return  # the handle stays where the last moment of the clip is

    def _move(self, trim: Trim, player: Player, grip: Grip, at_s: float) -> None:
        match grip:
            case Grip.START:
                self._show_trim(trim.move_start(at_s))
            case Grip.END:
                self._show_trim(trim.move_end(at_s))
            case Grip.BIT_START:
                self._show_trim(trim.move_bit_start(at_s))
            case Grip.BIT_END:
                self._show_trim(trim.move_bit_end(at_s))
            case Grip.NAME_START:
                self._show_trim(trim.move_name_start(at_s))
            case Grip.NAME_END:
                self._show_trim(trim.move_name_end(at_s))
            case Grip.PLACE:
                pass
        player.seek(at_s)
        self.strip.show_place(player.position_s)

    def _on_settled(self, grip: Grip) -> None:
        if grip in (Grip.START, Grip.END, Grip.NAME_START, Grip.NAME_END):
            self._change(Trim.settle)

    @property
    def _here_s(self) -> float:
        return self.view.player.position_s if self.view.player is not None else 0.0

    def _on_start_here(self) -> None:
        here_s = self._here_s
        self._change(lambda trim: trim.start_here(here_s))

    def _on_end_here(self) -> None:
        here_s = self._here_s
        self._change(lambda trim: trim.end_here(here_s))

    def _on_cut_bit(self) -> None:
        if self._trim is None:
            return
        if self._trim.bit is not None:
            self._change(Trim.cut_bit)
            return
        if self.view.player is not None:
            self.view.player.pause()
        marked = self._trim.mark_bit(self._here_s)
        self._show_trim(marked)
        if marked.bit is not None:
            self.strip.show_closely(*marked.bit)
        self.strip.handle(Grip.BIT_START).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_leave_bit(self) -> None:
        if self._trim is not None:
            self._show_trim(self._trim.leave_bit())
            self._cut_bit.setFocus()

    def _on_suggestion(self, keep: KeptRange) -> None:
        self._change(lambda trim: trim.keep_only(keep))

    def _on_undo(self) -> None:
        self._change(Trim.undo)

    def _on_redo(self) -> None:
        self._change(Trim.redo)

    # -- ways on ----------------------------------------------------------------------------------------------------

    def _on_use(self) -> None:
        self.go.emit(Place(Name.ABOUT, self._clip_id))

    def _on_again(self) -> None:
        question = Question(self.window(), words.AGAIN_ASK, words.AGAIN_WHY)
        question.answer(words.AGAIN_KEEP, name="again-keep").clicked.connect(self._record_again)
        throw = question.answer(words.AGAIN_BIN, name="again-bin", weight=Weight.DANGER, icon="bin")
        throw.clicked.connect(self._on_again_bin)
        question.answer(words.CANCEL, name="again-cancel", weight=Weight.QUIET)
        question.open()

    def _record_again(self) -> None:
        self.go.emit(Place(Name.GET_READY, kind=self._clip().kind))

    def _on_again_bin(self) -> None:
        clip = self._clip()
        self.go.emit(Place(Name.GET_READY, kind=clip.kind))
        self.desk.bridge.errand(partial(self.desk.diary.bin, clip.clip_id), lambda _nothing: None, self._not_binned)

    def _not_binned(self, sentence: str) -> None:
        self.go.emit(HOME)
        self.banner.say(sentence)
