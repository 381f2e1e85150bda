"""The parameter sets of a film of H.264, taken apart."""

from diary_app.editing.cutting import h264


def record_in(entry: bytes) -> h264.Record:
    begin, end = h264.avcc_in(entry)
    return h264.open_avcc(entry[begin + 8 : end])


def without_hints(sps: bytes) -> bytes:
    """The same sequence parameter set of the high profile, its VUI taken off."""
    *core, references = h264._sps_core(sps)
    assert core[0] == h264.HIGH
    coded = {1, 2, 3, 4, 7, 8, 9, 11, 12, 16, 17, 18, 19}  # Exp-Golomb; the others have one bit
    fields = ["" if at == 0 else h264.golomb(value) if at in coded else str(value) for at, value in enumerate(core)]
    text = "".join([*fields[:10], h264.golomb(references), *fields[10:], "01"])
    return sps[:4] + int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")
