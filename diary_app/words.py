"""English words that the command line and the screens share for the stages of a clip."""

from diary_app.clip import Stage

HELD = "Held on this computer until you say so"

STAGES: dict[Stage, str] = {
    Stage.RECORDING: "Recording",
    Stage.SAVED: "Saved on this computer",
    Stage.PREPARING: "Preparing",
    Stage.READY: "Ready to send",
    Stage.WAITING: "Waiting for internet",
    Stage.SENDING: "Sending",
    Stage.RECEIVED: "Received and checked",
    Stage.IN_REVIEW: "Being looked at",
    Stage.PUBLISHED: "Published",
    Stage.SENT_BACK: "Sent back",
    Stage.WITHDRAWN: "Withdrawn",
}
