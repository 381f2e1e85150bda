"""Every word of the booth: for strangers who read it once, standing, and for the staff at the end of the day."""

from diary_app.booth.nouns import Outcome, Why
from diary_app.booth.sheet import Here
from diary_app.clip import Audience
from diary_app.language import Plural, _

APP = "Diary"
BOOTH = _("Booth")
EVENT = _("this event")
"""In a sentence, where the event has no name."""

# -- what it is for -------------------------------------------------------------------------------------------------

ATTRACT = _("Tell us what you think")
ATTRACT_LINES = (
    _("It takes two minutes."),
    _("You answer one question in your own words."),
    _("At the end you choose: keep it, or bin it."),
)
BEGIN = _("Touch here to begin")
BEGIN_KEYS = _("Or press the space bar.")

QUESTION = _("What will you take home from today?")
"""Where nobody has set one."""
QUESTION_TIME = _("You have up to {time}. You can stop at any moment.")
NEXT = _("Next")
NOT_NOW = _("Not now")
STILL_THERE = _("Are you still there? Touch the screen or press a key.")

# -- permission -----------------------------------------------------------------------------------------------------

CONSENT = _("Before you begin")
YOUR_NAME = _("Your first name, if you like")
AGREE = _("I agree")
REFUSE = _("No thank you")
READ = _("Read it to me")
STOP_READING = _("Stop reading")
AUDIENCES = {Audience.TEAM: _("their team"), Audience.STAFF: _("all their staff")}
"""In a sentence about who may watch."""
ME = _("Me")
"""The name on the card of a visitor who gave none."""
TITLE = _("{event}: {time}")

# -- recording ------------------------------------------------------------------------------------------------------

READY = _("Get ready")
OPENING = _("The camera is starting. Nothing is recorded yet.")
OPENING_SOUND = _("The microphone is starting. Nothing is recorded yet.")
COUNTING = _("Look at the camera. Recording starts in a moment.")
COUNTING_SOUND = _("Recording starts in a moment.")
STARTS_IN = _("Recording starts in {number} seconds.")
CANCEL = _("Stop, I do not want to")
RECORDING = _("RECORDING")
LEFT = _("{time} left")
DONE = _("I have finished")
SOUND_ONLY = _("This booth records your voice only.")
SAVING = _("Saving what you said")
SAVING_WHY = _("One moment. The camera is off.")

# -- what becomes of it ---------------------------------------------------------------------------------------------

CHOICE = _("Shall we keep it?")
CHOICE_WHY = _("Nothing has been sent yet.")
CHOICES = {Outcome.KEEP: _("Keep it"), Outcome.AGAIN: _("Try again"), Outcome.BIN: _("Bin it")}
CHOICE_AGAIN_WHY = _("“Try again” bins this one.")
DOING = _("One moment")
THANKS = {
    Outcome.KEEP: _("Thank you. Your recording is kept."),
    Outcome.BIN: _("Thank you. Your recording is binned."),
    Outcome.AGAIN: _("Thank you."),
}
THANKS_WHY = {
    Outcome.KEEP: _("It is safe on this computer and goes to the organisers by itself."),
    Outcome.BIN: _("Nothing of it is left on this computer."),
    Outcome.AGAIN: "",
}
TO_START = _("Back to the start")

# -- out of order ---------------------------------------------------------------------------------------------------

OUT = _("This booth is not ready just now")
OUT_STARTING = _("One moment, the booth is starting")
OUT_WHY = {
    Why.STARTING: "",
    Why.NO_MICROPHONE: _("The microphone is not plugged in."),
    Why.NO_ROOM: _("The disk of this computer is full."),
    Why.DEVICES: _("The camera or the microphone cannot be used."),
    Why.STUCK: _("Something did not work."),
}
OUT_SAFE = _("Everything that was recorded is safe. Please tell the staff.")
OUT_MENDS = _("The booth goes on by itself as soon as it can.")
NOTHING_RECORDED = _("Nothing was recorded. Please try again in a moment.")

# -- staff ----------------------------------------------------------------------------------------------------------

PIN = _("Staff only")
PIN_WHY = _("Enter the staff PIN.")
PIN_FIELD = _("PIN")
PIN_OK = _("Go on")
PIN_CLEAR = _("Clear")
PIN_WRONG = _("That is not the PIN.")
PIN_WAIT = _("That is not the PIN. You can try again in {time}.")
BACK = _("Back to the booth")
NO_PIN = _("No staff PIN is set, so anybody who knows the gesture can leave the booth. Please set one in the settings.")
LEAVE = _("Leave the booth")
LEAVE_WHY = _("What is not sent yet stays safe, and goes when the booth is open again.")
SHEET = _("End-of-day sheet")
TODAY = _("Today")
WHOLE_EVENT = _("The event so far")
RECORDED = _("Recorded")
RECEIVED = _("Received by the portal")
STILL_HERE = _("Still here")
BINNED = _("Binned")
HERE = {
    Here.UNDECIDED: _("Not decided"),
    Here.PREPARING: _("Being prepared"),
    Here.WAITING: _("Waiting to be sent"),
    Here.SENDING: _("Being sent"),
    Here.HELD: _("Held: needs you"),
    Here.NOT_WHOLE: _("Not whole yet"),
}
OF_THESE = _("of these: {why}")
ADDS_UP = _("{recorded} recorded = {received} received + {here} still here + {binned} binned")
NOT_JOINED = _("This booth is not joined to a portal, so nothing is sent.")
DAMAGED = Plural(
    "{number} line of the booth’s journal cannot be read. The count may lack something.",
    "{number} lines of the booth’s journal cannot be read. The count may lack something.",
)
UNDECIDED = _("Not decided")
UNDECIDED_WHY = _("These visitors walked away. Nothing is sent until you say so.")
SEND_IT = _("Send it")
BIN_IT = _("Bin it")
BIN_NOW = _("Press again to bin it for good")
BIN_NOW_NAMED = _("Press again to bin “{title}” for good")
SEND_NAMED = _("Send “{title}”")
BIN_NAMED = _("Bin “{title}”")
SAVE_SHEET = _("Save the sheet as a file")
SHEET_FILE = _("Booth {day}.txt")
SHEET_KINDS = _("Text (*.txt)")
SHEET_SAVED = _("The sheet is saved.")
SHEET_NOT_SAVED = _("The sheet could not be saved there. Choose another folder.")
WORDS_UNUSABLE = _("The organisation’s own words in {file} cannot be used: {why}.")
