"""Builds ffmpeg's arguments with ffmpeg-python: the one module that knows that package. Pure; runs nothing.

What was learned about the package: a filter on a whole input drops its sound, so picture and sound are always named
apart; a file name that starts with '-' becomes an option, so every name is given as file:/absolute/path.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg
from ffmpeg.nodes import FilterableStream

from diary_app.clip import Kind
from diary_app.editing.compress import Encode
from diary_app.editing.frames import Piece
from diary_app.editing.loudness import Level
from diary_app.editing.media import DECODING, address
from diary_app.editing.probe import MediaFacts
from diary_app.editing.songs import MP3, Song
from diary_app.editing.sound import FADE_S
from diary_app.editing.source import Source

LEAD_S = 2.0
JUMP_S = 0.02
"""A gap in the sound's times of this much is lost sound, which becomes silence; less is rounding."""
STILL_S = 0.1
"""A film in which one picture is shown so long may be slides."""
UNCLICKED: dict[str, object] = {"aac_tns": 0}
"""The AAC encoder's shaping of noise in time makes a click just after the beginning of one piece in thirty."""
SOUND_RATE = 48_000
KEYFRAMES = 120
"""At most so many frames from one keyframe to the next: a browser can jump to within 4 s at once."""
FLAT_BITS = 0.6
"""x264 gives flat parts of a picture more bits than their worth (1.0): behind a speaker that is the grain on a wall."""

PRIVATE: dict[str, object] = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact", "flags:a": "+bitexact"}
"""No name of a device, place, person or program travels with a rendition."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Which pass of a two-pass encode, and where its notes lie."""

    number: int
    notes: Path


def encode_command(
    source: Source, out: Path, encode: Encode, *, level: Level | None = None, turn: Pass | None = None
) -> list[str]:
    """Encode the kept pieces of a take, exact to the frame and to the sample, as loud as they were or at a level."""
    start_s, length_s = _window(source.pieces)
    given = ffmpeg.input(
        address(source.take),
        f=source.facts.container,
        protocol_whitelist="file",
        **DECODING,
        **_seek(start_s, length_s),
    )
    rough = turn is not None and turn.number == 1
    streams = [_picture(given["v:0"], source, encode, start_s)] if source.facts.kind is Kind.VIDEO else []
    options = _video_options(source.facts, encode, turn)
    if _stands_still(source):
        options["bf"] = 0
    if rough:
        return ffmpeg.get_args(ffmpeg.output(*streams, "-", f="null", **options))
    if source.facts.has_sound:
        sound = _cleaned(source) if source.cleaned else _of_take(given["a:0"], source, start_s)
        streams.append(_at_level(sound, level))
        options |= _sound_options(encode.sound_bps, source.song)
    if source.pieces and source.facts.kind is Kind.VIDEO:
        options["bsf:v"] = _ending(source.pieces)
    if source.song:
        options |= source.song.options
        streams += _cover(source.song)
    else:
        options |= {"f": _muxer(source.facts), "movflags": "+faststart"}
    options |= PRIVATE
    return _arguments(streams, out, options)


def _arguments(streams: Sequence[FilterableStream], out: Path, options: dict[str, object]) -> list[str]:
    return ffmpeg.get_args(ffmpeg.output(*streams, address(out), **options))


def _muxer(facts: MediaFacts) -> str:
    return "mp4" if facts.kind is Kind.VIDEO else "ipod"


def _window(pieces: Sequence[Piece]) -> tuple[float, float | None]:
    """Where to start reading (seconds of the take), and for how long; a little more than is kept on both sides."""
    if not pieces:
        return 0.0, None
    start_s = max(0.0, float(pieces[0].start) - LEAD_S)
    return start_s, float(pieces[-1].end) - start_s + LEAD_S


def _seek(start_s: float, length_s: float | None) -> dict[str, object]:
    seek: dict[str, object] = {"ss": f"{start_s:.6f}"} if start_s else {}
    return seek | ({"t": f"{length_s:.6f}"} if length_s is not None else {})


# -- picture --------------------------------------------------------------------------------------------------------


def _picture(stream: FilterableStream, source: Source, encode: Encode, start_s: float) -> FilterableStream:
    stream = stream.filter("settb", "1/90000")
    if source.pieces:
        stream = stream.filter("select", _selection(source, start_s)).filter("setpts", _moved(source, start_s))
    if encode.fps is not None:
        stream = stream.filter("fps", encode.fps).filter("settb", "1/90000")
        if source.pieces:  # at the end of what is read, also of what is not kept, it repeats the last picture
            stream = stream.filter("trim", end=f"{source.seconds:.6f}")
    stored = (source.facts.width, source.facts.height) if source.facts.plain else (0, 0)
    if (encode.width, encode.height) != stored:
        stream = stream.filter("scale", encode.width, encode.height, flags="bicubic")
    return stream.filter("setsar", "1").filter("format", "yuv420p")


def _bounds(source: Source, piece: Piece, start_s: float) -> tuple[float, float]:
    """Half-way between the frames on both sides of a cut, so that no rounding can move a frame across it."""
    at, count = source.index.at, len(source.index.ticks)
    low = float(at(piece.first - 1) + at(piece.first)) / 2 if piece.first else -1.0
    high = float(at(piece.stop - 1) + at(piece.stop)) / 2 if piece.stop < count else float(piece.end) + LEAD_S
    return low - start_s if piece.first else -1.0, high - start_s


def _shown(source: Source) -> list[Piece]:
    return [piece for piece in source.pieces if piece.first < piece.stop]


def _selection(source: Source, start_s: float) -> str:
    bounds = [_bounds(source, piece, start_s) for piece in _shown(source)]
    return "+".join(f"between(t,{low:.6f},{high:.6f})" for low, high in bounds)


