"""Where tokens are kept, and that they show themselves nowhere."""

import copy
import logging
import pickle
import stat
import sys
from pathlib import Path

import keyring.backend
import keyring.errors
import pytest

from upload.errors import SignInNeeded
from upload.secret import Secret
from upload.tokens import FileVault, KeyringVault, Tokens, open_vault, read_token_file

CANARY = "canary-7f3a"
TOKENS = Tokens(Secret(CANARY), Secret(f"{CANARY}-refresh"))


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory; it can refuse."""

    priority = 5.0

    def __init__(self) -> None:
        self.words: dict[tuple[str, str], str] = {}
        self.refuses = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.refuses:
            raise keyring.errors.KeyringLocked(CANARY)
        return self.words.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.refuses:
            raise keyring.errors.PasswordSetError(CANARY)
        self.words[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.words.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")


def test_a_file_that_only_this_user_can_read(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    vault = FileVault(path)
    assert vault.load("a") is None
    vault.save("a", TOKENS)
    vault.save("b", Tokens(Secret("other")))
    assert vault.load("a") == TOKENS
    assert vault.load("b") == Tokens(Secret("other"), None)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    vault.forget("a")
    vault.forget("a")
    assert vault.load("a") is None
    assert CANARY not in path.read_text()
    assert [one.name for one in tmp_path.iterdir()] == ["tokens.json"]


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"[]", b'{"a": 5}', b'{"a": "nonsense"}', b'{"a": "{}"}', b"\xff"]
)
def test_a_damaged_file_asks_to_sign_in_again(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tokens.json"
    path.write_bytes(content)
    assert FileVault(path).load("a") is None
    FileVault(path).save("a", TOKENS)
    assert FileVault(path).load("a") == TOKENS


def test_the_keyring_where_there_is_one(tmp_path: Path) -> None:
    ring = Ring()
    vault = open_vault(tmp_path / "tokens.json", ring=ring)
    vault.save("a", TOKENS)
    assert vault.load("a") == TOKENS
    assert "keyring" in vault.where
    assert not (tmp_path / "tokens.json").exists()
    vault.forget("a")
    assert not ring.words
    assert vault.load("a") is None


def test_the_file_where_there_is_no_keyring(tmp_path: Path) -> None:
    vault = open_vault(tmp_path / "tokens.json")
    vault.save("a", TOKENS)
    assert "file that only you can read" in vault.where
    assert (tmp_path / "tokens.json").exists()


def test_a_keyring_that_refuses(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ring = Ring()
    vault = KeyringVault(ring, FileVault(tmp_path / "tokens.json"))
    vault.save("a", Tokens(Secret("older")))
    ring.refuses = True
    with caplog.at_level(logging.DEBUG):
        vault.save("a", TOKENS)
        assert vault.load("a") == TOKENS
    assert "token file" in caplog.text
    assert CANARY not in caplog.text
    ring.refuses = False
    assert vault.load("a") == TOKENS, "the older token in the keyring must not win"
    vault.save("a", TOKENS)
    assert FileVault(tmp_path / "tokens.json").load("a") is None


def test_a_secret_shows_itself_nowhere() -> None:
    for shown in (repr(TOKENS), str(TOKENS), f"{TOKENS.access}", repr([TOKENS.access])):
        assert CANARY not in shown
    for way in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            way(TOKENS.access)
    assert TOKENS.access.reveal() == CANARY


@pytest.mark.parametrize("content", ["", "two words", "two\nlines", "\x07", "ünicode"])
def test_a_token_file_with_something_else(tmp_path: Path, content: str) -> None:
    path = tmp_path / "token"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SignInNeeded, match="one token"):
        read_token_file(path)


def test_a_token_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{CANARY}\n")
    assert read_token_file(tmp_path / "token") == Tokens(Secret(CANARY))
    with pytest.raises(SignInNeeded, match="cannot be read"):
        read_token_file(tmp_path / "missing")
