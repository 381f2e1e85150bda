"""Every word of files that are dropped on the window, or added several at a time."""

from diary_app.language import Plural, _

DROP_HERE = Plural("Drop it here to add it to your clips", "Drop the {number} files here to add them to your clips")
ADDING_ONE_OF = _("Copying {name}: {number} of {count}. You can carry on when it is done.")
ADDED_ALL = Plural("It is among your clips now.", "All {number} are among your clips now.")
ADDED_SOME = _("{count} of {all} are among your clips now. {why}")
NO_FILE = _("That is not a file on this computer. Save it on this computer first, then drop it here.")
"""A picture from a web page, or words, were dropped."""
