"""Why a camera or a microphone does not start, in a sentence that says what to do. Any thread.

Looked for only after a device has failed: the looking takes some 10 ms.
"""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from capture import words
from capture.culprit import THIS_APP, Kind, culprit, denied
from capture.errors import CaptureError, DeviceBusy, DeviceDenied, DeviceMissing, DeviceRefused
from capture.model import Camera, Microphone
from capture.sound_cards import CaptureDevice
from capture.video_nodes import Node, try_node

_GROUPS = {Kind.CAMERA: "video", Kind.MICROPHONE: "audio"}


def missing(kind: Kind, name: str) -> DeviceMissing:
    """It is not there."""
    return DeviceMissing(words.MISSING[_of(kind)].format(name=name))


def busy(kind: Kind, name: str, who: str | None) -> DeviceBusy:
    """Another program has it."""
    if who == THIS_APP:
        return DeviceBusy(words.BUSY_HERE[_of(kind)].format(name=name), who)
    if who:
        return DeviceBusy(words.BUSY_WITH[_of(kind)].format(name=name, who=who), who)
    return DeviceBusy(words.BUSY[_of(kind)].format(name=name))


def not_allowed(kind: Kind, name: str, system: str = sys.platform) -> DeviceDenied:
    """The privacy setting, or the permissions, say no: where it is changed."""
    if system == "win32":
        return DeviceDenied(words.NOT_ALLOWED_WINDOWS[_of(kind)])
    if system == "darwin":
        return DeviceDenied(words.NOT_ALLOWED_MAC[_of(kind)])
    return DeviceDenied(words.NOT_ALLOWED[_of(kind)].format(name=name, group=_GROUPS[kind]))


def silent(kind: Kind, name: str) -> DeviceRefused:
    """It is there and free, and delivers nothing."""
    return DeviceRefused(words.SILENT[_of(kind)].format(name=name))


def _of(kind: Kind) -> str:
    return words.CAMERA if kind is Kind.CAMERA else words.MICROPHONE


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
        return DeviceRefused(words.NOT_STARTING_MAC.format(name=camera.name))
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
