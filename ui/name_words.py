"""Every word of the names that were said, and of looking at the film strip closely."""

SAY = "I said a name"
REMOVE = "Take this bleep away"
DONE = "Done"
HOW = "Move the two handles until the whole name is between them. Nobody will hear what lies there."
PLACED = "A bleep covers the name, from {start} to {end}. Undo takes it away."
TAG = "Name"
TAG_WHERE = "Name bleeped, from {start} to {end}. Press to change it."
COUNT_ONE = "1 name bleeped"
COUNT_MANY = "{count} names bleeped"
NO_SOUND = "This recording has no sound, so no name can be heard in it."

HANDLE_START = "Start of the bleep"
HANDLE_END = "End of the bleep"

CLOSER = "Closer"
WHOLE = "Show all"
OVERVIEW = "You see {start} to {end} of {whole}"

HELP = (
    "Did you say somebody’s name? Press I said a name as you hear it. A bleep covers it, and our moderators are told.",
    "In a long recording press Closer to see a part of it large. Show all brings the rest back.",
    "On a handle, the keys + and − do the same; with the mouse hold Ctrl and turn the wheel, with fingers pinch.",
)
