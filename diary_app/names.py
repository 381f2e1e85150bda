"""Names that were said in a clip: where one was, and which are to be bleeped. Any thread."""

from collections.abc import Callable, Sequence

from diary_app.captions.desk import names_marked
from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, ClipId, KeptRange
from diary_app.editing.name_said import place_name
from diary_app.editing.ranges import joined
from diary_app.news import ClipChanged, News
from diary_app.preparing import Preparer


class NameDesk:
    """What the screens ask of it. editable: the clip, or Refused where it is on its way."""

    def __init__(
        self,
        catalogue: Catalogue,
        preparer: Preparer,
        *,
        editable: Callable[[ClipId], Clip],
        tell: Callable[[News], None],
    ) -> None:
        self._catalogue, self._preparer = catalogue, preparer
        self._editable, self._tell = editable, tell

    def place(self, clip_id: ClipId, at_s: float, *, playing: bool) -> KeptRange:
        """The stretch of the take round a press at this moment of it. Waits a moment; raises EditError."""
        return place_name(self._catalogue.clip(clip_id).take, at_s, playing=playing)

    def keep(self, clip_id: ClipId, names: Sequence[KeptRange]) -> None:
        """Bleep these stretches of the take, and no others. Raises Refused."""
        clip = self._editable(clip_id)
        kept = joined(names, clip.seconds or 0.0)
        with self._preparer.edit(clip_id):
            self._catalogue.set_names_said(clip_id, kept)
            names_marked(self._catalogue, clip, kept)
        self._tell(ClipChanged(clip_id))
