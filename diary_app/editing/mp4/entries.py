"""Sample entries as an MP4 should have them: how to decode a track, and nothing about who made it. Pure.

Cameras write their names into them, and QuickTime hides the setup of its AAC where only some players look.
"""

from diary_app.editing.mp4.boxes import Box, maybe
from diary_app.editing.mp4.samples import PICTURES

PICTURE_FIELDS, SOUND_FIELDS = 86, 36
"""Bytes of an entry before the boxes in it, its own head counted (ISO/IEC 14496-12, 12.1.3 and 12.2.3)."""
QUICKTIME_FIELDS = 16
"""Bytes more in a sound entry of QuickTime's version 1."""
NEEDED = (
    *(b"avcC", b"hvcC", b"av1C", b"vpcC", b"esds", b"dOps", b"dac3", b"dec3", b"dfLa", b"alac"),
    *(b"colr", b"pasp", b"clap", b"fiel", b"mdcv", b"clli", b"btrt", b"chnl", b"srat"),
)
"""Boxes of an entry that tell how to decode and show."""


def clean_entry(entry: bytes, kind: bytes) -> bytes:
    """The same entry without names. Raises NotUnderstood where it is broken."""
    if kind == PICTURES:
        # 16 bytes that QuickTime has for a vendor, and 32 for the name of an encoder
        return _with(entry, entry[8:16] + bytes(16) + entry[32:50] + bytes(32) + entry[82:PICTURE_FIELDS])
    version = int.from_bytes(entry[16:18], "big")
    if version > 1 or entry[4:8] != b"mp4a":
        return entry
    fields = entry[8:16] + bytes(8) + entry[24:28] + bytes(4) + entry[32:SOUND_FIELDS]
    return _with(entry, fields, skipped=QUICKTIME_FIELDS * version)


def _with(entry: bytes, fields: bytes, *, skipped: int = 0) -> bytes:
    boxes = Box(entry, 8 + len(fields) + skipped, len(entry)).children()
    wave = maybe(boxes, b"wave")
    if wave is not None and b"esds" not in boxes:
        boxes |= wave.children()
    kept = [entry[each.at - 8 : each.end] for kind, found in boxes.items() if kind in NEEDED for each in found]
    body = fields + b"".join(kept)
    return (8 + len(body)).to_bytes(4, "big") + entry[4:8] + body
