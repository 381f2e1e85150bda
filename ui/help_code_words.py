"""Every word of the help code in Help; the code itself is in English, as whoever helps reads it."""

from diary_app.language import _

HEADING = _("When somebody helps you")
WHY = _("A help code says how this computer is doing. It holds nothing that you recorded, and no titles or names.")
MAKE = _("Make a help code")
CODE = _("Help code")
COPY = _("Copy the help code")
COPIED = _("It is copied. You can paste it into a message.")
READ = _("Read it out, or copy it and send it to the person who helps you.")
