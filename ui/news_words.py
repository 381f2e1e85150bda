"""Every word of what comes back of a clip: where its note leads, and a clip whose files are gone."""

from diary_app.clip import Kind
from diary_app.language import _

MOMENTS = _("Where to look")
MOMENT = {Kind.VIDEO: _("Watch it at {time}"), Kind.SOUND: _("Listen at {time}")}
MOMENT_SPOKEN = "{button}: {text}"
MOMENT_NOTE = _("At {time}: {text}")
MOMENT_NOTE_BARE = _("This is {time}, which the note speaks of.")
STAYS_WHY = _("{stays}, as {portal} asks.")
FORGET = _("Take it off this list")
FORGET_ASK = _("Take this clip off your list?")
FORGET_WHY = _("Nothing of it is on this computer any more. At the portal it stays as it is.")
FORGET_KEEP = _("Leave it there")
