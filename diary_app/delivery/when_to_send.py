"""When clips go out: the user's rules, the connection of the moment, and the owner's word on one clip. Any thread."""

from collections.abc import Callable

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, ClipId, Goes
from diary_app.delivery.kept_rules import KeptRules
from diary_app.delivery.sending_rules import Cap, Connection, MayGo, Rules, may_go
from diary_app.news import ClipChanged, News


class WhenToSend:
    """tell: is told of every clip whose answer may be another one; wake() has the uploader look again."""

    def __init__(
        self, catalogue: Catalogue, kept: KeptRules, *, tell: Callable[[News], None], wake: Callable[[], None]
    ) -> None:
        self._catalogue = catalogue
        self._kept = kept
        self._tell = tell
        self._wake = wake
        self._connection = Connection()

    def may_go(self, clip: Clip) -> MayGo:
        """May this clip go out by itself just now, and if not, why. Reads a small file."""
        return may_go(clip, self._kept.read(), self._connection)

    def stays(self, clip: Clip) -> bool:
        """True where the uploader must leave this clip alone."""
        return self.may_go(clip) is not MayGo.YES

    # -- one clip ---------------------------------------------------------------------------------------------------

    def hold(self, clip_id: ClipId) -> None:
        """Nothing of this clip goes out until send_now(), whatever happens; one on its way stops within a second.

        Raises CatalogueError.
        """
        self._say(clip_id, Goes.HELD)

    def send_now(self, clip_id: ClipId) -> None:
        """This clip is held no longer, and due at once; the rules for all go for it too. Raises CatalogueError."""
        self._catalogue.try_again(clip_id)
        self._say(clip_id, Goes.BY_ITSELF)

    def send_anyway(self, clip_id: ClipId) -> None:
        """Send this clip, and no other, although the connection is paid for by the amount. Raises CatalogueError."""
        self._catalogue.try_again(clip_id)
        self._say(clip_id, Goes.ANYWAY)

    def _say(self, clip_id: ClipId, goes: Goes) -> None:
        self._catalogue.set_goes(clip_id, goes)
        self._tell(ClipChanged(clip_id))
        self._wake()

    # -- all of them ------------------------------------------------------------------------------------------------

    @property
    def rules(self) -> Rules:
        """What the user has said about all clips. Reads a small file."""
        return self._kept.read()

    @property
    def cap(self) -> int | None:
        """How many bytes a second may go out; None: as many as can."""
        return self._kept.read().bytes_per_s

    @property
    def metered(self) -> bool:
        """True while the connection is paid for by the amount, as far as the window has learnt."""
        return self._connection.metered

    def change(self, *, also_metered: bool | None = None, cap: Cap | None = None) -> None:
        """Remember another rule; None leaves one as it is. Waits for the disk. Raises Refused with a sentence."""
        self._kept.change(also_metered=also_metered, cap=cap)
        self._answers_changed()

    def on_connection(self, *, metered: bool) -> None:
        """The window has learnt whether the connection is paid for by the amount. Raises CatalogueError."""
        if metered != self._connection.metered:
            self._connection = Connection(metered)
            self._answers_changed()

    def _answers_changed(self) -> None:
        for clip in self._catalogue.queue():
            self._tell(ClipChanged(clip.clip_id))
        self._wake()
