"""Every word of when clips are sent: a clip that stays for now, and the rules for all of them."""

from diary_app import words

HELD = words.HELD
HOLD = "Hold for now"
SEND_NOW = "Send now"
SEND_ANYWAY = "Send now anyway"

HELD_NOTE = "Nothing of this clip is sent until you press “Send now”. You can close this."
METERED = "Waiting: this connection is paid for by the amount"
METERED_NOTE = (
    "You can close this. It is sent by itself once this computer is on another connection and the app is open."
)

WHEN = "When clips are sent"
ALSO_METERED = "Also send on a connection that is paid for by the amount, such as a phone’s"
SPEED = "How fast they are sent"
SPEED_WHY = "Slower leaves room for a video call, or for others on the same line."
AS_FAST = "As fast as it goes"
MIDDLE = "About 1 MB a second"
LOW = "About 250 KB a second"

SMALL_ARRIVED = "A small copy has arrived, so a moderator can watch it already. The full one follows."
SMALL_ONLY = "Only a small copy had arrived. Your recording is safe on this computer."
