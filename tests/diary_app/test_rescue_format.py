"""The format of a rescue folder: what is changed in it is noticed, and what it claims is not believed."""

import io
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from diary_app.clip import About, Audience, ClipId, KeptRange, Kind, Person, Preset, ShowAs
from diary_app.rescue import passphrase
from diary_app.rescue.age import CHUNK, HEAD_BYTES, NONCE, TAG, Sealer, sealed_bytes, unseal
from diary_app.rescue.errors import Damaged, TooNew, WrongWords
from diary_app.rescue.index import PackedClip, SealedFile, read_index, write_index

ABOUT = About("Tuesday’s walk", Audience.STAFF, (Person("Ann Other", True), Person("Me", True)), Preset.SMALLER, True)

# -- the sealed files -----------------------------------------------------------------------------------------------


def seal(plain: bytes, *, key: str = "a-key", work: int = 10) -> bytes:
    out = io.BytesIO()

    def write(data: bytes) -> None:
        out.write(data)

    sealer = Sealer(write, key, work=work)
    for at in range(0, len(plain), 50_000):
        sealer.add(plain[at : at + 50_000])
    sealer.finish()
    return out.getvalue()


def open_seal(raw: bytes, *, key: str = "a-key") -> bytes:
    return b"".join(unseal(io.BytesIO(raw).read, key))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_what_is_sealed_comes_out_and_is_as_long_as_was_said(size: int, rng: random.Random) -> None:
    plain = rng.randbytes(size)
    raw = seal(plain)
    assert len(raw) == sealed_bytes(size)
    assert open_seal(raw) == plain
    assert seal(plain) != raw, "never the same key twice"
    with pytest.raises(WrongWords):
        open_seal(raw, key="b-key")


class Spoiled(NamedTuple):
    """Three sealed chunks, the last one short, in one of the ways in which a stick or a finder could change them."""

    what: str
    change: Callable[[bytes, list[bytes]], bytes]


SPOILED = [
    Spoiled("a bit of the cost", lambda head, chunks: head.replace(b" 10\n", b" 11\n", 1) + b"".join(chunks)),
    Spoiled("a bit of the seal of the head", lambda head, chunks: turned(head, HEAD_BYTES - 5) + b"".join(chunks)),
    Spoiled("a bit of the start number", lambda head, chunks: turned(head, HEAD_BYTES + 3) + b"".join(chunks)),
    Spoiled("a bit of the middle", lambda head, chunks: head + chunks[0] + turned(chunks[1], 99) + chunks[2]),
    Spoiled("a bit of the last tag", lambda head, chunks: head + chunks[0] + chunks[1] + turned(chunks[2], -1)),
    Spoiled("the last chunk is missing", lambda head, chunks: head + chunks[0] + chunks[1]),
    Spoiled("all chunks are missing", lambda head, _chunks: head),
    Spoiled("cut within a chunk", lambda head, chunks: head + chunks[0] + chunks[1][:1000]),
    Spoiled("swapped", lambda head, chunks: head + chunks[1] + chunks[0] + chunks[2]),
    Spoiled("one twice", lambda head, chunks: head + chunks[0] + chunks[0] + chunks[2]),
    Spoiled("the first is missing", lambda head, chunks: head + chunks[1] + chunks[2]),
    Spoiled("something behind the end", lambda head, chunks: head + b"".join(chunks) + b"more"),
    Spoiled("an empty chunk behind the end", lambda head, chunks: head + b"".join(chunks[:2]) + b"\0" * TAG),
    Spoiled("another file's chunk", lambda head, chunks: head + chunks[0] + seal(bytes(3 * CHUNK))[-CHUNK - TAG :]),
    Spoiled("half a head", lambda head, _chunks: head[:70]),
    Spoiled("nothing", lambda _head, _chunks: b""),
]


def turned(raw: bytes, at: int) -> bytes:
    changed = bytearray(raw)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda spoiled: spoiled.what)
def test_whatever_is_changed_on_the_stick_is_noticed(spoiled: Spoiled, rng: random.Random) -> None:
    plain = rng.randbytes(2 * CHUNK + 500)
    raw = seal(plain)
    head, body = raw[: HEAD_BYTES + NONCE], raw[HEAD_BYTES + NONCE :]
    step = CHUNK + TAG
    chunks = [body[at : at + step] for at in range(0, len(body), step)]
    given: list[bytes] = []
    with pytest.raises((Damaged, WrongWords)):
        given.extend(unseal(io.BytesIO(spoiled.change(head, chunks)).read, "a-key"))
    assert plain.startswith(b"".join(given)), "nothing that was changed is ever given"


def test_a_later_format_and_an_unreasonable_cost_are_refused() -> None:
    raw = seal(b"plain")
    with pytest.raises(TooNew, match="newer version"):
        open_seal(raw.replace(b"/v1\n", b"/v2\n", 1))
    with pytest.raises(Damaged):  # two gigabytes for scrypt, before anything could be checked
        open_seal(raw.replace(b" 10\n", b" 19\n", 1))


