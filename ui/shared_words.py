"""Every word of a shared computer: the tiles, the PIN, the six words of staff, signing out."""

from diary_app.language import Plural, _

WHO = _("Who are you?")
WHO_LEAD = _("Choose your name. Nobody sees your clips without your PIN.")
NOBODY = _("Nobody has a diary on this computer yet. Press “I'm new here” to begin.")
NEW_HERE = _("I'm new here")
FOR_STAFF = _("For staff")
TILE = _("{name}, open my diary")
SENDING_FOR = Plural(
    "Clips of {number} person are on their way. You can close this; sending carries on.",
    "Clips of {number} people are on their way. You can close this; sending carries on.",
)

SENDING_AWAY = Plural("Clips of {number} person are on their way", "Clips of {number} people are on their way")

GREETINGS = (
    (5, _("Good evening, {name}")),
    (12, _("Good morning, {name}")),
    (18, _("Good afternoon, {name}")),
    (25, _("Good evening, {name}")),
)
"""Before this hour, this greeting."""
DONE = _("I'm done")
PIN_RENEWED = _("Staff gave you a new PIN on {day}. If you did not ask for it, tell your manager.")

HELLO = _("Hello, {name}")
PIN = _("Your PIN")
PIN_LEAD = _("Type your PIN, or press the numbers.")
OPEN = _("Open my diary")
RUB_OUT = _("Rub out")
DIGITS = Plural("{number} number typed", "{number} numbers typed")
NO_DIGITS = _("No numbers typed")
FORGOTTEN = _("I have forgotten my PIN")
NO_PIN = _("Type your PIN first.")
CHECKING = _("Looking at your PIN …")
WRONG = _("That is not the right PIN. Your clips are safe. Try again.")
WRONG_LEFT = Plural(
    "That is not the right PIN. Your clips are safe. You can try {number} more time before you have to wait.",
    "That is not the right PIN. Your clips are safe. You can try {number} more times before you have to wait.",
)
WAIT = _("There were too many wrong PINs. Your clips are safe. You can try again in {time}.")
MAY_TRY = _("You can try again now.")

OPENING = _("Opening your diary …")
OPENING_WHY = _("Your clips are locked while you are away. They are being made ready for you.")
TIME_LEFT = _("{time} left")
STOP = _("Stop")

NEW = _("A diary of your own")
NEW_LEAD = _("You get a tile with your name. Your clips are locked with your PIN when you are away.")
NAME = _("Your name")
NAME_HINT = _("For example: Sam")
CHOOSE_PIN = _("Choose a PIN of 4 to 8 numbers")
PIN_AGAIN = _("The same PIN again")
MAKE = _("Make my diary")
MAKING = _("Making your diary …")
NOT_SAME = _("The two PINs are not the same. Type them again.")
REMEMBER = _("Choose a PIN that you will remember and that nobody sees you type.")

SET_UP = _("Set up this shared computer")
SET_UP_LEAD = _("This is for the person who looks after this computer. It is done once.")
SET_UP_WORDS = _("Write these six words on paper")
SET_UP_WHY = _(
    "They give a new PIN to somebody who has forgotten theirs. Whoever has them can open every diary on this computer,"
    " so keep the paper locked away, and not near the computer."
)
WORD = "{number}. {word}"
WORDS_SPOKEN = _("The six words: {words}")
WRITTEN = _("I have written them down")
CHECK = _("Type the six words from your paper")
CHECK_WHY = _("So that nobody finds out too late that a word is wrong.")
SIX_WORDS = _("The six words")
SEE_AGAIN = _("See the words again")
FINISH = _("Finish")
NOT_THESE = _("These are not the six words that were shown. Look at your paper, or see them again.")
NOT_KEPT = _("This could not be kept on this computer. Is the disk full?")

NEW_PIN = _("A new PIN")
NEW_PIN_LEAD = _("Ask staff to type the six words of this computer. Nothing is lost: your clips stay as they are.")
SET_PIN = _("Keep the new PIN")
PIN_KEPT = _("The new PIN is kept. You can use it now.")
WRONG_WORDS = _("These are not the six words of this computer. Look at the paper, and type them again.")

STAFF = _("For staff")
STAFF_LEAD = _("Take a tile away, or bring one back. No clip is deleted: what is locked stays locked.")
STAFF_PIN = _("The staff PIN")
STAFF_OPEN = _("Go on")
STAFF_WRONG = _("That is not right. Please try again.")
TAKE_AWAY = _("Take away the tile of {name}")
BRING_BACK = _("Bring back the tile of {name}")
TAKEN_AWAY = _("The tile of {name} is taken away. Their clips are kept.")
BROUGHT_BACK = _("The tile of {name} is back.")

IDLE = _("Are you still there?")
IDLE_WHY = _("Everything is saved. If nobody is here, this diary is closed in {time}.")
STILL_HERE = _("I am still here")

BUSY = _("Diary is closing the last diary …")
NOT_OPENED = _("Your diary could not be opened. Your clips are safe. Please ask staff.")

HELP_WHO = (
    _("Each person who uses this computer has a tile. Press yours and type your PIN."),
    _("Is your name not here? Press “I'm new here”."),
    _("Press “I'm done” when you leave. Your diary also closes by itself when nobody touches the computer."),
    _("What you have sent still goes out when you have left, or at the next start."),
    _("If you forget your PIN, staff can give you a new one. Nothing is lost."),
)
CLOSE_HELP = _("Close")
