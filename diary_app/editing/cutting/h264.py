"""As much of H.264 as a cut needs: NAL units, the avcC record, and what in a parameter set decides how slices are read.

Sources: ITU-T H.264 (08/2021) 7.3.2.1 and 7.3.2.2 (parameter sets), Annex B (start codes); ISO/IEC 14496-15 5.3.3
(avcC, and the sample entry `avc1` that holds it). Pure; any thread.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SLICE, IDR, SEI, SPS, PPS, DELIMITING = 1, 5, 6, 7, 8, 9
DELIMITER = b"\x00\x00\x00\x02\x09\xf0"
"""An access unit delimiter with its length: says that a new picture begins, where two streams meet."""


BASELINE, MAIN, HIGH = 66, 77, 100
"""Profiles that every player has, each with all that the one before it may hold (of what is met in practice)."""


class NotUnderstood(Exception):
    """A stream in a form that a cut does not go into."""


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """One sequence and one picture parameter set, as bytes of their NAL units."""

    sps: bytes
    pps: bytes


def kind_of(unit: bytes) -> int:
    """The nal_unit_type of a unit."""
    return unit[0] & 0x1F


def split_start_codes(stream: bytes) -> list[bytes]:
    """NAL units of a stream in Annex B's form."""
    return [unit.rstrip(b"\x00") for unit in re.split(rb"\x00\x00(?:\x00)?\x01", stream) if unit.rstrip(b"\x00")]


def split_lengths(sample: bytes) -> list[bytes]:
    """NAL units of an MP4 sample, each after its length in four bytes; raises NotUnderstood."""
    units, at = [], 0
    while at < len(sample):
        length = int.from_bytes(sample[at : at + 4], "big")
        if not 0 < length <= len(sample) - at - 4:
            raise NotUnderstood("a sample that is not made of whole units")
        units.append(sample[at + 4 : at + 4 + length])
        at += 4 + length
    return units


def with_lengths(units: Sequence[bytes]) -> bytes:
    """An MP4 sample of these units."""
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


@dataclass(frozen=True, slots=True)
class Record:
    """An avcC record: what a decoder must be able to do, and all parameter sets, each as the bytes of its NAL unit."""

    profile: int
    compatible: int
    """The constraint flags, as in the second byte of a sequence parameter set."""
    level: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]


def open_avcc(record: bytes) -> Record:
    """Take an avcC record apart; raises NotUnderstood where it is broken or lengths of units have not four bytes."""
    if len(record) < 7 or record[0] != 1 or record[4] & 3 != 3:
        raise NotUnderstood("not an avcC record with lengths of four bytes")
    sps, at = _sets(record, 6, record[5] & 0x1F)
    pps, _ = _sets(record, at + 1, record[at]) if at < len(record) else ((), at)
    if not sps or not pps:
        raise NotUnderstood("no parameter sets")
    return Record(record[1], record[2], record[3], sps, pps)


