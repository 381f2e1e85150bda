"""Files that mean harm, made by code: each is a few lines that a hand could have written with a hex editor.

What they try: to have other files read or addresses called, to be taken for what they are not, and to have a program
believe a claim (dots, samples, tags, tracks, bytes, hours) that costs it gigabytes or hours.
"""

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.support.boxes import box
from tests.support.handmade import (
    MANY,
    MILLION,
    Sample,
    avi_of_streams,
    caf,
    element,
    flac,
    h264,
    honest,
    id3,
    id3_frame,
    jpeg,
    matroska,
    mp4,
    numbered,
    ogg,
    plain_sound,
    png,
    still,
    swollen_tag,
    table,
    tags_of_mp3,
    tags_of_mp4,
    wav,
)
from tests.support.media_trial import Trial, in_plain_words

MOST_S, MOST_MB = 2.0, 300.0
"""What any of them may cost."""


@dataclass(frozen=True, slots=True)
class Bait:
    """What a hostile file points at: neither may ever be touched."""

    file: Path
    url: str


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: what it tries, its bytes, and words of the sentence about it ("": any); None: it may be taken."""

    name: str
    make: Callable[[Bait], bytes]
    says: str | None = None
    dear: bool = False
    """Takes seconds, and a cheaper one of its family tries the same: for ./scripts/mutate-media alone."""


# -- the set -----------------------------------------------------------------------------------------------------------

NOT_MEDIA = "not a video or sound recording"


def mislabelled() -> Iterator[Hostile]:
    """What is no recording at all, under the name of one."""
    contents = {
        "one byte": b"\0",
        "text": b"Dear diary, today was a good day.\n" * 40,
        "pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n",
        "zip": b"PK\3\4\x14\0\0\0\0\0" + bytes(200),
        "program": b"MZ\x90\0" + bytes(600),
        "page": b"<!doctype html><video src='http://127.0.0.1/x.mp4'></video>",
        "picture": png(16, 16),
    }
    yield Hostile("zero bytes", lambda _: b"", "is empty")
    yield from (Hostile(name, partial(_same, content), NOT_MEDIA) for name, content in contents.items())


def _same(content: bytes, _: Bait) -> bytes:
    return content


def playlists() -> Iterator[Hostile]:
    """Lists of other files and addresses."""
    texts = {
        "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{file}\n#EXTINF:5,\n{url}\n#EXT-X-ENDLIST\n",
        "m3u": "{file}\n{url}\n",
        "concat": "ffconcat version 1.0\nfile '{file}'\nfile '{url}'\n",
        "dash": "<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><BaseURL>{url}</BaseURL>{file}</MPD>",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "rtsp": "rtsptext\r\n{url}\r\n{file}\r\n",
    }
    yield from (Hostile(name, partial(_list, text), NOT_MEDIA) for name, text in texts.items())
    yield Hostile("hls inside mp4", lambda bait: box(b"ftyp", b"isom") + b"\n#EXTM3U\n" + str(bait.file).encode(), "")


def _list(text: str, bait: Bait) -> bytes:
    return text.format(file=bait.file, url=bait.url).encode()


def _alias(bait: Bait) -> bytes:
    """QuickTime's alias record: a volume, a name, and the path as a string of type 2."""
    path = str(bait.file).encode()
    path += b"\0" * (len(path) % 2)
    record = (
        bytes(10) + b"\4disk" + bytes(23) + bytes(12) + b"\5other" + bytes(58) + bytes(16) + struct.pack(">HH", 1, 1)
    )
    return box(b"alis", bytes(4) + record + bytes(16) + struct.pack(">HH", 2, len(path)) + path + b"\xff\xff\0\0")


def _elsewhere(*references: bytes) -> bytes:
    sample = plain_sound()
    return mp4(Sample(sample.entry, sample.data, handler=b"soun", references=b"".join(references)))


def _reference_film(bait: Bait) -> bytes:
    targets = (bait.url.encode(), str(bait.file).encode())
    movies = (box(b"rmda", box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(to)) + to)) for to in targets)
    return box(b"ftyp", b"qt  \0\0\2\0qt  ") + box(b"moov", box(b"rmra", b"".join(movies)))


