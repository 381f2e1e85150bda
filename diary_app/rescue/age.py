"""The age format (age-encryption.org/v1) with a passphrase: what each encrypted file of a rescue folder is.

A public format, so that the clips can be opened without this app too. A head of 150 bytes names scrypt's salt and cost
and holds the file's key; then come chunks of 64 KiB, each sealed by ChaCha20-Poly1305 under its number and a mark on
the last one, so that a chunk that is changed, moved, doubled or missing is noticed. Any thread; one chunk in memory.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from diary_app.rescue.errors import Damaged, TooNew, WrongWords

CHUNK = 64 * 1024
TAG = 16
NONCE = 16
FAMILY = b"age-encryption.org/"
INTRO = FAMILY + b"v1\n"
_HEAD = re.compile(
    re.escape(INTRO) + rb"-> scrypt ([A-Za-z0-9+/]{22}) (1\d)\n([A-Za-z0-9+/]{43})\n--- ([A-Za-z0-9+/]{43})\n",
    re.ASCII | re.DOTALL,
)
HEAD_BYTES = 150
WORDS_WORK = 17
"""2 to this power is scrypt's cost for words of a person: 128 MiB and some tenths of a second for each guess."""
KEY_WORK = 10
"""For keys of 192 random bits, which nobody can guess."""
MOST_WORK = 18
"""More is refused: a head can claim anything, and 256 MiB is what a small computer has to spare."""


def sealed_bytes(plain: int) -> int:
    """How long a file of so many bytes is when it is sealed."""
    return HEAD_BYTES + NONCE + plain + TAG * max(1, -(-plain // CHUNK))


def base64ed(raw: bytes) -> bytes:
    """As the format writes it: without padding."""
    return base64.b64encode(raw).rstrip(b"=")


def _raw(text: bytes) -> bytes:
    raw = base64.b64decode(text + b"=" * (-len(text) % 4))
    if base64ed(raw) != text:
        raise Damaged
    return raw


def _wrap_key(passphrase: str, salt: bytes, work: int) -> ChaCha20Poly1305:
    slow = Scrypt(salt=b"age-encryption.org/v1/scrypt" + salt, length=32, n=2**work, r=8, p=1)
    return ChaCha20Poly1305(slow.derive(passphrase.encode()))


def derived(key: bytes, *, salt: bytes, info: bytes) -> bytes:
    """A key of 32 bytes made of another one, for one use (HKDF)."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def head_mac(file_key: bytes, head: bytes) -> bytes:
    """What stands behind the `---` at the end of a head."""
    return base64ed(hmac.digest(derived(file_key, salt=b"", info=b"header"), head, "sha256"))


def chunk_number(chunk: int, *, last: bool) -> bytes:
    """The nonce of a chunk."""
    return chunk.to_bytes(11, "big") + bytes([last])


class Sealer:
    """Seals what is added and hands it to write(); finish() writes the last chunk. write() may raise OSError."""

    def __init__(self, write: Callable[[bytes], None], passphrase: str, *, work: int) -> None:
        file_key, salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(NONCE)
        wrapped = _wrap_key(passphrase, salt, work).encrypt(bytes(12), file_key, None)
        head = INTRO + b"-> scrypt %s %d\n%s\n---" % (base64ed(salt), work, base64ed(wrapped))
        write(head + b" " + head_mac(file_key, head) + b"\n" + nonce)
        self._write = write
        self._cipher = ChaCha20Poly1305(derived(file_key, salt=nonce, info=b"payload"))
        self._waiting = b""
        self._chunk = 0

    def add(self, plain: bytes) -> None:
        """Seal some more; what may be the last chunk waits."""
        self._waiting += plain
        while len(self._waiting) > CHUNK:
            self._seal(self._waiting[:CHUNK], last=False)
            self._waiting = self._waiting[CHUNK:]

    def finish(self) -> None:
        """Seal the last chunk."""
        self._seal(self._waiting, last=True)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._write(self._cipher.encrypt(chunk_number(self._chunk, last=last), plain, None))
        self._chunk += 1


def unseal(read: Callable[[int], bytes], passphrase: str) -> Iterator[bytes]:
    """The plain bytes, chunk by chunk, each checked before it is given; the whole is whole when the iterator ends.

    read(n) gives n bytes, or fewer at the end. Raises WrongWords, Damaged, TooNew, and what read() raises.
    """
    yield from plain_chunks(read, _read_head(read(HEAD_BYTES), passphrase))


def plain_chunks(read: Callable[[int], bytes], file_key: bytes) -> Iterator[bytes]:
    """What follows the head of any file of this format, chunk by chunk. Raises Damaged, and what read() raises."""
    cipher = ChaCha20Poly1305(derived(file_key, salt=read(NONCE), info=b"payload"))
    number, now = 0, read(CHUNK + TAG)
    while True:
        following = read(CHUNK + TAG)
        if number and len(now) <= TAG:
            raise Damaged
        try:
            yield cipher.decrypt(chunk_number(number, last=not following), now, None)
        except InvalidTag as error:
            raise Damaged from error
        if not following:
            return
        number, now = number + 1, following


def _read_head(head: bytes, passphrase: str) -> bytes:
    found = _HEAD.fullmatch(head)
    if found is None:
        raise TooNew if head.startswith(FAMILY) and not head.startswith(INTRO) else Damaged
    salt, work, wrapped, mac = found.groups()
    if int(work) > MOST_WORK:
        raise Damaged
    try:
        file_key = _wrap_key(passphrase, _raw(salt), int(work)).decrypt(bytes(12), _raw(wrapped), None)
    except InvalidTag as error:
        raise WrongWords from error
    if not hmac.compare_digest(head_mac(file_key, head[: head.rindex(b" ")]), mac):
        raise Damaged
    return file_key
