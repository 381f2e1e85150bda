"""As much of H.264 as a cut needs: NAL units, the avcC record, and what in a parameter set decides how slices are read.

Sources: ITU-T H.264 (08/2021) 7.3.2.1 and 7.3.2.2 (parameter sets), Annex B (start codes); ISO/IEC 14496-15 5.3.3
(avcC). Pure; any thread.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SLICE, IDR, SEI, SPS, PPS = 1, 5, 6, 7, 8
DELIMITER = b"\x00\x00\x00\x02\x09\xf0"
"""An access unit delimiter with its length: says that a new picture begins, where two streams meet."""


class NotUnderstood(Exception):
    """A stream that is not like our recorder's."""


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """The one sequence and the one picture parameter set of a stream, as bytes of their NAL units."""

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


def read_avcc(record: bytes) -> ParameterSets:
    """The parameter sets of an avcC record; raises NotUnderstood where there is not exactly one of each."""
    if len(record) < 11 or record[0] != 1 or record[4] & 3 != 3 or record[5] & 0x1F != 1:
        raise NotUnderstood("not one sequence parameter set with lengths of four bytes")
    end = 8 + int.from_bytes(record[6:8], "big")
    sps, rest = record[8:end], record[end:]
    if len(rest) < 4 or rest[0] != 1:
        raise NotUnderstood("not one picture parameter set")
    pps = rest[3 : 3 + int.from_bytes(rest[1:3], "big")]
    return ParameterSets(sps, pps)


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


class _Bits:
    """Reads bits and Exp-Golomb numbers (9.1) of a raw byte sequence, emulation prevention taken out (7.4.1)."""

    def __init__(self, unit: bytes) -> None:
        raw = unit.replace(b"\x00\x00\x03", b"\x00\x00")
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
        raise NotUnderstood("an order of pictures that x264 never writes")
    references = bits.number()
    core += [bits.bits(1), bits.number(), bits.number(), bits.bits(1)]
    if not core[-1]:
        raise NotUnderstood("interlaced pictures")
    core += [bits.bits(1), bits.bits(1)]
    if core[-1]:
        core += [bits.number() for _ in range(4)]
    return (*core, references)


def x264_options(sample: bytes) -> dict[str, str]:
    """The options that x264 writes into the first picture of a stream; raises NotUnderstood where there are none."""
    for unit in split_lengths(sample):
        if kind_of(unit) == SEI and (found := re.search(rb"x264 - core .*options: ([^\x00\x80]*)", unit, re.DOTALL)):
            pairs = (word.partition("=") for word in found[1].decode("ascii", "replace").split())
            return {name: value for name, _, value in pairs}
    raise NotUnderstood("not made by x264")
