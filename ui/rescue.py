"""The memory stick: the part of Help, the steps of taking clips away, the steps of bringing them here. GUI thread."""

import random
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.rescue import passphrase
from diary_app.rescue.model import Brought, Plan, Taken
from ui import rescue_steps
from ui import rescue_words as words
from ui.design import SPACE
from ui.desk import Desk
from ui.rescue_steps import ReadOut, Steps
from ui.widgets.buttons import Button
from ui.widgets.flow import flow
from ui.widgets.text import label, redress

CHECKED = 2
"""So many words are typed back."""


class RescuePart(QWidget):
    """The part of Help: why, and two buttons."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        take = Button(words.TAKE, name="rescue-take")
        bring = Button(words.BRING, name="rescue-bring")
        take.clicked.connect(lambda: TakeAway(self.window(), desk).begin())
        bring.clicked.connect(lambda: BringHere(self.window(), desk).begin())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(label(words.HELP_HEADING, "label"))
        column.addWidget(label(words.HELP_WHY))
        column.addWidget(flow(take, bring))


def _field(caption: str, name: str) -> tuple[QWidget, QLineEdit]:
    """A field under its label."""
    text = label(caption, "label", wrap=False)
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(caption)
    text.setBuddy(field)
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE // 2)
    column.addWidget(text)
    column.addWidget(field)
    return part, field


class TakeAway(Steps):
    """What there is, six words, two of them typed back, the stick, and what became of it."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, name="rescue-taking")
        self._words = passphrase.make_up()
        self._asked: tuple[int, ...] = ()
        self._portal = ""
        """Its name, where the portal opens the folder without the words."""

    def begin(self) -> None:
        """Look what there is to take."""
        close = self.close_button()
        self.turn(words.LOOKING, close, focus=close)
        self.open()
        self.errand(self.desk.diary.rescue.plan, self._show_plan, partial(self.show_end, words.NOT_TAKEN))

    def _show_plan(self, plan: Plan) -> None:
        left_out = words.LEFT_OUT.format(titles=", ".join(plan.left_out)) if plan.left_out else ""
        if not plan.clips:
            self.show_end(words.NOTHING, left_out or words.NOTHING_WHY)
            return
        self._portal = plan.portal
        what = words.TAKE_SOME.of(len(plan.clips), size=phrases.size(plan.bytes))
        texts = (what, words.TAKE_SAFE, words.TAKE_LOCKED, self._for_portal(words.TAKE_PORTAL), left_out)
        show = self.button(words.SHOW_WORDS, "rescue-words-show", self._show_words, main=True)
        buttons = flow(show, self.close_button())
        self.turn(words.TAKE_HEADING, *(label(text) for text in texts if text), buttons, focus=show)

    def _show_words(self) -> None:
        card = ReadOut("rescue-words")
        card.setAccessibleName(words.WORDS_SPOKEN.format(words=", ".join(self._words)))
        large = [
            label(words.WORD.format(number=number, word=word), "title", wrap=False)
            for number, word in enumerate(self._words, 1)
        ]
        card.column.addWidget(flow(*large))
        written = self.button(words.WRITTEN, "rescue-written", self._ask_back, main=True)
        why = self._for_portal(words.WORDS_WHY_PORTAL) or words.WORDS_WHY
        self.turn(words.WORDS_HEADING, label(why), card, flow(written, self.close_button()), focus=card)
        widest = max(each.sizeHint().width() for each in large) + SPACE * 3
        for each in large:
            each.setMinimumWidth(widest)

    def _ask_back(self) -> None:
        places = range(1, passphrase.COUNT + 1)
        self._asked = tuple(sorted(random.SystemRandom().sample(places, CHECKED)))
        made = [_field(words.CHECK_WORD.format(number=at), f"rescue-word-{at}") for at in self._asked]
        self._fields = [field for _part, field in made]
        choose = self.button(words.CHOOSE_STICK, "rescue-choose", self._choose, main=True)
        again = self.button(words.SEE_AGAIN, "rescue-words-again", self._show_words)
        parts = (label(words.CHECK_WHY), *(part for part, _field_made in made))
        self.turn(words.CHECK_HEADING, *parts, flow(choose, again, self.close_button()), focus=self._fields[0])
        for field in self._fields:
            field.returnPressed.connect(self._choose)

    def _choose(self) -> None:
        for at, field in zip(self._asked, self._fields, strict=True):
            right = field.text().strip().lower() == self._words[at - 1]
            redress(field, wrong=not right)
            if not right:
                self.banner.say(words.CHECK_WRONG.format(number=at))
                field.setFocus()
                return
        self._choose_stick()

    def _choose_stick(self) -> None:
        stick = rescue_steps.ask_for_folder(self, words.CHOOSE_STICK)
        if stick is not None:
            self._take(stick)

    def _take(self, stick: Path) -> None:
        self.work(
            lambda told: self.desk.diary.rescue.take(stick, self._words, on_progress=told, stop=self.stop),
            self._show_taken,
            self._show_not_taken,
            heading=words.WRITING,
        )

    def _show_taken(self, taken: Taken) -> None:
        left_out = words.LEFT_OUT.format(titles=", ".join(taken.left_out)) if taken.left_out else ""
        said = words.TAKEN_SOME.of(taken.clips)
        where = words.TAKEN_WHERE.format(folder=taken.folder.name)
        self.show_end(words.TAKEN, said, where, words.TAKEN_NEXT, self._for_portal(words.TAKEN_PORTAL), left_out)

    def _for_portal(self, sentence: str) -> str:
        return sentence.format(portal=self._portal) if self._portal else ""

    def _show_not_taken(self, sentence: str) -> None:
        said = words.STOPPED_TAKING if self.stop.is_set() else sentence
        self.show_end(words.NOT_TAKEN, said, again=self._choose_stick)


