"""A film in which no face can be seen: every face is covered before anything is encoded, and the finished file checked.

What is kept of the film is written anew with the covers in it, and that film is what every rendition is made from: no
picture of the take itself is copied or encoded. Then the detector looks at each picture of the finished file. What it
finds there is covered too, and the file made again; where it still finds something, there is no rendition. Runs in the
caller's thread, with a few threads that look for faces.
"""

import contextlib
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from diary_app.clip import Preset
from diary_app.editing.cleaning import write_flac
from diary_app.editing.compress import RECIPES, picture_size
from diary_app.editing.covers import Box, Sighting, covers_of
from diary_app.editing.errors import EditRefused
from diary_app.editing.frames import Piece, index_frames
from diary_app.editing.hum import RATE
from diary_app.editing.making import DOT_WORK, SOUND_WORK
from diary_app.editing.media import address
from diary_app.editing.pictures import Image, Shown, all_pictures, kept_pictures, planes_upright
from diary_app.editing.probe import MediaFacts
from diary_app.editing.progress import Meter
from diary_app.editing.seen_faces import check_faces_can_be_found, sightings
from diary_app.editing.sound import sound_of
from diary_app.editing.source import Source

log = logging.getLogger(__name__)

Make: TypeAlias = Callable[[Source, Meter], None]
"""Makes the finished file from a source."""

TRIES = 3
"""So often a file is made until the detector finds nothing in it."""
LOOK_EVERY_S = 0.1
"""Before the covers are drawn, faces are looked for in one picture in so many seconds; afterwards in every one."""
GROWN = 0.85
"""Half an oval's axes, in parts of the face's box: the box grown by a fifth lies within it."""
EDGE = 0.15
"""Outside of that the cover fades, over so much of the same."""
GREY = (126, 128, 128)
"""The cover: light, and no colour. One plain shade: in blocks or blurred the detector still finds a face."""
BLOCKS = 8
"""Across a picture in which no face is known of: so much of it stays."""
TICKS = 90_000

NOBODY = (
    "No face was found in this recording, so none could be covered. Your recording is safe. "
    "Choose “Voice only” if nobody is to be recognised."
)
STILL_SEEN = (
    "A face can still be seen in this recording, although it was covered. Your recording is safe. Nothing was sent. "
    "Choose “Voice only”, or cut out the part where it can be seen."
)

LOOK_WORK = 0.03
"""Seconds of work for looking at one picture."""
COVER_WORK = 8e-9
"""For one dot of one picture that is covered and written."""


def hiding_work(facts: MediaFacts) -> float:
    """Seconds of work for each second of a film, besides what is done without covers."""
    return sum(_steps(facts)) - _making(facts)


def _steps(facts: MediaFacts) -> list[float]:
    """Seconds of work for a second of film: to look for faces, to cover them, to make the file, to look once more."""
    width, height = _size(facts)
    fps = max(1.0, facts.fps)
    return [LOOK_WORK / LOOK_EVERY_S, COVER_WORK * width * height * fps, _making(facts), LOOK_WORK * fps]


def _making(facts: MediaFacts) -> float:
    width, height = _size(facts)
    return SOUND_WORK + DOT_WORK * width * height * max(1.0, facts.fps)


def _size(facts: MediaFacts) -> tuple[int, int]:
    """No rendition is larger."""
    best = RECIPES[Preset.BEST]
    return picture_size(facts, best.long_side, best.short_side)


def make_without_faces(source: Source, out: Path, make: Make, meter: Meter) -> None:
    """Make a file from a film with every face in it covered; `make` writes `out`.

    Raises EditRefused where no face was found, one can still be found afterwards, or faces cannot be found here at all;
    and as `make` does.
    """
    check_faces_can_be_found()
    looked, covered, made = (np.cumsum(_steps(source.facts))[:3] / sum(_steps(source.facts))).tolist()
    seen = _faces(kept_pictures(source), source, meter.part(0.0, looked), every_s=LOOK_EVERY_S)
    if not seen:
        raise EditRefused(NOBODY)
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(_sound_apart(source, out))
        for attempt in range(TRIES):
            film = out.with_name(f"{out.name}.covered{attempt}.mp4")
            stack.callback(film.unlink, missing_ok=True)
            source = _covered(source, film, seen, meter.part(looked, covered), nowhere=attempt == 0)
            make(source, meter.part(covered, made))
            seen = _faces(all_pictures(out), source, meter.part(made, 1.0))
            if not seen:
                return
            log.warning("%d faces can still be found, the first at %.2f s", len(seen), seen[0].at_s)
    raise EditRefused(STILL_SEEN)


def cover_faces(source: Source, film: Path, meter: Meter) -> None:
    """Write what is kept of a film, without its sound, with every face covered that is found in it. Raises likewise."""
    seen = _faces(kept_pictures(source), source, meter, every_s=LOOK_EVERY_S)
    _covered(source, film, seen, meter, nowhere=False)


