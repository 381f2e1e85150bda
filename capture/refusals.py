"""Why a camera or a microphone does not start, in a sentence that says what to do. Any thread.

Looked for only after a device has failed: the looking takes some 10 ms.
"""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from capture.culprit import THIS_APP, Kind, culprit, denied
from capture.errors import CaptureError, DeviceBusy, DeviceDenied, DeviceMissing, DeviceRefused
from capture.model import Camera, Microphone
from capture.sound_cards import CaptureDevice
from capture.video_nodes import Node, try_node

_WORDS = {Kind.CAMERA: "camera", Kind.MICROPHONE: "microphone"}
_PLACES = {Kind.CAMERA: "Camera", Kind.MICROPHONE: "Microphone"}
_GROUPS = {Kind.CAMERA: "video", Kind.MICROPHONE: "audio"}


def _the(kind: Kind, name: str) -> str:
    return f"The {_WORDS[kind]} “{name}”"


def missing(kind: Kind, name: str) -> DeviceMissing:
    """It is not there."""
    return DeviceMissing(f"{_the(kind, name)} is not plugged in. Plug it in, or choose another one.")


def busy(kind: Kind, name: str, who: str | None) -> DeviceBusy:
    """Another program has it."""
    if who:
        close = "Close that window" if who == THIS_APP else f"Close {who}"
        return DeviceBusy(f"{_the(kind, name)} is being used by {who}. {close}, then try again.", who)
    return DeviceBusy(
        f"{_the(kind, name)} is being used by another program. Close video calls and other programs that use it, "
        "then try again."
    )


def not_allowed(kind: Kind, name: str, system: str = sys.platform) -> DeviceDenied:
    """The privacy setting, or the permissions, say no: where it is changed."""
    if system == "win32":
        return DeviceDenied(
            f"Windows does not let this app use the {_WORDS[kind]}. Open Start, Settings, Privacy & security, "
            f"{_PLACES[kind]}, and switch on “Let desktop apps access your {_WORDS[kind]}”. Then try again."
        )
    if system == "darwin":
        return DeviceDenied(
            f"Your Mac does not let this app use the {_WORDS[kind]}. Open System Settings, Privacy & Security, "
            f"{_PLACES[kind]}, switch this app on, then start it again."
        )
    return DeviceDenied(
        f"{_the(kind, name)} is there, but you are not allowed to use it on this computer. "
        f"Ask your IT team to add you to the group “{_GROUPS[kind]}”."
    )


def silent(kind: Kind, name: str) -> DeviceRefused:
    """It is there and free, and delivers nothing."""
    return DeviceRefused(f"{_the(kind, name)} does not answer. Unplug it and plug it in again, or choose another one.")


def camera_trouble(camera: Camera) -> CaptureError | None:
    """What keeps this camera from opening just now, without opening it: its lamp stays off. None: nothing is known."""
    if denied(Kind.CAMERA):
        return not_allowed(Kind.CAMERA, camera.name)
    if not camera.address.startswith("/"):
        who = culprit(Kind.CAMERA)
        return busy(Kind.CAMERA, camera.name, who) if who else None
    node = Path(camera.address).resolve()
    match try_node(node):
        case Node.GONE:
            return missing(Kind.CAMERA, camera.name)
        case Node.NOT_ALLOWED:
            return not_allowed(Kind.CAMERA, camera.name)
        case Node.BUSY:
            return busy(Kind.CAMERA, camera.name, culprit(Kind.CAMERA, [node]))
        case Node.FREE:
            return None


def camera_refusal(camera: Camera) -> CaptureError:
    """Why this camera did not open."""
    known = camera_trouble(camera)
    if known is not None:
        return known
    if sys.platform == "darwin":  # cameras are shared there: it is gone or not allowed, and nothing tells which
        return DeviceRefused(
            f"{_the(Kind.CAMERA, camera.name)} does not start. Check that it is plugged in, and that this app is "
            "switched on in System Settings, Privacy & Security, Camera."
        )
    who = culprit(Kind.CAMERA, [Path(camera.address).resolve()])  # which may have let go in this very moment
    return busy(Kind.CAMERA, camera.name, who) if who else silent(Kind.CAMERA, camera.name)


def microphone_trouble(
    microphone: Microphone, *, listed: bool, cards: Sequence[CaptureDevice] = ()
) -> CaptureError | None:
    """What keeps this microphone from opening just now, without opening it.

    listed: PortAudio has it in its list. cards: what the kernel says that the sound cards can record from.
    """
    if denied(Kind.MICROPHONE):
        return not_allowed(Kind.MICROPHONE, microphone.name)
    own = _own(microphone, cards)
    if own and not any(os.access(node, os.R_OK | os.W_OK) for node in own):
        return not_allowed(Kind.MICROPHONE, microphone.name)
    if listed:
        return None
    if own:  # the kernel has the card and PortAudio could not open it: it is somebody else's just now
        return busy(Kind.MICROPHONE, microphone.name, culprit(Kind.MICROPHONE, own))
    return missing(Kind.MICROPHONE, microphone.name)


def microphone_refusal(microphone: Microphone, *, listed: bool, cards: Sequence[CaptureDevice] = ()) -> CaptureError:
    """Why this microphone did not open."""
    known = microphone_trouble(microphone, listed=listed, cards=cards)
    if known is not None:
        return known
    who = culprit(Kind.MICROPHONE, _own(microphone, cards) or [card.node for card in cards])
    return busy(Kind.MICROPHONE, microphone.name, who) if who else silent(Kind.MICROPHONE, microphone.name)


def _own(microphone: Microphone, cards: Sequence[CaptureDevice]) -> list[Path]:
    """The device files of this microphone; none where it is no sound card's."""
    return [card.node for card in cards if re.sub(r" \(\d+\)$", "", microphone.name) == card.name]
