"""Your clips: all of them, the newest first. GUI thread."""

import itertools
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from diary_app.clip import Clip, ClipId, Stage
from diary_app.errors import Refused
from diary_app.news import ClipChanged, News, Progress, TakeFinished
from ui import words
from ui.adding import Adding
from ui.design import SPACE
from ui.desk import Desk
from ui.place import Place, place_of
from ui.screen import Screen
from ui.widgets.background_card import BackgroundCard
from ui.widgets.clip_row import ClipRow
from ui.widgets.text import clear, label
from ui.widgets.when_card import WhenCard


class Clips(Screen):
    """The list, and when what is in it goes out."""

    help_words = words.HELP_CLIPS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="clips")
        Adding(self)
        self._none = label(words.NO_CLIPS, "soft")
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE)
        self._rows: dict[ClipId, ClipRow] = {}
        self.column.addWidget(self._none)
        self.column.addLayout(self._list)
        self._when = WhenCard()
        self._when.also_metered.connect(
            lambda also: self._on_rule(partial(desk.diary.sending.change, also_metered=also))
        )
        self._when.cap.connect(lambda cap: self._on_rule(partial(desk.diary.sending.change, cap=cap)))
        self.column.addWidget(self._when)
        self._background = BackgroundCard(desk.remembered)
        self._background.failed.connect(self._on_failed)
        self.column.addWidget(self._background)
        self.column.addStretch(1)

    @property
    def heading(self) -> str:
        """The name of the screen."""
        return words.YOUR_CLIPS

    def first(self) -> QWidget | None:
        """The newest clip."""
        return next(iter(self._rows.values()), None)

    def enter(self, place: Place) -> None:
        """Show what is there now."""
        super().enter(place)
        self.banner.hush()
        self._when.show_rules(self.desk.diary.sending.rules)
        self._background.show_rules()
        self._show()

    def hear(self, news: News) -> None:
        """Keep the list true."""
        if isinstance(news, Progress) and news.clip_id in self._rows:
            self._show_row(self.desk.diary.clip(news.clip_id), news)
        elif isinstance(news, ClipChanged | TakeFinished):
            self._show()

    def _show(self) -> None:
        clips = [clip for clip in self.desk.diary.clips() if clip.stage is not Stage.RECORDING]
        if [clip.clip_id for clip in clips] == list(self._rows):
            for clip in clips:
                self._show_row(clip)
            return
        clear(self._list)
        self._rows = {}
        for clip in clips:
            made = ClipRow(clip)
            made.clicked.connect(partial(self._on_clip, clip.clip_id))
            self._list.addWidget(made)
            self._rows[clip.clip_id] = made
            self._show_row(clip)
        # Rows are made after the card, and stand above it.
        for before, after in itertools.pairwise(
            (*self._rows.values(), *self._when.controls, *self._background.controls)
        ):
            QWidget.setTabOrder(before, after)
        self._none.setVisible(not clips)

    def _show_row(self, clip: Clip, progress: Progress | None = None) -> None:
        self._rows[clip.clip_id].show_clip(clip, progress, self.desk.diary.sending.may_go(clip))

    def _on_rule(self, change: Callable[[], None]) -> None:
        try:
            change()
        except Refused as refused:
            self._when.show_rules(self.desk.diary.sending.rules)
            self._on_failed(str(refused))

    def _on_failed(self, sentence: str) -> None:
        self.banner.say(sentence, safe=words.SAFE_HERE, focus=True)

    def _on_clip(self, clip_id: ClipId) -> None:
        self.go.emit(place_of(self.desk.diary.clip(clip_id)))
