"""Where sign-in tokens are kept: the system's keyring; where there is none, a file that only this user can read.

The fallback is stated, not silent: `where` says it, `diary check` shows it, and the log has it. A token is never
logged, and appears in no address, no argument of a process, no repr and no error. Any thread; a keyring may
ask its user to unlock it, so never on the GUI thread.
"""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import keyring.backend
import keyring.errors

from upload.errors import SignInNeeded
from upload.files import write_whole
from upload.secret import Secret

log = logging.getLogger(__name__)

SERVICE = "diary"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the portal gave this app; a token that a script was given has no refresh."""

    access: Secret
    refresh: Secret | None = None


class Vault(Protocol):
    """A place for tokens. account: an opaque name, one for each pairing."""

    @property
    def where(self) -> str:
        """Where tokens lie, in words."""

    def load(self, account: str) -> Tokens | None:
        """The tokens of an account, or None; raises SignInNeeded where the place cannot be read."""

    def save(self, account: str, tokens: Tokens) -> None:
        """Keep them; raises OSError where that cannot be done."""

    def forget(self, account: str) -> None:
        """Remove them; quiet where there are none."""


class FileVault:
    """Tokens in one JSON file of mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def where(self) -> str:
        """Where tokens lie, in words."""
        return f"a file that only you can read ({self._path.name} in the data folder)"

    def load(self, account: str) -> Tokens | None:
        """The tokens of an account, or None; a file that is no such file counts as empty. Raises SignInNeeded."""
        written = self._all().get(account)
        return None if written is None else _read(written)

    def save(self, account: str, tokens: Tokens) -> None:
        """Keep them; raises OSError."""
        self._write(self._all() | {account: _written(tokens)})

    def forget(self, account: str) -> None:
        """Remove them; quiet where there are none."""
        everything = self._all()
        if everything.pop(account, None) is not None:
            self._write(everything)

    def _all(self) -> dict[str, str]:
        try:
            value = json.loads(self._path.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        except OSError as error:
            raise SignInNeeded(f"Your sign-in file ({self._path}) cannot be read. Please tell your IT team.") from error
        return {str(key): one for key, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}

    def _write(self, everything: dict[str, str]) -> None:
        write_whole(self._path, json.dumps(everything).encode())


class KeyringVault:
    """Tokens in the system's keyring, and in the file where the keyring refuses (locked, too small, gone)."""

    def __init__(self, ring: keyring.backend.KeyringBackend, fallback: FileVault) -> None:
        self._ring = ring
        self._fallback = fallback

    @property
    def where(self) -> str:
        """Where tokens lie, in words."""
        return "this computer's keyring"

    def load(self, account: str) -> Tokens | None:
        """The tokens of an account, or None."""
        try:
            written = self._ring.get_password(SERVICE, account)
        except keyring.errors.KeyringError as error:
            log.warning("the keyring cannot be read (%s); looking in the token file", type(error).__name__)
            written = None
        return self._fallback.load(account) if written is None else _read(written)

    def save(self, account: str, tokens: Tokens) -> None:
        """Keep them; raises OSError where neither place takes them."""
        try:
            self._ring.set_password(SERVICE, account, _written(tokens))
        except keyring.errors.KeyringError as error:
            log.warning("the keyring does not take the token (%s); it is kept in the token file", type(error).__name__)
            self._forget_in_ring(account)  # or load() would find the older one there
            self._fallback.save(account, tokens)
            return
        self._fallback.forget(account)

    def forget(self, account: str) -> None:
        """Remove them; quiet where there are none."""
        self._forget_in_ring(account)
        self._fallback.forget(account)

    def _forget_in_ring(self, account: str) -> None:
        try:
            self._ring.delete_password(SERVICE, account)
        except keyring.errors.KeyringError as error:
            log.info("nothing was removed from the keyring (%s)", type(error).__name__)


class TokenFile:
    """One token that somebody else put into a file, for scripts: only ever read, each time anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def where(self) -> str:
        """Where the token lies, in words."""
        return f"the token file {self._path}"

    def load(self, account: str) -> Tokens | None:
        """The token; account does not matter. Raises SignInNeeded where the file cannot be used."""
        return read_token_file(self._path)

    def save(self, account: str, tokens: Tokens) -> None:
        """Never happens: such a token has no refresh."""
        raise OSError("the token file belongs to somebody else and is only read")

    def forget(self, account: str) -> None:
        """Leave the file alone: it is not ours."""


def open_vault(path: Path, *, ring: keyring.backend.KeyringBackend | None = None) -> Vault:
    """The keyring where this computer has one (or `ring`), else the file at path."""
    found = ring or keyring.get_keyring()
    file = FileVault(path)
    # keyring's own mark: a backend that stores nothing has priority 0 or less.
    return KeyringVault(found, file) if found.priority > 0 else file


def read_token_file(path: Path) -> Tokens:
    """The access token in a file: one line. Raises SignInNeeded with a sentence."""
    try:
        word = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise SignInNeeded(f"The token file {path} cannot be read.") from error
    if not word or not word.isascii() or not word.isprintable() or " " in word:
        raise SignInNeeded(f"The token file {path} should hold one token, on one line.")
    return Tokens(Secret(word))


def _written(tokens: Tokens) -> str:
    refresh = tokens.refresh.reveal() if tokens.refresh else None
    return json.dumps({"access": tokens.access.reveal(), "refresh": refresh})


def _read(written: str) -> Tokens | None:
    try:
        value = json.loads(written)
    except ValueError:
        return None
    access, refresh = (value.get("access"), value.get("refresh")) if isinstance(value, dict) else (None, None)
    if not isinstance(access, str):
        return None
    return Tokens(Secret(access), Secret(refresh) if isinstance(refresh, str) else None)
