"""Sending: one clip's way to the portal, in words, and what to do when it is stuck. GUI thread."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from diary_app import kept_words, phrases
from diary_app.binning import may_be_binned
from diary_app.clip import Clip, ClipId, Goes, Stage
from diary_app.delivery.sending_rules import MayGo
from diary_app.errors import Refused
from diary_app.news import ClipChanged, News, Progress
from ui import again_words, news_words, sending_words, words
from ui.announce import announce
from ui.desk import Desk
from ui.journey import Step, ended_too_soon, saved_step
from ui.moments import Moment, moments
from ui.place import HOME, Name, Place
from ui.question import Question
from ui.screen import Screen
from ui.staying import stay_of, way_of
from ui.widgets.buttons import Button, Weight
from ui.widgets.caption_part import CaptionPart
from ui.widgets.flow import flow
from ui.widgets.moments_card import MomentsCard
from ui.widgets.slip_card import SlipCard
from ui.widgets.stage_line import StageLine
from ui.widgets.text import Card, label

STEP_NAMES = ("stage-saved", "stage-ready", "stage-sending", "stage-received", "stage-in-review", "stage-published")
ARRIVED = (Stage.RECEIVED, Stage.IN_REVIEW, Stage.PUBLISHED, Stage.SENT_BACK, Stage.WITHDRAWN)


class Sending(Screen):
    """The stage line, the sentence under it, and at most one thing to do."""

    help_words = words.HELP_SENDING

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="sending")
        self._progress: Progress | None = None
        self._answer = MayGo.YES
        self._title = ""
        self._card = Card(name="way")
        self._length = label("", "soft", name="length", wrap=False)
        self._card.column.addWidget(self._length)
        self._lines: list[StageLine] = []
        self._note = label("", "body", name="sending-note")
        self._moments = MomentsCard()
        self._moments.chosen.connect(self._on_moment)
        self.column.addWidget(self._card)
        self.column.addWidget(self._moments)
        self.column.addWidget(self._note)
        self._add_buttons()
        self._captions = CaptionPart(desk, sent=True)
        self._captions.check.connect(lambda: self.go.emit(Place(Name.CAPTIONS, self._clip_id, back=Name.SENDING)))
        self.column.addWidget(self._captions)
        self._slip = SlipCard()
        self._slip.opened.connect(self.desk.outside.open_page)
        self.column.addWidget(self._slip)
        self.column.addStretch(1)

    def _add_buttons(self) -> None:
        self._now = Button(sending_words.SEND_NOW, name="send-now", weight=Weight.PRIMARY, icon="send")
        self._anyway = Button(sending_words.SEND_ANYWAY, name="send-anyway", icon="send")
        self._hold = Button(sending_words.HOLD, name="hold", icon="pause")
        self._try_now = Button(words.TRY_NOW, name="try-now", weight=Weight.PRIMARY, icon="again")
        self._change = Button(again_words.CHANGE, name="change-again", weight=Weight.PRIMARY, icon="cut")
        self._page = Button(words.OPEN_PAGE, name="open-page", weight=Weight.PRIMARY, icon="portal")
        self._home = Button(words.BACK_HOME, name="to-home")
        self._clips = Button(words.TO_CLIPS, name="to-clips")
        self._watch = Button(words.WATCH_AGAIN, name="watch-again", icon="play")
        self._bin = Button(words.BIN_IT, name="bin", icon="bin")
        self._now.clicked.connect(lambda: self._on_send(self.desk.diary.sending.send_now))
        self._anyway.clicked.connect(lambda: self._on_send(self.desk.diary.sending.send_anyway))
        self._hold.clicked.connect(self._on_hold)
        self._try_now.clicked.connect(self._on_try_now)
        self._page.clicked.connect(self._on_page)
        self._change.clicked.connect(self._on_change)
        self._home.clicked.connect(lambda: self.go.emit(HOME))
        self._clips.clicked.connect(lambda: self.go.emit(Place(Name.CLIPS)))
        self._watch.clicked.connect(lambda: self.go.emit(Place(Name.WATCH, self._clip_id)))
        self._bin.clicked.connect(self._on_bin)
        self._pressed = (self._now, self._try_now, self._change, self._page, self._anyway, self._hold, self._home)
        self.column.addWidget(flow(*self._pressed, self._clips, self._watch, self._bin))

    @property
    def heading(self) -> str:
        """The clip's title."""
        return self._title

    @property
    def _clip_id(self) -> ClipId:
        if self.place is None or self.place.clip_id is None:
            raise LookupError("Sending is about a clip")
        return self.place.clip_id

    def first(self) -> QWidget:
        """What there is to do, or the way back."""
        ways = (*self._moments.buttons, self._now, self._try_now, self._change, self._page)
        return next((each for each in ways if not each.isHidden()), self._home)

    def enter(self, place: Place) -> None:
        """Show where the clip is."""
        super().enter(place)
        self._progress = None
        self.banner.hush()
        self._captions.open(self._clip_id)
        self._show()

    def leave(self, towards: Place | None) -> None:
        """Look no more."""
        self._captions.rest()
        super().leave(towards)

    def hear(self, news: News) -> None:
        """Keep it true."""
        if isinstance(news, Progress) and news.clip_id == self._clip_id:
            self._progress = news
            self._show()
        elif isinstance(news, ClipChanged) and news.clip_id == self._clip_id:
            self._show()

    def _show(self) -> None:
        clip = self.desk.diary.clip(self._clip_id)
        if clip.title != self._title:
            self._title = clip.title
            self.retitled.emit()
        self._length.setText(f"{words.VIDEO_OR_SOUND[clip.kind]}, {phrases.clock(clip.kept_seconds)}")
        self._answer = self.desk.diary.sending.may_go(clip)
        self._show_steps(clip)
        focused = next((button for button in self._pressed if button.hasFocus()), None)
        self._show_answers(clip)
        if focused is not None and focused.isHidden():
            next(button for button in self._pressed if not button.isHidden()).setFocus()

    def _show_answers(self, clip: Clip) -> None:
        arrived = clip.stage in ARRIVED
        stay = stay_of(clip, self._answer)
        there = kept_words.TAKEN_BACK if clip.stage is Stage.WITHDRAWN else words.ALL_THERE
        if clip.stage is Stage.SENT_BACK and clip.may_be_edited:
            there = again_words.HOW
        if ended_too_soon(clip):
            there = sending_words.SMALL_ONLY
        self._note.setText(there if arrived else stay.note if stay else words.CLOSE_ANYTIME)
        self._now.setVisible(stay is not None and self._answer is MayGo.ON_HOLD)
        self._anyway.setVisible(stay is not None and self._answer is MayGo.METERED)
        self._hold.setVisible(clip.wanted and not arrived and self._answer in (MayGo.YES, MayGo.METERED))
        stuck = clip.delivery.held or clip.stage is Stage.WAITING or bool(clip.delivery.problem)
        self._try_now.setVisible(stuck and not arrived and stay is None)
        gone = clip.removed_at is not None
        again = clip.stage is Stage.SENT_BACK and not gone
        self._show_page_and_slip(clip, again=again)
        self._change.setVisible(again)
        self._watch.setVisible(arrived and not gone and not again)
        self._bin.say(news_words.FORGET if gone else words.BIN_IT)
        held = clip.delivery.held or clip.delivery.goes is Goes.HELD
        self._bin.setVisible((arrived or held) and may_be_binned(clip))
        noted = moments(clip.note or "", clip.kept_seconds) if again else ()
        self._moments.show_moments(noted, clip.kind)

    def _show_page_and_slip(self, clip: Clip, *, again: bool) -> None:
        """again: there is something else to do first."""
        known = clip.at_portal
        self._page.weight = Weight.SECONDARY if again else Weight.PRIMARY
        self._page.setVisible(clip.stage in ARRIVED and known is not None)
        self._page.updateGeometry()
        slip = known if clip.stage is not Stage.WITHDRAWN else None
        self._slip.show_slip(slip.slip if slip else "", slip.slip_page if slip else "")

    @property
    def way(self) -> dict[str, Step]:
        """The steps as they are shown, by name."""
        return {line.objectName(): line.step for line in self._lines if line.step is not None}

    def _show_steps(self, clip: Clip) -> None:
        shown = self._way_of(clip)
        if not self._lines:
            self._lines = [StageLine(step, name=name) for step, name in zip(shown, STEP_NAMES, strict=True)]
            for line in self._lines:
                self._card.column.addWidget(line)
        for line, step in zip(self._lines, shown, strict=True):
            line.show_step(step)

    def _way_of(self, clip: Clip) -> tuple[Step, ...]:
        diary = self.desk.diary
        portal = diary.portal()
        saved = saved_step(
            clip,
            diary.keeping.rule,
            portal.name if portal is not None else "",
            self.desk.outside.now(),
            own_file=diary.keeping.is_own_file(clip.take),
        )
        way = way_of(clip, self._progress, self._answer)
        return (replace(saved, here=way[0].here), *way[1:])

    def _on_moment(self, moment: Moment) -> None:
        text = news_words.MOMENT_NOTE if moment.text else news_words.MOMENT_NOTE_BARE
        note = text.format(time=moment.time, text=moment.text)
        self.go.emit(Place(Name.WATCH, self._clip_id, note=note, at_s=moment.at_s))

    def _on_change(self) -> None:
        note = self.desk.diary.clip(self._clip_id).note or ""
        self.go.emit(Place(Name.WATCH, self._clip_id, note=note))

    def _on_hold(self) -> None:
        hold = partial(self.desk.diary.sending.hold, self._clip_id)
        self.desk.bridge.errand(hold, lambda _nothing: announce(self, sending_words.HELD), self._on_failed)

    def _on_send(self, send: Callable[[ClipId], None]) -> None:
        self.desk.bridge.errand(partial(send, self._clip_id), lambda _nothing: self._again(), self._on_failed)

    def _on_try_now(self) -> None:
        self.desk.bridge.errand(
            partial(self.desk.diary.try_now, self._clip_id), lambda _nothing: self._again(), self._on_failed
        )

    def _again(self) -> None:
        if self.place is not None:
            self._show()

    def _on_failed(self, sentence: str) -> None:
        if self.place is not None:
            self.banner.say(sentence, safe=words.SAFE_HERE, focus=True)

    def _on_page(self) -> None:
        known = self.desk.diary.clip(self._clip_id).at_portal
        if known is not None:
            self.desk.outside.open_page(known.page)

    def _on_bin(self) -> None:
        if self.desk.diary.clip(self._clip_id).removed_at is None:
            ask, why, leave, do = words.BIN_ASK, words.BIN_WHY, words.BIN_KEEP, words.BIN_IT
        else:
            ask, why, leave = news_words.FORGET_ASK, news_words.FORGET_WHY, news_words.FORGET_KEEP
            do = news_words.FORGET
        question = Question(self.window(), ask, why)
        question.answer(leave, name="bin-no")
        yes = question.answer(do, name="bin-yes", weight=Weight.DANGER, icon="bin")
        yes.clicked.connect(self._on_bin_sure)
        question.open()

    def _on_bin_sure(self) -> None:
        try:
            self.desk.diary.bin(self._clip_id)
        except Refused as refused:
            self._on_failed(str(refused))
            return
        self.go.emit(HOME)