def pointers() -> Iterator[Hostile]:
    """True containers whose media is said to lie elsewhere."""
    yield Hostile("dref file", lambda bait: _elsewhere(box(b"url ", bytes(4) + str(bait.file).encode() + b"\0")))
    yield Hostile("dref url", lambda bait: _elsewhere(box(b"url ", bytes(4) + bait.url.encode() + b"\0")))
    yield Hostile("dref alias", lambda bait: _elsewhere(_alias(bait)), "")
    yield Hostile("reference film", _reference_film, "")
    yield Hostile("linked segments", _linked)


def _linked(bait: Bait) -> bytes:
    """A segment that wants its neighbours in other files, and chapters that are to be played from them."""
    name = str(bait.file).encode()
    first = (
        element("3EB923", bytes(16)) + element("3E83BB", name) + element("3C83AB", name) + element("3CB923", bytes(16))
    )
    atom = element("B6", element("91", b"\0") + element("92", b"\x10") + element("6E67", bytes(16)))
    return matroska(element("1043A770", element("45B9", element("45DD", b"\1") + atom)), first=first)


def _attached(size: int, *, claims: int | None = None) -> bytes:
    file = element("466E", b"a.ttf") + element("4660", b"application/x-truetype-font") + element("46AE", b"\1")
    file += element("465C", bytes(size), claims=claims)
    return matroska(element("1941A469", element("61A7", file)))


def _voids() -> bytes:
    nested = b""
    for _ in range(2000):
        nested = element("EC", nested) if len(nested) < 16_000 else element("1043A770", nested)
    return matroska(element("EC", b"") * 200_000, nested)


def bombs() -> Iterator[Hostile]:
    """Few bytes, many dots."""
    large, dots = (16_000, 8_000), "16000 by 8000 dots"
    yield Hostile("h264 bomb", lambda _: mp4(h264(*large)), dots)
    yield Hostile("h264 bomb that says 640x360", lambda _: mp4(h264(*large, said=(640, 360))), "")
    yield Hostile("h264 of 65535", lambda _: mp4(h264(65_535, 65_535, blocks=1000)), "")
    yield Hostile("h264 at the limit", lambda _: mp4(h264(8192, 4320)), dear=True)
    yield Hostile("h264 just above it", lambda _: mp4(h264(8192, 4336)), "dots")
    yield Hostile("h264 ribbon", lambda _: mp4(h264(8192, 16)), "dots")
    yield Hostile("png bomb", lambda _: still(b"png ", png(*large), *large), "")
    yield Hostile("png of 65535", lambda _: still(b"png ", png(65_535, 65_535), 65_535, 65_535), "")
    yield Hostile("png that says 640x360", lambda _: still(b"png ", png(*large), 640, 360), "")
    yield Hostile("jpeg bomb", lambda _: still(b"jpeg", jpeg(*large), *large), "")
    yield Hostile("jpeg of 65535", lambda _: still(b"jpeg", jpeg(65_535, 65_535), 65_535, 65_535), "")
    yield Hostile("wide dots", lambda _: mp4(_with_dots(65_535, 1)), "dots")
    yield Hostile("cover bomb", lambda _: id3(id3_frame(b"APIC", b"\0image/png\0\3\0" + png(*large))))


def _with_dots(across: int, down: int) -> Sample:
    """A picture of 64 x 64 whose dots are so much wider than high."""
    sample = h264(64, 64)
    entry = sample.entry[8:] + box(b"pasp", struct.pack(">II", across, down))
    return Sample(box(b"avc1", entry), sample.data)


