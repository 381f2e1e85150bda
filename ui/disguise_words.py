"""Words of how the speaker is seen and heard by others: the choice on About it, and a look at what comes of it."""

from diary_app.clip import ShowAs
from diary_app.language import _

SHOW_ME = _("Show me as")
CHOICES = {
    ShowAs.AS_I_AM: _("As I am"),
    ShowAs.VOICE_ONLY: _("Voice only. The picture is not sent. People who know you may still know your voice."),
    ShowAs.DISGUISED_VOICE: _(
        "Disguised voice. Your voice is made higher or lower. Your face is shown. "
        "People who know you may still recognise you."
    ),
    ShowAs.BLURRED_FACE: _(
        "Blurred face. Every face is covered, and then we check each picture. "
        "Your voice, your clothes and the room can still be recognised."
    ),
}
"""Each with what it does, and what it does not do."""
DISGUISED_SOUND = _("Disguised voice. Your voice is made higher or lower. People who know you may still recognise you.")
"""Of sound alone."""
HEARD_AS = _("Let others hear me as")
"""Where there is no picture."""
WATCH = _("Watch how others will see you")
LISTEN = _("Listen to how others will hear you")
USE_VOICE_ONLY = _("Use voice only")
TITLE_FIRST = _("Please give your clip a title first. Then you can listen to it as others will.")

OTHERS_SEE = _("As others see you")
OTHERS_HEAR = _("As others hear you")
MAKING = _("We are making your clip as others will get it. You can wait here, or go back.")
MAKING_LEFT = _("We are making your clip as others will get it: {time} left. You can wait here, or go back.")
THIS_IS_SENT = _("This is your clip as others will get it. Nothing is sent until you press Send.")
GO_BACK = _("Go back to the form")
HELP = (
    _("Here you see and hear your clip exactly as others will. Nothing has been sent yet."),
    _("If it is not what you want, go back and choose another way to be shown."),
    _("A covered face or a changed voice helps, but people who know you may still recognise you."),
)
