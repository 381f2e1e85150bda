"""The exact cut of MP4 and MOV: samples are copied as they lie there, and only what a cut opens is made anew.

Groups of pictures that no cut touches and packets of sound that lie wholly in what is kept go over byte by byte
(plan_pictures.py, plan_sound.py, mp4/write.py). Nothing that was cut away is left in the file, and no edit list hides
anything but the sound encoder's own silence and the delay of stored order.

Runs in the caller's thread; the sound is planned on another one meanwhile.
"""

import contextlib
import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from diary_app.clip import Kind
from diary_app.editing.compress import PLAYED_EVERYWHERE
from diary_app.editing.cutting.plan_pictures import plan_pictures
from diary_app.editing.cutting.plan_sound import plan_sound, sound_anew, whole_sound
from diary_app.editing.loudness import Level
from diary_app.editing.media import open_media
from diary_app.editing.mp4.samples import CannotCut, MadeTrack, Spool
from diary_app.editing.mp4.write import write_mp4
from diary_app.editing.probe import sound_in
from diary_app.editing.progress import Meter
from diary_app.editing.source import Source

log = logging.getLogger(__name__)

MOST_SOUND_BPS, LEAST_SOUND_BPS = 192_000, 96_000
NO_LARGER_BPS = 48_000
"""A copy keeps its size when its sound is made anew; only sound of fewer bits than this would not bear it twice."""
PLANNING = 0.5
"""Of the progress of a cut; the rest is writing the file."""


class Cut:
    """The kept pieces of a take, planned; the pictures stay as they are, whatever becomes of the sound."""

    def __init__(self, source: Source, spool: Spool, meter: Meter, *, with_sound: bool) -> None:
        """with_sound: plan the sound as it was, too, for write(). Raises CannotCut, OSError, EditStopped."""
        self._source, self._spool = source, spool
        self._sound: MadeTrack | None = None
        self._splicing: Future[MadeTrack] | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="cut-sound") as pool:
            if with_sound and source.facts.has_sound:
                self._splicing = pool.submit(self._spliced, Meter(stop=meter.stop))
            self._pictures = _pictures(source, spool, meter)

    def write(self, out: Path, meter: Meter) -> None:
        """Write the file, its sound as it was: copied where it can be. Raises CannotCut, OSError, EditStopped."""
        if self._splicing is not None:
            self._sound = self._as_it_was(self._splicing, meter.part(0.0, PLANNING))
        self._write(out, meter.part(PLANNING, 1.0))

    def sound_alone(self, level: Level, out: Path, meter: Meter) -> None:
        """Write the sound at a level, without the pictures. Raises OSError, EditStopped."""
        self._sound = sound_anew(
            self._source, self._spool, meter, bps=sound_bps(self._source.take, least=NO_LARGER_BPS), level=level
        )
        self._spool.flush()
        write_mp4(out, [self._sound], Meter(stop=meter.stop))

    def write_with_it(self, out: Path, meter: Meter) -> None:
        """Write the file with the sound that sound_alone() made last."""
        self._write(out, meter)

    def _spliced(self, meter: Meter) -> MadeTrack:
        source = self._source
        if source.tracks is None or source.tracks.sound is None:
            raise CannotCut("sound of another kind")
        track, origin = source.tracks.sound, source.origin
        if not source.pieces:
            return whole_sound(source.take, track, origin)
        return plan_sound(source.take, track, source.pieces, origin, spool=self._spool, meter=meter)

    def _as_it_was(self, splicing: "Future[MadeTrack]", meter: Meter) -> MadeTrack:
        source = self._source
        try:
            return splicing.result()
        except CannotCut as why:
            if source.facts.kind is Kind.SOUND:
                raise
            log.info("The sound of %s is encoded whole: %s", source.take.name, why)
            return sound_anew(source, self._spool, meter, bps=sound_bps(source.take))

    def _write(self, out: Path, meter: Meter) -> None:
        self._spool.flush()
        song = self._source.song
        tags = song.udta() if song else b""
        write_mp4(out, [track for track in (self._pictures, self._sound) if track], meter, tags=tags)


@contextlib.contextmanager
def cut_of(source: Source, out: Path, meter: Meter, *, with_sound: bool) -> Iterator[Cut]:
    """A cut whose new samples lie beside `out` until the block ends; with_sound: for write().

    Raises CannotCut, OSError, EditStopped.
    """
    with contextlib.closing(Spool(out.with_name(f"{out.name}.samples"))) as spool:
        yield Cut(source, spool, meter, with_sound=with_sound)


def _pictures(source: Source, spool: Spool, meter: Meter) -> MadeTrack | None:
    facts = source.facts
    if source.tracks is None:
        raise CannotCut("its tables are not understood")
    if facts.kind is Kind.SOUND:
        return None
    if facts.video_codec != "h264" or facts.pixel_format not in PLAYED_EVERYWHERE or source.tracks.pictures is None:
        raise CannotCut("not H.264 with colours in its usual form")
    return plan_pictures(source.take, source.tracks.pictures, source.index, source.kept, spool=spool, meter=meter)


def sound_bps(take: Path, *, least: int = LEAST_SOUND_BPS) -> int:
    """As many bits a second as the take's own sound has, within reason."""
    with open_media(take) as media:
        sound = sound_in(media)
        told = (sound.codec_context.bit_rate if sound else None) or MOST_SOUND_BPS
    return max(least, min(MOST_SOUND_BPS, told))
