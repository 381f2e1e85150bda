"""About it: the title, everybody's yes, who may see it, and Send with its promise. GUI thread."""

import threading
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.clip import About, Audience, ClipId, Kind, Preset, ShowAs
from diary_app.errors import Refused
from diary_app.news import News
from diary_app.promises import Promise
from ui import disguise_words, words
from ui.design import SPACE
from ui.desk import Desk
from ui.disguise import ShowMe
from ui.missing import missing
from ui.place import Name, Place
from ui.screen import Screen
from ui.widgets.buttons import Button, Weight
from ui.widgets.caption_part import CaptionPart
from ui.widgets.choices import Choice, LongChoice, Tick
from ui.widgets.flow import flow
from ui.widgets.people import People
from ui.widgets.summary import Summary
from ui.widgets.text import label, redress

KEEP_MS = 600
"""Answers are kept this long after the last change."""


def send_words(promise: Promise | None) -> str:
    """What stands on the Send button."""
    if promise is None:
        return words.SEND
    size = phrases.size(promise.bytes)
    if promise.seconds is None:
        return words.SEND_SIZE.format(size=size)
    return words.SEND_PROMISE.format(size=size, time=phrases.about(promise.seconds))


def preset_words(preset: Preset, promise: Promise | None) -> str:
    """What stands beside a preset."""
    if promise is None:
        return words.PRESETS[preset]
    size = phrases.size(promise.bytes)
    if promise.seconds is None:
        return words.PRESET_SIZE.format(preset=words.PRESETS[preset], size=size)
    return words.PRESET_PROMISE.format(preset=words.PRESETS[preset], size=size, time=phrases.about(promise.seconds))


