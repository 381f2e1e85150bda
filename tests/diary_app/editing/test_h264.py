from dataclasses import replace
from fractions import Fraction

import av
import pytest

from diary_app.editing.cutting import h264
from diary_app.editing.cutting.h264 import NotUnderstood, ParameterSets

UNITS = [b"\x67\x42\x00\x01", b"\x68\xce", b"\x65" + bytes(range(1, 200))]


def opened(preset: str, x264: str = "") -> av.VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 320, 180, "yuv420p"
    encoder.time_base = Fraction(1, 90_000)
    encoder.flags |= 1 << 22
    encoder.options = {"preset": preset, "x264-params": ":".join(["stitchable=1", "bframes=0", *filter(None, [x264])])}
    encoder.open()
    return encoder


def parameter_sets(preset: str, x264: str = "") -> ParameterSets:
    return h264.from_start_codes(opened(preset, x264).extradata or b"")


def test_units_survive_both_forms() -> None:
    assert h264.split_start_codes(b"".join(b"\x00\x00\x00\x01" + unit for unit in UNITS)) == UNITS
    assert h264.split_lengths(h264.with_lengths(UNITS)) == UNITS
    assert [h264.kind_of(unit) for unit in UNITS] == [h264.SPS, h264.PPS, h264.IDR]


@pytest.mark.parametrize("sample", [b"\x00\x00\x00\x09abc", b"\x00\x00\x00\x00", b"\x00\x00"])
def test_broken_samples_are_not_understood(sample: bytes) -> None:
    with pytest.raises(NotUnderstood):
        h264.split_lengths(sample)


@pytest.mark.parametrize("record", [b"", b"\x01\x42\xc0\x0d\xff\xe2" + b"\x00" * 20, b"\x00" * 40])
def test_broken_records_are_not_understood(record: bytes) -> None:
    with pytest.raises(NotUnderstood):
        h264.open_avcc(record)


@pytest.mark.parametrize("preset", ["ultrafast", "veryfast", "medium"])
def test_the_same_settings_are_read_alike_whatever_the_level(preset: str) -> None:
    one, other = parameter_sets(preset), parameter_sets(preset, "level=40")
    assert h264.read_alike(one, one)
    assert h264.read_alike(one, other)
    assert one.sps != other.sps


@pytest.mark.parametrize(("one", "other"), [("cabac=1", "cabac=0"), ("ref=1", "ref=3"), ("8x8dct=1", "8x8dct=0")])
def test_other_settings_are_not(one: str, other: str) -> None:
    assert not h264.read_alike(parameter_sets("medium", one), parameter_sets("medium", other))


def test_more_reference_frames_do_for_fewer() -> None:
    assert not h264.read_alike(parameter_sets("medium", "ref=1"), parameter_sets("medium", "ref=2"))


def test_a_set_that_ends_too_soon_is_not_understood() -> None:
    whole = parameter_sets("veryfast")
    with pytest.raises(NotUnderstood):
        h264.read_alike(whole, replace(whole, sps=whole.sps[:6]))


# -- records and sample entries -------------------------------------------------------------------------------------


def record(preset: str = "medium", x264: str = "") -> h264.Record:
    sets = parameter_sets(preset, x264)
    return h264.Record(sets.sps[1], sets.sps[2], sets.sps[3], (sets.sps,), (sets.pps,))


def entry(avcc: bytes, *, kind: bytes = b"avc1") -> bytes:
    inside = b"\x00\x00\x00\x10pasp\x00\x00\x00\x04\x00\x00\x00\x03" + (8 + len(avcc)).to_bytes(4, "big") + b"avcC"
    return (
        (86 + len(inside) + len(avcc) + 13).to_bytes(4, "big")
        + kind
        + bytes(78)
        + inside
        + avcc
        + b"\0\0\0\x09colr\x07"
    ) + bytes(4)


