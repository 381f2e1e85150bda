"""Judges a trimmed film from the outside, picture by picture and sample by sample, with no help of the product.

The truth is what a player shows of the original: every picture that PyAV decodes under the film's own edit list, at its
time after the file's first moment.
"""

import itertools
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from diary_app.clip import KeptRange
from tests.support.film_reading import (
    AROUND_S,
    HERTZ,
    Grey,
    Original,
    Pictures,
    Wave,
    above_voices,
    at_hertz,
    numbers_elsewhere,
    read_pictures,
    read_sound,
)

SLACK_S = 0.0005
"""A cut this close to a picture means that picture."""
NEAR_S = 0.2
"""A cut further than this from the next picture stays where it was put."""
TICK_S = 0.002
ROUNDED_S = 0.001
"""What begins so soon begins at the beginning."""
LEAD_S = 0.05
"""Sound encoders begin with up to 2112 samples of silence, which go with the beginning of the film."""
LENGTH_S = 0.06
IN_STEP_S = 0.016
LATE_S, NEARLY_S = 0.04, 0.0015
"""So far out of step is looked for, and so much may it change within a part."""
QUIET = 0.012
"""Root mean square, of 1: a tenth of the films' loudness."""
LEAD = 0.03
"""The same: an encoder's silence before a sudden beginning is not quite silent."""
MOST_LEAD = 2112
"""Samples of silence that an encoder puts first, behind an edit list."""
CLICK = 0.015
"""A jump from one moment of the noise to another is three times that (the median)."""
SHORT_S, EDGE_S = 0.025, 0.002
SAME_LOOK, SAME_BLOCK = 3.0, 30.0
"""Grey levels, of 255: how much a picture may differ at large and in its worst place."""


@dataclass(frozen=True, slots=True)
class Part:
    """A kept range as it must come out: take time in seconds, and its pictures by their place in the original."""

    start: float
    end: float
    first: int
    stop: int


# -- what must come out -----------------------------------------------------------------------------------------------