class AboutIt(Screen):
    """The form. Every answer is kept as it is given."""

    help_words = words.HELP_ABOUT

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="about")
        self._asked = False
        self._loading = False
        self._promises: dict[Preset, Promise] = {}
        self._stop = threading.Event()
        self._keep = QTimer(self, interval=KEEP_MS, singleShot=True)
        self._keep.timeout.connect(self._save)
        self._summary = Summary(self._on_go_to)
        self._title = QLineEdit()
        self._people = People(after=self._title)
        self._people.changed.connect(self._on_changed)
        self.column.addWidget(self._summary)
        self.column.addLayout(self._title_part())
        self.column.addLayout(self._who_part())
        self.column.addLayout(self._audience_part())
        self._show_me = ShowMe()
        self._show_me.changed.connect(self._on_shown)
        self._show_me.watch.connect(self._on_watch)
        self.column.addWidget(self._show_me)
        self.column.addLayout(self._preset_part())
        self._captions = CaptionPart(desk)
        self._captions.check.connect(lambda: self.go.emit(Place(Name.CAPTIONS, self._clip_id)))
        self.column.addWidget(self._captions)
        self._send = Button(words.SEND, name="send", weight=Weight.PRIMARY, icon="send")
        self._send.clicked.connect(self._on_send)
        self.column.addWidget(self._send)
        self.column.addWidget(label(words.SEND_AFTER, "soft"))
        self.column.addStretch(1)

    def _title_part(self) -> QVBoxLayout:
        caption = label(words.TITLE, "heading", wrap=False)
        self._title.setObjectName("title")
        self._title.setAccessibleName(words.TITLE)
        self._title.setPlaceholderText(words.TITLE_HINT)
        self._title.setMaxLength(200)
        self._title.textChanged.connect(self._on_changed)
        self._title.returnPressed.connect(self._on_title_done)
        caption.setBuddy(self._title)
        return self._part(caption, self._title)

    def _part(self, *widgets: QWidget) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        for widget in widgets:
            column.addWidget(widget)
        return column

    def _who_part(self) -> QVBoxLayout:
        return self._part(label(words.WHO, "heading"), label(words.WHO_WHY, "soft"), self._people)

    def _audience_part(self) -> QVBoxLayout:
        self._audience = QButtonGroup(self)
        self._choices: dict[Audience, Choice] = {}
        for audience, text in words.AUDIENCES.items():
            choice = Choice(text, name=f"audience-{audience.value}")
            choice.toggled.connect(self._on_changed)
            self._audience.addButton(choice)
            self._choices[audience] = choice
        return self._part(label(words.AUDIENCE, "heading"), flow(*self._choices.values()))

    def _preset_part(self) -> QVBoxLayout:
        self._sizes = QButtonGroup(self)
        self._presets = {preset: LongChoice(text, name=f"preset-{preset}") for preset, text in words.PRESETS.items()}
        for choice in self._presets.values():
            self._sizes.addButton(choice)
        self._presets[Preset.NORMAL].setChecked(True)
        for choice in self._presets.values():
            choice.toggled.connect(self._on_preset)
        self._clean = Tick(words.CLEAN_SOUND, name="clean-sound")
        self._clean.toggled.connect(self._on_clean)
        return self._part(label(words.PRESET, "heading"), *self._presets.values(), self._clean)

    @property
    def heading(self) -> str:
        """The name of the screen."""
        return words.ABOUT

    def first(self) -> QWidget:
        """The title."""
        return self._title

    # -- coming and going -------------------------------------------------------------------------------------------

    def enter(self, place: Place) -> None:
        """Show the answers that were given before."""
        super().enter(place)
        self._asked = False
        self.banner.hush()
        self._summary.hide()
        redress(self._title, wrong=False)
        clip = self.desk.diary.clip(self._clip_id)
        about = clip.about
        self._loading = True
        self._show_me.show_choice(clip.kind, about.show_as)
        self._presets[about.preset].setChecked(True)
        self._clean.setChecked(about.clean_sound)
        self._title.setText(about.title)
        self._choices[about.audience].setChecked(True)
        self._people.show_people(about.people)
        self._loading = False
        self._captions.open(self._clip_id)
        self._ask_for_promises()

    def leave(self, towards: Place | None) -> None:
        """Keep what was said."""
        self._stop.set()
        self._captions.rest()
        self._keep.stop()
        self._save()
        self.desk.diary.prepare_ahead(None)
        super().leave(towards)

    @property
    def _clip_id(self) -> ClipId:
        if self.place is None or self.place.clip_id is None:
            raise LookupError("About it is about a clip")
        return self.place.clip_id

    @property
    def _about(self) -> About:
        audience = next(each for each, choice in self._choices.items() if choice.isChecked())
        return About(
            self._title.text().strip(),
            audience,
            self._people.people,
            self._preset,
            clean_sound=self._clean.isChecked(),
            show_as=self._show_me.chosen,
        )

    # -- promises ---------------------------------------------------------------------------------------------------

    def _ask_for_promises(self) -> None:
        """Forget what was promised, and ask anew: for these cuts, and for the sound as it is wanted now."""
        self._stop.set()
        self._stop = threading.Event()
        self._promises.clear()
        self._show_promises()
        if self._say_problem(focus=False):
            return
        self.desk.bridge.errand(
            partial(self._find_promises, self._clip_id, self._stop),
            partial(self._on_promised, self._clip_id, self._stop),
            partial(self._on_no_promise, self._stop),
        )

    def _find_promises(self, clip_id: ClipId, stop: threading.Event) -> None:
        """On a thread of its own: each is told as soon as it is known."""
        for preset, promise in self.desk.diary.promises(clip_id, stop):
            self.desk.bridge.later(partial(self._on_promise, stop, preset, promise))

    def _on_promise(self, stop: threading.Event, preset: Preset, promise: Promise) -> None:
        if not stop.is_set():
            self._promises[preset] = promise
            self._show_promises()

    def _on_promised(self, clip_id: ClipId, stop: threading.Event, _done: None) -> None:
        """Only now is the processor free for making it ahead, while the form is filled in."""
        if not stop.is_set():
            self.desk.diary.prepare_ahead(clip_id)
            self.desk.diary.captions.begin(clip_id)

    def _on_no_promise(self, stop: threading.Event, sentence: str) -> None:
        if not stop.is_set():
            self.banner.say(sentence, safe=words.SAFE)

    def _show_promises(self) -> None:
        for preset, choice in self._presets.items():
            choice.say(preset_words(preset, self._promises.get(preset)))
        self._send.say(send_words(self._promises.get(self._preset)))

    def _on_shown(self) -> None:
        """Another way to be shown takes other bytes and more work, too."""
        if not self._loading and self.place is not None:
            self.banner.hush()
            self._on_clean()

    def _say_problem(self, *, focus: bool) -> bool:
        """Say it where this computer cannot do what was chosen; True where there is something to say."""
        problem = self._show_me.problem
        if problem:
            use = partial(self._show_me.choose, ShowAs.VOICE_ONLY)
            self.banner.say(problem, do=(disguise_words.USE_VOICE_ONLY, use), focus=focus)
        return bool(problem)

    def _on_watch(self) -> None:
        clip = self.desk.diary.clip(self._clip_id)
        sound = clip.kind is Kind.SOUND or self._show_me.chosen is ShowAs.VOICE_ONLY
        if self._say_problem(focus=True):
            return
        if sound and not self._title.text().strip():  # it stands in the file
            self.banner.say(disguise_words.TITLE_FIRST, kindly=True, focus=True)
            return
        self.go.emit(Place(Name.AS_OTHERS, clip.clip_id))

    def _on_clean(self) -> None:
        """Quieter hum takes other bytes and more work, so what was promised holds no longer."""
        if self._loading or self.place is None:
            return
        self._on_changed()
        self._keep.stop()
        self.desk.diary.prepare_ahead(None)  # the promises come first, as on arrival
        self._save()
        self._ask_for_promises()

    def _on_preset(self) -> None:
        self._show_promises()
        self._on_changed()

    @property
    def _preset(self) -> Preset:
        return next(each for each, choice in self._presets.items() if choice.isChecked())

    def hear(self, news: News) -> None:
        """Nothing that comes in changes what is being filled in."""

    # -- answers ----------------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        if self._loading or self.place is None:
            return
        self._keep.start()
        if self._asked:
            self._say_missing(focus=False)

    def _save(self) -> None:
        if self.place is not None:
            self.desk.diary.set_about(self._clip_id, self._about)

    def _on_title_done(self) -> None:
        self.focusNextChild()

    def _say_missing(self, *, focus: bool) -> bool:
        found = missing(self._about)
        self._summary.say(found, focus=focus)
        redress(self._title, wrong=any(each.field == "title" for each in found))
        if focus and found:
            self.verticalScrollBar().setValue(0)
        return bool(found)

    def _on_go_to(self, field: str) -> None:
        target = self.findChild(QWidget, field)
        if isinstance(target, QWidget):
            target.setFocus()
            self.ensureWidgetVisible(target, 0, SPACE * 6)

    def _on_send(self) -> None:
        self._asked = True
        if self._say_missing(focus=True) or self._say_problem(focus=True):
            return
        self._keep.stop()
        clip_id = self._clip_id
        try:
            self._save()
            self.desk.diary.send(clip_id)
        except Refused as refused:
            self.banner.say(str(refused), safe=words.SAFE, focus=True)
            return
        self.place = None  # from now on the answers are on their way and can no longer be changed
        self.go.emit(Place(Name.SENDING, clip_id))
