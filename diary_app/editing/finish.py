"""What is asked of a rendition besides its size: clean sound, nobody named, another voice, sound alone (MP3 or M4A).

Runs in the caller's thread; what is made on the way lies beside the finished file until the block ends.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from diary_app.clip import Clip, KeptRange, Kind, ShowAs
from diary_app.editing.bleep import bleeped
from diary_app.editing.cleaning import cleaned
from diary_app.editing.errors import EditRefused
from diary_app.editing.hidden_faces import hiding_work
from diary_app.editing.making import SOUND_WORK
from diary_app.editing.other_voice import other_voice
from diary_app.editing.probe import MediaFacts
from diary_app.editing.progress import Meter
from diary_app.editing.songs import ENDINGS, M4A, Song, one_line, write_cover
from diary_app.editing.source import Source

CLEANING = 1.0
"""Times the work of making sound level: what it is to take hum and hiss out."""
BLEEPING = 0.6
"""The same for putting a tone in place of names."""
VOICING = 2.0
"""The same for another voice."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants besides a preset."""

    clean: bool = False
    """Hum and hiss made quieter."""
    title: str = ""
    cover: Path | None = None
    """A JPEG or PNG. Like the title it is for sound alone."""
    names: tuple[KeptRange, ...] = ()
    """Stretches of the take in which a name was said: a tone takes their place."""
    show_as: ShowAs = ShowAs.AS_I_AM
    """How the speaker is seen and heard. Of a blurred face the sound knows nothing: hidden_faces.py."""

    @staticmethod
    def of(clip: Clip) -> "Asked":
        """What a clip asks for."""
        title = clip.about.title if clip.sent_kind is Kind.SOUND else ""
        return Asked(clip.about.clean_sound, title, names=clip.names_said, show_as=clip.about.show_as)

    @property
    def other_voice(self) -> bool:
        """True where the voice is disguised."""
        return self.show_as is ShowAs.DISGUISED_VOICE


NOTHING_MORE = Asked()


def asked_share(asked: Asked, sound_share: float) -> float:
    """How much of all the work as_asked() is, 0 to 1, where the sound has this share of the rest."""
    work = _work(asked) * sound_share
    return work / (1 + work)


def _work(asked: Asked) -> float:
    return CLEANING * asked.clean + BLEEPING * bool(asked.names) + VOICING * asked.other_voice


def disguise_work(facts: MediaFacts, show_as: ShowAs) -> float:
    """Seconds of work for each second of a take that showing the speaker so costs, besides all else."""
    if show_as is ShowAs.DISGUISED_VOICE and facts.has_sound:
        return VOICING * SOUND_WORK
    if show_as is ShowAs.BLURRED_FACE and facts.kind is Kind.VIDEO:
        return hiding_work(facts)
    return 0.0


@contextlib.contextmanager
def as_asked(source: Source, out: Path, temporary: Path, asked: Asked, meter: Meter) -> Iterator[Source]:
    """The source with all that. A name of `out` that ends in .mp3 or .m4a asks for the sound alone.

    Raises EditRefused, EditStopped, WorldError and OSError.
    """
    clean = CLEANING * asked.clean / (_work(asked) or 1)
    named = clean + BLEEPING * bool(asked.names) / (_work(asked) or 1)
    with contextlib.ExitStack() as stack:
        wanted = stack.enter_context(_song(source, out, temporary, asked))
        if asked.clean:
            wanted = stack.enter_context(cleaned(wanted, temporary, meter.part(0.0, clean)))
        # Names first: of what is said in their place not even an echo reaches the other voice.
        wanted = stack.enter_context(bleeped(wanted, temporary, asked.names, meter.part(clean, named)))
        if asked.other_voice:
            rng = np.random.default_rng()  # nobody is to know how a voice was changed
            wanted = stack.enter_context(other_voice(wanted, temporary, rng, meter.part(named, 1.0)))
        yield wanted


@contextlib.contextmanager
def _song(source: Source, out: Path, temporary: Path, asked: Asked) -> Iterator[Source]:
    alone = source.facts.kind is Kind.SOUND or asked.show_as is ShowAs.VOICE_ONLY
    muxer = ENDINGS.get(out.suffix.lower(), M4A if alone else None)
    if muxer is None:
        if asked.title or asked.cover:
            raise EditRefused("Only sound alone has a title and a cover. Give the new file a name that ends in .mp3.")
        yield source
        return
    if not source.facts.has_sound and asked.show_as is ShowAs.VOICE_ONLY:
        raise EditRefused(
            "This recording has no sound, so there is no voice to send. Your recording is safe. "
            "Choose another way to be shown."
        )
    if not source.facts.has_sound:
        raise EditRefused(f"{source.take.name} has no sound. Give the new file a name that ends in .mp4.")
    cover = temporary.with_name(f"{temporary.name}.jpg") if asked.cover else None
    try:
        if asked.cover and cover:
            write_cover(asked.cover, cover)
        yield replace(source.sound_of_it, song=Song(muxer, one_line(asked.title), cover))
    finally:
        if cover:
            cover.unlink(missing_ok=True)
