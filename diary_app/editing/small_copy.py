"""The small copy of a film, which goes ahead so that a moderator can watch soon: how small, and when it is worth it.

It is made from the take by the same steps as the rendition, so that it has the same cut and the same bleeps, and in one
pass: most of its work is decoding the take (decision 25). Pure arithmetic.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from diary_app.clip import Kind, Preset, ShowAs
from diary_app.editing.compress import RECIPES, Encode, Recipe, encode_for, index_bytes, meets
from diary_app.editing.finish import disguise_work
from diary_app.editing.making import DOT_WORK, SOUND_WORK
from diary_app.editing.probe import MediaFacts

FROM_BYTES = 20_000_000
"""Only a rendition that is larger has a small copy."""
MOST_BYTES_A_MINUTE = 1_000_000
SPARE = 0.97
"""Of that, what is aimed at: an encoder's ceiling is not exact."""
RECIPE = Recipe(long_side=640, short_side=360, fps=15.0, crf=28.0, bits_per_dot=0.02, sound_kbps=32, sound_only_kbps=32)
"""Half of the pictures, so that each has twice the bits."""
SOONER_S = 60.0
"""A copy that somebody could watch less than so much sooner than the film itself is not made, and not sent."""
USUAL_BYTES_PER_S = 625_000
"""Of a connection of which nothing is known: 5 Mbit/s."""
READ_WORK = 2.5e-9
"""Seconds of work for one dot of one picture that is only read and made smaller."""


def encode_small(facts: MediaFacts) -> Encode:
    """Picture size and rates with which a film comes to MOST_BYTES_A_MINUTE at most, all in."""
    made = encode_for(facts, RECIPE)
    index = index_bytes(replace(facts, fps=made.fps or facts.fps), 60.0)
    whole_bps = (SPARE * MOST_BYTES_A_MINUTE - index) * 8 / 60
    return replace(made, video_bps=round(whole_bps - (made.sound_bps or 0)))


@dataclass(frozen=True, slots=True)
class _Way:
    """What it takes until the portal has a file."""

    bytes: float
    work_s: float


def is_worth_it(
    facts: MediaFacts,
    preset: Preset,
    *,
    seconds: float,
    seconds_for: Callable[[int], float | None],
    show_as: ShowAs = ShowAs.AS_I_AM,
) -> bool:
    """True where somebody could watch a small copy of so many seconds of a take much sooner than its rendition.

    seconds_for: how long so many bytes take to the portal, or None while nothing is known of the connection. The small
    copy is made first, so a rendition that is only copied from the take would wait for it: for that the line must be
    known to be slow. Who is disguised in the one is disguised in the other, and each costs that work.
    """
    if facts.kind is not Kind.VIDEO:
        return False
    copied = meets(facts, preset) and show_as is not ShowAs.BLURRED_FACE
    film, small = _film(facts, preset, seconds, copied=copied), _small(facts, seconds)
    if film.bytes <= FROM_BYTES or (copied and seconds_for(FROM_BYTES) is None):
        return False
    disguise_s = disguise_work(facts, show_as) * seconds
    film_s, small_s = (way.work_s + disguise_s + _line_s(way.bytes, seconds_for) for way in (film, small))
    return film_s - small_s > SOONER_S and small_s < film_s / 2


def _film(facts: MediaFacts, preset: Preset, seconds: float, *, copied: bool) -> _Way:
    """The rendition, before it is made: it comes to its nominal rate at most, but for wild pictures."""
    if copied:
        return _Way(facts.bytes * seconds / facts.seconds, SOUND_WORK * seconds)
    encode = encode_for(facts, RECIPES[preset])
    nominal_bps = (encode.video_bps or 0) / 2 + (encode.sound_bps or 0)
    dots = encode.width * encode.height * (encode.fps or facts.fps)
    return _Way(nominal_bps * seconds / 8, (SOUND_WORK + DOT_WORK * dots) * seconds)


def _small(facts: MediaFacts, seconds: float) -> _Way:
    dots = facts.width * facts.height * facts.fps
    return _Way(MOST_BYTES_A_MINUTE * seconds / 60, (SOUND_WORK + READ_WORK * dots) * seconds)


def _line_s(size: float, seconds_for: Callable[[int], float | None]) -> float:
    known = seconds_for(round(size))
    return size / USUAL_BYTES_PER_S if known is None else known


def still_helps(rendition_bytes: int, bytes_per_s: float | None) -> bool:
    """True where, of a rendition that is there, a small copy should go first: it is large, and the line is not fast."""
    if rendition_bytes <= FROM_BYTES:
        return False
    return bytes_per_s is None or rendition_bytes / bytes_per_s > SOONER_S
