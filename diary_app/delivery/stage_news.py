"""Where the portal has the clips that it was sent: asked for over an open line, and written down. Blocking."""

from collections.abc import Callable, Sequence

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Stage
from diary_app.news import ClipChanged, News
from upload.account import Account
from upload.receipt import PortalStage, fetch_stages


class StageNews:
    """tell: is given a ClipChanged for each clip of which something is new."""

    def __init__(self, catalogue: Catalogue, *, tell: Callable[[News], None]) -> None:
        self._catalogue = catalogue
        self._tell = tell

    def ask(self, account: Account, clips: Sequence[Clip]) -> bool:
        """Write down what the portal says of these clips; True where it moved one.

        That somebody watched a clip is no sign that more is about to happen. Raises DeliveryError and CatalogueError.
        """
        found = fetch_stages(account, [clip.clip_id for clip in clips])
        moved = [self._hear(clip, found[clip.clip_id]) for clip in clips if clip.clip_id in found]
        return any(moved)

    def _hear(self, clip: Clip, found: PortalStage) -> bool:
        stage = Stage(found.stage)
        if self._catalogue.hear(clip, stage, note=found.note, views=found.views, replies=found.replies):
            self._tell(ClipChanged(clip.clip_id))
        return (stage, found.note) != (clip.stage, clip.note)
