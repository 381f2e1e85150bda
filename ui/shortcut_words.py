"""Every word of the list of keys in Help."""

from diary_app.language import _

HERE = _("Keys on this screen")
EVERYWHERE = _("Keys everywhere")
OR = _("{one} or {other}")

OPEN_HELP = _("Open and close help")
LARGER = _("Larger words")
SMALLER = _("Smaller words")
GO_BACK = _("Go back")
CLOSE = _("Close what is open, or go back. It never ends a recording.")
NEXT = _("To the next thing, or to the one before")
PRESS = _("Press what has the frame round it")

UNDO = _("Undo the last change")
REDO = _("Do it again")
UNDO_CAPTION = _("Undo the last change of the captions")
STEP = _("On a handle of the strip: move it by a picture")
LEAP = _("On a handle: move it by a second")
FAR = _("On a handle: move it by ten seconds")

NOTES_FASTER = _("Your notes move faster")
NOTES_SLOWER = _("Your notes move slower")
NOTES_BACK = _("Your notes: a line back")
NOTES_ON = _("Your notes: a line on")
NOTES_HOLD = _("Hold your notes, or let them move on")
