"""A registry of a Windows computer that is not there; its keys are written as in the registry editor."""

from collections.abc import Mapping


class FakeRegistry:
    """Keeps what it was given. As in Windows, the case of letters in keys and names does not count."""

    def __init__(self, keys: Mapping[str, Mapping[str, int | str]]) -> None:
        self._keys = {key.casefold(): values for key, values in keys.items()}
        self._names = list(keys)

    def subkeys(self, key: str) -> list[str]:
        below = key.casefold() + "\\"
        names = [name[len(below) :].partition("\\")[0] for name in self._names if name.casefold().startswith(below)]
        return list(dict.fromkeys(names))

    def value(self, key: str, name: str) -> int | str | None:
        values = {found.casefold(): value for found, value in self._keys.get(key.casefold(), {}).items()}
        return values.get(name.casefold())
