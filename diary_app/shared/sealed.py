"""The age format (age-encryption.org/v1) with one X25519 recipient: what each sealed file of a person is.

Sealing needs the public key alone, so that what a crash left open can be sealed while its owner is away. A head of 168
bytes holds the file's key; then come chunks of 64 KiB, each sealed by ChaCha20-Poly1305 under its number and a mark on
the last one: what is changed, moved, doubled or missing is noticed. Pure but for randomness; any thread; two chunks in
memory. Specification: https://age-encryption.org/v1
"""

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from diary_app.rescue.age import CHUNK, INTRO, NONCE, TAG, base64ed, chunk_number, derived, head_mac, plain_chunks
from diary_app.rescue.errors import Damaged
from diary_app.shared.errors import Broken

Read = Callable[[int], bytes]
"""Gives so many bytes, or fewer at the end."""
HEAD_BYTES = 168
_INFO = b"age-encryption.org/v1/X25519"
_HEAD = re.compile(
    rb"age-encryption\.org/v1\n-> X25519 ([A-Za-z0-9+/]{43})\n([A-Za-z0-9+/]{43})\n--- ([A-Za-z0-9+/]{43})\n", re.ASCII
)


def new_key() -> bytes:
    """A private key that nobody has seen before: 32 bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_of(private: bytes) -> bytes:
    """The public key that belongs to a private one: 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sealed_bytes(plain: int) -> int:
    """How long a file of so many bytes is when it is sealed."""
    return HEAD_BYTES + NONCE + plain + TAG * max(1, -(-plain // CHUNK))


def _raw(text: bytes) -> bytes:
    return base64.b64decode(text + b"=")


def _wrapping(shared: bytes, share: bytes, public: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derived(shared, salt=share + public, info=_INFO))


def seal(read: Read, public: bytes) -> Iterator[bytes]:
    """The sealed bytes of what read() gives, piece by piece."""
    file_key, nonce = secrets.token_bytes(16), secrets.token_bytes(NONCE)
    ours = X25519PrivateKey.generate()
    share = ours.public_key().public_bytes_raw()
    shared = ours.exchange(X25519PublicKey.from_public_bytes(public))
    wrapped = _wrapping(shared, share, public).encrypt(bytes(12), file_key, None)
    head = INTRO + b"-> X25519 %s\n%s\n---" % (base64ed(share), base64ed(wrapped))
    yield head + b" " + head_mac(file_key, head) + b"\n" + nonce
    cipher = ChaCha20Poly1305(derived(file_key, salt=nonce, info=b"payload"))
    number, now = 0, read(CHUNK)
    while True:
        following = read(CHUNK)
        yield cipher.encrypt(chunk_number(number, last=not following), now, None)
        if not following:
            return
        number, now = number + 1, following


def unseal(read: Read, private: bytes) -> Iterator[bytes]:
    """The plain bytes, chunk by chunk, each checked before it is given; the whole is whole when the iterator ends.

    Raises Broken where it is damaged, cut off, or sealed to another key.
    """
    try:
        yield from plain_chunks(read, _read_head(read(HEAD_BYTES), private))
    except Damaged as error:
        raise Broken from error


def _read_head(head: bytes, private: bytes) -> bytes:
    found = _HEAD.fullmatch(head)
    if found is None:
        raise Broken
    share, wrapped, mac = found.groups()
    try:
        shared = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(_raw(share)))
        file_key = _wrapping(shared, _raw(share), public_of(private)).decrypt(bytes(12), _raw(wrapped), None)
    except (InvalidTag, ValueError) as error:
        raise Broken from error
    if not hmac.compare_digest(head_mac(file_key, head[: head.rindex(b" ")]), mac):
        raise Broken
    return file_key
