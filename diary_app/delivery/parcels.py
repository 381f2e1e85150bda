"""What the protocol wants to know about a clip that goes out (docs/protocol.md, section 3). Pure."""

import json
from dataclasses import replace
from datetime import UTC

from diary_app.clip import Clip, Kind, Rendition, ShowAs, SmallCopy
from diary_app.delivery.names_told import names_told
from upload.attempt import SENDING, SMALL, Parcel
from upload.tus import Source

FILETYPES = {Kind.VIDEO: "video/mp4", Kind.SOUND: "audio/mp4"}
LONGEST_TITLE = 200


def parcel_of(clip: Clip, rendition: Rendition) -> Parcel:
    """The clip itself."""
    people = [{"name": person.name, "agrees": person.agrees} for person in clip.about.people]
    return Parcel(
        clip_id=clip.clip_id,
        source=Source(rendition.path, rendition.bytes),
        sha256=rendition.sha256,
        filetype=FILETYPES[clip.sent_kind],
        facts={
            "title": " ".join(clip.title.split())[:LONGEST_TITLE],
            "audience": clip.about.audience.value,
            "seconds": f"{rendition.seconds:.3f}",
            "recorded": clip.created_at.astimezone(UTC).isoformat(timespec="seconds"),
            "people": json.dumps(people),
            **names_told(clip),
            **_shown(clip),
            **({SENDING: str(clip.sending)} if clip.sending > 1 else {}),
        },
    )


def _shown(clip: Clip) -> dict[str, str]:
    """What the moderator is to look out for; nothing where the speaker is seen and heard as they are."""
    shown = clip.about.show_as
    return {} if shown is ShowAs.AS_I_AM else {"show_as": shown.value}


def small_parcel_of(clip: Clip, small: SmallCopy) -> Parcel:
    """Its small copy: the same facts, and what it is."""
    parcel = parcel_of(clip, Rendition(small.path, small.sha256, small.bytes, small.seconds))
    return replace(parcel, facts={**parcel.facts, "copy": SMALL})
