"""Every word of the screen Settings, of its PIN, and of the card on Home that says what is wrong with settings."""

from diary_app.language import LANGUAGES, Plural, _

SETTINGS = _("Settings")
HELP = (
    _("This screen is for the person who looks after this computer. You can leave everything as it is."),
    _("A setting counts as soon as you choose it, unless it says otherwise."),
    _("What your organisation decides for this computer cannot be changed here. It says so."),
)
DECIDED = _("Your organisation decides this for this computer, so it cannot be changed here.")
NEXT_TIME = _("This counts when you open Diary again.")

SPEED_OF = _("{size} a second")

LOOKS = _("Words and colours")
LANGUAGE = _("Language")
LANGUAGE_NAMES = {"": _("As on this computer"), **LANGUAGES}
COLOURS = _("Colours")
COLOUR_NAMES = {
    "system": _("As on this computer"),
    "light": _("Light"),
    "dark": _("Dark"),
    "contrast": _("High contrast"),
}
SIZE = _("Size of words")
SIZE_NAME = _("{number} %")

NEW_CLIPS = _("New clips")
QUALITY = _("Quality of a new clip")
QUALITY_WHY = _("You can choose another one for each clip before you send it.")
CAPTIONS = _("Offer captions for a clip")
CAPTIONS_WHY = _("This computer writes down what is said. Nothing is sent away for that.")

COMPUTER = _("This computer")
WHO = _("Who uses this computer")
WHO_NAMES = {
    "personal": _("Only me"),
    "shared": _("Several people, each with a PIN"),
    "booth": _("Visitors at an event"),
}
EVENT = _("Name of the event")
QUESTION = _("Question that is asked")
QUESTION_WHY = _("Leave it empty to have one of our own each day.")
LONGEST = _("Longest recording at an event")
SECONDS = Plural("{number} second", "{number} seconds")
MINUTES = Plural("{number} minute", "{number} minutes")

PIN = _("Staff PIN")
PIN_NONE = _("No PIN is set, so anybody at this computer can change these settings.")
PIN_SET = _("A PIN is set. Whoever changes “{computer}” or “{portal}” is asked for it.")
PIN_NEW = _("New PIN, 4 to 12 digits")
PIN_AGAIN = _("The same PIN again")
PIN_KEEP = _("Set this PIN")
PIN_REMOVE = _("Remove the PIN")
PIN_KEPT = _("The PIN is set. Please write it down in a safe place.")
PIN_REMOVED = _("The PIN is removed.")
PIN_BAD = _("A PIN has 4 to 12 digits and nothing else. Please type it again.")
PIN_DIFFERS = _("The two PINs are not the same. Please type both again.")

GUARD = _("For staff")
GUARD_WHY = _("A staff PIN keeps the settings for this computer and its portal.")
GUARD_PIN = _("Staff PIN, to open these settings")
GUARD_OPEN = _("Open these settings")
GUARD_OPENED = _("The settings for staff are open until you leave this screen.")
GUARD_WRONG = _("This is not the PIN. Please try again.")
GUARD_WAIT = Plural(
    "This was not the PIN too often. Please try again in {number} second.",
    "This was not the PIN too often. Please try again in {number} seconds.",
)

PORTAL = _("Where clips go")
PORTAL_NONE = _("This app is joined to no portal yet.")
PORTAL_JOINED = _("Clips go to {name}, at {address}.")
PORTAL_PRACTICE = _("Practice mode: clips go to a practice portal on this computer. Nothing real is sent.")
JOIN_ONE = _("Join a portal")
JOIN_ANOTHER = _("Join another portal")
JOIN_NOTE = _("Clips go to {name} until another portal has said yes. To leave it as it is, go back.")
LEAVE = _("Leave this portal")
LEAVE_ASK = _("Leave this portal?")
LEAVE_WHY = _("Clips that are not sent yet stay safe on this computer. They wait until you join a portal again.")
LEAVE_NO = _("Stay with it")

WRONG = _("Some settings do not count")
WRONG_SAFE = _("Your recordings are safe.")
WRONG_OURS = _("You can choose them again under “Settings”.")
WRONG_THEIRS = _("Please tell the person who looks after this computer.")
WRONG_OPEN = _("Open settings")
WRONG_SEEN = _("All right")
