"""Home: today's question, three ways to begin, what was cut short, and the newest clips. GUI thread."""

import logging
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.clip import Clip, ClipId, Kind
from diary_app.errors import Refused
from diary_app.language import moment_words
from diary_app.mending import Report
from diary_app.news import ClipChanged, News, Progress, TakeFinished
from ui import shared_words, words
from ui.adding import Adding
from ui.announce import announce
from ui.design import SPACE
from ui.desk import Desk
from ui.dropping import DropScreen
from ui.mended_card import MendedCard
from ui.place import Name, Place, place_of
from ui.question import Question
from ui.settings_card import WrongCard
from ui.widgets.buttons import Button, Weight
from ui.widgets.clip_row import ClipRow
from ui.widgets.text import Card, TwoSides, clear, label, row

log = logging.getLogger(__name__)

NEWEST = 5
"""Clips that Home shows."""


def greeting(hour: int, name: str = "") -> str:
    """The greeting for this hour of the day, 0 to 23; name: whose diary it is, on a shared computer."""
    if name:
        return next(text for until, text in shared_words.GREETINGS if hour < until).format(name=name)
    return next(text for until, text in words.GREETINGS if hour < until)


class Home(DropScreen):
    """Where everything begins."""

    help_words = words.HELP_HOME
    owner_name = ""
    """Whose diary it is, on a shared computer."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="home", wide=True)
        self._adding = Adding(self)
        self._wrong, self._mending = QVBoxLayout(), QVBoxLayout()
        self._mended: Report | None = None
        self._found = QVBoxLayout()
        self._cut_short: tuple[Clip, ...] = ()
        self._found.setSpacing(SPACE * 2)
        self._question = label("", "heading", name="todays-question")
        self._rows: dict[ClipId, ClipRow] = {}
        self.column.addLayout(self._mending)
        self.column.addLayout(self._wrong)
        self.column.addLayout(self._found)
        self.column.addWidget(TwoSides(self._begin(), self._clips(), shares=(1, 1)))
        self.column.addStretch(1)

    def _begin(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self._video = self._tile(words.RECORD_VIDEO, "record-video", "record")
        self._video.icon_hue = "red"
        self._sound = self._tile(words.RECORD_SOUND, "record-sound", "microphone")
        self._file = self._tile(words.ADD_FILE, "add-file", "add")
        self._video.clicked.connect(partial(self._on_record, Kind.VIDEO))
        self._sound.clicked.connect(partial(self._on_record, Kind.SOUND))
        self._file.clicked.connect(self._adding.choose)
        question = Card("tint", name="question-card")
        question.column.addWidget(label(words.TODAYS_QUESTION, "soft"))
        question.column.addWidget(self._question)
        for widget in (question, self._video, self._sound, self._file):
            column.addWidget(widget)
        column.addStretch(1)
        return side

    def _tile(self, text: str, name: str, icon: str) -> Button:
        return Button(text, name=name, weight=Weight.TILE, icon=icon)

    def _clips(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self._see_all = Button(words.SEE_ALL, name="see-all", weight=Weight.QUIET)
        self._see_all.clicked.connect(lambda: self.go.emit(Place(Name.CLIPS)))
        heading = row(label(words.YOUR_CLIPS, "heading", wrap=False), stretch=False)
        heading.addStretch(1)
        heading.addWidget(self._see_all)
        self._newest = QVBoxLayout()
        self._newest.setSpacing(SPACE)
        self._none = label(words.NO_CLIPS, "soft", name="no-clips")
        column.addLayout(heading)
        column.addWidget(self._none)
        column.addLayout(self._newest)
        column.addStretch(1)
        return side

    @property
    def heading(self) -> str:
        """The greeting."""
        return greeting(self.desk.outside.now().hour, self.owner_name)

    def first(self) -> QWidget:
        """The first way to begin."""
        return self._video

    def enter(self, place: Place) -> None:
        """Show what is there now."""
        super().enter(place)
        self.banner.hush()
        day = self.desk.outside.now().toordinal()
        self._question.setText(f"“{self.desk.settings.question or words.QUESTIONS[day % len(words.QUESTIONS)]}”")
        self._show_wrong()
        self._show_newest()
        self._look_for_cut_short()
        self.desk.bridge.errand(self.desk.diary.mending.find, self._on_mended, self._on_failed)

    def hear(self, news: News) -> None:
        """Keep the list true."""
        if isinstance(news, Progress) and news.clip_id in self._rows:
            self._show_row(self.desk.diary.clip(news.clip_id), news)
        elif isinstance(news, ClipChanged | TakeFinished):
            self._show_newest()

    def _on_record(self, kind: Kind) -> None:
        self.go.emit(Place(Name.GET_READY, kind=kind))

    # -- settings that do not count -------------------------------------------------------------------------------

    def _show_wrong(self) -> None:
        clear(self._wrong)
        settings = self.desk.diary.settings
        if settings.read.problems and not settings.told:
            card = WrongCard(settings)
            card.wanted.connect(lambda: self.go.emit(Place(Name.SETTINGS)))
            card.seen.connect(self._on_seen)
            self._wrong.addWidget(card)

    def _on_seen(self) -> None:
        self.desk.diary.settings.told = True
        self._show_wrong()
        self._video.setFocus()

    # -- a list of clips that was damaged -------------------------------------------------------------------------

    def _on_mended(self, report: Report | None) -> None:
        if self.place is None or report is None or report == self._mended:
            return
        self._mended = report
        card = MendedCard(report)
        card.seen.connect(self._on_mended_seen)
        self._mending.addWidget(card)
        announce(card, card.accessibleName())
        self._show_newest()
        self._look_for_cut_short()

    def _on_mended_seen(self) -> None:
        clear(self._mending)
        self._video.setFocus()
        try:
            self.desk.diary.mending.told()
        except Refused:  # it comes again at the next start
            log.warning("that the list was mended could not be noted as read", exc_info=True)

    # -- takes that were cut short --------------------------------------------------------------------------------

    def _look_for_cut_short(self) -> None:
        self.desk.bridge.errand(self.desk.diary.unfinished, self._on_cut_short, self._on_failed)

    def _on_cut_short(self, clips: list[Clip]) -> None:
        if self.place is None or tuple(clips) == self._cut_short:
            return
        self._cut_short = tuple(clips)
        clear(self._found)
        for clip in clips:
            self._found.addWidget(self._found_card(clip))

    def _found_card(self, clip: Clip) -> Card:
        card = Card("ok", name="found")
        when = moment_words(clip.created_at.astimezone())
        length = phrases.spoken(clip.seconds or 0.0)
        keep = Button(words.KEEP, name="keep-found", weight=Weight.PRIMARY, icon="tick")
        throw = Button(words.BIN_IT, name="bin-found", icon="bin")
        keep.clicked.connect(partial(self._on_keep, clip.clip_id))
        throw.clicked.connect(partial(self._on_bin, clip.clip_id, length))
        card.column.addWidget(label(words.FOUND, "heading"))
        card.column.addWidget(label(words.FOUND_WHY.format(when=when, length=length)))
        card.column.addLayout(row(keep, throw))
        return card

    def _on_keep(self, clip_id: ClipId) -> None:
        self.desk.bridge.errand(partial(self.desk.diary.keep_unfinished, clip_id), self._on_kept, self._on_failed)

    def _on_kept(self, _nothing: None) -> None:
        self._look_for_cut_short()
        self._show_newest()
        self.banner.say(words.KEPT, kindly=True, focus=True)

    def _on_bin(self, clip_id: ClipId, length: str) -> None:
        question = Question(self.window(), words.BIN_ASK, words.BIN_FOUND_WHY.format(length=length))
        question.answer(words.BIN_KEEP, name="bin-no")
        yes = question.answer(words.BIN_IT, name="bin-yes", weight=Weight.DANGER, icon="bin")
        yes.clicked.connect(partial(self._on_bin_sure, clip_id))
        question.open()

    def _on_bin_sure(self, clip_id: ClipId) -> None:
        self.desk.bridge.errand(partial(self.desk.diary.bin, clip_id), self._on_binned, self._on_failed)

    def _on_binned(self, _nothing: None) -> None:
        self._look_for_cut_short()
        self._show_newest()
        self.banner.say(words.BINNED, kindly=True, focus=True)

    def _on_failed(self, sentence: str) -> None:
        self.banner.say(sentence, focus=True)

    # -- the newest clips -----------------------------------------------------------------------------------------

    def _show_newest(self) -> None:
        newest = self.desk.diary.library.newest(NEWEST)
        if [clip.clip_id for clip in newest] == list(self._rows):
            for clip in newest:
                self._show_row(clip)
        else:
            clear(self._newest)
            self._rows = {clip.clip_id: self._clip_row(clip) for clip in newest}
            for clip in newest:
                self._show_row(clip)
        self._none.setVisible(not newest)
        self._see_all.setVisible(bool(newest))

    def _show_row(self, clip: Clip, progress: Progress | None = None) -> None:
        self._rows[clip.clip_id].show_clip(clip, progress, self.desk.diary.sending.may_go(clip))

    def _clip_row(self, clip: Clip) -> ClipRow:
        made = ClipRow(clip)
        made.clicked.connect(partial(self._on_clip, clip.clip_id))
        self._newest.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        return made

    def _on_clip(self, clip_id: ClipId) -> None:
        self.go.emit(place_of(self.desk.diary.clip(clip_id)))
