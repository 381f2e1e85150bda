"""The icon beside the clock, on a desktop without a place for it."""

from PySide6.QtWidgets import QApplication

from ui import background_words as words
from ui.on_its_way import Notice
from ui.tray import Icon


def test_the_icon_says_it_in_words(qapp: QApplication) -> None:
    assert qapp
    pressed: list[str] = []
    icon = Icon(lambda: pressed.append("open"), lambda: pressed.append("end"))
    icon.say("Sending “Tuesday’s walk”: 40%")
    assert [action.text() for action in (icon.line, icon.open, icon.end)] == [
        "Sending “Tuesday’s walk”: 40%",
        words.OPEN,
        words.END,
    ]
    icon.open.trigger()
    icon.end.trigger()
    assert pressed == ["open", "end"]
    icon.show()
    icon.tell(Notice("There is no place for an icon here", "so nothing is said"))
    icon.hide()
