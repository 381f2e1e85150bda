"""Reads the part of a take that the film strip shows closely: more pictures, and its sound at once. GUI thread."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from diary_app.editing.filmstrip import Peaks, Thumbnail, exact_wave, film_strip
from diary_app.editing.probe import MediaFacts
from ui.bridge import Bridge
from ui.opening import PICTURE_PX, PICTURES, fine_buckets
from ui.strip_view import StripView
from ui.widgets.strip import Strip

CALM_MS = 250
"""A part is read when it has been looked at for so long: whoever turns a wheel passes many."""
LONGEST_S = 120.0
"""Sound of so much is decoded in a moment; that of more comes from the whole take, which is being read anyway."""


class CloseUp(QObject):
    """Follows one strip. Reading is on threads of its own, and stops as soon as another part is looked at."""

    def __init__(self, strip: Strip, bridge: Bridge, failed: Callable[[str], None]) -> None:
        super().__init__(strip)
        self._strip, self._bridge, self._failed = strip, bridge, failed
        self._take: Path | None = None
        self._facts: MediaFacts | None = None
        self._stop = threading.Event()
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._read)
        strip.looked.connect(self._on_looked)

    def follow(self, take: Path, facts: MediaFacts) -> None:
        """From now on the strip shows this take."""
        self.rest()
        self._take, self._facts = take, facts

    def rest(self) -> None:
        """No take is shown."""
        self._stop.set()
        self._calm.stop()
        self._take = self._facts = None

    def _on_looked(self, view: StripView) -> None:
        self._stop.set()
        if view.is_whole:
            self._calm.stop()
        else:
            self._calm.start()

    def _read(self) -> None:
        take, facts, strip = self._take, self._facts, self._strip
        if take is None or facts is None:
            return
        self._stop = threading.Event()
        work = partial(self._look, take, facts, strip.view, self._stop)
        self._bridge.errand(work, lambda _nothing: None, self._failed)
        of = fine_buckets(facts.seconds)
        if facts.has_sound and strip.view.span_s <= LONGEST_S and not strip.outline.knows(strip.view, of=of):
            work = partial(self._listen, take, facts, strip.view, of, self._stop)
            self._bridge.errand(work, lambda _nothing: None, self._failed)

    def _look(self, take: Path, facts: MediaFacts, view: StripView, stop: threading.Event) -> None:
        """On a thread of its own."""
        part = (view.left_s, view.right_s)
        for found in film_strip(take, count=PICTURES, height=PICTURE_PX, part=part, facts=facts, stop=stop):
            self._bridge.later(partial(self._show_picture, found, stop))

    def _listen(self, take: Path, facts: MediaFacts, view: StripView, of: int, stop: threading.Event) -> None:
        """On a thread of its own."""
        first, last = (round(at_s / facts.seconds * of) for at_s in (view.left_s, view.right_s))
        for found in exact_wave(take, facts, of, part=(first, max(first + 1, last)), stop=stop):
            self._bridge.later(partial(self._show_peaks, found, stop))

    def _show_picture(self, found: Thumbnail, stop: threading.Event) -> None:
        if not stop.is_set():
            self._strip.add_close_picture(found.at_s, found.image)

    def _show_peaks(self, found: Peaks, stop: threading.Event) -> None:
        if not stop.is_set():
            self._strip.add_peaks(found.position, found.values, of=found.of)
