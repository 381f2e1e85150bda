"""Every word of a clip's withdrawal slip."""

from diary_app.language import _

HEADING = _("Your withdrawal slip")
WHY = _("With this code you can take this clip back at any time, without signing in. Nobody can watch it after that.")
SPOKEN = _("The code on your slip: {code}")
WHERE = _("To take the clip back, open {address} and type the code there.")
CARE = _("Keep it where only you find it. Whoever has this code can take the clip back.")
COPY = _("Copy the code")
COPIED = _("The code is copied")
OPEN = _("Open that page")
