"""Every word of the names that were said, and of looking at the film strip closely."""

from diary_app.language import Plural, _

SAY = _("I said a name")
REMOVE = _("Take this bleep away")
DONE = _("Done")
HOW = _("Move the two handles until the whole name is between them. Nobody will hear what lies there.")
PLACED = _("A bleep covers the name, from {start} to {end}. Undo takes it away.")
TAG = _("Name")
TAG_WHERE = _("Name bleeped, from {start} to {end}. Press to change it.")
COUNT = Plural("{number} name bleeped", "{number} names bleeped")
NO_SOUND = _("This recording has no sound, so no name can be heard in it.")

HANDLE_START = _("Start of the bleep")
HANDLE_END = _("End of the bleep")

CLOSER = _("Closer")
WHOLE = _("Show all")
OVERVIEW = _("You see {start} to {end} of {whole}")

HELP = (
    _("Did you say somebody’s name? Press I said a name as you hear it. A bleep covers it. Our moderators are told."),
    _("In a long recording press Closer to see a part of it large. Show all brings the rest back."),
    _("On a handle, the keys + and − do the same; with the mouse hold Ctrl and turn the wheel, with fingers pinch."),
)