def _sets(record: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    """So many units from a place on, each after its length in two bytes; and where they end."""
    found = []
    for _ in range(count):
        end = at + 2 + int.from_bytes(record[at : at + 2], "big")
        if not at + 2 < end <= len(record):
            raise NotUnderstood("parameter sets that are cut off")
        found.append(record[at + 2 : end])
        at = end
    return tuple(found), at


def with_sets(record: Record, more: ParameterSets) -> Record:
    """A record that also holds these sets: it asks for the higher profile and level, and claims what is true of both.

    Raises NotUnderstood where either is of a profile that is not among BASELINE, MAIN and HIGH.
    """
    profile, compatible, level = more.sps[1:4]
    if not {profile, record.profile} <= {BASELINE, MAIN, HIGH}:
        raise NotUnderstood(f"profile {record.profile}")
    return Record(
        max(profile, record.profile),
        compatible & record.compatible,
        max(level, record.level),
        (*record.sps, more.sps),
        (*record.pps, more.pps),
    )


def close_avcc(record: Record) -> bytes:
    """The bytes of a record of 8 bits and 4:2:0, which is all that BASELINE, MAIN and HIGH know."""
    head = bytes([1, record.profile, record.compatible, record.level, 0xFF])
    sets = b"".join(
        bytes([mark | len(units)]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
        for mark, units in ((0xE0, record.sps), (0, record.pps))
    )
    return head + sets + (b"\xfd\xf8\xf8\x00" if record.profile == HIGH else b"")


ENTRY_HEAD = 86
"""Bytes of an `avc1` box before the boxes within it."""


def avcc_in(entry: bytes) -> tuple[int, int]:
    """Where in an `avc1` box the avcC box begins and ends, its head included; raises NotUnderstood."""
    if entry[4:8] != b"avc1":
        raise NotUnderstood("not H.264 as `avc1`")
    at = ENTRY_HEAD
    while at + 8 <= len(entry):
        size = int.from_bytes(entry[at : at + 4], "big")
        if not 8 <= size <= len(entry) - at:
            break
        if entry[at + 4 : at + 8] == b"avcC":
            return at, at + size
        at += size
    raise NotUnderstood("no avcC record")


def with_avcc(entry: bytes, record: bytes) -> bytes:
    """An `avc1` box with another avcC record; all else in it (colours, shape of dots) stays. Raises NotUnderstood."""
    begin, end = avcc_in(entry)
    rest = entry[4:begin] + (len(record) + 8).to_bytes(4, "big") + b"avcC" + record + entry[end:]
    return (len(rest) + 4).to_bytes(4, "big") + rest


def from_start_codes(header: bytes) -> ParameterSets:
    """The parameter sets that an encoder gives as its global header."""
    units = split_start_codes(header)
    sets = {kind: [unit for unit in units if kind_of(unit) == kind] for kind in (SPS, PPS)}
    if len(sets[SPS]) != 1 or len(sets[PPS]) != 1:
        raise NotUnderstood("not one parameter set of each kind")
    return ParameterSets(sets[SPS][0], sets[PPS][0])


def read_alike(one: ParameterSets, other: ParameterSets) -> bool:
    """True when slices written for `other` mean the same under `one`: all that the slice syntax rests on is equal.

    The level and the display hints (VUI) may differ; `one` must offer at least as many reference frames.
    """
    mine, its = _sps_core(one.sps), _sps_core(other.sps)
    return one.pps == other.pps and mine[:-1] == its[:-1] and mine[-1] >= its[-1]


def references(sps: bytes) -> int:
    """How many pictures a decoder keeps to look back at; raises NotUnderstood as read_alike() does."""
    return _sps_core(sps)[-1]


def with_delay(sps: bytes, delay: int) -> bytes:
    """A set that x264 wrote for pictures in the order of showing, announcing that so many are decoded too early.

    Decoders set up by this set will hold so many pictures back. Raises NotUnderstood where it ends in another way.
    """
    held = references(sps)
    told = golomb(0) + golomb(held)  # max_num_reorder_frames, max_dec_frame_buffering: the last two of E.1.1
    text = f"{int.from_bytes(_without_prevention(sps), 'big'):b}".rstrip("0").removesuffix("1")
    if not text.endswith(told):
        raise NotUnderstood("a parameter set that does not end as x264 ends it")
    text = text.removesuffix(told) + golomb(delay) + golomb(max(held, delay)) + "1"
    size = -(-(len(text) + 1) // 8)  # the first bit of a unit is 0
    raw = int(text.ljust(8 * size - 1, "0"), 2).to_bytes(size, "big")
    return re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", raw)


def golomb(number: int) -> str:
    """The bits of a number from 0 on as an Exp-Golomb code (9.1)."""
    return f"{number + 1:b}".zfill(2 * (number + 1).bit_length() - 1)


def _without_prevention(unit: bytes) -> bytes:
    """A unit without the bytes that keep start codes from turning up in it (7.4.1)."""
    return unit.replace(b"\x00\x00\x03", b"\x00\x00")


def free_id(record: Record) -> int:
    """The lowest number from 1 that no set of either kind has; raises NotUnderstood where none is left."""
    taken = {_sps_core(sps)[1] for sps in record.sps} | {_Bits(pps[1:]).number() for pps in record.pps}
    free = [number for number in range(1, 32) if number not in taken]
    if not free:
        raise NotUnderstood("no number is left for parameter sets")
    return free[0]


class _Bits:
    """Reads bits and Exp-Golomb numbers (9.1) of a raw byte sequence."""

    def __init__(self, unit: bytes) -> None:
        raw = _without_prevention(unit)
        self._number, self._left = int.from_bytes(raw, "big"), len(raw) * 8

    def bits(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise NotUnderstood("a parameter set that ends too soon")
        return self._number >> self._left & ((1 << count) - 1)

    def number(self) -> int:
        zeros = 0
        while not self.bits(1):
            zeros += 1
        if zeros > 32:
            raise NotUnderstood("a number that no parameter set holds")
        return (1 << zeros) - 1 + (self.bits(zeros) if zeros else 0)


WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)


def _sps_core(sps: bytes) -> tuple[int, ...]:
    """Everything before the display hints but the level, in the order of 7.3.2.1.1; the reference frames last."""
    bits = _Bits(sps[1:])
    profile = bits.bits(8)
    bits.bits(16)  # constraint flags and level
    core = [profile, bits.number()]
    if profile in WITH_CHROMA:
        core += [bits.number(), bits.number(), bits.number(), bits.bits(1), bits.bits(1)]
        if core[-1] or core[2] == 3:
            raise NotUnderstood("scaling lists, or colour in another form")
    core.append(bits.number())  # log2_max_frame_num
    core.append(bits.number())  # pic_order_cnt_type
    if core[-1] == 0:
        core.append(bits.number())
    elif core[-1] == 1:
        core += [bits.bits(1), bits.number(), bits.number()]
        core += [bits.number() for _ in range(_at_most(bits.number(), 255))]
    references = bits.number()
    core += [bits.bits(1), bits.number(), bits.number(), bits.bits(1)]
    if not core[-1]:
        raise NotUnderstood("interlaced pictures")
    core += [bits.bits(1), bits.bits(1)]
    if core[-1]:
        core += [bits.number() for _ in range(4)]
    return (*core, references)


def _at_most(number: int, most: int) -> int:
    if number > most:
        raise NotUnderstood("a number that no parameter set holds")
    return number


def x264_options(sample: bytes) -> dict[str, str]:
    """The options that x264 writes into the first picture of a stream; raises NotUnderstood where there are none."""
    for unit in split_lengths(sample):
        if kind_of(unit) == SEI and (found := re.search(rb"x264 - core .*options: ([^\x00\x80]*)", unit, re.DOTALL)):
            pairs = (word.partition("=") for word in found[1].decode("ascii", "replace").split())
            return {name: value for name, _, value in pairs}
    raise NotUnderstood("not made by x264")
