"""The card on Home that says what became of a damaged list of clips, and its words. GUI thread."""

from PySide6.QtCore import Qt, Signal

from diary_app.language import Plural, _
from diary_app.mending import Report
from ui.widgets.buttons import Button
from ui.widgets.text import Card, label

DAMAGED = _("The list of your clips was damaged, so Diary made a new one")
GONE = _("The list of your clips was gone, so Diary made a new one")
FOUND = Plural(
    "Your recordings are safe: {number} was found again.", "Your recordings are safe: {number} were found again."
)
UNPLAYABLE = Plural(
    "{number} file could not be played. It stays where it is.",
    "{number} files could not be played. They stay where they are.",
)
LOOK = _("Please look through your clips. What was not sent yet, you can send from there again.")
KEPT = _("The damaged list is kept, too, as {name}.")
SEEN = _("All right")


class MendedCard(Card):
    """What happened, that the recordings are safe, one thing to do."""

    seen = Signal()
    """Somebody has read it."""

    def __init__(self, report: Report) -> None:
        super().__init__("ok", name="mended")
        heading = DAMAGED if report.aside else GONE
        said = [FOUND.of(report.found)]
        if report.unplayable:
            said.append(UNPLAYABLE.of(report.unplayable))
        said.append(LOOK)
        self.column.addWidget(label(heading, "heading"))
        for sentence in said:
            self.column.addWidget(label(sentence))
        if report.aside:
            self.column.addWidget(label(KEPT.format(name=report.aside), "soft"))
        seen = Button(SEEN, name="mended-seen", icon="tick")
        seen.clicked.connect(self.seen)
        self.column.addWidget(seen, 0, Qt.AlignmentFlag.AlignLeft)
        self.setAccessibleName(f"{heading}. {' '.join(said)}")
