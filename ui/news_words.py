"""Every word of what comes back of a clip: where its note leads, and a clip whose files are gone."""

from diary_app.clip import Kind

MOMENTS = "Where to look"
MOMENT = {Kind.VIDEO: "Watch it at {time}", Kind.SOUND: "Listen at {time}"}
MOMENT_SPOKEN = "{button}: {text}"
MOMENT_NOTE = "At {time}: {text}"
MOMENT_NOTE_BARE = "This is {time}, which the note speaks of."
STAYS_WHY = "{stays}, as {portal} asks."
FORGET = "Take it off this list"
FORGET_ASK = "Take this clip off your list?"
FORGET_WHY = "Nothing of it is on this computer any more. At the portal it stays as it is."
FORGET_KEEP = "Leave it there"
