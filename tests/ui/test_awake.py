"""Keeping the computer awake: one contract for every way, and the desktop's promise over a real D-Bus."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.command_line import REPOSITORY
from ui.awake import Awake, Caffeinate, ExecutionState, Nothing, way_of


class FakeAwake:
    """Counts what a desktop would: promises that are open."""

    def __init__(self) -> None:
        self.held = False

    def hold(self) -> None:
        self.held = True

    def let_go(self) -> None:
        self.held = False


def caffeinate(folder: Path) -> tuple[Awake, Callable[[], int]]:
    """The way of macOS with a stand-in for its tool: it waits, as that does."""
    tool = folder / "caffeinate"
    tool.write_text("#!/bin/sh\nexec sleep 60\n")
    tool.chmod(0o755)
    return Caffeinate((str(tool),)), lambda: sum(
        "sleep" in child.name() or "caffeinate" in child.name() for child in psutil.Process().children()
    )


def fake(_folder: Path) -> tuple[Awake, Callable[[], int]]:
    made = FakeAwake()
    return made, lambda: int(made.held)


@pytest.mark.parametrize("make", [fake, caffeinate])
def test_asked_twice_is_asked_once(make: Callable[[Path], tuple[Awake, Callable[[], int]]], tmp_path: Path) -> None:
    awake, held = make(tmp_path)
    awake.let_go()
    assert held() == 0
    awake.hold()
    awake.hold()
    assert held() == 1
    awake.let_go()
    assert held() == 0
    awake.hold()
    assert held() == 1
    awake.let_go()
    awake.let_go()
    assert held() == 0


def test_a_computer_without_a_way_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    for awake in (way_of("linux"), way_of("freebsd"), Caffeinate(("no such tool",)), ExecutionState()):
        awake.hold()
        awake.let_go()
    assert isinstance(way_of("linux"), Nothing), "looking for a bus would start one"
    assert isinstance(way_of("darwin"), Caffeinate)
    assert isinstance(way_of("win32"), ExecutionState)


DESKTOP = """
import sys
from PySide6.QtCore import QCoreApplication, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVirtualObject

class Desktop(QDBusVirtualObject):
    def handleMessage(self, message, connection):
        print("promised", message.service(), message.interface(), message.member(), *message.arguments(), flush=True)
        connection.send(message.createReply([7]))
        return True

class Bus(QObject):
    @Slot(str, str, str)
    def changed(self, name, old, new):
        if not new:
            print("gone", name, flush=True)

app = QCoreApplication(sys.argv)
bus = QDBusConnection.sessionBus()
desktop, names = Desktop(), Bus()
bus.registerVirtualObject("/org/freedesktop/ScreenSaver", desktop)
bus.connect("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", names,
            "1changed(QString,QString,QString)")
print("ready", bus.registerService("org.freedesktop.ScreenSaver"), flush=True)
app.exec()
"""

USER = """
import os, sys
from PySide6.QtCore import QCoreApplication, QTimer
from ui.awake import way_of
app = QCoreApplication(sys.argv)
awake = way_of("linux")
def obey():
    word = sys.stdin.readline().strip()
    if word == "die":
        os.kill(os.getpid(), 9)
    getattr(awake, word)()
    QTimer.singleShot(0, obey)
QTimer.singleShot(0, obey)
app.exec()
"""


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A session bus of the test's own; what a process needs to find it."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("D-Bus: no dbus-daemon (Debian package dbus)")
    with subprocess.Popen(
        [daemon, "--session", "--nofork", "--nopidfile", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdout is not None
        yield {**os.environ, "DBUS_SESSION_BUS_ADDRESS": running.stdout.readline().strip()}
        running.terminate()


def start(code: str, environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_desktop_is_asked_and_forgets_it_with_the_take_and_with_the_process(bus: dict[str, str]) -> None:
    with start(DESKTOP, bus) as desktop, start(USER, bus) as user:
        assert desktop.stdout is not None
        assert user.stdin is not None
        hear = desktop.stdout.readline
        assert hear() == "ready True\n"
        for last in ("let_go", "die"):
            user.stdin.write("hold\n")
            user.stdin.flush()
            who, *what = _after("promised", hear)
            assert what == ["org.freedesktop.ScreenSaver", "Inhibit", "Diary", "Recording"]
            user.stdin.write(f"{last}\n")
            user.stdin.flush()
            assert _after("gone", hear) == [who]
        desktop.kill()


def _after(word: str, hear: Callable[[], str]) -> list[str]:
    """The rest of the next line that begins with this word."""
    line = hear().split()
    while line and line[0] != word:
        line = hear().split()
    return line[1:]
