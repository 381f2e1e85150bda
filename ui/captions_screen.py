"""Check the captions: one line at a time, in words that can be changed, heard again and undone. GUI thread."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from diary_app.captions.checking import Check
from diary_app.clip import Clip, ClipId, KeptRange
from diary_app.editing.errors import EditError
from diary_app.editing.ranges import History
from diary_app.errors import Refused
from diary_app.playback import Player, SoundOutput
from ui import caption_words as words
from ui import shortcuts
from ui.announce import announce
from ui.design import SPACE
from ui.desk import Desk
from ui.place import Name, Place
from ui.screen import Screen
from ui.widgets.banner import Mark
from ui.widgets.buttons import Button, Weight
from ui.widgets.flow import flow
from ui.widgets.text import Card, label, row

AROUND_S = 0.2
"""A line is played with so much before and after it."""


def open_player(clip: Clip, output: Callable[[], SoundOutput | None]) -> Player:
    """The take, for playing single lines of it. Raises EditError."""
    return Player(clip.take, names=clip.names_said, output=output())


class CaptionsScreen(Screen):
    """Every answer is kept as it is given; only “These are right” lets them go with the clip."""

    help_words = words.HELP

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="captions")
        self._history: History[Check] = History((Check(()),))
        self._player: Player | None = None
        self._where = label("", "lead-strong", name="caption-place")
        self._left = label("", "body", name="captions-left")
        self._before = label("", "soft", name="caption-before")
        self._after = label("", "soft", name="caption-after")
        self._field = QLineEdit()
        self._field.setObjectName("caption")
        self._field.setMaxLength(200)
        self._field.returnPressed.connect(self._on_next)
        self._sure = label("", "strong", name="caption-sure")
        self.column.addWidget(label(words.INTRO, "lead"))
        self.column.addWidget(self._where)
        self.column.addWidget(self._line_card())
        self.column.addLayout(self._ways())
        self.column.addWidget(self._left)
        self._right = self._button(words.RIGHT, "captions-right", "tick", self._on_right, weight=Weight.PRIMARY)
        self.column.addWidget(self._right)
        self.column.addWidget(label(words.RIGHT_SOFT, "soft"))
        self._copy = self._button(words.SAVE_COPY, "captions-copy", "copy", self._on_copy)
        self.column.addLayout(row(self._copy))
        self.column.addStretch(1)
        shortcuts.bind(shortcuts.UNDO_CAPTION, self, self._on_undo)

    def _line_card(self) -> Card:
        card = Card()
        caption = label(words.THIS_LINE, "label", wrap=False)
        caption.setBuddy(self._field)
        self._mark = Mark("warning", px=1.2)
        sure = row(self._mark, stretch=False)
        sure.addWidget(self._sure, 1)
        for widget in (self._before, caption, self._field):
            card.column.addWidget(widget)
        card.column.addLayout(sure)
        card.column.addWidget(self._after)
        return card

    def _ways(self) -> QVBoxLayout:
        self._play = self._button(words.PLAY, "caption-play", "play", self._on_play)
        self._next = self._button(words.NEXT, "caption-next", "", self._on_next)
        self._back = self._button(words.BACK, "caption-back", "", self._on_back)
        self._doubtful = self._button(words.NEXT_DOUBTFUL, "caption-doubtful", "warning", self._on_doubtful)
        self._delete = self._button(words.DELETE, "caption-delete", "bin", self._on_delete)
        self._undo = self._button(words.UNDO, "caption-undo", "undo", self._on_undo)
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        column.addWidget(flow(self._next, self._play, self._back, self._doubtful, self._delete, self._undo))
        return column

    def _button(
        self, text: str, name: str, icon: str, slot: Callable[[], None], *, weight: Weight = Weight.SECONDARY
    ) -> Button:
        button = Button(text, name=name, weight=weight, icon=icon)
        button.clicked.connect(slot)
        return button

    @property
    def heading(self) -> str:
        """The name of the screen."""
        return words.TITLE

    def first(self) -> QWidget:
        """The line."""
        return self._field

    # -- coming and going -------------------------------------------------------------------------------------------

    def enter(self, place: Place) -> None:
        """Show the first line to check; opening the take for playing takes a moment."""
        super().enter(place)
        self.banner.hush()
        clip = self.desk.diary.clip(self._clip_id)
        check = Check(self.desk.diary.captions.lines(clip.clip_id))
        first = check if check.line is None or check.line.doubtful else check.next_doubtful()
        self._history = History((first,))
        self._show()
        if clip.removed_at is None:
            self.desk.bridge.errand(
                partial(open_player, clip, self.desk.outside.sound_output),
                partial(self._on_opened, clip.clip_id),
                lambda _sentence: None,  # said when somebody wants to hear a line
                unused=lambda player: player.close(),
            )

    def leave(self, towards: Place | None) -> None:
        """Keep what was typed; closing the player waits for its threads, so it is an errand."""
        self._do(self._now.kept(self._field.text()))
        super().leave(towards)
        player, self._player = self._player, None
        if player is not None:
            self._close(player)

    def _close(self, player: Player) -> None:
        self.desk.bridge.errand(player.close, lambda _nothing: None, lambda _sentence: None)

    def _on_opened(self, clip_id: ClipId, player: Player) -> None:
        if self.place is None or self.place.clip_id != clip_id or self._player is not None:
            self._close(player)
        else:
            self._player = player

    @property
    def _clip_id(self) -> ClipId:
        if self.place is None or self.place.clip_id is None:
            raise LookupError("captions are those of a clip")
        return self.place.clip_id

    # -- the lines --------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> Check:
        return self._history.now

    def _do(self, check: Check) -> None:
        """Another line, or other words: keep them, and show where we are."""
        before = self._now.lines
        self._history = self._history.do(check)
        self._keep(before)

    def _keep(self, before: object) -> None:
        if self._now.lines != before and self.place is not None:
            try:
                self.desk.diary.captions.keep(self._clip_id, self._now.lines, approved=False)
            except Refused as refused:
                self.banner.say(str(refused), focus=True)
        self._show()

    def _show(self) -> None:
        now, line = self._now, self._now.line
        around = [now.lines[at].text if 0 <= at < len(now.lines) else "" for at in (now.at - 1, now.at + 1)]
        self._before.setText(words.BEFORE.format(text=around[0]) if around[0] else "")
        self._after.setText(words.AFTER.format(text=around[1]) if around[1] else "")
        self._before.setVisible(bool(around[0]))
        self._after.setVisible(bool(around[1]))
        place = words.PLACE.format(number=now.at + 1, count=len(now.lines)) if line is not None else words.EMPTY
        self._where.setText(place)
        self._left.setText(words.LEFT.of(now.to_check) if now.to_check else words.NONE_LEFT)
        text = "" if line is None else line.text
        if self._field.text() != text:
            self._field.setText(text)
        unsure = [] if line is None else [f"“{word.text.strip('.,?!')}”" for word in line.words if word.doubtful]
        sure = words.NOT_SURE.format(words=", ".join(unsure)) if unsure else words.SURE
        self._sure.setText(sure if line is not None else "")
        self._mark.show_icon("warning" if unsure else "tick", "ink" if unsure else "accent")
        self._mark.setVisible(line is not None)
        self._field.setAccessibleName(f"{words.THIS_LINE}, {place}. {self._sure.text()}")

    def _on_next(self) -> None:
        last = self._now.is_last
        self._do(self._now.read(self._field.text()).move(1))
        if last:
            announce(self._field, words.LAST)
            self._right.setFocus()
        else:
            self._to_the_line()

    def _to_the_line(self) -> None:
        self._field.setFocus()
        self._field.setCursorPosition(0)

    def _on_back(self) -> None:
        self._do(self._now.kept(self._field.text()).move(-1))
        self._to_the_line()

    def _on_doubtful(self) -> None:
        self._do(self._now.kept(self._field.text()).next_doubtful())
        self._to_the_line()

    def _on_delete(self) -> None:
        self._do(self._now.deleted())
        announce(self._field, words.DELETED)
        self._to_the_line()

    def _on_undo(self) -> None:
        before = self._now.lines
        self._history = self._history.undo()
        self._keep(before)
        self._to_the_line()

    def _on_play(self) -> None:
        line, player = self._now.line, self._player
        if line is None:
            return
        if player is None:
            self.banner.say(words.NO_TAKE)
            return
        try:
            start_s = max(0.0, line.start_s - AROUND_S)
            player.set_keep([KeptRange(start_s, min(player.duration_s, max(line.end_s, start_s) + AROUND_S))])
        except (EditError, ValueError):
            self.banner.say(words.NO_TAKE)
            return
        player.seek(start_s)
        player.play()

    def _on_copy(self) -> None:
        self._do(self._now.kept(self._field.text()))
        path = self.desk.outside.ask_where(words.SAVE_WHERE, f"{words.SAVE_NAME}.vtt", words.SAVE_KINDS)
        if path is not None:
            self.desk.bridge.errand(
                partial(self.desk.diary.captions.save, self._clip_id, path), self._on_saved, self.banner.say
            )

    def _on_saved(self, path: Path) -> None:
        self.banner.say(words.SAVED.format(name=path.name), kindly=True)

    def _on_right(self) -> None:
        """A person's word; what stands in the field counts."""
        self._do(self._now.kept(self._field.text()))
        try:
            self.desk.diary.captions.keep(self._clip_id, self._now.lines, approved=True)
        except Refused as refused:
            self.banner.say(str(refused), focus=True)
            return
        back = self.place.back if self.place is not None and self.place.back is not None else Name.ABOUT
        self._history = History((Check(self.desk.diary.captions.lines(self._clip_id), self._now.at),))
        self._show()
        self.go.emit(Place(back, self._clip_id))