def _faces(pictures: Iterator[Shown], source: Source, meter: Meter, *, every_s: float = 0.0) -> list[Sighting]:
    found: list[Sighting] = []
    for faces in sightings(_tell(pictures, source, meter), _size(source.facts), every_s=every_s):
        found += faces
    return found


def _tell(pictures: Iterator[Shown], source: Source, meter: Meter) -> Iterator[Shown]:
    """The same pictures; how far they have come is told."""
    for at, frame in pictures:
        meter.report(min(1.0, float(at) / source.seconds))
        yield at, frame


@contextlib.contextmanager
def _sound_apart(source: Source, out: Path) -> Iterator[Source]:
    """The same source with its sound in a file of its own, because the covered film has none."""
    if not source.facts.has_sound or source.cleaned is not None:
        yield source
        return
    made, channels = out.with_name(f"{out.name}.sound.flac"), 2 if source.facts.channels > 1 else 1
    try:
        blocks = sound_of(source.take, source.kept, rate=RATE, channels=channels, fade=source.fades)
        write_flac(blocks, made, channels, round(source.seconds * RATE), Meter())
        yield replace(source, cleaned=made)
    finally:
        made.unlink(missing_ok=True)


# -- the covered film --------------------------------------------------------------------------------------------------


def _covered(source: Source, film: Path, seen: Sequence[Sighting], meter: Meter, *, nowhere: bool) -> Source:
    """What is kept of a film, with covers, in a new film; `nowhere`: where no face is known of, all is covered."""
    size = _size(source.facts)
    covers = covers_of(seen, picture_s=1 / max(1.0, source.facts.fps))
    with av.open(address(film), "w", format="mp4") as made:
        stream = _stream(made, size)
        last = -1
        for at, frame in _tell(kept_pictures(source), source, meter):
            last = max(last + 1, round(at * TICKS))
            made.mux(stream.encode(_picture(frame, size, covers.at(float(at)), last, nowhere=nowhere)))
        made.mux(stream.encode(None))
    index = index_frames(film)
    piece = Piece(Fraction(0), sum((each.length for each in source.kept), Fraction(0)), 0, len(index.ticks))
    width, height = size
    facts = replace(
        source.facts,
        seconds=source.seconds,
        bytes=film.stat().st_size,
        container="mov",
        origin_s=0.0,
        width=width,
        height=height,
        pixel_format="yuv420p",
        plain=True,
    )
    return replace(source, take=film, facts=facts, index=index, pieces=(piece,), tracks=None)


def _stream(made: OutputContainer, size: tuple[int, int]) -> VideoStream:
    """Hardly any loss and little work: it is encoded once more."""
    options = {"preset": "ultrafast", "crf": "12", "bf": "0", "g": "60"}
    stream = made.add_stream("libx264", rate=Fraction(30), options=options)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
    return stream


def _picture(frame: VideoFrame, size: tuple[int, int], boxes: Sequence[Box], tick: int, *, nowhere: bool) -> VideoFrame:
    planes = planes_upright(frame, size)
    if boxes:
        cover(planes, boxes)
    elif nowhere:
        planes = [in_blocks(plane) for plane in planes]
    whole = np.concatenate([plane.reshape(-1) for plane in planes]).reshape(size[1] * 3 // 2, size[0])
    picture = VideoFrame.from_ndarray(whole, format="yuv420p")
    picture.pts, picture.time_base = tick, Fraction(1, TICKS)
    return picture


def cover(planes: Sequence[Image], boxes: Sequence[Box]) -> None:
    """Put an oval of GREY over each box, in light and colours (yuv420p, light twice as wide and high)."""
    height, width = planes[0].shape
    shade = np.zeros((height // 2, width // 2), np.uint8)
    for box in boxes:
        across, down = (box.right - box.left) * width / 2, (box.bottom - box.top) * height / 2
        middle = round(box.middle[0] * width / 2), round(box.middle[1] * height / 2)
        # The edge is soft by a filter that takes half of itself from inside: so the oval is drawn larger first.
        axes = math.ceil(across * (GROWN + EDGE)) + 1, math.ceil(down * (GROWN + EDGE)) + 1
        one = np.zeros_like(shade)
        cv2.ellipse(one, middle, axes, 0, 0, 360, 255, -1)
        blur = max(1, math.floor(min(across, down) * EDGE)) | 1
        shade = np.maximum(shade, cv2.blur(one, (blur, blur)))
    rows, columns = np.flatnonzero(shade.any(axis=1)), np.flatnonzero(shade.any(axis=0))
    if not len(rows):
        return
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    share = shade[top:bottom, left:right]
    for plane, value, times in zip(planes, GREY, (2, 1, 1), strict=True):
        there = plane[top * times : bottom * times, left * times : right * times]
        wide = cv2.resize(share, (there.shape[1], there.shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.uint16)
        there[:] = (there * (255 - wide) + value * wide + 127) // 255


def in_blocks(plane: Image) -> Image:
    """A plane of which only BLOCKS across the longer side stay."""
    height, width = plane.shape
    scale = BLOCKS / max(height, width)
    few = cv2.resize(plane, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
