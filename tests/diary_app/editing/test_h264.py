from dataclasses import replace
from fractions import Fraction

import av
import pytest

from diary_app.editing import h264
from diary_app.editing.h264 import NotUnderstood, ParameterSets

UNITS = [b"\x67\x42\x00\x01", b"\x68\xce", b"\x65" + bytes(range(1, 200))]


def parameter_sets(preset: str, x264: str = "") -> ParameterSets:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 320, 180, "yuv420p"
    encoder.time_base = Fraction(1, 90_000)
    encoder.flags |= 1 << 22
    encoder.options = {"preset": preset, "x264-params": ":".join(["stitchable=1", "bframes=0", *filter(None, [x264])])}
    encoder.open()
    return h264.from_start_codes(encoder.extradata or b"")


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
        h264.read_avcc(record)


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
