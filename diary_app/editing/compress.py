"""How small a rendition is made: presets as numbers, what they will cost in bytes, and rates for a promised size.

Pure arithmetic. What `Normal` is measured against is HandBrake's `Fast 720p30`: ./scripts/bench edit.
"""

from dataclasses import dataclass
from math import ceil, floor, log10

from diary_app.clip import Kind, Preset
from diary_app.editing.errors import WouldLookBad
from diary_app.editing.probe import MediaFacts

MEGABYTE = 1_000_000
"""A promise of 40 MB holds however megabytes are counted: this is the smaller of the two ways."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one preset encodes."""

    long_side: int
    short_side: int
    fps: float
    crf: float
    bits_per_dot: float
    """Video bits for one dot of one frame: at or below it, a file is small enough already. Twice it is the ceiling."""
    sound_kbps: int
    sound_only_kbps: int


RECIPES: dict[Preset, Recipe] = {
    Preset.SMALLER: Recipe(854, 480, 30.0, 26.0, 0.045, 64, 64),
    Preset.NORMAL: Recipe(1280, 720, 30.0, 20.7, 0.060, 96, 96),
    Preset.BEST: Recipe(1920, 1080, 60.0, 18.0, 0.100, 160, 160),
}

FULL_QUALITY = Recipe(8192, 8192, 240.0, 17.0, 1.0, 192, 192)
"""For a trim of a file that cannot be cut by packets: as good as the eye can tell, whatever its size."""

PLAYED_EVERYWHERE = ("yuv420p", "yuvj420p")
FASTER_THAN = 1.1
"""A camera that says 30 may give 30.3: only what is clearly faster is thinned out."""
SMALL_HEADER = 1_500


@dataclass(frozen=True, slots=True)
class Encode:
    """Everything that one encode needs to know."""

    width: int
    height: int
    fps: float | None
    """Frames a second to thin out to, or None to keep every frame at its own time."""
    crf: float | None
    video_bps: int | None
    """The ceiling where crf is set; the goal of a two-pass encode where it is not."""
    sound_bps: int | None


def picture_size(facts: MediaFacts, long_side: int, short_side: int) -> tuple[int, int]:
    """Width and height that fit, upright or wide, never larger than the take and always even."""
    longer, shorter = max(facts.width, facts.height), min(facts.width, facts.height)
    scale = min(1.0, long_side / longer, short_side / shorter)
    return _even(facts.width * scale), _even(facts.height * scale)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _thinned(facts: MediaFacts, fps: float) -> float | None:
    return fps if facts.fps > fps * FASTER_THAN else None


def _sound_bps(facts: MediaFacts, recipe: Recipe) -> int | None:
    if not facts.has_sound:
        return None
    kbps = recipe.sound_kbps if facts.kind is Kind.VIDEO else recipe.sound_only_kbps
    return kbps * 1000 * (2 if facts.channels > 1 else 1) * 3 // (4 if facts.channels > 1 else 3)


def encode_for(facts: MediaFacts, recipe: Recipe) -> Encode:
    """What a recipe makes of these facts."""
    if facts.kind is Kind.SOUND:
        return Encode(0, 0, None, None, None, _sound_bps(facts, recipe))
    width, height = picture_size(facts, recipe.long_side, recipe.short_side)
    fps = _thinned(facts, recipe.fps)
    ceiling = round(2 * _nominal_bps(recipe, width, height, fps or facts.fps))
    return Encode(width, height, fps, recipe.crf, ceiling, _sound_bps(facts, recipe))


def _nominal_bps(recipe: Recipe, width: int, height: int, fps: float) -> float:
    return recipe.bits_per_dot * width * height * max(1.0, fps)


def plays_everywhere(facts: MediaFacts) -> bool:
    """True when every browser plays it as it is."""
    if facts.container != "mov" or facts.sound_codec not in (None, "aac"):
        return False
    if facts.kind is Kind.SOUND:
        return True
    return facts.video_codec == "h264" and facts.pixel_format in PLAYED_EVERYWHERE and facts.plain


def is_within(facts: MediaFacts, *, seconds: float, goal_bytes: float) -> bool:
    """True when so many seconds of a take are at most that large as they are: nothing that is made anew is better."""
    return plays_everywhere(facts) and facts.bytes * seconds / facts.seconds <= goal_bytes


