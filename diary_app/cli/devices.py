"""`diary devices` and `diary check`: what this computer has, and what of it works."""

import argparse
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import imageio_ffmpeg

from capture import portaudio
from capture.culprit import Kind, denied
from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE, list_cameras, list_microphones
from capture.disk import LEAST_FREE_BYTES
from capture.errors import CaptureError, DeviceBusy, DeviceDenied, DeviceMissing
from capture.microphone import NO_PORTAUDIO
from capture.microphones import listed_microphones
from capture.model import Camera, Microphone
from capture.models import SILERO, YUNET, ModelMissing, find_model
from capture.refusals import camera_trouble, microphone_trouble, not_allowed
from capture.sound_cards import capture_devices
from diary_app.captions.whisper import is_there
from diary_app.cli.common import print_json
from diary_app.delivery.pairing import PairingDesk
from diary_app.delivery.practice import PracticePortal
from diary_app.folders import Folders
from diary_app.phrases import size
from upload.discovery import discover
from upload.errors import DeliveryError
from upload.transport import Transport


def run_devices(arguments: argparse.Namespace, place: Folders) -> int:
    """List the devices; the practice ones come last."""
    cameras = [*list_cameras(), DEMO_CAMERA]
    microphones = [*list_microphones(), DEMO_MICROPHONE]
    if arguments.json:
        print_json(
            {"cameras": [asdict(found) for found in cameras], "microphones": [asdict(found) for found in microphones]}
        )
        return 0
    _print("Cameras", cameras)
    _print("Microphones", microphones)
    return 0


def _print(title: str, found: Sequence[Camera | Microphone]) -> None:
    print(f"{title}:")
    for number, device in enumerate(found):
        print(f"  {number}  {device.name}  ({device.address})")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `diary check`."""

    name: str
    works: bool
    needed: bool
    """False where the app has another way, such as the practice camera."""
    words: str
    device: str = ""
    """Which camera or microphone this line is about."""
    trouble: str = ""
    """Of a device: busy, denied, missing, refused; empty where nothing is wrong."""
    culprit: str | None = None
    """Of a busy device: the program that has it, where the system tells."""


def run_check(arguments: argparse.Namespace, place: Folders) -> int:
    """Look at everything; status 1 when something that is needed does not work."""
    found = [*_cameras(), *_microphones(), *_models()]
    looks: tuple[Callable[[Folders], Check], ...] = (_disk, _ffmpeg, _keyring, _portal)
    found += [look(place) for look in looks]
    if arguments.json:
        print_json([asdict(check) for check in found])
    else:
        for check in found:
            word = "ok  " if check.works else "NO  " if check.needed else "note"
            print(f"{word}  {check.name}: {check.words}")
    return 0 if all(check.works or not check.needed for check in found) else 1


def _cameras() -> list[Check]:
    found = [_device("camera", camera.name, camera_trouble(camera)) for camera in list_cameras()]
    return found or [_none(Kind.CAMERA, "camera")]


def _microphones() -> list[Check]:
    if not portaudio.is_there():
        return [Check("microphone", False, False, NO_PORTAUDIO, trouble="refused")]
    portaudio.refresh_if_changed()
    cards = capture_devices() or ()
    found = [
        _device(
            "microphone",
            listed.microphone.name,
            microphone_trouble(listed.microphone, listed=listed.index is not None, cards=cards),
        )
        for listed in listed_microphones()
    ]
    return found or [_none(Kind.MICROPHONE, "microphone")]


def _none(kind: Kind, what: str) -> Check:
    """A refused device may not even be listed."""
    if denied(kind):
        return _device(what, "", not_allowed(kind, ""))
    return Check(what, False, False, f"none found; the practice {what} works")


def _device(what: str, name: str, trouble: CaptureError | None) -> Check:
    match trouble:
        case None:
            return Check(what, True, False, f"{name}: ready", name)
        case DeviceBusy():
            return Check(what, False, False, str(trouble), name, "busy", trouble.culprit)
        case DeviceDenied():
            return Check(what, False, False, str(trouble), name, "denied")
        case DeviceMissing():
            return Check(what, False, False, str(trouble), name, "missing")
        case _:
            return Check(what, False, False, str(trouble), name, "refused")


def _models() -> list[Check]:
    faces, speech = _model("faces", YUNET, "help with the picture"), _model("speech", SILERO, "help with the sound")
    return [faces, speech, _captions()]


def _model(name: str, model: str, use: str) -> Check:
    try:
        find_model(model)
    except ModelMissing as error:
        return Check(name, False, False, f"no {use}: {error}")
    return Check(name, True, False, f"{use} is ready")


def _captions() -> Check:
    if is_there():
        return Check("captions", True, False, "drafts of captions can be made here")
    return Check("captions", False, False, "no drafts of captions; ./scripts/run --captions fetches what they need")


def _disk(place: Folders) -> Check:
    free = shutil.disk_usage(place.data).free
    words = f"{size(free)} free in {place.data}"
    return Check("disk", free > LEAST_FREE_BYTES, True, words)


def _ffmpeg(place: Folders) -> Check:
    try:
        done = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return Check("ffmpeg", False, True, "does not start; install the app again")
    return Check("ffmpeg", True, True, done.stdout.split(" Copyright")[0])


def _keyring(place: Folders) -> Check:
    where = PairingDesk(place, PracticePortal(place)).vault.where
    return Check("keyring", "keyring" in where, False, f"sign-in is kept in {where}")


def _portal(place: Folders) -> Check:
    pairing = PairingDesk(place, PracticePortal(place)).paired()
    if pairing is None:
        return Check("portal", False, False, "none joined yet; Send uses the practice portal on this computer")
    if pairing.practice:
        return Check("portal", True, False, "the practice portal on this computer, started when it is needed")
    try:
        with Transport(pairing.url) as transport:
            name = discover(transport).name
    except DeliveryError as error:
        return Check("portal", False, True, f"{pairing.url}: {error}")
    return Check("portal", True, True, f"{name} at {pairing.url}")
