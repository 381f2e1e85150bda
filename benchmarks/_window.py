"""What the screen of a recording does at each tick, in a real window: the preview, the level meter, what is safe."""

import os
from dataclasses import dataclass, field

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from capture.clock import Clock
from capture.model import Frame
from capture.recorder import Recorder
from ui.recording import TICK_MS
from ui.style import load_fonts
from ui.widgets.meter import LevelMeter
from ui.widgets.preview import WHILE_RECORDING, Preview

SIZE = (1109, 700)
"""The preview is then as large as on a laptop of 1280x800: 1065x600."""


class _TimedPreview(Preview):
    """Notes how old each picture is when it is painted."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(most_a_second=WHILE_RECORDING)
        self._clock = clock
        self.latest: Frame | None = None
        self.ages_s: list[float] = []
        self._painted: object = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """As ever, and then look at the clock."""
        super().paintEvent(event)
        latest = self.latest
        if latest is not None and latest.image is self.picture and latest is not self._painted:
            self._painted = latest
            self.ages_s.append(self._clock.now_s() - latest.at_s)


@dataclass(slots=True)
class Seen:
    """What was seen while a take was written."""

    preview_s: list[float] = field(default_factory=list)
    """How old each picture was when it was painted."""
    unsafe_s: list[float] = field(default_factory=list)
    """How old the oldest moment was that had been captured and was not yet on the disk, looked at every tick."""


class Watching:
    """Runs the window for as long as a take is written. GUI thread."""

    def __init__(self, recorder: Recorder, clock: Clock) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
        self._app = QApplication.instance() or QApplication([])
        assert isinstance(self._app, QApplication)
        self._app.setStyle("Fusion")
        load_fonts()
        self._recorder, self._clock = recorder, clock
        self._zero_s = float("inf")
        self._safe: list[tuple[float, float]] = []
        self._preview, self._meter = _TimedPreview(clock), LevelMeter()
        self._window = QWidget()
        column = QVBoxLayout(self._window)
        column.addWidget(self._meter)
        column.addWidget(self._preview, 1)
        self._window.resize(*SIZE)
        self._window.show()
        self._app.processEvents()

    def watch(self, seconds: float) -> Seen:
        """Show what the devices give for so many seconds, and note it."""
        self._preview.ages_s, self._safe, self._zero_s = [], [], float("inf")
        tick = QTimer(interval=TICK_MS)
        tick.timeout.connect(self._on_tick)
        tick.start()
        QTimer.singleShot(round(seconds * 1000), lambda: self._app.exit(0))
        self._app.exec()
        tick.stop()
        # The first second may hold the pre-roll, which is a second old when the take begins.
        settled = [now_s - self._zero_s - safe_s for now_s, safe_s in self._safe if safe_s > 1.5]
        return Seen(self._preview.ages_s, settled)

    def close(self) -> None:
        """Take the window away."""
        self._window.close()
        self._app.processEvents()

    def _on_tick(self) -> None:
        recorder = self._recorder
        safe_s, recorded_s, now_s = recorder.safe_s(), recorder.recorded_s(), self._clock.now_s()
        frame = recorder.latest_frame()
        if frame is None:
            return
        if recorded_s:
            # The encoder has this frame at best, so the take's own zero is no later than this.
            self._zero_s = min(self._zero_s, frame.at_s + 1 / 30 - recorded_s)
            self._safe.append((now_s, safe_s))
        self._preview.latest = frame
        self._preview.show_picture(frame.image)
        self._meter.feed(recorder.level())
