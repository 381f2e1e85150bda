"""Every word of the app without its window: the question when it is closed, the icon, notifications, the two rules."""

from diary_app.language import Plural, _

ASK = _("Your clips are not all sent yet")
ASK_WHY = _(
    "They are safe on this computer. Diary can go on sending them after you close the window. "
    "It remembers your answer; you can change it under “Your clips”."
)
GO_ON = _("Keep sending in the background")
STOP = _("Stop until I open it again")

WHEN_CLOSED = _("When I close the window")
WHEN_CLOSED_LABEL = _("While clips are being sent")
RULE_ASK = _("Ask me")
RULE_GO_ON = GO_ON
RULE_STOP = STOP
AT_LOGIN = _("Go on sending after I sign in to this computer")
AT_LOGIN_WHY = _("Diary then starts by itself without a window while clips wait, and ends when all have arrived.")
NOT_KEPT = _("This could not be kept. Is the disk full?")

APP = "Diary"
OPEN = _("Open Diary")
END = _("Stop sending and close")
NOTHING = _("Everything has arrived")
WAITING = Plural("{number} clip is on its way", "{number} clips are on their way")
SENDING = _("Sending “{title}”: {part}")

ARRIVED = _("“{title}” has arrived")
ALL_ARRIVED = _("All {number} clips have arrived")
ARRIVED_WHY = _("Received and checked.")
NEEDS_YOU = _("“{title}” needs you")
NEEDS_YOU_WHY = _("Open Diary to see why. Your recording is safe.")
PUBLISHED = _("“{title}” is published")
SENT_BACK = _("“{title}” was sent back to you")
OPEN_TO_SEE = _("Open Diary to see it.")

IN_FRONT = _("Diary is open already. Its window is in front now.")
NOT_WHILE_RECORDING = _("Diary is open already and records, so it goes on with the devices that it has.")
LONGEST_TITLE = 60


def named(words: str, title: str, **more: str) -> str:
    """Words about one clip; a long title is shortened."""
    short = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
    return words.format(title=short, **more)