def test_a_record_survives_its_bytes_with_both_kinds_of_sets() -> None:
    one, other = record(x264="level=40"), parameter_sets("ultrafast", "sps-id=1:level=51")
    both = h264.with_sets(one, other)
    assert h264.open_avcc(h264.close_avcc(both)) == both
    assert (both.profile, both.level) == (h264.HIGH, 51)
    assert both.compatible == one.compatible & other.sps[2]
    assert both.sps == (*one.sps, other.sps)
    assert h264.with_sets(record(x264="level=51"), parameter_sets("ultrafast", "level=40")).level == 51


def test_a_record_is_written_as_x264s_muxer_writes_it() -> None:
    """The four bytes that only the high profile has stand at the end, and nowhere else."""
    assert h264.close_avcc(record())[-4:] == b"\xfd\xf8\xf8\x00"
    assert h264.close_avcc(record("ultrafast")).endswith(record("ultrafast").pps[0])


def test_profiles_that_players_lack_are_not_joined() -> None:
    with pytest.raises(NotUnderstood):
        h264.with_sets(replace(record(), profile=110), parameter_sets("medium"))


def test_new_sets_get_a_number_that_is_free() -> None:
    assert h264.free_id(record()) == 1
    assert h264.free_id(record(x264="sps-id=1")) == 2
    every = [record(x264=f"sps-id={number}") for number in range(32)]
    full = replace(every[0], sps=tuple(one.sps[0] for one in every))
    with pytest.raises(NotUnderstood):
        h264.free_id(full)


def test_only_the_record_in_a_sample_entry_is_replaced() -> None:
    old, new = h264.close_avcc(record()), h264.close_avcc(h264.with_sets(record(), parameter_sets("medium", "ref=5")))
    assert h264.with_avcc(entry(old), new) == entry(new)


@pytest.mark.parametrize(
    "broken", [b"", entry(b"", kind=b"hvc1"), entry(b"")[:90], entry(b"")[:86] + b"\xff" * 40, entry(b"")[:102]]
)
def test_broken_sample_entries_are_not_understood(broken: bytes) -> None:
    with pytest.raises(NotUnderstood):
        h264.with_avcc(broken, b"")


@pytest.mark.parametrize("length", range(0, 45, 4))
def test_a_record_that_is_cut_off_is_not_understood(length: int) -> None:
    whole = h264.close_avcc(record("ultrafast"))
    with pytest.raises(NotUnderstood):
        h264.open_avcc(whole[: min(length, len(whole) - 1)])


def bits(*numbers: int) -> str:
    return "".join(map(h264.golomb, numbers))


def test_an_order_of_pictures_that_is_counted_in_cycles_is_read() -> None:
    cycle = bits(0, 4, 1) + "1" + bits(0, 0, 2, 3, 4)  # id, frame_num, order type 1; two offsets
    rest = bits(3) + "0" + bits(10, 5) + "1" + "1" + "0" + "0" + "1"
    whole = cycle + rest
    padded = whole + "0" * (-len(whole) % 8)
    sps = b"\x67\x42\xc0\x1e" + int(padded, 2).to_bytes(len(padded) // 8, "big")
    assert h264.references(sps) == 3


@pytest.mark.parametrize("delay", [0, 1, 2, 9])
def test_a_set_announces_how_many_pictures_to_hold_back(delay: int) -> None:
    encoder = opened("veryfast", "ref=3:level=40")
    sets = h264.from_start_codes(encoder.extradata or b"")
    told = replace(sets, sps=h264.with_delay(sets.sps, delay))
    assert h264.read_alike(sets, told)
    assert (told == sets) == (delay == 0)
    [packet] = [*encoder.encode(av.VideoFrame(320, 180, "yuv420p")), *encoder.encode(None)]
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = b"".join(b"\0\0\0\1" + unit for unit in (told.sps, told.pps))
    [_] = [*decoder.decode(packet), *decoder.decode(None)]
    assert decoder.has_b_frames == bool(delay)
