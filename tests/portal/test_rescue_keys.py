"""The portal's pair of keys for rescue folders: the age format's own examples, and what is kept of it on the disk."""

import base64
import hmac
import stat
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from diary_app.rescue.recipient import NoRecipient, public_key, sealed_for
from portal import home
from portal.rescue_keys import Identity, NoKey
from portal.sealed import Broken, OtherPortal, SealError, opened

# From the specification of the age format (C2SP), and the one file of its test vectors with a single X25519 recipient.
SPECIFIED = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
ITS_RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
VECTOR = "AGE-SECRET-KEY-1XMWWC06LY3EE5RYTXM9MFLAZ2U56JJJ36S0MYPDRWSVLUL66MV4QX3S7F6"
VECTOR_HEAD = b"""\
age-encryption.org/v1
-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc
EmECAEcKN+n/Vs9SbWiV+Hu0r+E8R77DdWYyd83nw7U
---"""
VECTOR_FILE_KEY = b"YELLOW SUBMARINE"
PLAIN = b"apple-badge-camel-dairy-easel-fence"


def derived(salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(VECTOR_FILE_KEY)


def test_the_specified_keys_are_read_and_written() -> None:
    pair = Identity.read(SPECIFIED)
    assert pair.recipient == ITS_RECIPIENT
    assert pair.text.splitlines() == [f"# public key: {ITS_RECIPIENT}", SPECIFIED]
    assert Identity.read(pair.text).recipient == ITS_RECIPIENT
    new = Identity.new()
    assert Identity.read(new.text).recipient == new.recipient != Identity.new().recipient


def test_a_file_of_the_specification_opens(tmp_path: Path) -> None:
    """Its head is the specification's; what follows is sealed with its key, step by step as the specification says."""
    mac = base64.b64encode(hmac.digest(derived(b"", b"header"), VECTOR_HEAD, "sha256")).rstrip(b"=")
    assert mac == b"Vn+54jqiiUCE+WZcEVY3f1sqHjlu/z1LCQ/T7Xm7qI0"
    nonce = bytes(range(16))
    body = ChaCha20Poly1305(derived(nonce, b"payload")).encrypt(bytes(11) + b"\1", PLAIN, None)
    (tmp_path / "portal.age").write_bytes(VECTOR_HEAD + b" " + mac + b"\n" + nonce + body)
    assert opened(tmp_path, "portal.age", Identity.read(VECTOR)) == PLAIN
    with pytest.raises(OtherPortal):
        opened(tmp_path, "portal.age", Identity.read(SPECIFIED))


def test_a_change_in_any_byte_is_noticed_and_so_is_any_cut(tmp_path: Path) -> None:
    pair, path = Identity.new(), tmp_path / "portal.age"
    raw = sealed_for(pair.recipient, PLAIN)
    path.write_bytes(raw)
    assert opened(tmp_path, path.name, pair) == PLAIN
    spoiled = [raw[:at] + bytes([raw[at] ^ change]) + raw[at + 1 :] for at in range(len(raw)) for change in (1, 0x80)]
    for each in (*spoiled, *(raw[:at] for at in range(len(raw))), raw + b"x", raw + raw):
        path.write_bytes(each)
        with pytest.raises(SealError):
            opened(tmp_path, path.name, pair)
    path.unlink()
    path.symlink_to(__file__)
    with pytest.raises(Broken):
        opened(tmp_path, path.name, pair)


def test_a_letter_that_was_copied_wrong_makes_no_other_key() -> None:
    for at in range(len(SPECIFIED)):
        with pytest.raises(NoKey):
            Identity.read(SPECIFIED[:at] + ("Q" if SPECIFIED[at] != "Q" else "P") + SPECIFIED[at + 1 :])
    for at in range(len(ITS_RECIPIENT)):
        with pytest.raises(NoRecipient):
            public_key(ITS_RECIPIENT[:at] + ("q" if ITS_RECIPIENT[at] != "q" else "p") + ITS_RECIPIENT[at + 1 :])
    for text in ("", ITS_RECIPIENT[:-1], ITS_RECIPIENT + "q", SPECIFIED, ITS_RECIPIENT.upper()):
        with pytest.raises(NoRecipient):
            public_key(text)


def test_the_portal_makes_one_pair_for_good_and_lets_nobody_else_read_it(tmp_path: Path) -> None:
    assert home.rescue_identity(tmp_path) is None
    home.prepare(tmp_path)
    made = home.rescue_identity(tmp_path)
    home.prepare(tmp_path)
    again = home.rescue_identity(tmp_path)
    assert made is not None
    assert again is not None
    assert made.recipient == again.recipient
    path = tmp_path / home.RESCUE_KEY
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(made.text.replace("KEY-1", "KEY-2"))
    with pytest.raises(home.HomeError, match=r"is damaged\. Put it back from your backup"):
        home.rescue_identity(tmp_path)