class BringHere(Steps):
    """The stick, the six words, and what came."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, name="rescue-bringing")
        self._folder = Path()

    def begin(self) -> None:
        """Say what is needed."""
        choose = self.button(words.CHOOSE_FOLDER, "rescue-choose", self._choose, main=True)
        buttons = flow(choose, self.close_button())
        self.turn(words.BRING_HEADING, label(words.BRING_WHY), buttons, focus=choose)
        self.open()

    def _choose(self) -> None:
        chosen = rescue_steps.ask_for_folder(self, words.CHOOSE_FOLDER)
        if chosen is not None:
            look = partial(self.desk.diary.rescue.look, chosen)
            self.errand(look, self._ask_words, lambda sentence: self.banner.say(sentence, focus=True))

    def _ask_words(self, folder: Path, typed: str = "", wrong: str = "") -> None:
        self._folder = folder
        part, self._field = _field(words.TYPE_FIELD, "rescue-typed")
        self._field.setText(typed)
        self._field.returnPressed.connect(self._bring)
        bring = self.button(words.BRING_NOW, "rescue-bring-now", self._bring, main=True)
        buttons = flow(bring, self.close_button())
        self.turn(words.TYPE_HEADING, label(words.TYPE_WHY), part, buttons, focus=self._field)
        if wrong:
            self.banner.say(wrong)

    def _bring(self) -> None:
        self._typed = self._field.text()
        typed = passphrase.read(self._typed)
        if complaint := passphrase.complaint(typed):
            self.banner.say(complaint)
            self._field.setFocus()
            return
        self.work(
            lambda told: self.desk.diary.rescue.bring(self._folder, typed, on_progress=told, stop=self.stop),
            self._show_brought,
            self._show_not_brought,
            heading=words.READING,
        )

    def _show_brought(self, brought: Brought) -> None:
        already = words.ALREADY_SOME.of(brought.already) if brought.already else ""
        damaged = words.DAMAGED.format(titles=", ".join(brought.damaged)) if brought.damaged else ""
        if brought.clips:
            self.show_end(words.BROUGHT, words.BROUGHT_SOME.of(len(brought.clips)), already, damaged)
        elif damaged:
            self.show_end(words.NOT_BROUGHT, damaged, already, again=self._again)
        else:
            self.show_end(words.BROUGHT_NONE, words.BROUGHT_NONE_WHY)

    def _show_not_brought(self, sentence: str) -> None:
        if self.stop.is_set():
            self.show_end(words.NOT_BROUGHT, words.STOPPED_BRINGING, again=self._again)
        else:
            self._ask_words(self._folder, self._typed, sentence)

    def _again(self) -> None:
        self._ask_words(self._folder, self._typed)
