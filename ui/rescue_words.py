"""Every word of the memory stick: the part of Help, taking clips away, bringing clips here."""

from diary_app.language import Plural, _

HELP_HEADING = _("No internet for days?")
HELP_WHY = _("Carry your clips on a memory stick to another computer, or to the people who run the portal.")
TAKE = _("Take clips away")
BRING = _("Bring clips here")

CLOSE = _("Close")
TRY_AGAIN = _("Try again")
STOP = _("Stop")
STOPPING = _("Stopping …")

LOOKING = _("Looking at your clips …")
NOTHING = _("There is nothing to take")
NOTHING_WHY = _("Every clip on this computer has arrived at the portal.")
TAKE_HEADING = _("Take your clips on a memory stick")
TAKE_SOME = Plural(
    "1 clip has not arrived at the portal yet. It needs {size} on the memory stick.",
    "{number} clips have not arrived at the portal yet. They need {size} on the memory stick.",
)
TAKE_SAFE = _("Everything also stays on this computer, which goes on sending when the internet is back.")
TAKE_LOCKED = _("Whoever finds the stick sees nothing. It opens with six words that you write on paper.")
TAKE_PORTAL = _("{portal} can open it too, without the words.")
SHOW_WORDS = _("Show me the six words")
LEFT_OUT = _("Not among them, because the recording is not finished or cannot be found: {titles}.")

WORDS_HEADING = _("Write these six words on paper")
WORDS_WHY = _("Nobody can open the clips without them, not even we. Keep the paper apart from the memory stick.")
WORDS_WHY_PORTAL = _("Nobody but {portal} can open the clips without them. Keep the paper apart from the memory stick.")
WORDS_SPOKEN = _("The six words: {words}")
WORD = "{number}. {word}"
WRITTEN = _("I have written them down")

CHECK_HEADING = _("Look at your paper")
CHECK_WHY = _("Type two of the words, to be sure that they are written right.")
CHECK_WORD = _("Word {number}")
CHECK_WRONG = _("Word {number} is another one. Look at your paper, or see the words again.")
SEE_AGAIN = _("See the words again")
CHOOSE_STICK = _("Choose the memory stick")

WRITING = _("Copying to the memory stick")
WRITING_WHY = _("Leave the stick where it is. Everything is read back and compared before we say that it is there.")
READING = _("Bringing your clips here")
READING_WHY = _("Leave the stick where it is.")
LEFT = _("{percent} %, {time} left")
PERCENT = "{percent} %"

TAKEN = _("It is on the memory stick")
TAKEN_SOME = Plural("1 clip was copied, read back and compared.", "{number} clips were copied, read back and compared.")
TAKEN_WHERE = _("The folder is called “{folder}”. Eject the stick before you pull it out.")
TAKEN_NEXT = _("At another computer with this app, open Help and press “Bring clips here”.")
TAKEN_PORTAL = _("Or give the stick to the people who run {portal}. It opens there without the words.")
NOT_TAKEN = _("Nothing is on the memory stick")
STOPPED_TAKING = _("You stopped it. Your clips are safe on this computer.")

BRING_HEADING = _("Bring clips from a memory stick")
BRING_WHY = _("You need the memory stick, and the paper with the six words.")
CHOOSE_FOLDER = _("Choose the memory stick")
TYPE_HEADING = _("Type the six words")
TYPE_WHY = _("They are on the paper that was written when the clips were taken. Put a space between them.")
TYPE_FIELD = _("The six words")
BRING_NOW = _("Bring the clips here")
BROUGHT = _("The clips are here")
BROUGHT_SOME = Plural(
    "1 clip is in Your clips now. If it was on its way to the portal, this computer sends it.",
    "{number} clips are in Your clips now. This computer sends those that were on their way to the portal.",
)
BROUGHT_NONE = _("All of them were here already")
BROUGHT_NONE_WHY = _("Nothing is brought or sent twice.")
ALREADY_SOME = Plural("1 clip was here already.", "{number} clips were here already.")
DAMAGED = _("These cannot be read from the stick: {titles}. Keep the stick, and try again at the first computer.")
NOT_BROUGHT = _("The clips did not come")
STOPPED_BRINGING = _("You stopped it. What is in Your clips already stays there; do it again for the rest.")
"""Nothing comes twice, so doing it again is always right."""
