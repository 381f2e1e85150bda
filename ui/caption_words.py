"""Every word about captions: on About it, and on the screen where they are checked."""

from diary_app.language import Plural, _

CAPTIONS = _("Captions")
WHY = _("Captions let people read what you say. Many cannot hear it, or have the sound off.")
NOT_YET = _("The computer writes down what you say while you fill this in.")
MAKING = _("The computer is writing down what you say.")
MAKING_LEFT = _("The computer is writing down what you say. It is done in {time}.")
CANNOT = _("Captions cannot be made on this computer. The portal’s staff write them, within 14 days.")
FAILED = _("The captions could not be made this time. Your recording is safe. The portal’s staff can write them too.")
TRY_AGAIN = _("Try again")
SILENT = _("The computer heard nobody speak in this clip, so there are no captions.")
LINES = Plural("{number} line", "{number} lines")
TO_CHECK = Plural("{number} line, {check} to check", "{number} lines, {check} to check")
CHECK = _("Check")
NEED_NOT = _("You can send your clip without checking. The portal’s staff then write the captions, within 14 days.")
CHECK_LATER = _("Check them, and they go to the portal too. If you do not, its staff write them, within 14 days.")
APPROVED = Plural(
    "{number} line. You said that it is right, so it goes with your clip.",
    "{number} lines. You said that they are right, so they go with your clip.",
)
LOOK_AGAIN = _("Look again")

TITLE = _("Check the captions")
INTRO = _("Read each line, and put right what is wrong. The computer knows English only.")
PLACE = _("Line {number} of {count}")
LEFT = Plural("{number} line is still to check.", "{number} lines are still to check.")
NONE_LEFT = _("There is nothing left to check.")
THIS_LINE = _("This line")
NOT_SURE = _("Not sure of: {words}")
SURE = _("Nothing here looks wrong to the computer.")
BEFORE = _("Before it: {text}")
AFTER = _("After it: {text}")
PLAY = _("Play this line")
NEXT = _("Next line")
LAST = _("That was the last line")
BACK = _("Line before")
NEXT_DOUBTFUL = _("Next one to check")
DELETE = _("Delete this line")
UNDO = _("Undo")
RIGHT = _("These are right")
RIGHT_SOFT = _("They then go to the portal with your clip. You can still change them later.")
SAVE_COPY = _("Save a copy")
SAVE_WHERE = _("Save the captions")
SAVE_NAME = _("captions")
SAVE_KINDS = _("Captions for the web (*.vtt);;Captions for players (*.srt);;Text to read (*.txt)")
SAVED = _("The captions are saved as {name}.")
EMPTY = _("No lines are left. Press Undo to have them back.")
DELETED = _("The line is deleted. Press Undo to have it back.")
NO_TAKE = _("The recording is no longer on this computer, so its lines cannot be played.")

HELP = (
    _("Read each line. Press Enter when it is right, and the next one comes."),
    _("Words of which the computer is not sure are named below the line, beside the warning sign."),
    _("“Play this line” lets you hear it again. Everything you do can be undone."),
    _("A name that is bleeped shows as [name], so nobody can read it either."),
    _("Press “These are right” when you are done. Only then do they go with your clip."),
)
