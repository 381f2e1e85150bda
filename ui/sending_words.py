"""Every word of when clips are sent: a clip that stays for now, and the rules for all of them."""

from diary_app import words
from diary_app.language import _

HELD = words.HELD
HOLD = _("Hold for now")
SEND_NOW = _("Send now")
SEND_ANYWAY = _("Send now anyway")

HELD_NOTE = _("Nothing of this clip is sent until you press “Send now”. You can close this.")
METERED = _("Waiting: this connection is paid for by the amount")
METERED_NOTE = _(
    "You can close this. It is sent by itself once this computer is on another connection and the app is open."
)

WHEN = _("When clips are sent")
ALSO_METERED = _("Also send on a connection that is paid for by the amount, such as a phone’s")
SPEED = _("How fast they are sent")
SPEED_WHY = _("Slower leaves room for a video call, or for others on the same line.")
AS_FAST = _("As fast as it goes")
MIDDLE = _("About 1 MB a second")
LOW = _("About 250 KB a second")

SMALL_ARRIVED = _("A small copy has arrived, so a moderator can watch it already. The full one follows.")
SMALL_ONLY = _("Only a small copy had arrived. Your recording is safe on this computer.")