# -- folders that somebody made on purpose --------------------------------------------------------------------------

CLIP = PackedClip(
    clip_id=ClipId("00000000-0000-4000-8000-000000000001"),
    kind=Kind.SOUND,
    created_at=datetime(2026, 11, 2, tzinfo=UTC),
    seconds=2.0,
    keep=(KeptRange(0.5, 1.0),),
    about=ABOUT,
    wanted=True,
    held=True,
    report="",
    take=SealedFile("0001.age", "a-key", 100, "0" * 64, ".mp4"),
    rendition=SealedFile("0002.age", "b-key", 10, "1" * 64, ".m4a"),
    rendition_seconds=0.5,
)


def test_an_index_is_read_as_it_was_written() -> None:
    other = replace(CLIP, clip_id=ClipId("00000000-0000-4000-8000-000000000002"), rendition=None, rendition_seconds=0.0)
    other = replace(other, take=replace(CLIP.take, name="0003.age"))
    assert read_index(write_index([CLIP, other])) == (CLIP, other)


def test_only_an_app_that_bleeps_them_reads_an_index_with_names() -> None:
    assert b'"version": 1' in write_index([CLIP])
    named = replace(CLIP, names_said=(KeptRange(0.6, 0.9),))
    raw = write_index([named])
    assert b'"version": 2' in raw
    assert read_index(raw) == (named,)


def test_only_an_app_that_can_hide_a_speaker_or_send_again_reads_an_index_with_such_a_clip() -> None:
    for each in (replace(CLIP, about=replace(ABOUT, show_as=ShowAs.BLURRED_FACE)), replace(CLIP, sending=2)):
        raw = write_index([each])
        assert b'"version": 3' in raw
        assert read_index(raw) == (each,)
    shown = write_index([replace(CLIP, about=replace(ABOUT, show_as=ShowAs.VOICE_ONLY))])
    for spoiled in (shown.replace(b'"voice_only"', b'"as_a_cat"'), raw.replace(b'"sending": 2', b'"sending": 0')):
        with pytest.raises(Damaged):
            read_index(spoiled)


HOSTILE: list[tuple[str, str]] = [
    ('"file": "0001.age"', '"file": "../../0001.age"'),
    ('"file": "0001.age"', '"file": "/etc/passwd"'),
    ('"file": "0001.age"', '"file": "0002.age"'),
    ('"file": "0001.age"', '"file": "0001.age\\n"'),
    ('"bytes": 100', '"bytes": 1e400'),
    ('"bytes": 100', '"bytes": NaN'),
    ('"bytes": 100', '"bytes": -1'),
    ('"bytes": 100', '"bytes": 99999999999999999999'),
    ('"bytes": 100', '"bytes": 0.5'),
    ('"bytes": 100', '"bytes": true'),
    ('"seconds": 2.0', '"seconds": "2"'),
    ('"keep": [[0.5, 1.0]]', '"keep": [[1.0, 0.5]]'),
    ('"keep": [[0.5, 1.0]]', '"keep": [[0.5, 1.0, 2.0]]'),
    ('"suffix": ".mp4"', '"suffix": "/../x"'),
    ('"clip_id": "00000000-', '"clip_id": "../00000-'),
    ('"wanted": true', '"wanted": 1'),
    ('"created_at": "2026-11-02T00:00:00+00:00"', '"created_at": "2026-11-02T00:00:00"'),
    ('"audience": "staff"', '"audience": "everybody"'),
    ('"take": {', '"take": null, "was": {'),
    ('"format": "diary rescue"', '"format": "other"'),
    ('"keep": [[0.5, 1.0]]', f'"keep": {"[" * 100_000}{"]" * 100_000}'),
    ('"keep": [[0.5, 1.0]]', f'"keep": [{", ".join(["[0, 1]"] * 10_001)}]'),
]


@pytest.mark.parametrize(("old", "new"), HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_nothing_in_an_index_is_believed(old: str, new: str) -> None:
    raw = write_index([CLIP]).decode()
    assert raw.count(old) >= 1
    with pytest.raises(Damaged):
        read_index(raw.replace(old, new, 1).encode())


def test_a_later_index_is_refused_politely() -> None:
    with pytest.raises(TooNew):
        read_index(write_index([CLIP]).replace(b'"version": 1', b'"version": 4', 1))


def test_there_are_words_enough() -> None:
    found = passphrase.word_list()
    assert len(found) == len(set(found)) == 1024
    assert all(word.isalpha() and word.islower() and 3 <= len(word) <= 7 for word in found)
    assert list(found) == sorted(found)
    made = passphrase.make_up()
    assert len(made) == 6
    assert passphrase.complaint(made) is passphrase.stranger(made) is None
    assert len({passphrase.make_up() for _ in range(100)}) == 100
