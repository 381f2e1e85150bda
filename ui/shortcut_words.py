"""Every word of the list of keys in Help."""

HERE = "Keys on this screen"
EVERYWHERE = "Keys everywhere"
OR = "{one} or {other}"

OPEN_HELP = "Open and close help"
LARGER = "Larger words"
SMALLER = "Smaller words"
GO_BACK = "Go back"
CLOSE = "Close what is open, or go back. It never ends a recording."
NEXT = "To the next thing, or to the one before"
PRESS = "Press what has the frame round it"

UNDO = "Undo the last cut"
REDO = "Cut it again"
STEP = "On a handle of the strip: move it by a picture"
LEAP = "On a handle: move it by a second"
FAR = "On a handle: move it by ten seconds"
