"""A small age file that one public key opens (X25519): how the portal is told the words of a rescue folder. Pure.

The key is the portal's own, taken from its discovery document at its own address (docs/rescue.md, decision 34).
"""

import secrets
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from diary_app.rescue.age import CHUNK, INTRO, NONCE, base64ed, chunk_number, derived, head_mac

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_KIND = "age"


class NoRecipient(ValueError):
    """The text is no public key of the age format."""


def sealed_for(recipient: str, plain: bytes) -> bytes:
    """A whole age file with at most 64 KiB of plain bytes, for this recipient (`age1...`) alone. Raises NoRecipient."""
    if len(plain) > CHUNK:
        raise ValueError("more than one chunk")
    file_key, nonce = secrets.token_bytes(16), secrets.token_bytes(NONCE)
    head = INTRO + _stanza(public_key(recipient), file_key) + b"---"
    cipher = ChaCha20Poly1305(derived(file_key, salt=nonce, info=b"payload"))
    sealed = cipher.encrypt(chunk_number(0, last=True), plain, None)
    return head + b" " + head_mac(file_key, head) + b"\n" + nonce + sealed


def _stanza(public: bytes, file_key: bytes) -> bytes:
    """The file's key, for whoever has the private half."""
    passing = X25519PrivateKey.generate()
    share = passing.public_key().public_bytes_raw()
    try:
        shared = passing.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:  # a key that gives everybody the same secret
        raise NoRecipient from error
    key = derived(shared, salt=share + public, info=b"age-encryption.org/v1/X25519")
    wrapped = ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)
    return b"-> X25519 %s\n%s\n" % (base64ed(share), base64ed(wrapped))


def public_key(recipient: str) -> bytes:
    """The 32 bytes of an `age1...`: bech32 (BIP 173), whose six last letters check the others. Raises NoRecipient."""
    groups = [_LETTERS.find(letter) for letter in recipient.removeprefix(f"{_KIND}1")]
    if len(groups) != 58 or -1 in groups or _remainder([*_spread(_KIND), *groups]) != 1:
        raise NoRecipient
    bits = "".join(f"{group:05b}" for group in groups[:-6])
    if "1" in bits[256:]:
        raise NoRecipient
    return int(bits[:256], 2).to_bytes(32, "big")


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