def _moved(source: Source, start_s: float) -> str:
    """Each piece follows the one before it: the sum of what was cut away is taken from its times."""
    gathered, terms, before = 0.0, [], 0.0
    for piece in source.pieces:
        shift = float(piece.start) - start_s - gathered
        gathered += float(piece.length)
        if piece.first == piece.stop:
            continue
        low, _ = _bounds(source, piece, start_s)
        terms.append(f"gte(T,{low:.6f})*{shift - before:.6f}")
        before = shift
    return f"PTS-({'+'.join(terms)})/TB"


def _stands_still(source: Source) -> bool:
    """True for slides and the like. There an encoder that stores pictures in another order makes the film too long:
    in MP4 a picture lasts until the next one is decoded, not until it is shown."""
    ticks, longest = source.index.ticks, STILL_S / source.index.time_base
    return any(after - before > longest for before, after in itertools.pairwise(ticks))


def _ending(pieces: Sequence[Piece]) -> str:
    """The last picture is shown to the end of the last piece, not as long as it was in the take."""
    end_s = float(sum(piece.length for piece in pieces))
    return f"setts=pts=PTS:dts=DTS:duration=clip(DURATION\\,1\\,max(1\\,{end_s:.6f}/TB-PTS))"


def _video_options(facts: MediaFacts, encode: Encode, turn: Pass | None) -> dict[str, object]:
    if facts.kind is Kind.SOUND:
        return {}
    options: dict[str, object] = {
        "c:v": "libx264",
        "flags:v": "+bitexact",
        "preset": "faster",
        "aq-strength": FLAT_BITS,
        "profile:v": "high",
        "g": KEYFRAMES,
        "fps_mode": "vfr",
        "enc_time_base": "filter",
        "video_track_timescale": 90_000,
        **_colours(facts, encode),
    }
    if encode.crf is not None:
        return options | {"crf": encode.crf, "maxrate": encode.video_bps, "bufsize": 2 * (encode.video_bps or 0)}
    options |= {"b:v": encode.video_bps}
    return options | ({"pass": turn.number, "passlogfile": str(turn.notes)} if turn else {})


def _colours(facts: MediaFacts, encode: Encode) -> dict[str, object]:
    """Tags, so that every player shows the same colours; what is not said is taken as players do, by the size."""
    if facts.colour_space in (1, 5, 6):
        name = {1: "bt709", 5: "bt470bg", 6: "smpte170m"}[facts.colour_space]
    elif facts.colour_space in (9, 10):
        return {}
    else:
        name = "bt709" if facts.height >= 720 else "smpte170m"
    return {"colorspace": name, "color_primaries": name, "color_trc": "bt709", "color_range": "tv"}


# -- sound ----------------------------------------------------------------------------------------------------------


def _cleaned(source: Source) -> FilterableStream:
    """Cut already, and at SOUND_RATE."""
    return ffmpeg.input(address(source.sound[0]), f="flac", protocol_whitelist="file")["a:0"]


def _cover(song: Song) -> list[FilterableStream]:
    if song.cover is None:
        return []
    return [ffmpeg.input(address(song.cover), f="mjpeg", protocol_whitelist="file")["v:0"]]


def _of_take(stream: FilterableStream, source: Source, start_s: float) -> FilterableStream:
    layout = "stereo" if source.facts.channels > 1 else "mono"
    stream = stream.filter("aresample", SOUND_RATE, **{"async": 1, "first_pts": 0, "min_hard_comp": JUMP_S})
    return _kept(stream.filter("aformat", channel_layouts=layout), source, start_s)


def _at_level(stream: FilterableStream, level: Level | None) -> FilterableStream:
    if level is None:
        return stream
    # Where frames change in size the limiter's times jump by its delay; its samples are all there, in order, from 0 on.
    return stream.filter("alimiter", **level.limiter).filter("asetpts", "N/SR/TB")


def _kept(stream: FilterableStream, source: Source, start_s: float) -> FilterableStream:
    """The pieces, one after the other."""
    if not source.pieces:
        return stream
    stream = stream.filter("apad", whole_dur=f"{float(source.pieces[-1].end) - start_s + LEAD_S:.6f}")
    branches = stream.filter_multi_output("asplit", len(source.pieces))
    parts = [_heard(branches[at], source, at, start_s) for at in range(len(source.pieces))]
    return ffmpeg.concat(*parts, v=0, a=1) if len(parts) > 1 else parts[0]


def _heard(stream: FilterableStream, source: Source, at: int, start_s: float) -> FilterableStream:
    """One piece of sound, cut to the sample, with a fade of 5 ms where something was cut away."""
    piece = source.pieces[at]
    first, last = (round((float(edge) - start_s) * SOUND_RATE) for edge in (piece.start, piece.end))
    stream = stream.filter("atrim", start_sample=first, end_sample=last).filter("asetpts", "PTS-STARTPTS")
    fade = round(min(FADE_S, float(piece.length) / 4) * SOUND_RATE)
    fades_in, fades_out = source.fades[at]
    if fades_in:
        stream = stream.filter("afade", t="in", start_sample=0, nb_samples=fade)
    if fades_out:
        stream = stream.filter("afade", t="out", start_sample=last - first - fade, nb_samples=fade)
    return stream


def _sound_options(bps: int | None, song: Song | None) -> dict[str, object]:
    if song and song.muxer == MP3:
        # On average, because MP3 has but a few rates, and a size may have been promised.
        return {"c:a": "libmp3lame", "abr": 1, "b:a": bps, "ar": SOUND_RATE}
    return {"c:a": "aac", "b:a": bps, "ar": SOUND_RATE, **UNCLICKED}
