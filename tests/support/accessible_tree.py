"""The window as assistive technology has it: over AT-SPI, on a bus of its own, from outside the app's process.

    with accessibility_bus() as bus:
        app = subprocess.Popen([...], env={**os.environ, **bus.environment})
        window = bus.application("diary")
        window.find("push button", "Record a video").press()

Roles, states and interfaces: the AT-SPI D-Bus interfaces of at-spi2-core (org.a11y.atspi.Accessible and others).
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jeepney import DBusAddress, Message, MessageType, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.support.virtual_camera import DeviceUnavailable
from tests.support.wait import until

LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
REGISTRY, DESKTOP = "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"
INTERFACE = "org.a11y.atspi"
CHECKED, ENABLED, FOCUSABLE, FOCUSED, SHOWING = 4, 8, 11, 12, 25
"""Places of the states in the two words of GetState."""
ANSWER_S, PATIENCE_S, PAUSE_S = 30.0, 120.0, 0.2


class Gone(Exception):
    """What was asked is no longer part of the tree."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing in the tree, as it is now: every question goes to the app. Raises Gone."""

    bus: DBusConnection
    owner: str
    path: str

    def _ask(self, interface: str, method: str, signature: str | None = None, *values: object) -> tuple[object, ...]:
        address = DBusAddress(self.path, self.owner, f"{INTERFACE}.{interface}")
        return _answer(self.bus, new_method_call(address, method, signature, values))

    def _text(self, name: str) -> str:
        address = DBusAddress(self.path, self.owner, f"{INTERFACE}.Accessible")
        (found,) = _answer(self.bus, Properties(address).get(name))
        assert isinstance(found, tuple)  # its type, and its value
        return str(found[1])

    @property
    def name(self) -> str:
        """What a screen reader calls it."""
        return self._text("Name")

    @property
    def description(self) -> str:
        """What it adds."""
        return self._text("Description")

    @property
    def role(self) -> str:
        """Its role in words: "push button"."""
        return str(self._ask("Accessible", "GetRoleName")[0])

    @property
    def states(self) -> frozenset[int]:
        """The places of its states."""
        (words,) = self._ask("Accessible", "GetState")
        assert isinstance(words, list)
        return frozenset(bit for bit in range(64) if words[bit // 32] >> bit % 32 & 1)

    @property
    def children(self) -> "list[Part]":
        """In their order."""
        (found,) = self._ask("Accessible", "GetChildren")
        assert isinstance(found, list)
        return [Part(self.bus, owner, path) for owner, path in found]

    def press(self) -> None:
        """Do what it is for."""
        assert self._ask("Action", "DoAction", "i", 0)[0]

    def write(self, text: str) -> None:
        """Put this text into a field."""
        assert self._ask("EditableText", "SetTextContents", "s", text)[0]

    @property
    def written(self) -> str:
        """The text in a field."""
        return str(self._ask("Text", "GetText", "ii", 0, -1)[0])

    def showing(self) -> "Iterator[Part]":
        """It and all below that is on the screen now."""
        with suppress(Gone):
            if SHOWING in self.states or self.role == "application":
                yield self
                for child in self.children:
                    yield from child.showing()

    def has(self, role: str, name: str) -> "Part | None":
        """What of this role, with a name that begins so, is on the screen now."""
        with suppress(Gone):
            return next((part for part in self.showing() if part.role == role and part.name.startswith(name)), None)
        return None

    @property
    def focused(self) -> "Part | None":
        """What has the keyboard now."""
        with suppress(Gone):
            return next((part for part in self.showing() if FOCUSED in part.states), None)
        return None

    def find(self, role: str, name: str) -> "Part":
        """As soon as there is one."""
        until(
            lambda: self.has(role, name) is not None,
            what=f"a {role} called {name}",
            limit_s=PATIENCE_S,
            pause_s=PAUSE_S,
        )
        found = self.has(role, name)
        assert found is not None, f"the {role} called {name} came and went"
        return found


@dataclass(frozen=True, slots=True)
class AccessibilityBus:
    """The running bus. environment: what a process needs to be on it."""

    environment: dict[str, str]
    bus: DBusConnection

    def application(self, name: str) -> Part:
        """The application of this name, as soon as it is there."""
        desktop = Part(self.bus, REGISTRY, DESKTOP)

        def there() -> list[Part]:
            return [part for part in desktop.children if part.name == name]

        until(lambda: bool(there()), what=f"{name} on the accessibility bus")
        return there()[0]


def _answer(bus: DBusConnection, question: Message) -> tuple[object, ...]:
    reply = bus.send_and_get_reply(question, timeout=ANSWER_S)
    if reply.header.message_type is MessageType.error:
        raise Gone(str(reply.body))
    return tuple(reply.body)


@contextmanager
def accessibility_bus(runtime: Path) -> Iterator[AccessibilityBus]:
    """A session bus with the accessibility bus beside it; runtime: an empty folder for their sockets."""
    launcher = next((path for path in LAUNCHERS if Path(path).exists()), None)
    if shutil.which("dbus-daemon") is None or launcher is None:
        raise DeviceUnavailable("no D-Bus or no AT-SPI (Debian packages dbus-daemon, at-spi2-core)")
    runtime.chmod(0o700)
    with ExitStack() as ends:
        session = _start(ends, ["dbus-daemon", "--session", "--nofork", "--print-address"], os.environ)
        assert session.stdout is not None
        environment = {"DBUS_SESSION_BUS_ADDRESS": session.stdout.readline().strip(), "XDG_RUNTIME_DIR": str(runtime)}
        _start(ends, [launcher, "--launch-immediately"], {**os.environ, **environment})
        found = list[str]()
        until(lambda: _address(environment["DBUS_SESSION_BUS_ADDRESS"], found), what="the accessibility bus")
        bus = ends.enter_context(open_dbus_connection(found[0]))
        yield AccessibilityBus({**environment, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}, bus)


def _start(
    ends: ExitStack, command: list[str], environment: "os._Environ[str] | dict[str, str]"
) -> subprocess.Popen[str]:
    process = ends.enter_context(
        subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    )
    ends.callback(process.terminate)
    return process


def _address(session: str, found: list[str]) -> bool:
    with open_dbus_connection(session) as bus, suppress(Gone):
        address = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        found.extend(str(one) for one in _answer(bus, new_method_call(address, "GetAddress")))
    return bool(found)
