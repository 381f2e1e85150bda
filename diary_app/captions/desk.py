"""Captions as the screens ask for them: how they stand, their lines, a person's word on them, files. Any thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from diary_app.captions.cues import Cue, cues_of
from diary_app.captions.formats import srt, transcript, webvtt
from diary_app.captions.line import Line, doubted, nameless
from diary_app.captions.maker import Maker, Making
from diary_app.captions.whisper import seems_there
from diary_app.catalogue import Catalogue
from diary_app.clip import Captions, Clip, ClipId, KeptRange, Stage
from diary_app.editing.errors import WorldError
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News
from diary_app.settings import read_settings

WEB = ".vtt"
FORMATS: dict[str, Callable[[Sequence[Cue]], str]] = {WEB: webvtt, ".srt": srt, ".txt": transcript}
"""By the end of the file's name."""
NOT_SAVED = "The captions could not be saved in {folder}. Your recording is safe. Choose another folder."
GONE = "This clip was withdrawn, so its captions can no longer be changed."


class How(StrEnum):
    """How the captions of a clip stand."""

    CANNOT = "cannot"
    """The helper is not on this computer: the portal's staff write them."""
    NOT_YET = "not yet"
    """Nothing was begun."""
    MAKING = "making"
    FAILED = "failed"
    SILENT = "silent"
    """Nobody speaks in it, as far as the computer heard."""
    DRAFT = "draft"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Standing:
    """What About it says."""

    how: How
    lines: int = 0
    to_check: int = 0
    """Lines with a word of which the computer is not sure."""
    making: Making = field(default_factory=Making)


class CaptionDesk:
    """maker: makes drafts, in the background, once it is started; tests give their own."""

    def __init__(
        self, folders: Folders, catalogue: Catalogue, *, tell: Callable[[News], None], maker: Maker | None = None
    ) -> None:
        self._folders, self._catalogue, self._tell = folders, catalogue, tell
        self.maker = maker or Maker(catalogue, tell=tell, seems_there=self._may_be_made)

    def _may_be_made(self) -> bool:
        """On this computer, and as the organisation's own settings have it."""
        return read_settings(self._folders).settings.captions and seems_there()

    def begin(self, clip_id: ClipId) -> None:
        """The form of this clip is open: make a draft, where it has none. Never waits."""
        self.maker.expect(clip_id)

    def standing(self, clip_id: ClipId) -> Standing:
        """How the captions of a clip stand just now. Raises UnknownClip."""
        clip = self._catalogue.clip(clip_id)
        if clip.captions is not Captions.NONE:
            lines = self._lines(clip)
            draft = How.DRAFT if lines else How.SILENT
            how = How.APPROVED if clip.captions is Captions.APPROVED else draft
            return Standing(how, len(lines), sum(line.doubtful for line in lines))
        if self.maker.able is False:
            return Standing(How.CANNOT)
        if self.maker.problem(clip_id) is not None:
            return Standing(How.FAILED)
        making = self.maker.making(clip_id)
        return Standing(How.NOT_YET) if making is None else Standing(How.MAKING, making=making)

    def lines(self, clip_id: ClipId) -> tuple[Line, ...]:
        """The lines as they are shown: names that are bleeped are hidden. Raises UnknownClip."""
        return self._lines(self._catalogue.clip(clip_id))

    def _lines(self, clip: Clip) -> tuple[Line, ...]:
        return tuple(nameless(line, clip.names_said) for line in self._catalogue.captions(clip.clip_id))

    def keep(self, clip_id: ClipId, lines: Sequence[Line], *, approved: bool) -> None:
        """What a person made of them; approved: they say that these are right. Raises Refused."""
        if self._catalogue.clip(clip_id).stage is Stage.WITHDRAWN:
            raise Refused(GONE)
        said = [line.checked() for line in lines] if approved else lines
        self._catalogue.set_captions(clip_id, said, Captions.APPROVED if approved else Captions.DRAFT)
        self._tell(ClipChanged(clip_id))

    def as_file(self, clip_id: ClipId, kind: str) -> str:
        """The captions in the time of the finished clip: a key of FORMATS. Raises UnknownClip."""
        clip = self._catalogue.clip(clip_id)
        return FORMATS[kind](cues(clip, self._catalogue.captions(clip_id)))

    def save(self, clip_id: ClipId, path: Path) -> Path:
        """Write them as the name of the file asks for, WebVTT where it asks for nothing; returns where they lie.

        Waits for the disk. Raises WorldError.
        """
        if path.suffix.lower() not in FORMATS:
            path = path.with_name(f"{path.name}{WEB}")
        text = self.as_file(clip_id, path.suffix.lower())
        try:
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise WorldError(NOT_SAVED.format(folder=path.parent)) from error
        return path


def names_marked(catalogue: Catalogue, clip: Clip, names: Sequence[KeptRange]) -> None:
    """More names are bleeped from now on than the clip says: what lies near them is to be checked, by a person.

    Their words are hidden at once; only ears can tell whether all of a name is.
    """
    fresh = [name for name in names if name not in clip.names_said]
    if fresh and clip.captions is not Captions.NONE:
        lines = catalogue.captions(clip.clip_id)
        now = tuple(doubted(line, fresh) for line in lines)
        if now != lines:
            catalogue.set_captions(clip.clip_id, now, Captions.DRAFT)


def cues(clip: Clip, lines: Sequence[Line]) -> tuple[Cue, ...]:
    """What is shown, and when, of these captions of a clip."""
    return cues_of(lines, keep=clip.keep, names=clip.names_said, seconds=clip.kept_seconds)
