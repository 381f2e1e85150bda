"""Every word of files that are dropped on the window, or added several at a time."""

DROP_HERE = "Drop it here to add it to your clips"
DROP_MANY = "Drop the {count} files here to add them to your clips"
ADDING_ONE_OF = "Copying {name}: {number} of {count}. You can carry on when it is done."
ADDED_MANY = "All {count} are among your clips now."
ADDED_SOME = "{count} of {all} are among your clips now. {why}"
NO_FILE = "That is not a file on this computer. Save it on this computer first, then drop it here."
"""A picture from a web page, or words, were dropped."""
