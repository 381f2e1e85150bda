"""The booth's pages for visitors, in the order of the visit. GUI thread."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from diary_app import phrases
from diary_app.booth import nouns as n
from diary_app.booth.consent import ConsentWords
from diary_app.language import shown
from ui import booth_words as words
from ui.booth_page import BoothButton, BoothPage
from ui.notes_kept import motion_is_reduced
from ui.widgets.buttons import Weight
from ui.widgets.text import label

LINE_MS = 6000
"""Each line of the attract loop stands long enough to be read twice."""
LONGEST_NAME = 60


class AttractPage(BoothPage):
    """What the booth is for. Touching it anywhere begins."""

    def __init__(self, event: str) -> None:
        super().__init__("attract", words.ATTRACT)
        self.words.column.insertStretch(0, 1)
        if event:
            self.words.column.insertWidget(1, label(event, "heading", name="attract-event"))
        self.lines: list[QLabel] = [label(line, "lead", name="attract-line") for line in words.ATTRACT_LINES]
        for line in self.lines:
            self.words.column.addWidget(line)
        self.words.column.addStretch(1)
        self._at = 0
        self.loop = QTimer(self, interval=LINE_MS)
        self.loop.timeout.connect(self._on_loop)
        self.begin = BoothButton(words.BEGIN, name="begin", weight=Weight.PRIMARY)
        self.buttons(self.wants(self.begin, n.Begun()))
        self.foot.addWidget(label(words.BEGIN_KEYS, "lead", name="begin-keys"))

    def show_state(self, state: n.State) -> None:
        """Lines follow each other; all of them stand there where less motion is asked for."""
        super().show_state(state)
        still = motion_is_reduced()
        for number, line in enumerate(self.lines):
            line.setVisible(still or number == self._at)
        if still:
            self.loop.stop()
        else:
            self.loop.start()

    def leave(self) -> None:
        """The loop stands still."""
        self.loop.stop()

    def _on_loop(self) -> None:
        self._at = (self._at + 1) % len(self.lines)
        for number, line in enumerate(self.lines):
            line.setVisible(number == self._at)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Anywhere will do."""
        super().mousePressEvent(event)
        self.wanted.emit(n.Begun())

    def first(self) -> QWidget:
        """Begin."""
        return self.begin

    @property
    def spoken(self) -> str:
        """All of it, at once."""
        return " ".join((words.ATTRACT, *words.ATTRACT_LINES))


class QuestionPage(BoothPage):
    """The question, and how long there is for an answer."""

    def __init__(self, question: str, seconds: float) -> None:
        super().__init__("question", question or words.QUESTION)
        self._time = words.QUESTION_TIME.format(time=phrases.spoken(seconds))
        self.words.column.insertStretch(0, 1)
        self.say(self._time, name="question-time")
        self.words.column.addStretch(2)
        self.next = BoothButton(words.NEXT, name="next", weight=Weight.PRIMARY)
        self.next.setAccessibleDescription(self.spoken)
        no = BoothButton(words.NOT_NOW, name="not-now")
        self.buttons(self.wants(self.next, n.NextAsked()), self.wants(no, n.Declined()))

    def first(self) -> QWidget:
        """Next."""
        return self.next

    @property
    def spoken(self) -> str:
        """The question itself."""
        return f"{self.heading.text()} {self._time}"


class ConsentPage(BoothPage):
    """The organisation's words, a name if they like, and two answers of equal weight."""

    def __init__(self, consent: ConsentWords, *, voice: bool) -> None:
        super().__init__("consent", words.CONSENT)
        self._consent = consent
        for paragraph in consent.paragraphs:
            self.say(paragraph)
        caption = self.say(words.YOUR_NAME, "label")
        self.name = QLineEdit()
        self.name.setObjectName("first-name")
        self.name.setAccessibleName(words.YOUR_NAME)
        self.name.setMaxLength(LONGEST_NAME)
        if isinstance(caption, QLabel):
            caption.setBuddy(self.name)
        self.words.column.addWidget(self.name)
        self.words.column.addStretch(1)
        self.agree = BoothButton(words.AGREE, name="agree", icon="tick")
        self.refuse = BoothButton(words.REFUSE, name="refuse", icon="close")
        self.read = BoothButton(words.READ, name="read", icon="play")
        self.wants(self.read, n.ReadAsked())
        self.buttons(self.agree, self.wants(self.refuse, n.Declined()), *((self.read,) if voice else ()))
        self.read.setVisible(voice)

    def show_state(self, state: n.State) -> None:
        """Read it, or stop reading."""
        super().show_state(state)
        aloud = isinstance(state, n.Consent) and state.aloud
        text = words.STOP_READING if aloud else words.READ
        if self.read.text() != text:
            self.read.say(text, icon="stop" if aloud else "play")

    def leave(self) -> None:
        """The next visitor has another name."""
        self.name.clear()
        self.words.verticalScrollBar().setValue(0)

    def first(self) -> QWidget:
        """The first answer, below the words."""
        return self.agree

    @property
    def spoken(self) -> str:
        """All of the words."""
        return " ".join((words.CONSENT, *self._consent.paragraphs))


