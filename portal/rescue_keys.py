"""The portal's own pair of keys for rescue folders, as the age format writes them. Pure; any thread.

The app seals the words of a folder to the public half, and the portal opens it with the private one
(docs/rescue.md, decision 34). Both are text: `age1...` for everybody, `AGE-SECRET-KEY-1...` for the portal alone.
"""

from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PUBLIC, PRIVATE = "age", "age-secret-key-"
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class NoKey(ValueError):
    """The text is no private key in the age format."""


class NotForUs(Exception):
    """Sealed to another key."""


class Identity:
    """A pair of keys. `text` is what is kept, `recipient` what is published."""

    def __init__(self, private: X25519PrivateKey) -> None:
        self._private = private
        self._public = private.public_key().public_bytes_raw()

    @classmethod
    def new(cls) -> "Identity":
        """A pair that nobody has seen before."""
        return cls(X25519PrivateKey.generate())

    @classmethod
    def read(cls, kept: str) -> "Identity":
        """From the text of a file of keys, whose other lines begin with #; raises NoKey."""
        lines = [line.strip() for line in kept.splitlines() if line.strip() and not line.startswith("#")]
        if len(lines) != 1:
            raise NoKey
        return cls(X25519PrivateKey.from_private_bytes(_from_bech32(PRIVATE, lines[0].lower())))

    @property
    def text(self) -> str:
        """What the file of keys holds; `age -d -i` reads it too."""
        return f"# public key: {self.recipient}\n{_bech32(PRIVATE, self._private.private_bytes_raw()).upper()}\n"

    @property
    def recipient(self) -> str:
        """The public key."""
        return _bech32(PUBLIC, self._public)

    def unwrapped(self, share: bytes, wrapped: bytes) -> bytes:
        """The key of a file whose head has these; raises NotForUs."""
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(share))
            info = b"age-encryption.org/v1/X25519"
            key = HKDF(algorithm=SHA256(), length=32, salt=share + self._public, info=info).derive(shared)
            return ChaCha20Poly1305(key).decrypt(bytes(12), wrapped, None)
        except (ValueError, InvalidTag) as error:  # ValueError: a share that gives everybody the same secret
            raise NotForUs from error


# -- bech32 (BIP 173), without its limit of 90 letters --------------------------------------------------------------


def _bech32(kind: str, raw: bytes) -> str:
    groups = list(_regrouped(raw, 8, 5))
    rest = _remainder([*_spread(kind), *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    check = [rest >> shift & 31 for shift in (25, 20, 15, 10, 5, 0)]
    return f"{kind}1{''.join(_LETTERS[group] for group in (*groups, *check))}"


def _from_bech32(kind: str, text: str) -> bytes:
    """32 bytes; raises NoKey."""
    groups = [_LETTERS.find(letter) for letter in text.removeprefix(f"{kind}1")]
    if len(groups) != 58 or -1 in groups or _remainder([*_spread(kind), *groups]) != 1:
        raise NoKey
    *raw, filling = _regrouped(groups[:-6], 5, 8)
    if filling:
        raise NoKey
    return bytes(raw)


def _spread(kind: str) -> Sequence[int]:
    return [*(ord(letter) >> 5 for letter in kind), 0, *(ord(letter) & 31 for letter in kind)]


def _remainder(groups: Iterable[int]) -> int:
    found = 1
    for group in groups:
        top = found >> 25
        found = (found & 0x1FFFFFF) << 5 ^ group
        for bit, step in enumerate(_STEPS):
            found ^= step if top >> bit & 1 else 0
    return found


def _regrouped(values: Iterable[int], of: int, to: int) -> Iterable[int]:
    """Groups of so many bits, the last one filled with zeros."""
    bits = "".join(f"{value:0{of}b}" for value in values)
    for at in range(0, len(bits), to):
        yield int(bits[at : at + to].ljust(to, "0"), 2)
