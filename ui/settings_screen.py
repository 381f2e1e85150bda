"""Settings for staff: each with what it does, kept as soon as it is chosen. GUI thread."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from diary_app.clip import Preset
from diary_app.errors import Refused
from diary_app.news import News, PortalChanged
from ui import settings_words as words
from ui import words as ui_words
from ui.design import SCALES
from ui.desk import Desk
from ui.place import Name, Place
from ui.screen import Screen
from ui.settings_parts import Decided, Line, Pick
from ui.settings_portal import PortalCard
from ui.settings_staff import Guard, PinCard
from ui.widgets.background_card import BackgroundCard
from ui.widgets.choices import Tick
from ui.widgets.text import label
from ui.widgets.when_card import WhenCard

LENGTHS_S = (30, 60, 90, 120, 180, 300)
"""How long a recording at an event may be chosen to be, in seconds."""


def length_words(seconds: int) -> str:
    """A length in seconds or whole minutes."""
    whole = seconds >= 60 and seconds % 60 == 0
    return words.MINUTES.of(seconds // 60) if whole else words.SECONDS.of(seconds)


class SettingsScreen(Screen):
    """Everything that can be set."""

    help_words = words.HELP
    looks = Signal()
    """Other colours are to be shown now."""
    scale = Signal(float)
    """Words of this size are to be shown now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="settings")
        self._looks = self._looks_card()
        self._clips = self._clips_card()
        self._computer = self._computer_card()
        self._when = WhenCard()
        self._background = BackgroundCard(desk.remembered)
        self._guard = Guard(desk)
        self._pin = PinCard(desk)
        self._portal = PortalCard(desk)
        self._guarded = (self._computer, self._portal, self._pin)
        for card in (self._looks, self._when, self._background, self._clips, self._guard, *self._guarded):
            self.column.addWidget(card)
        self.column.addStretch(1)
        self._connect()

    def _connect(self) -> None:
        sending = self.desk.diary.sending
        self._when.also_metered.connect(lambda also: self._on_rule(partial(sending.change, also_metered=also)))
        self._when.cap.connect(lambda cap: self._on_rule(partial(sending.change, cap=cap)))
        self._guard.opened.connect(self._on_opened)
        self._portal.go.connect(self.go)
        self._pin.kept.connect(lambda sentence: self.banner.say(sentence, kindly=True, focus=True))
        for failed in (self._background.failed, self._guard.failed, self._pin.failed, self._portal.failed):
            failed.connect(self._on_failed)

    # -- its parts ----------------------------------------------------------------------------------------------------

    def _looks_card(self) -> Decided:
        card = Decided(words.LOOKS, name="looks-card")
        sizes = {str(size): words.SIZE_NAME.format(number=round(size * 100)) for size in SCALES}
        self._language = self._pick("language", words.LANGUAGE, words.LANGUAGE_NAMES)
        self._colours = self._pick("look", words.COLOURS, words.COLOUR_NAMES, then=self.looks.emit)
        self._size = Pick(words.SIZE, sizes, name="set-size", on_pick=lambda size: self.scale.emit(float(size)))
        card.add("language", self._language.caption, self._language, label(words.NEXT_TIME, "soft"))
        card.add("look", self._colours.caption, self._colours)
        card.add("size", self._size.caption, self._size)
        return card

    def _clips_card(self) -> Decided:
        card = Decided(words.NEW_CLIPS, name="new-clips-card")
        self._preset = self._pick("preset", words.QUALITY, {each.value: ui_words.PRESETS[each] for each in Preset})
        self._captions = Tick(words.CAPTIONS, name="set-captions")
        self._captions.clicked.connect(lambda on: self._keep("captions", on))
        card.add("preset", self._preset.caption, self._preset, label(words.QUALITY_WHY, "soft"))
        card.add("captions", self._captions, label(words.CAPTIONS_WHY, "soft"))
        return card

    def _computer_card(self) -> Decided:
        card = Decided(words.COMPUTER, name="computer-card")
        lengths = {str(seconds): length_words(seconds) for seconds in LENGTHS_S}
        self._mode = self._pick("mode", words.WHO, words.WHO_NAMES)
        self._event = Line(words.EVENT, name="set-event", on_words=partial(self._on_words, "event"))
        self._question = Line(words.QUESTION, name="set-question", on_words=partial(self._on_words, "question"))
        self._length = Pick(words.LONGEST, lengths, name="set-booth_seconds", on_pick=self._on_length)
        card.add("mode", self._mode.caption, self._mode, label(words.NEXT_TIME, "soft"))
        card.add("event", self._event.caption, self._event)
        card.add("question", self._question.caption, self._question, label(words.QUESTION_WHY, "soft"))
        card.add("booth_seconds", self._length.caption, self._length)
        return card

    def _pick(
        self, setting: str, caption: str, names: dict[str, str], then: Callable[[], object] = lambda: None
    ) -> Pick:
        def keep(value: str) -> None:
            if self._keep(setting, value):
                then()

        return Pick(caption, names, name=f"set-{setting}", on_pick=keep)

    # -- the screen ---------------------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        """The name of the screen."""
        return words.SETTINGS

    def first(self) -> QWidget:
        """The first setting."""
        return self._language

    def enter(self, place: Place) -> None:
        """Show what counts now; what is guarded is shut."""
        super().enter(place)
        self.banner.hush()
        self._guard.line.clear()
        self._shut(bool(self.desk.diary.settings.settings.pin))
        self._show()

    def leave(self, towards: Place | None) -> None:
        """Keep what was typed last."""
        if self._computer.isVisible():
            self._on_words("event", self._event.text().strip())
            self._on_words("question", self._question.text().strip())
        super().leave(towards)

    def hear(self, news: News) -> None:
        """Another portal."""
        if isinstance(news, PortalChanged):
            self._portal.show_portal()

    def _shut(self, shut: bool) -> None:
        self._guard.setVisible(shut)
        for card in self._guarded:
            card.setVisible(not shut)

    def _on_opened(self) -> None:
        self._shut(False)
        self._mode.setFocus()
        self.banner.say(words.GUARD_OPENED, kindly=True)

    def _show(self) -> None:
        settings, locked = self.desk.diary.settings.settings, self.desk.diary.settings.read.locked
        self._language.show_value(settings.language)
        self._colours.show_value(settings.look)
        self._size.show_value(str(self.desk.remembered.scale))
        self._preset.show_value(settings.preset)
        self._captions.setChecked(settings.captions)
        self._mode.show_value(settings.mode)
        self._event.setText(settings.event)
        self._question.setText(settings.question)
        self._length.show_value(str(settings.booth_seconds), length_words(settings.booth_seconds))
        for card in (self._looks, self._clips, self._computer):
            card.show_decided(locked)
        self._when.show_rules(self.desk.diary.sending.rules)
        self._background.show_rules()
        self._pin.show_settings(self.desk.diary.settings)
        self._portal.show_portal()

    # -- what somebody chose ------------------------------------------------------------------------------------------

    def _keep(self, setting: str, value: str | int | bool) -> bool:
        """False, and it is said why, where it cannot be kept."""
        try:
            self.desk.settings = self.desk.diary.settings.keep(setting, value)
        except Refused as refused:
            self._show()
            self._on_failed(str(refused))
            return False
        return True

    def _on_words(self, setting: str, text: str) -> None:
        now = {"event": self.desk.diary.settings.settings.event, "question": self.desk.diary.settings.settings.question}
        if text != now[setting]:
            self._keep(setting, text)

    def _on_length(self, seconds: str) -> None:
        self._keep("booth_seconds", int(seconds))

    def _on_rule(self, change: Callable[[], None]) -> None:
        try:
            change()
        except Refused as refused:
            self._when.show_rules(self.desk.diary.sending.rules)
            self._on_failed(str(refused))

    def _on_failed(self, sentence: str) -> None:
        self.banner.say(sentence, focus=True)
        self.ensureWidgetVisible(self.banner)


PLACE = Place(Name.SETTINGS)
"""Where it is."""
