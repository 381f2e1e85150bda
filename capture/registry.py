"""Reading the Windows registry, behind a port that a test can stand in for. Any thread; nothing is ever written."""

import sys
from typing import Protocol


class Registry(Protocol):
    """Keys are written as in the registry editor: HKCU\\Software\\Microsoft."""

    def subkeys(self, key: str) -> list[str]:
        """Names of the keys just below; none where the key is not there or may not be read."""

    def value(self, key: str, name: str) -> int | str | None:
        """One value of a key; None where it is not there, may not be read, or is neither a number nor a text."""


class EmptyRegistry:
    """What a computer has that is no Windows."""

    def subkeys(self, key: str) -> list[str]:
        """None."""
        return []

    def value(self, key: str, name: str) -> int | str | None:
        """None."""
        return None


if sys.platform == "win32":
    import winreg

    _ROOTS = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}

    class WindowsRegistry:
        """The real one, read as a 64-bit program sees it. It has not run on Windows yet."""

        def subkeys(self, key: str) -> list[str]:
            """Names of the keys just below."""
            try:
                with self._open(key) as opened:
                    return [winreg.EnumKey(opened, place) for place in range(winreg.QueryInfoKey(opened)[0])]
            except OSError:
                return []

        def value(self, key: str, name: str) -> int | str | None:
            """One value of a key."""
            try:
                with self._open(key) as opened:
                    found: object = winreg.QueryValueEx(opened, name)[0]
            except OSError:
                return None
            return found if isinstance(found, int | str) else None

        def _open(self, key: str) -> winreg.HKEYType:
            root, _, path = key.partition("\\")
            return winreg.OpenKey(_ROOTS[root], path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY)


def system_registry() -> Registry:
    """This computer's registry; an empty one where there is none."""
    if sys.platform == "win32":
        return WindowsRegistry()
    return EmptyRegistry()