def meets(facts: MediaFacts, preset: Preset) -> bool:
    """True when a take is small enough as it is and plays everywhere, so that it is copied and not encoded again."""
    recipe = RECIPES[preset]
    if not plays_everywhere(facts):
        return False
    if facts.kind is Kind.SOUND:
        return facts.bit_rate <= (_sound_bps(facts, recipe) or 0) * 1.1
    fits = (facts.width, facts.height) == picture_size(facts, recipe.long_side, recipe.short_side)
    allowed = _nominal_bps(recipe, facts.width, facts.height, facts.fps) + (_sound_bps(facts, recipe) or 0)
    return fits and _thinned(facts, recipe.fps) is None and facts.bit_rate <= allowed


# -- a promised size ------------------------------------------------------------------------------------------------

LEAST_SOUND_BPS = 24_000
LEAST_DOTS_BPS = 0.018
"""Video bits for one dot of one frame, below which a smaller picture looks better: so it is used instead."""
LAST_DOTS_BPS = 0.013
"""The same for the smallest picture that is used. Below it faces fall to pieces, and a still smaller one looks no
better: a talking head in 720p comes to a VMAF of 63 at this rate in 360p, of 62 in 240p, and of 51 at 55 kbit/s."""
LAST_DOTS = 150_000
"""A take with fewer dots than this is shown as small as it is, and needs more bits for each."""
LADDER = ((1920, 1080), (1280, 720), (854, 480), (640, 360))
MARGIN = 0.985
"""Of the goal that the encode aims for, so that its own inexactness stays below the promise."""


def encode_to_size(facts: MediaFacts, preset: Preset, *, seconds: float, goal_bytes: float) -> Encode:
    """Rates and a picture size that come to goal_bytes for this many seconds; raises WouldLookBad."""
    bits = max(0.0, goal_bytes * MARGIN - index_bytes(facts, seconds)) * 8
    whole_bps = bits / seconds
    wanted = _sound_bps(facts, RECIPES[preset])
    if facts.kind is Kind.SOUND:
        if whole_bps < LEAST_SOUND_BPS:
            raise would_look_bad(goal_bytes, least_bytes(facts, seconds))
        most = _sound_bps(facts, FULL_QUALITY) or whole_bps
        return Encode(0, 0, None, None, None, int(min(whole_bps, most)))
    sound = None if wanted is None else int(min(wanted, max(LEAST_SOUND_BPS, whole_bps / 8)))
    video = int(whole_bps - (sound or 0))
    fps = _thinned(facts, RECIPES[preset].fps)
    for long_side, short_side in _ladder(RECIPES[preset]):
        width, height = picture_size(facts, long_side, short_side)
        last = (long_side, short_side) == LADDER[-1]
        if video >= _least_bps(width, height, fps or facts.fps, last=last):
            return Encode(width, height, fps, None, video, sound)
    raise would_look_bad(goal_bytes, least_bytes(facts, seconds))


def _least_bps(width: int, height: int, fps: float, *, last: bool) -> float:
    per_dot = LAST_DOTS_BPS if last and width * height >= LAST_DOTS else LEAST_DOTS_BPS
    return per_dot * width * height * min(30.0, fps)


def _ladder(recipe: Recipe) -> list[tuple[int, int]]:
    return [step for step in LADDER if step[1] <= recipe.short_side]


def index_bytes(facts: MediaFacts, seconds: float) -> float:
    """What a file's index and header cost: about 24 bytes a picture, and 8 for each packet of sound."""
    return SMALL_HEADER + seconds * (24 * facts.fps + 8 * facts.sample_rate / 1024)


def least_bytes(facts: MediaFacts, seconds: float) -> float:
    """The smallest size that is still worth watching or hearing."""
    video = 0.0
    if facts.kind is Kind.VIDEO:
        width, height = picture_size(facts, *LADDER[-1])
        video = _least_bps(width, height, facts.fps, last=True)
    sound = LEAST_SOUND_BPS if facts.has_sound else 0
    return ((video + sound) * seconds / 8 + index_bytes(facts, seconds)) / MARGIN


def would_look_bad(goal_bytes: float, least: float) -> WouldLookBad:
    """The refusal of a size, with the nearest that is good: two digits, rounded up."""
    nearest = least * 1.02 / MEGABYTE
    digits = 10.0 ** (floor(log10(nearest)) - 1)
    nearest_mb = round(ceil(nearest / digits) * digits, 6)
    return WouldLookBad(
        f"At {goal_bytes / MEGABYTE:g} MB nobody could make this recording out. The smallest size that still works is "
        f"about {nearest_mb:g} MB. Choose that, or keep a shorter part of it.",
        nearest_mb=nearest_mb,
    )
