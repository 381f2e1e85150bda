"""How others will see you: the finished clip, played as it is sent, once it is made. GUI thread."""

from functools import partial

from PySide6.QtWidgets import QWidget

from diary_app import phrases
from diary_app.clip import Clip, ClipId, Kind, Rendition
from diary_app.news import MadeAhead, News
from diary_app.playback import Player
from ui import disguise_words as own_words
from ui import words
from ui.desk import Desk
from ui.opening import PICTURE_LIMIT
from ui.place import Name, Place
from ui.screen import Screen
from ui.widgets.buttons import Button, Weight
from ui.widgets.player_view import PlayerView
from ui.widgets.text import label


class AsOthers(Screen):
    """The player on the rendition: progress before it is there, and one way back."""

    help_words = own_words.HELP

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, name="as-others", wide=True)
        self._heading = own_words.OTHERS_SEE
        self._asked = False
        """True from when on the rendition is being opened."""
        self.view = PlayerView()
        self.view.failed.connect(self._on_failed)
        self._note = label("", "body", name="as-others-note")
        self._back = Button(own_words.GO_BACK, name="to-the-form", weight=Weight.PRIMARY, icon="back")
        self._back.clicked.connect(self._on_back)
        self.column.addWidget(self.view, 1)
        self.column.addWidget(self._note)
        self.column.addWidget(self._back)

    @property
    def heading(self) -> str:
        """The name of the screen; sound is listened to."""
        return self._heading

    def first(self) -> QWidget:
        """Play."""
        return self.view.play

    def enter(self, place: Place) -> None:
        """Play it where it is made already; else have it made, and say how far that is."""
        super().enter(place)
        self.banner.hush()
        self._asked = False
        clip = self._clip()
        seen = clip.sent_kind is Kind.VIDEO
        self._heading = own_words.OTHERS_SEE if seen else own_words.OTHERS_HEAR
        self.view.wait("", icon="film" if seen else "microphone")
        self._note.setText(own_words.MAKING)
        self._look(clip)
        if not self._asked:
            self.desk.diary.prepare_ahead(clip.clip_id)

    def leave(self, towards: Place | None) -> None:
        """Close the player; closing waits for its threads, so it is an errand."""
        super().leave(towards)
        self._close(self.view.take_player())
        if towards is None or towards.name is not Name.ABOUT:
            self.desk.diary.prepare_ahead(None)

    def _close(self, player: Player | None) -> None:
        if player is not None:
            self.desk.bridge.errand(player.close, lambda _nothing: None, lambda _sentence: None)

    @property
    def _clip_id(self) -> ClipId:
        if self.place is None or self.place.clip_id is None:
            raise LookupError("how others see a clip is about a clip")
        return self.place.clip_id

    def _clip(self) -> Clip:
        return self.desk.diary.clip(self._clip_id)

    def hear(self, news: News) -> None:
        """How far it is, and when it is there."""
        if not isinstance(news, MadeAhead) or news.clip_id != self._clip_id or self._asked:
            return
        if news.problem is not None:
            self._note.setText("")
            self.banner.say(news.problem, focus=True)
            return
        self._say_left(news)
        if news.fraction >= 1.0:
            self._look(self._clip())

    def _say_left(self, news: MadeAhead) -> None:
        left = news.seconds_left
        told = own_words.MAKING if left is None else own_words.MAKING_LEFT.format(time=phrases.about(left))
        if told != self._note.text():
            self._note.setText(told)

    def _look(self, clip: Clip) -> None:
        if clip.rendition is not None:
            self._asked = True
            self.view.wait(words.OPENING_CLIP, icon="film")
            make = partial(self._open, clip.rendition)
            then = partial(self._on_opened, clip.clip_id, clip.sent_kind)
            self.desk.bridge.errand(make, then, self._on_failed, unused=Player.close)

    def _open(self, rendition: Rendition) -> Player:
        """On a thread of its own. Raises EditError."""
        return Player(rendition.path, output=self.desk.outside.sound_output(), picture_limit=PICTURE_LIMIT)

    def _on_opened(self, clip_id: ClipId, kind: Kind, player: Player) -> None:
        if self.place is None or self.place.clip_id != clip_id:
            self._close(player)
            return
        self.view.show_player(player)
        self.view.picture.explain(words.SOUND_ONLY if kind is Kind.SOUND else "", icon="microphone")
        self._note.setText(own_words.THIS_IS_SENT)

    def _on_failed(self, sentence: str) -> None:
        if self.place is not None:
            self._note.setText("")
            self.banner.say(sentence, safe=words.SAFE, focus=True)

    def _on_back(self) -> None:
        self.go.emit(Place(Name.ABOUT, self._clip_id))
