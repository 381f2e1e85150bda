"""English words that the command line and the screens share for the stages of a clip."""

from diary_app.clip import Stage
from diary_app.language import _

HELD = _("Held on this computer until you say so")

STAGES: dict[Stage, str] = {
    Stage.RECORDING: _("Recording"),
    Stage.SAVED: _("Saved on this computer"),
    Stage.PREPARING: _("Preparing"),
    Stage.READY: _("Ready to send"),
    Stage.WAITING: _("Waiting for internet"),
    Stage.SENDING: _("Sending"),
    Stage.RECEIVED: _("Received and checked"),
    Stage.IN_REVIEW: _("Being looked at"),
    Stage.PUBLISHED: _("Published"),
    Stage.SENT_BACK: _("Sent back"),
    Stage.WITHDRAWN: _("Withdrawn"),
}