class ChoicePage(BoothPage):
    """Keep it, try again, or bin it."""

    def __init__(self) -> None:
        super().__init__("choice", words.CHOICE)
        self.words.column.insertStretch(0, 1)
        self._said = label("", "lead-strong", name="choice-said")
        self.words.column.addWidget(self._said)
        self.say(words.CHOICE_WHY)
        self.say(words.CHOICE_AGAIN_WHY)
        self.words.column.addStretch(2)
        icons = {n.Outcome.KEEP: "tick", n.Outcome.AGAIN: "again", n.Outcome.BIN: "bin"}
        weights = {n.Outcome.KEEP: Weight.PRIMARY, n.Outcome.BIN: Weight.DANGER}
        self.choices = {
            outcome: BoothButton(
                text, name=f"choice-{outcome}", weight=weights.get(outcome, Weight.SECONDARY), icon=icons[outcome]
            )
            for outcome, text in words.CHOICES.items()
        }
        self.buttons(*self.choices.values())

    def show_state(self, state: n.State) -> None:
        """What the recorder had to say stands above."""
        super().show_state(state)
        said = shown(state.said) if isinstance(state, n.Choice) else ""
        self._said.setText(said)
        self._said.setVisible(bool(said))

    def first(self) -> QWidget:
        """Keep it."""
        return self.choices[n.Outcome.KEEP]

    @property
    def spoken(self) -> str:
        """The question, and what the second answer means."""
        return " ".join((self._said.text(), words.CHOICE, words.CHOICE_WHY, words.CHOICE_AGAIN_WHY)).strip()


class ThanksPage(BoothPage):
    """What became of it."""

    def __init__(self) -> None:
        super().__init__("thanks")
        self.words.column.insertStretch(0, 1)
        self._why = label("", "lead", name="thanks-why")
        self.words.column.addWidget(self._why)
        self.words.column.addStretch(2)
        self.back = BoothButton(words.TO_START, name="to-start", weight=Weight.PRIMARY)
        self.buttons(self.wants(self.back, n.NextAsked()))

    def show_state(self, state: n.State) -> None:
        """Kept, or binned; one moment, while it is being done."""
        super().show_state(state)
        done = isinstance(state, n.Thanks)
        self.heading.setText(words.THANKS[state.outcome] if isinstance(state, n.Thanks) else words.DOING)
        self._why.setText(words.THANKS_WHY[state.outcome] if isinstance(state, n.Thanks) else "")
        self.back.setVisible(done)
        if done:
            self.back.setFocus()

    def first(self) -> QWidget:
        """Back to the start."""
        return self.back

    @property
    def spoken(self) -> str:
        """Both lines."""
        return f"{self.heading.text()} {self._why.text()}".strip()


class OutPage(BoothPage):
    """Why nobody can record just now."""

    def __init__(self) -> None:
        super().__init__("out")
        self.words.column.insertStretch(0, 1)
        self._why = label("", "lead-strong", name="out-why")
        self._said = label("", "lead", name="out-said")
        self._more = label(f"{words.OUT_SAFE} {words.OUT_MENDS}", "lead", name="out-more")
        for line in (self._why, self._said, self._more):
            self.words.column.addWidget(line)
        self.words.column.addStretch(2)

    def show_state(self, state: n.State) -> None:
        """The reason, in words."""
        super().show_state(state)
        if not isinstance(state, n.OutOfOrder):
            return
        starting = state.why is n.Why.STARTING
        self.heading.setText(words.OUT_STARTING if starting else words.OUT)
        self._more.setVisible(not starting)
        for line, text in ((self._why, words.OUT_WHY[state.why]), (self._said, shown(state.said))):
            line.setText(text)
            line.setVisible(bool(text))

    @property
    def spoken(self) -> str:
        """All of it."""
        lines = (self.heading, self._why, self._said, *(() if self._more.isHidden() else (self._more,)))
        return " ".join(line.text() for line in lines if line.text())
