"""What can go wrong on the way to a portal, by family. The family, not the single error, decides what happens next.

    DeliveryError                 every error below; `sentence` is for the person at the screen
    ├── World                     nothing is wrong here: wait, and try again            (retry_after_s)
    │   ├── Doubt                 the connection broke: what arrived is not known, so ask with HEAD
    │   │   ├── NoConnection      no network, no such computer, refused, cut off
    │   │   └── TimedOut          no answer, or nothing moved, for too long
    │   ├── PortalBusy            408, 423 (tus: somebody else holds the upload), 429 or 5xx
    │   ├── PortalFull            507
    │   ├── NotAPortal            an answer that is not our protocol: a hotel's sign-in page, a redirect, nonsense
    │   ├── ForeignAddress        an address at another place than the portal itself: nothing is sent there
    │   ├── WrongCertificate      somebody else may be answering: nothing is sent
    │   └── Unfaithful            the portal says yes but does not keep what it is sent
    ├── Identity                  a person must sign in again
    │   ├── SignInNeeded          401 that a refresh did not mend, or no token at all
    │   ├── CodeExpired           nobody typed the short code in time
    │   └── CodeDenied            somebody pressed No
    ├── Refusal                   the portal says no, and why; trying again does not help
    │   ├── Conflict              403 or 409: it may have another word on this clip, so ask
    │   ├── TooLarge              413 from something before the portal, which has no sentence
    │   ├── UnsafeAddress         not https, and not this computer
    │   └── AppTooOld             the portal speaks a newer protocol
    ├── OutOfStep                 the two sides disagree about where the upload stands
    │   ├── WrongOffset           409 on PATCH: ask with HEAD
    │   └── Gone                  404 or 410: create again
    ├── Damage                    what arrived is not what was sent: create again, from the first byte
    └── Bug                       ours: hold the clip, and write the cause into the log
        └── FileChanged           the finished file is not the one that was made

    Stopped                       no error: the stop event was set

Source of the families: docs/protocol.md, section 5.
"""


class Stopped(Exception):
    """The stop event was set; what arrived at the portal is kept there."""


class DeliveryError(Exception):
    """Something on the way to the portal went wrong; `sentence` says it in plain words."""

    default = (
        "Something went wrong on the way to the portal. Your recording is safe on this computer. Please try again."
    )

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.default
        super().__init__(self.sentence)


class World(DeliveryError):
    """Waiting may mend it. retry_after_s: the pause in seconds that the portal asked for, or None."""

    default = "The portal cannot be reached just now. Your recording is safe, and it is sent by itself later."

    def __init__(self, sentence: str | None = None, *, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Doubt(World):
    """The connection broke; only HEAD can tell what arrived."""


class NoConnection(Doubt):
    """No network, no such computer, connection refused or cut off."""

    default = "There is no connection to the portal. Your recording is safe, and it is sent by itself later."


class TimedOut(Doubt):
    """No answer, or nothing moved, for too long."""

    default = "The portal did not answer in time. Your recording is safe, and it is sent by itself later."


class PortalBusy(World):
    """408, 423, 429 or 5xx."""

    default = "The portal is busy just now. Your recording is safe, and it is sent by itself later."


class PortalFull(World):
    """507: the portal has no room."""

    default = "The portal has no room just now. Your recording is safe, and it is sent when there is room again."


class NotAPortal(World):
    """An answer that is not our protocol."""

    default = (
        "Something else answered instead of the portal. If this Wi-Fi has a sign-in page, open your web browser"
        " and sign in there. Your recording is safe."
    )


class ForeignAddress(World):
    """The portal named an address at another place than itself."""

    default = (
        "The portal pointed to another place, so nothing was sent there. Your recording is safe."
        " Please tell your IT team."
    )


class WrongCertificate(World):
    """The other side could not prove that it is the portal (TLS certificate)."""

    default = (
        "The portal could not prove that it is the real one, so nothing was sent. Check this computer's date and"
        " time, or ask your IT team about the portal's certificate. Your recording is safe."
    )


class Unfaithful(World):
    """The portal accepts bytes again and again, and holds no more than before."""

    default = "The portal did not keep what was sent. Your recording is safe, and it is sent again later."


class Identity(DeliveryError):
    """A person must sign in again."""

    default = "Please sign in to the portal again. Your recording is safe."


class SignInNeeded(Identity):
    """401 that a refresh did not mend, or no token at all."""


class CodeExpired(Identity):
    """Nobody typed the short code in time."""

    default = "The code was not used in time. Please ask for a new one."


class CodeDenied(Identity):
    """Somebody pressed No at the portal."""

    default = "The portal did not allow this computer. Ask your digital champion, then try again."


class Refusal(DeliveryError):
    """The portal says no; its own sentence is the best one."""

    default = "The portal did not accept this. Your recording is safe on this computer. Please tell your IT team."


class Conflict(Refusal):
    """403 or 409: what the portal knows of this clip may say more than its sentence."""


class TooLarge(Refusal):
    """413 that is not the portal's own."""

    default = (
        "Something on the way to the portal lets no file of this size through. Your recording is safe. Choose a smaller"
        " size, or tell your IT team."
    )


class UnsafeAddress(Refusal):
    """Not https, and not this computer; or no address at all."""

    default = "This is not a safe portal address. It should begin with https://"


class AppTooOld(Refusal):
    """The portal speaks a newer protocol than this app."""

    default = "The portal needs a newer version of this app. Please update the app. Your recording is safe."


class OutOfStep(DeliveryError):
    """The two sides disagree about where the upload stands."""

    default = "The portal lost its place. Your recording is safe, and it is sent again."


class WrongOffset(OutOfStep):
    """409 on PATCH."""


class Gone(OutOfStep):
    """404 or 410: this upload is no longer at the portal."""


class Damage(DeliveryError):
    """What arrived is not what was sent."""

    default = (
        "The clip was damaged on its way to the portal, more than once. Your recording is safe on this computer."
        " Please tell your IT team."
    )


class Bug(DeliveryError):
    """Ours."""

    default = (
        "Something went wrong inside the app. Your recording is safe on this computer. Please tell your IT team,"
        " and send them the log."
    )


class FileChanged(Bug):
    """The finished file is missing, or is not the one that was made."""

    default = (
        "The finished file was changed or removed on this computer. Your recording is safe."
        " Press Send to make the file again."
    )
