"""Every word of the first screen: practice mode, or an organisation’s portal by a short code."""

from diary_app.language import _

WELCOME = _("Welcome")
WELCOME_LEAD = _("Record a short video or sound clip, and hand it in. It takes about five minutes.")
PRACTICE_MODE = _("Practice mode")
PRACTISE = _("Start in practice mode")
PRACTISE_WHY = _(
    "Try everything. Your clips go to a practice portal on this computer, so that nothing can go wrong. "
    "Nobody else sees them."
)
PRACTISE_STARTING = _("Starting the practice portal. This takes a few seconds.")
PRACTISE_FAILED = _("The practice portal did not start.")
JOIN = _("Join your organisation’s portal")
JOIN_WHY = _("Your organisation gives you its address. A member of staff then allows this computer with a short code.")
JOIN_ADDRESS = _("Address of the portal")
JOIN_ADDRESS_HINT = _("For example: https://diary.example.org")
JOIN_ASK = _("Get a code")
JOIN_ASKING = _("Asking the portal…")
JOIN_CODE = _("Your code")
JOIN_HOW = _("Ask a member of staff to open {address} and type this code. This screen goes on by itself.")
JOIN_SPOKEN = _("Your code is {code}")
JOIN_CANCEL = _("Stop waiting")
JOIN_NO_ADDRESS = _("Write the address of the portal first.")
