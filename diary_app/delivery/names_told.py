"""What a portal is told of names that were said: where they are bleeped, for the moderator's ears. Pure."""

import json

from diary_app.clip import Clip
from diary_app.editing.ranges import in_result

MOST = 500
"""A portal takes no more of them."""


def names_told(clip: Clip) -> dict[str, str]:
    """The fact for the metadata (docs/protocol.md, section 3), in seconds of the rendition; none where there is none.

    A name in a part that was cut away is not told of: it is gone.
    """
    names = in_result(clip.keep, clip.names_said)[:MOST]
    told = [[round(name.start_s, 2), round(name.end_s, 2)] for name in names]
    return {"names_said": json.dumps(told)} if told else {}
