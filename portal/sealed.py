"""Reading a rescue folder (docs/rescue.md): age files, sealed with words or to our key. Blocks; any thread.

The portal's own reader, and only what it needs: the app writes these folders, and the two share no code.
"""

import base64
import contextlib
import hmac
import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from portal.rescue_keys import Identity, NotForUs

CHUNK = 64 * 1024 + 16
HEAD_BYTES, KEY_HEAD_BYTES, NONCE_BYTES = 150, 168, 16
"""Of a file that is sealed with words; of one that is sealed to a key."""
MOST_WORK = 18
"""scrypt's cost as a power of two: 256 MiB. A head can claim anything."""
_32 = rb"([A-Za-z0-9+/]{43})"
_SHAPE = rb"age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) (1\d)\n" + _32 + rb"\n--- " + _32 + rb"\n"
_KEY_SHAPE = rb"age-encryption\.org/v1\n-> X25519 " + _32 + rb"\n" + _32 + rb"\n--- " + _32 + rb"\n"


class SealError(Exception):
    """A sealed file cannot be opened; the text is a sentence for the person at the terminal."""


class WrongWords(SealError):
    """Sealed with another passphrase."""


class OtherPortal(SealError):
    """Sealed to another portal's key."""


class Broken(SealError):
    """Damaged, missing, or nothing that the app writes."""


def unsealed(folder: Path, name: str, passphrase: str) -> Iterator[bytes]:
    """The plain bytes of a file and its further parts, each chunk checked; whole when the iterator ends.

    Raises WrongWords and Broken.
    """
    with contextlib.closing(_Parts(folder, name)) as parts:
        yield from _plain(parts, _file_key(parts.read(HEAD_BYTES), passphrase))


def opened(folder: Path, name: str, identity: Identity) -> bytes:
    """The plain bytes of a small file that is sealed to our key, 64 KiB at most; raises OtherPortal and Broken."""
    with contextlib.closing(_Parts(folder, name)) as parts:
        file_key = _key_for_us(parts.read(KEY_HEAD_BYTES), identity)
        plain, *more = islice(_plain(parts, file_key), 2)
        if more:
            raise Broken("This folder is damaged.")
        return plain


def _plain(parts: "_Parts", file_key: bytes) -> Iterator[bytes]:
    cipher = ChaCha20Poly1305(_derived(file_key, salt=parts.read(NONCE_BYTES), info=b"payload"))
    number, now = 0, parts.read(CHUNK)
    while True:
        following = parts.read(CHUNK)
        try:
            yield cipher.decrypt(number.to_bytes(11, "big") + bytes([not following]), now, None)
        except InvalidTag as error:
            raise Broken("This folder is damaged.") from error
        if not following:
            return
        number, now = number + 1, following


def _file_key(head: bytes, passphrase: str) -> bytes:
    found = re.fullmatch(_SHAPE, head)
    if found is None or int(found[2]) > MOST_WORK:
        raise Broken("This folder is damaged, or a newer version of the app made it.")
    salt = b"age-encryption.org/v1/scrypt" + _raw(found[1])
    key = Scrypt(salt=salt, length=32, n=2 ** int(found[2]), r=8, p=1).derive(passphrase.encode())
    try:
        file_key = ChaCha20Poly1305(key).decrypt(bytes(12), _raw(found[3]), None)
    except InvalidTag as error:
        raise WrongWords("These are not the six words of this folder.") from error
    _check_head(file_key, head, found[4])
    return file_key


def _key_for_us(head: bytes, identity: Identity) -> bytes:
    found = re.fullmatch(_KEY_SHAPE, head)
    if found is None:
        raise Broken("This folder is damaged, or a newer version of the app made it.")
    try:
        file_key = identity.unwrapped(_raw(found[1]), _raw(found[2]))
    except NotForUs as error:
        raise OtherPortal("This folder was locked for another portal.") from error
    _check_head(file_key, head, found[3])
    return file_key


def _check_head(file_key: bytes, head: bytes, mac: bytes) -> None:
    right = hmac.digest(_derived(file_key, salt=b"", info=b"header"), head[: head.rindex(b" ")], "sha256")
    if not hmac.compare_digest(right, _raw(mac)):
        raise Broken("This folder is damaged.")


def _raw(text: bytes) -> bytes:
    raw = base64.b64decode(text + b"=" * (-len(text) % 4))
    if base64.b64encode(raw).rstrip(b"=") != text:
        raise Broken("This folder is damaged.")
    return raw


def _derived(file_key: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(file_key)


class _Parts:
    """A file and its further parts, read as one."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name, self._number = folder, name, 1
        self._file = _opened(folder / name)
        if self._file is None:
            raise Broken(f"{name} is missing in this folder.")

    def read(self, count: int) -> bytes:
        """So many bytes; fewer at the end of the last part."""
        gathered = b""
        while self._file is not None and len(gathered) < count:
            try:
                found = self._file.read(count - len(gathered))
            except OSError as error:
                raise Broken(f"{self._name} cannot be read: {error.strerror or error}.") from error
            gathered += found
            if not found:
                self.close()
                self._number += 1
                self._file = _opened(self._folder / f"{self._name}.{self._number}")
        return gathered

    def close(self) -> None:
        """Close the part that is open."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _opened(path: Path) -> BinaryIO | None:
    """A file and nothing else, no link and no pipe; None where there is none."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Broken(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if path.is_symlink() or not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Broken(f"{path.name} is not a plain file.")
    return os.fdopen(handle, "rb")
