"""Looking closely at a part of a recording: two buttons, the line that shows which part, its reading. GUI thread."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from diary_app.editing.probe import MediaFacts
from ui import name_words
from ui.bridge import Bridge
from ui.close_up import CloseUp
from ui.strip_view import StripView
from ui.widgets.buttons import Button
from ui.widgets.overview import Overview
from ui.widgets.strip import Strip

LEAST_S = 20.0
"""Of a shorter take everything is large enough as it is."""


class Zoom(QObject):
    """Belongs to one strip; the screen shows its widgets."""

    def __init__(self, strip: Strip, bridge: Bridge, failed: Callable[[str], None]) -> None:
        super().__init__(strip)
        self._strip = strip
        self._close_up = CloseUp(strip, bridge, failed)
        self.overview = Overview()
        self.closer = Button(name_words.CLOSER, name="closer", icon="closer")
        self.see_all = Button(name_words.WHOLE, name="see-whole", icon="whole")
        self.overview.wanted.connect(lambda at_s: strip.look(strip.view.centred(at_s)))
        self.closer.clicked.connect(self._on_closer)
        self.see_all.clicked.connect(strip.see_all)
        strip.looked.connect(self._on_looked)

    def rest(self) -> None:
        """No take is shown."""
        self._close_up.rest()

    def follow(self, take: Path, facts: MediaFacts) -> None:
        """The strip shows this take, all of it."""
        self._close_up.follow(take, facts)
        self._on_looked(StripView.whole(facts.seconds))

    def _on_closer(self) -> None:
        self._strip.closer()

    def _on_looked(self, view: StripView) -> None:
        self.overview.show_view(view)
        focused = self.closer.hasFocus() or self.see_all.hasFocus()
        self.closer.setVisible(view.seconds >= LEAST_S and not view.is_closest)
        self.see_all.setVisible(not view.is_whole)
        if focused:
            (self.see_all if view.is_closest else self.closer).setFocus()
