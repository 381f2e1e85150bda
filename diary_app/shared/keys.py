"""The keys of a shared computer: the six words of staff, and each person's private key behind a PIN and a secret.

    PIN + secret in the keyring ──scrypt──> private key <── recovery key <──scrypt── six words on paper
                                                │
                                    opens what was sealed to the public key

Four to eight digits alone are soon guessed, so the PIN is of no use without 256 random bits, others for each person,
that lie in the system's keyring. Where there is no keyring they lie in a file beside the diaries, and then a copy of
the disk holds both (decision 37 says what that means). Blocking: scrypt takes some tenths of a second and 128 MiB; a
keyring may ask its user.
"""

import base64
import hashlib
import io
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from diary_app.rescue import age
from diary_app.rescue.errors import Damaged, TooNew, WrongWords
from diary_app.shared.errors import Broken, NoKey
from diary_app.shared.sealed import new_key, public_of, seal, unseal
from upload.errors import SignInNeeded
from upload.files import write_whole
from upload.secret import Secret
from upload.tokens import Tokens, Vault

ACCOUNT = "shared-computer"
"""A secret's name in the keyring begins like this, and goes on with something random."""


@dataclass(frozen=True, slots=True)
class PinLock:
    """A private key behind a PIN."""

    account: str
    """Under which name the keyring has the secret."""
    mark: str
    """By which the right secret is known."""
    sealed: bytes
    """The private key, sealed with the secret and the PIN (an age file)."""


@dataclass(frozen=True, slots=True)
class _Recovery:
    """What is written once for the whole computer."""

    public: bytes
    by_words: bytes


class KeyCase:
    """Makes keys and opens them. path: where the recovery key lies; work: scrypt's cost, as a power of two."""

    def __init__(self, path: Path, vault: Vault, *, work: int = age.WORDS_WORK) -> None:
        self._path = path
        self._vault = vault
        self._work = work

    @property
    def where(self) -> str:
        """Where the secrets lie, in words."""
        return self._vault.where

    @property
    def is_set_up(self) -> bool:
        """True once staff have the six words."""
        return self._path.exists()

    def set_up(self, words: str) -> None:
        """Make this computer's recovery key, once; words open it. Raises OSError."""
        if self.is_set_up:
            return
        recovery = new_key()
        sealed = base64.b64encode(self._by_phrase(recovery, words)).decode()
        facts = {"public": public_of(recovery).hex(), "by_words": sealed}
        write_whole(self._path, json.dumps(facts, indent=2).encode())

    def _recovery(self) -> _Recovery:
        try:
            facts = json.loads(self._path.read_bytes())
            by_words = base64.b64decode(facts["by_words"], validate=True)
            return _Recovery(bytes.fromhex(facts["public"]), by_words)
        except (ValueError, KeyError, TypeError) as error:
            raise Broken from error

    # -- a person's key ---------------------------------------------------------------------------------------------

    def lock(self, private: bytes, pin: str) -> PinLock:
        """Put the private key behind a PIN and a new secret. Raises OSError."""
        account, secret = f"{ACCOUNT}-{secrets.token_hex(8)}", secrets.token_hex(32)
        self._vault.save(account, Tokens(Secret(secret)))
        return PinLock(account, _mark(secret), self._by_phrase(private, f"{secret}-{pin}"))

    def open_with_pin(self, lock: PinLock, pin: str) -> bytes | None:
        """The private key; None where the PIN is another one. Raises NoKey, Broken, OSError."""
        try:
            kept = self._vault.load(lock.account)
        except SignInNeeded as error:
            raise NoKey from error
        secret = kept.access.reveal() if kept is not None else ""
        if _mark(secret) != lock.mark:
            raise NoKey
        return _opened(lock.sealed, f"{secret}-{pin}")

    def forget(self, lock: PinLock) -> None:
        """The secret of a lock that is not used any more."""
        self._vault.forget(lock.account)

    def by_recovery(self, private: bytes) -> bytes:
        """The private key, sealed to the recovery key: needs no words. Raises Broken, OSError."""
        return b"".join(seal(io.BytesIO(private).read, self._recovery().public))

    def open_with_words(self, sealed: bytes, words: str) -> bytes | None:
        """The private key; None where these are not this computer's six words. Raises Broken, OSError."""
        recovery = _opened(self._recovery().by_words, words)
        return None if recovery is None else b"".join(unseal(io.BytesIO(sealed).read, recovery))

    def words_fit(self, words: str) -> bool:
        """True where these are this computer's six words. Raises Broken, OSError."""
        return _opened(self._recovery().by_words, words) is not None

    def _by_phrase(self, private: bytes, phrase: str) -> bytes:
        pieces: list[bytes] = []
        sealer = age.Sealer(pieces.append, phrase, work=self._work)
        sealer.add(private)
        sealer.finish()
        return b"".join(pieces)


def _mark(secret: str) -> str:
    return hashlib.sha256(b"diary shared computer" + secret.encode()).hexdigest()[:16]


def _opened(sealed: bytes, phrase: str) -> bytes | None:
    read: Callable[[int], bytes] = io.BytesIO(sealed).read
    try:
        return b"".join(age.unseal(read, phrase))
    except WrongWords:
        return None
    except (Damaged, TooNew) as error:
        raise Broken from error
