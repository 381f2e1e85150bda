"""Words of a clip that was sent back and may be changed and sent again."""

from diary_app.language import _

CHANGE = _("Change it and send it again")
HOW = _("You can change this clip and send it again. It keeps its page and its slip.")