def expected_parts(original: Original, keep: Sequence[KeptRange]) -> list[Part]:
    """The kept ranges, joined where they touch, with their edges at pictures; empty where no picture is in them."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted((each.start_s, each.end_s) for each in keep):
        if joined and start <= joined[-1][1] + 1e-6:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    parts: list[Part] = []
    for start, end in joined:
        part = _at_pictures(original, start, min(end, original.seconds))
        if parts and part.start <= parts[-1].end:
            parts[-1] = Part(parts[-1].start, max(part.end, parts[-1].end), parts[-1].first, part.stop)
        elif part.first < part.stop or part.end - part.start > (NEAR_S if original.pictures.times else 0.0):
            parts.append(part)
    return parts if not original.pictures.times or any(part.first < part.stop for part in parts) else []


def _at_pictures(original: Original, start: float, end: float) -> Part:
    times = original.pictures.times
    first, stop = (sum(time < edge - SLACK_S for time in times) for edge in (start, end))
    return Part(_edge(start, first, times), _edge(end, stop, times), first, stop)


def _edge(asked: float, place: int, times: Sequence[float]) -> float:
    return times[place] if 0 < place < len(times) and times[place] - asked <= NEAR_S else asked


# -- the judgement ----------------------------------------------------------------------------------------------------


def faults(original: Original, parts: Sequence[Part], out: Path) -> list[str]:
    """What is wrong with the film that was made of these parts; nothing where it is exact."""
    to_nothing = ("-fps_mode", "passthrough", "-enc_time_base:v", "1:90000", "-f", "null", "-")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(out), *to_nothing]
    played = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [f"ffmpeg: {played.stderr.strip()[:300]}"] if played.stderr.strip() or played.returncode else []
    with av.open(str(out)) as media:
        seconds = (media.duration or 0) / 1_000_000
    length = sum(part.end - part.start for part in parts)
    if abs(seconds - length) > LENGTH_S:
        found.append(f"{seconds:.3f} s long instead of {length:.3f} s")
    wrong = (_wrong_pictures(original, parts, out), _wrong_sound(original, parts, out), _stored(original, parts, out))
    return [*found, *itertools.chain(*wrong)]


def _stored(original: Original, parts: Sequence[Part], out: Path) -> Iterator[str]:
    """No packet of what was cut away lies anywhere in the file, whether its tables know it or not."""
    data = out.read_bytes()
    for packet in original.packets:
        inside = any(packet.start < part.end and packet.end > part.start for part in parts)
        lead_in = parts[0].start < ROUNDED_S and -LEAD_S <= packet.start < 0  # the sound encoder's own silence
        if not inside and not lead_in and packet.data in data:
            yield f"the bytes of {packet.start:.3f} s are there, and were cut away"
            return


def _wrong_pictures(original: Original, parts: Sequence[Part], out: Path) -> Iterator[str]:
    made, hidden, before = read_pictures(out), read_pictures(out, hidden=True), original.pictures
    places = [place for part in parts for place in range(part.first, part.stop)]
    wanted = [before.numbers[place] for place in places]
    if made.numbers != wanted:
        yield f"pictures {_short(made.numbers)} instead of {_short(wanted)}"
        return
    if hidden.numbers != wanted:
        yield f"hidden pictures: {_short(hidden.numbers)} instead of {_short(wanted)}"
    if any(abs(a - b) > 2 for a, b in zip(made.size, before.size, strict=True)):
        yield f"shown as {made.size} instead of {before.size}"
    if original.elsewhere and (elsewhere := numbers_elsewhere(out)) != wanted:
        yield f"another decoder shows {_short(elsewhere)} instead of {_short(wanted)}"
    late = np.array(made.times) - _ideal_times(before, parts)
    if made.times and made.times[0] == 0:  # the first picture may be shown until its time comes
        late[0] = 0.0
    if len(late) and np.abs(late).max() > TICK_S:
        at = int(np.abs(late).argmax())
        yield f"picture {wanted[at]} is {late[at] * 1000:.1f} ms late"
    yield from _other_looks([before.thumbs[place] for place in places], made.thumbs, wanted)


def _ideal_times(before: Pictures, parts: Sequence[Part]) -> Wave:
    gathered, times = 0.0, []
    for part in parts:
        times += [gathered + before.times[place] - part.start for place in range(part.first, part.stop)]
        gathered += part.end - part.start
    return np.array(times)


def _other_looks(before: Sequence[Grey], after: Sequence[Grey], numbers: Sequence[int]) -> Iterator[str]:
    for old, new, number in zip(before, after, numbers, strict=True):
        apart = np.abs(old.astype(np.int16) - new)
        block = apart.reshape(9, 6, 16, 6).mean(axis=(1, 3)).max()
        if apart.mean() > SAME_LOOK or block > SAME_BLOCK:
            yield f"picture {number} looks different: by {apart.mean():.1f} levels, {block:.1f} in one place"
            return


def _short(numbers: Sequence[int]) -> str:
    """Numbers as runs: 3-7 9 11-20."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs) or "none"


# -- sound ------------------------------------------------------------------------------------------------------------


def _wrong_sound(original: Original, parts: Sequence[Part], out: Path) -> Iterator[str]:
    native, rate = read_sound(out)
    if not len(original.sound):
        if len(native):
            yield "sound where the original has none"
        return
    if not len(native):
        yield "no sound"
        return
    raw, _ = read_sound(out, hidden=True)
    made, gathered = at_hertz(native, rate), 0.0
    for part in parts:
        yield from _out_of_step(original, part, made, gathered)
        gathered += part.end - part.start
    yield from _clicks(original, parts, native, rate)
    yield from _left_over(original, parts, at_hertz(raw, rate))
    yield from _hidden_ends(original, parts, native, raw, rate)


def _cut(wave: Wave, start_s: float, end_s: float) -> Wave:
    """From start to end, silence where the sound has none."""
    first, stop = round(start_s * HERTZ), round(end_s * HERTZ)
    inside = wave[max(0, first) : max(0, stop)]
    before = min(max(0, -first), stop - first)
    return np.concatenate([np.zeros(before), inside, np.zeros(stop - first - before - len(inside))])


def _loudness(wave: Wave) -> float:
    return float(np.sqrt(np.mean(wave**2))) if len(wave) else 0.0


