"""The one question when the window is closed while clips go out. Escape: the window stays. GUI thread."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from ui import background_words as words
from ui.question import Question
from ui.widgets.buttons import Weight


def ask_to_go_on(parent: QWidget, *, answered: Callable[[bool], None], stayed: Callable[[], None]) -> Question:
    """Ask it; answered(True) is “Keep sending in the background”."""
    question = Question(parent, words.ASK, words.ASK_WHY, below=True)
    go_on = question.answer(words.GO_ON, name="close-go-on", weight=Weight.PRIMARY, icon="send")
    stop = question.answer(words.STOP, name="close-end", weight=Weight.PRIMARY, icon="stop")
    go_on.clicked.connect(lambda: answered(True))
    stop.clicked.connect(lambda: answered(False))
    question.rejected.connect(stayed)
    question.open()
    return question
