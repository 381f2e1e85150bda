"""Every word of the app without its window: the question when it is closed, the icon, notifications, the two rules."""

ASK = "Your clips are not all sent yet"
ASK_WHY = (
    "They are safe on this computer. Diary can go on sending them after you close the window. "
    "It remembers your answer; you can change it under “Your clips”."
)
GO_ON = "Keep sending in the background"
STOP = "Stop until I open it again"

WHEN_CLOSED = "When I close the window"
WHEN_CLOSED_LABEL = "While clips are being sent"
RULE_ASK = "Ask me"
RULE_GO_ON = GO_ON
RULE_STOP = STOP
AT_LOGIN = "Go on sending after I sign in to this computer"
AT_LOGIN_WHY = "Diary then starts by itself without a window while clips wait, and ends when all have arrived."
NOT_KEPT = "This could not be kept. Is the disk full?"

APP = "Diary"
OPEN = "Open Diary"
END = "Stop sending and close"
NOTHING = "Everything has arrived"
WAITING_ONE = "1 clip is on its way"
WAITING_MANY = "{number} clips are on their way"
SENDING = "Sending “{title}”: {part}"

ARRIVED = "“{title}” has arrived"
ALL_ARRIVED = "All {number} clips have arrived"
ARRIVED_WHY = "Received and checked."
NEEDS_YOU = "“{title}” needs you"
NEEDS_YOU_WHY = "Open Diary to see why. Your recording is safe."
PUBLISHED = "“{title}” is published"
SENT_BACK = "“{title}” was sent back to you"
OPEN_TO_SEE = "Open Diary to see it."

IN_FRONT = "Diary is open already. Its window is in front now."
NOT_WHILE_RECORDING = "Diary is open already and records, so it goes on with the devices that it has."
LONGEST_TITLE = 60


def named(words: str, title: str, **more: str) -> str:
    """Words about one clip; a long title is shortened."""
    short = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
    return words.format(title=short, **more)