def crowds() -> Iterator[Hostile]:
    """A million of something."""
    yield Hostile("a million tags in mp3", lambda _: tags_of_mp3(MILLION), "")
    yield Hostile("a million tags in mp4", lambda _: tags_of_mp4(MILLION), "", dear=True)
    yield Hostile("a million tags in ogg", lambda _: ogg(_comments(50_000, claims=MILLION)), "", dear=True)
    yield Hostile("tags that claim to be more", lambda _: ogg(_comments(3, claims=2**32 - 1)))
    yield Hostile("swollen tag", lambda _: swollen_tag((1 << 28) - (1 << 20)), "asks for more", dear=True)
    yield Hostile("tracks", lambda _: mp4(*[plain_sound()] * 5000), "")
    yield Hostile("streams", lambda _: avi_of_streams(50_000), "")
    yield Hostile("voids", lambda _: _voids())
    yield Hostile("large attachment", lambda _: _attached(30 << 20), dear=True)
    yield Hostile("attachment that claims more", lambda _: _attached(1000, claims=1 << 40))


def _comments(count: int, *, claims: int) -> bytes:
    each = b"TAG0000000=value"
    rows = numbered(struct.pack("<I", len(each)) + each, count)
    return b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", claims) + rows


def _fixed(count: int, *, size: int = 1) -> bytes:
    """Tables without entries: so many samples, all of one size, in one chunk."""
    return (
        table(b"stts", 1, struct.pack(">II", count, 1))
        + table(b"stsc", 1, struct.pack(">III", 1, count, 1))
        + box(b"stsz", struct.pack(">III", 0, size, count))
        + table(b"stco", 1, struct.pack(">I", 36))
    )


def _claims(kind: bytes, _: Bait) -> bytes:
    """Honest tables, except that one claims 2^31 entries."""
    sample = h264(64, 64)
    tables = honest(len(sample.data)) + (table(b"ctts", 1, struct.pack(">II", 1, 0)) if kind == b"ctts" else b"")
    at = tables.index(kind) + (12 if kind == b"stsz" else 8)
    tables = tables[:at] + struct.pack(">I", MANY) + tables[at + 4 :]
    return mp4(Sample(sample.entry, sample.data, tables=tables))


def _fragments(count: int) -> bytes:
    """A fragment of so many samples that need no entry."""
    trex = box(b"mvex", box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 1, 1, 0)))
    trun = box(b"trun", struct.pack(">II", 0, count))
    tfhd = box(b"tfhd", struct.pack(">II", 0x020000, 1))
    moof = box(b"moof", box(b"mfhd", bytes(8)) + box(b"traf", tfhd + trun))
    return mp4(h264(64, 64), more=trex) + moof + box(b"mdat", bytes(64))


