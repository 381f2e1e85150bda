"""The list of keys: what is bound is in the table, the table is in Help, and no two keys mean the same place."""

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

from diary_app.clip import ClipId
from tests.support.app_window import Someone
from ui import shortcuts
from ui.help import HelpPanel
from ui.place import Name, Place
from ui.shortcuts import TABLE, Key


def meets(one: Key, other: Key) -> bool:
    """True when both work at the same place."""
    return one.where is None or other.where is None or one.where is other.where


def test_no_two_keys_of_one_place_are_the_same() -> None:
    for one, other in itertools.combinations(TABLE, 2):
        if meets(one, other):
            assert not set(one.sequences) & set(other.sequences), (one.does, other.does)


def test_no_shortcut_is_a_single_letter_and_all_of_them_exist_on_this_system() -> None:
    for key in TABLE:
        for sequence in key.sequences:
            assert not sequence.isEmpty(), key.does
            assert len(sequence.toString()) > 1, key.spelt


def test_every_screen_has_the_shortcuts_of_the_table_and_no_others(someone: Someone, clip_id: ClipId) -> None:
    window = someone.window
    for name in Name:
        screen = window.screens[name]
        bound = sorted(found.key().toString() for found in screen.findChildren(QShortcut))
        wanted = [key for key in TABLE if key.where is name and not key.of_widget]
        assert bound == sorted(keys.toString() for key in wanted for keys in key.sequences), name
    of_screens = {found for screen in window.screens.values() for found in screen.findChildren(QShortcut)}
    everywhere = [found.key() for found in window.findChildren(QShortcut) if found not in of_screens]
    assert set(everywhere) == {
        keys for key in TABLE if key.where is None and not key.of_widget for keys in key.sequences
    }
    assert len(everywhere) == len(set(everywhere))


@pytest.mark.parametrize("name", [Name.HOME, Name.WATCH])
def test_help_lists_the_keys_of_this_screen_and_of_all(someone: Someone, clip_id: ClipId, name: Name) -> None:
    someone.go(Place(name, clip_id))
    someone.key(Qt.Key.Key_F1)
    QApplication.processEvents()
    (panel,) = someone.window.findChildren(HelpPanel)
    shown = [found.text() for found in panel.findChildren(QLabel) if found.isVisible()]
    for key in TABLE:
        here = key.where in (None, name)
        assert (key.does in shown) == here, key.does
        assert not here or key.spelt in shown
    assert shortcuts.HELP.spelt == "F1"
    (scroll,) = panel.findChildren(QScrollArea)
    assert someone.focused == "close-help"
    someone.window.resize(900, 400)
    someone.settle()
    for _ in range(20):
        someone.key(Qt.Key.Key_PageDown)
    bar = scroll.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0, "whoever has no mouse reads the end of the list, too"
