"""Every word of the notes on screen, and of the countdown's sound."""

from diary_app.language import _

SHOW = _("Show my notes on screen")
NOTES = _("Your notes")
HINT = _("Write or paste what you want to say. It moves past beside the camera while you record.")
OPEN = _("Open a text file")
CHOOSE = _("Choose a text file")
KINDS = _("Text (*.txt);;All files (*)")
STAY_HERE = _("Your notes stay on this computer.")
EMPTY = _("There is nothing in your notes yet.")
LENGTH = _("{count} words: {time} to read.")
LETTERS = _("Size of the letters")
SIZES = (_("Small"), _("Normal"), _("Large"), _("Very large"))
LINE_BY_LINE = _("Move a line at a time")
NOT_TEXT = _("{name} is not a plain text file. Open it in its own program, and copy the words into this box.")
TOO_LONG = _("{name} is too long to read out: it would take more than {time}. Choose a shorter text.")
NOT_READ = _("{name} cannot be read. Choose another file.")

SLOWER = _("Slower")
FASTER = _("Faster")
HOLD = _("Hold")
GO_ON = _("Move on")
HOLD_SPOKEN = _("Hold the notes")
GO_ON_SPOKEN = _("Let the notes move on")
SLOWER_SPOKEN = _("Notes slower: {pace} words a minute now")
FASTER_SPOKEN = _("Notes faster: {pace} words a minute now")
PACE = _("{pace} words a minute")
HOW = _("The arrow keys, the wheel or a finger move them, and they go on from there.")

COUNT_ALOUD = _("Count down with a sound")
STARTS_IN = _("Recording starts in {number} seconds.")
"""For screen readers, before the countdown: nothing is spoken after it."""

HELP_GET_READY = (
    _("Your notes can move past beside the camera while you record. Tick the box. Write, paste or open them there."),
)
HELP_RECORDING = (
    _("Your notes move by themselves. Slower and Faster change how fast, Hold stops them, and Pause stops everything."),
)
