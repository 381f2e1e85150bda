"""The picture of the player, Play, and where we are. GUI thread; pulls the player by a timer."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.playback import Player, PlayerState
from ui import words
from ui.design import SPACE
from ui.widgets.buttons import Button
from ui.widgets.low_preview import LowPreview
from ui.widgets.text import label, row

TICK_MS = 25
LEAST_PICTURE = 120


class PlayerView(QWidget):
    """Shows one player at a time; the screen opens and closes it."""

    ticked = Signal(float)
    """Where the player is, in seconds of the take."""
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._player: Player | None = None
        self._told = False
        self.picture = LowPreview(LEAST_PICTURE, name="player", mirrored=False)
        self.play = Button(words.PLAY, name="play", icon="play")
        self.play.setMinimumWidth(150)
        self._time = label("0:00 / 0:00", "clock", name="play-time", wrap=False)
        self.note = label("", "soft", name="kept-length")
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self.play.clicked.connect(self.toggle)
        line = row(self.play, self._time, spacing=SPACE * 2, stretch=False)
        line.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.picture, 1)
        column.addLayout(line)

    @property
    def player(self) -> Player | None:
        """The player that is shown."""
        return self._player

    def wait(self, text: str, *, icon: str) -> None:
        """Nothing to show yet, and why."""
        self.picture.show_picture(None)
        self.picture.explain(text, icon=icon)
        self._time.setText("0:00 / 0:00")

    def show_player(self, player: Player) -> None:
        """Show this player."""
        self._player, self._told = player, False
        self._tick.start()
        self._on_tick()

    def take_player(self) -> Player | None:
        """Give the player back, for closing; nothing is shown any more."""
        self._tick.stop()
        player, self._player = self._player, None
        self.picture.show_picture(None)
        return player

    def toggle(self) -> None:
        """Play or pause."""
        if self._player is None:
            return
        if self._player.state is PlayerState.PLAYING:
            self._player.pause()
        else:
            self._player.play()
        self._on_tick()

    def _on_tick(self) -> None:
        player = self._player
        if player is None:
            return
        playing = player.state is PlayerState.PLAYING
        wanted = words.PAUSE_PLAY if playing else words.PLAY
        if wanted != self.play.text():
            self.play.say(wanted, icon="pause" if playing else "play")
        if (picture := player.latest_frame()) is not None:
            self.picture.show_picture(picture)
        here, whole = phrases.clock(player.result_s), phrases.clock(player.kept_s)
        self._time.setText(f"{here} / {whole}")
        self.ticked.emit(player.position_s)
        if player.state is PlayerState.FAILED and not self._told:
            self._told = True
            self.failed.emit(player.problem or words.NOT_PLAYABLE)
