"""“I said a name” on Watch it back: its buttons, and what a press of them does to the trim. GUI thread."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt

from diary_app import phrases
from diary_app.clip import ClipId, KeptRange
from diary_app.playback import PlayerState
from ui import name_words
from ui.announce import announce
from ui.desk import Desk
from ui.trim import Trim
from ui.widgets.buttons import Button
from ui.widgets.handles import Grip
from ui.widgets.player_view import PlayerView
from ui.widgets.strip import Strip

Change = Callable[[Callable[[Trim], Trim]], None]
"""Makes one change that counts: shows it, plays it, keeps it."""


class NamesSaid(QObject):
    """Belongs to one screen. show: shows a trim that is no new version; failed: says a sentence."""

    def __init__(
        self,
        desk: Desk,
        view: PlayerView,
        strip: Strip,
        *,
        change: Change,
        show: Callable[[Trim], None],
        failed: Callable[[str], None],
    ) -> None:
        super().__init__(strip)
        self._desk, self._view, self._strip = desk, view, strip
        self._change, self._show, self._failed = change, show, failed
        self._clip_id: ClipId | None = None
        self._trim: Trim | None = None
        self.say = Button(name_words.SAY, name="say-name", icon="bleep")
        self.remove = Button(name_words.REMOVE, name="remove-name", icon="close")
        self.done = Button(name_words.DONE, name="name-done", icon="tick")
        self.say.clicked.connect(self._on_say)
        self.remove.clicked.connect(self._on_remove)
        self.done.clicked.connect(self._on_done)
        strip.chosen.connect(self._on_chosen)

    def open(self, clip_id: ClipId) -> None:
        """This clip is worked on from now on."""
        self._clip_id = clip_id

    def rest(self) -> None:
        """Another clip, or none."""
        self._clip_id = self._trim = None

    def follow(self, trim: Trim) -> None:
        """The trim as it is now; a bit that is about to be cut leaves no room for other buttons."""
        self._trim = trim
        player = self._view.player
        has_sound = player is not None and player.facts.has_sound
        self._strip.show_names(trim.names, chosen=trim.chosen)
        self.say.setVisible(has_sound and trim.bit is None and trim.chosen is None)
        self.remove.setVisible(trim.chosen is not None)
        self.done.setVisible(trim.chosen is not None)

    def note(self, trim: Trim) -> str:
        """How many names are bleeped, in words; nothing where there are none."""
        count = len(trim.names)
        return name_words.COUNT.of(count) if count else ""

    def _on_say(self) -> None:
        player, clip_id = self._view.player, self._clip_id
        if player is None or clip_id is None:
            return
        playing = player.state is PlayerState.PLAYING
        place = partial(self._desk.diary.names.place, clip_id, player.position_s, playing=playing)
        self._desk.bridge.errand(place, partial(self._on_placed, clip_id, playing), self._failed)

    def _on_placed(self, clip_id: ClipId, playing: bool, part: KeptRange) -> None:
        """While it plays the next name may come at once; when it stands, the ends can be moved."""
        if self._clip_id != clip_id:
            return
        if playing:
            self._change(lambda trim: trim.say_name(part).choose_name(None))
        else:
            self._change(lambda trim: trim.say_name(part))
            self._take_hold()
        start, end = phrases.spoken_tenths(part.start_s), phrases.spoken_tenths(part.end_s)
        announce(self.say, name_words.PLACED.format(start=start, end=end))

    def _take_hold(self) -> None:
        """To the handles of the name that is chosen."""
        trim = self._trim
        if trim is None or trim.chosen is None:
            return
        name = trim.names[trim.chosen]
        self._strip.show_closely(name.start_s, name.end_s)
        self._strip.handle(Grip.NAME_START).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self, number: int) -> None:
        if self._trim is None or self._view.player is None:
            return
        self._view.player.pause()
        self._view.player.seek(self._trim.names[number].start_s)
        self._show(self._trim.choose_name(number))
        self._take_hold()

    def _on_remove(self) -> None:
        self._change(Trim.unsay_name)
        self.say.setFocus()

    def _on_done(self) -> None:
        if self._trim is not None:
            self._show(self._trim.choose_name(None))
        self.say.setFocus()
