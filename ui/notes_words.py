"""Every word of the notes on screen, and of the countdown's sound."""

SHOW = "Show my notes on screen"
NOTES = "Your notes"
HINT = "Write or paste what you want to say. It moves past beside the camera while you record."
OPEN = "Open a text file"
CHOOSE = "Choose a text file"
KINDS = "Text (*.txt);;All files (*)"
STAY_HERE = "Your notes stay on this computer."
EMPTY = "There is nothing in your notes yet."
LENGTH = "{count} words: {time} to read."
LETTERS = "Size of the letters"
SIZES = ("Small", "Normal", "Large", "Very large")
LINE_BY_LINE = "Move a line at a time"
NOT_TEXT = "{name} is not a plain text file. Open it in its own program, and copy the words into this box."
TOO_LONG = "{name} is too long to read out: it would take more than {time}. Choose a shorter text."
NOT_READ = "{name} cannot be read. Choose another file."

SLOWER = "Slower"
FASTER = "Faster"
HOLD = "Hold"
GO_ON = "Move on"
HOLD_SPOKEN = "Hold the notes"
GO_ON_SPOKEN = "Let the notes move on"
SLOWER_SPOKEN = "Notes slower: {pace} words a minute now"
FASTER_SPOKEN = "Notes faster: {pace} words a minute now"
PACE = "{pace} words a minute"
HOW = "The arrow keys, the wheel or a finger move them, and they go on from there."

COUNT_ALOUD = "Count down with a sound"
STARTS_IN = "Recording starts in {number} seconds."
"""For screen readers, before the countdown: nothing is spoken after it."""

HELP_GET_READY = (
    "Your notes can move past beside the camera while you record. Tick the box, and write, paste or open them there.",
)
HELP_RECORDING = (
    "Your notes move by themselves. Slower and Faster change how fast, Hold stops them, and Pause stops everything.",
)
