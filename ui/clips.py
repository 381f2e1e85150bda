"""Your clips: all of them, the newest first. GUI thread."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from diary_app import kept_words
from diary_app.clip import Clip, ClipId, Stage
from diary_app.errors import Refused
from diary_app.keep_rule import NO_RULE
from diary_app.news import ClipChanged, News, Progress, TakeFinished
from ui import clips_words, words
from ui.adding import Adding
from ui.desk import Desk
from ui.dropping import DropScreen
from ui.place import Place, place_of
from ui.widgets.background_card import BackgroundCard
from ui.widgets.clip_list import ClipList
from ui.widgets.clip_row import ClipRow
from ui.widgets.text import label
from ui.widgets.when_card import WhenCard


class Clips(DropScreen):
    """The list, and when what is in it goes out."""

    help_words = words.HELP_CLIPS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="clips")
        Adding(self)
        self._none = label(words.NO_CLIPS, "soft")
        self._count = label("", "soft", name="clip-count")
        self._list = ClipList(desk.diary.library.some, self._dress)
        self._list.opened.connect(self._on_clip)
        self._list.reached.connect(self.ensureWidgetVisible)
        self._rule = NO_RULE
        self.verticalScrollBar().valueChanged.connect(self._list.look)
        self.column.addWidget(self._none)
        self.column.addWidget(self._count)
        self.column.addWidget(self._list)
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
        self._list.after = (*self._when.controls, *self._background.controls)

    @property
    def heading(self) -> str:
        """The name of the screen."""
        return words.YOUR_CLIPS

    def first(self) -> QWidget | None:
        """The newest clip."""
        return next(iter(self._list.rows), None)

    def enter(self, place: Place) -> None:
        """Show what is there now."""
        super().enter(place)
        self.banner.hush()
        self._when.show_rules(self.desk.diary.sending.rules)
        self._background.show_rules()
        self._show()

    def hear(self, news: News) -> None:
        """Keep the list true, and read no more than what is new."""
        if isinstance(news, Progress):
            row = self._list.row(news.clip_id)
            if row is not None:
                self._dress(row, self.desk.diary.clip(news.clip_id), news)
        elif isinstance(news, ClipChanged):
            self._show_one(news.clip_id)
        elif isinstance(news, TakeFinished):
            self._show()

    def _show(self) -> None:
        self._rule = self.desk.diary.keeping.rule
        ids = self.desk.diary.library.ids()
        self._list.show_ids(ids)
        self._none.setVisible(not ids)
        self._count.setText(clips_words.COUNT.of(len(ids)))
        self._count.setVisible(bool(ids))

    def _show_one(self, clip_id: ClipId) -> None:
        """A clip that came, or went, changes the list; any other one its own row."""
        here = self.desk.diary.library.some([clip_id])
        if clip_id not in self._list or not here or here[0].stage is Stage.RECORDING:
            self._show()
            return
        row = self._list.row(clip_id)
        if row is not None:
            self._rule = self.desk.diary.keeping.rule
            self._dress(row, here[0])

    def _dress(self, row: ClipRow, clip: Clip, progress: Progress | None = None) -> None:
        now = self.desk.outside.now()
        stays = tuple(
            kept_words.removed(clip, now, short=short) or kept_words.stays(clip, self._rule, now, short=short)
            for short in (False, True)
        )
        row.show_clip(clip, progress, self.desk.diary.sending.may_go(clip), stays=stays)

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