def _likeness(sample: Wave, wave: Wave) -> Wave:
    """How alike the sample and the wave are from each place on: 1 is the same, whatever the loudness."""
    if len(wave) < len(sample):
        return np.zeros(1)
    size = 1 << (len(wave) + len(sample) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(wave, size) * np.conj(np.fft.rfft(sample, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(wave**2)])
    local = energy[len(sample) :] - energy[: -len(sample)]
    strength = np.sqrt(np.maximum(local, len(sample) * QUIET**2) * max(float((sample**2).sum()), 1e-9))
    likeness: Wave = product[: len(local)] / strength
    return likeness


def _out_of_step(original: Original, part: Part, made: Wave, at_s: float) -> Iterator[str]:
    """The sound of a part against the original's, at its beginning and its end, and all that is between."""
    length = part.end - part.start
    if length < SHORT_S:
        return
    width = min(length, 0.2)
    lag_s = 0.0
    for begin in (0.0, length - width):
        sample = _cut(original.sound, part.start + begin, part.start + begin + width)
        if _loudness(sample) < 3 * QUIET:
            continue
        likeness = _likeness(sample, _cut(made, at_s + begin - LATE_S, at_s + begin + width + LATE_S))
        lag_s, like = int(likeness.argmax()) / HERTZ - LATE_S, float(likeness.max())
        # In a part of a few packets the fades at both of its ends weigh.
        if like < (0.8 if width > 0.1 else 0.6) or abs(lag_s) > IN_STEP_S:
            yield f"sound of {part.start + begin:.4f} s is {lag_s * 1000:.1f} ms late, {like:.2f} like it"
            return
    for moment in np.arange(0.03, length - 0.08, 0.05):
        sample = _cut(original.sound, part.start + moment, part.start + moment + 0.05)
        begin = at_s + moment + lag_s - NEARLY_S
        likeness = _likeness(sample, _cut(made, begin, begin + 0.05 + 2 * NEARLY_S))
        if _loudness(sample) > 3 * QUIET and likeness.max() < 0.75:
            yield f"another sound at {part.start + moment:.3f} s: {likeness.max():.2f} like it"
            return


def _clicks(original: Original, parts: Sequence[Part], native: Wave, rate: int) -> Iterator[str]:
    above = np.abs(above_voices(np.concatenate([np.zeros(rate), native, np.zeros(rate)]), rate))
    place = 0.0
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        edges = [(place, part.start)] if part.start > LENGTH_S else []
        place += part.end - part.start
        edges += [(place, part.end)] if after or part.end < original.seconds - LENGTH_S else []
        for at_s, moment_s in edges:
            allowed = max(CLICK, 2 * original.sharpest(moment_s))
            peak = above[round((1 + at_s - AROUND_S) * rate) : round((1 + at_s + AROUND_S) * rate)].max(initial=0.0)
            if peak > allowed:
                yield f"a click of {peak:.3f} at {at_s:.3f} s"


def _cut_away(original: Original, parts: Sequence[Part]) -> list[tuple[float, float]]:
    edges = [0.0, *(edge for part in parts for edge in (part.start, part.end)), original.seconds]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > SHORT_S + EDGE_S]


def _left_over(original: Original, parts: Sequence[Part], raw: Wave) -> Iterator[str]:
    """Is there anything of what was cut away, at its edges above all?"""
    for start, end in _cut_away(original, parts):
        for begin in (start + EDGE_S, *np.arange(start + 0.2, end - 0.2, 0.5), end - EDGE_S - SHORT_S):
            sample = _cut(original.sound, begin, begin + SHORT_S)
            if _loudness(sample) < 3 * QUIET:
                continue
            likeness = _likeness(sample, raw)
            if likeness.max() > 0.65:
                at_s = int(likeness.argmax()) / HERTZ
                yield f"sound of {begin:.3f} s was cut away and is there at {at_s:.3f} s: {likeness.max():.2f}"
                return


def _hidden_ends(original: Original, parts: Sequence[Part], native: Wave, raw: Wave, rate: int) -> Iterator[str]:
    """In front only an encoder's silence may hide, and nothing may follow the end."""
    loud = np.flatnonzero(np.abs(native) > 4 * QUIET)
    if not len(loud):
        return
    sample = native[loud[0] : loud[0] + rate // 10]
    lead = int(_likeness(sample, raw[loud[0] : loud[0] + rate // 5 + MOST_LEAD]).argmax())
    if lead > MOST_LEAD or _loudness(raw[:lead]) > LEAD:
        yield f"{lead} samples of {_loudness(raw[:lead]):.3f} hide in front"
    end = lead + round((sum(part.end - part.start for part in parts) + EDGE_S) * rate)
    if parts[-1].end < original.seconds - 0.05 and _loudness(raw[end:]) > QUIET:
        yield f"{len(raw) - end} samples of {_loudness(raw[end:]):.3f} follow the end"