def _packed_header() -> bytes:
    """A compressed `moov` that grows to half a gigabyte."""
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = block.compress(bytes(1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    cmvd = box(b"cmvd", struct.pack(">I", 1 << 29) + b"\x78\xda" + zeros * 512)
    return box(b"ftyp", b"qt  ") + box(b"moov", box(b"cmov", box(b"dcom", b"zlib") + cmvd))


def _nested(depth: int) -> bytes:
    kinds = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"meta")
    sizes = range(8 * depth, 0, -8)
    return box(b"ftyp", b"isom") + b"".join(
        struct.pack(">I4s", size, kinds[number % len(kinds)]) for number, size in enumerate(sizes)
    )


def _sized(*words: int, kind: bytes = b"moov", form: str = ">I") -> bytes:
    return (
        box(b"ftyp", b"isom")
        + struct.pack(form, words[0])
        + kind
        + b"".join(struct.pack(">Q", word) for word in words[1:])
    )


def claims() -> Iterator[Hostile]:
    """Headers that say more than there is."""
    video = h264(64, 64)
    for kind in (b"stts", b"stsc", b"stsz", b"stco", b"ctts"):
        yield Hostile(f"{kind.decode()} of 2^31", partial(_claims, kind))
    yield Hostile("samples without entries", lambda _: mp4(Sample(video.entry, video.data, tables=_fixed(2**26))), "")
    yield Hostile("fewer of them", lambda _: mp4(Sample(video.entry, video.data, tables=_fixed(2_000_000))), "")
    yield Hostile("empty samples", lambda _: mp4(Sample(video.entry, video.data, tables=_fixed(2_000_000, size=0))), "")
    yield Hostile("fragment without entries", lambda _: _fragments(2**27))
    yield Hostile("packed header", lambda _: _packed_header(), "")
    yield Hostile("nested", lambda _: _nested(100_000), "")
    yield Hostile("size below itself", lambda _: _sized(3), "")
    yield Hostile("size of four gigabytes", lambda _: _sized(2**32 - 1), "")
    yield Hostile("64-bit size", lambda _: _sized(1, 2**63 + 5), "")
    yield Hostile("64-bit size beyond the file", lambda _: _sized(1, 2**45), "")
    yield Hostile("no header", lambda _: box(b"ftyp", b"M4A ") + box(b"mdat", bytes(20_000)), "")
    long = Sample(
        video.entry,
        video.data,
        duration=2**32 - 1,
        tables=honest(len(video.data)).replace(
            table(b"stts", 1, struct.pack(">II", 1, 1000)), table(b"stts", 1, struct.pack(">II", 1, 2**31 - 1))
        ),
    )
    yield Hostile("24 days in mp4", lambda _: mp4(long, duration=2**32 - 1), "longer than 12 hours|damaged")
    yield Hostile("no time base", lambda _: mp4(Sample(video.entry, video.data, timescale=0), timescale=0))
    yield Hostile("an eternity in matroska", lambda _: matroska(duration_ms=1e18))
    yield Hostile("a hundred hours in matroska", lambda _: matroska(duration_ms=3.6e8))
    yield Hostile("eleven hours in matroska", lambda _: matroska(duration_ms=3.96e7))
    yield Hostile("four gigabytes in wav", lambda _: wav(bytes(9600), claims=2**32 - 1))
    yield Hostile("four gigabytes in a longer wav", lambda _: wav(bytes(9_600_000), claims=2**32 - 1))
    yield Hostile("a million samples a second", lambda _: wav(bytes(9600), rate=2**31 - 1))
    yield Hostile("packets in caf", lambda _: caf(2**40), "")
    yield Hostile("samples in flac", lambda _: flac(2**36 - 1), "")


FAMILIES: dict[str, Callable[[], Iterator[Hostile]]] = {
    "mislabelled": mislabelled,
    "playlists": playlists,
    "pointers": pointers,
    "bombs": bombs,
    "crowds": crowds,
    "claims": claims,
}


def hostile_files() -> list[Hostile]:
    """All of them."""
    return [hostile for family in FAMILIES.values() for hostile in family()]


def named(name: str) -> Hostile:
    """One of them."""
    return next(hostile for hostile in hostile_files() if hostile.name == name)


def faults(hostile: Hostile, trial: Trial) -> list[str]:
    """What is wrong with what came of it; empty where all is as it must be."""
    allowed = ("taken", "refused") if hostile.says is None else ("refused",)
    said = trial.outcome == "taken" or re.search(hostile.says or "", trial.says) is not None
    cheap = trial.cpu_s < MOST_S and trial.mb < MOST_MB
    good = trial.outcome in allowed and said and cheap and in_plain_words(trial)
    return [] if good else [f"{hostile.name}: {trial}"]


def cut_short(whole: bytes, places: int) -> Iterator[bytes]:
    """A file, cut off at so many places; nearer to each other where the header is."""
    for number in range(places):
        yield whole[: 1 + int(len(whole) * (number / places) ** 2)]


def odd_places(folder: Path) -> list[tuple[Path, str]]:
    """What is no file, or none that may be read, and words of the sentence about it."""
    pipe, loop, sparse = folder / "pipe.mp4", folder / "loop.mp4", folder / "sparse.mp4"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    with sparse.open("wb") as file:
        file.truncate(5_000_000_000)
    (folder / "folder.mp4").mkdir()
    return [
        (pipe, "is not a recording"),
        (Path("/dev/zero"), "is not a recording"),
        (loop, "could not be read"),
        (folder / "folder.mp4", "is a folder"),
        (sparse, "not a video or sound"),
        (folder / "gone.mp4", "not there any more"),
    ]
