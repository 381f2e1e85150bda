"""`diary record`: one take from the command line, with a report of what became of every frame."""

import argparse
import json
import queue
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE, list_cameras, list_microphones
from capture.encoder import part_path
from capture.model import Camera, Microphone, PictureFormat, TakeReport
from capture.state import Ready, Wish
from diary_app import phrases
from diary_app.cli.common import CommandFailed, say
from diary_app.cli.opening import open_diary
from diary_app.clip import ClipId, Kind
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.news import News, RecorderChanged, RecorderTrouble, TakeFinished
from upload.files import write_whole

SETTLE_S = 0.5
"""Devices need a moment before their times and pictures are steady."""
OPEN_TIMEOUT_S = 20.0
CLOSE_TIMEOUT_S = 90.0
POLL_S = 0.01
STALLED_S = 10.0
"""A take that does not grow for so long is ended: the device delivers nothing and does not say why."""
Found = TypeVar("Found", Camera, Microphone)
SUFFIXES = (".mp4", ".m4v", ".m4a", ".mov")


@dataclass(frozen=True, slots=True)
class Take:
    """What record_take() brought."""

    clip_id: ClipId
    report: TakeReport
    troubles: tuple[str, ...]


def find_camera(wanted: str | None) -> Camera | None:
    """The camera that a name, a number, 'demo' or 'none' means; the first one where nothing is said."""
    if wanted == "none":
        return None
    if wanted == "demo":
        return DEMO_CAMERA
    return _pick(wanted, list_cameras(), "camera")


def find_microphone(wanted: str | None) -> Microphone | None:
    """The microphone that a name, a number, 'demo' or 'none' means; the first one where nothing is said."""
    if wanted == "none":
        return None
    if wanted == "demo":
        return DEMO_MICROPHONE
    return _pick(wanted, list_microphones(), "microphone")


def _pick(wanted: str | None, found: list[Found], what: str) -> Found:
    """A number, a whole name or address, or a part of exactly one name; the first where nothing is said."""
    if not found:
        raise CommandFailed(f"No {what} was found. Plug one in, or practise with --{what} demo.")
    if wanted is None:
        return found[0]
    if wanted.isdigit() and int(wanted) < len(found):
        return found[int(wanted)]
    exact = [device for device in found if wanted in (device.name, device.address)]
    close = exact or [device for device in found if wanted.casefold() in device.name.casefold()]
    if not close:
        names = ", ".join(device.name for device in found)
        raise CommandFailed(f"There is no {what} called “{wanted}”. This computer has: {names}.")
    return close[0]


def run_record(arguments: argparse.Namespace, place: Folders) -> int:
    """Record, and say where the take is."""
    out = _checked(arguments.out)
    width, height = arguments.size
    wish = Wish(
        find_camera(arguments.camera),
        find_microphone(arguments.microphone),
        PictureFormat(width, height, arguments.fps),
    )
    if wish.camera is None and wish.microphone is None:
        raise CommandFailed("There is nothing to record: choose a camera or a microphone.")
    if wish.camera is not None and out.suffix.lower() == ".m4a":
        raise CommandFailed("A .m4a file holds sound alone. Choose a name that ends in .mp4, or --camera none.")
    with open_diary(place) as diary:
        take = record_take(diary, wish, seconds=arguments.seconds, out=out)
    if arguments.report:
        write_whole(arguments.report.absolute(), json.dumps(asdict(take.report), indent=2).encode() + b"\n")
    if not out.exists():
        raise CommandFailed(" ".join(take.troubles) or "Nothing was recorded.")
    print(f"{out}: {phrases.clock_tenths(take.report.seconds)} recorded")
    for trouble in take.troubles:
        say(trouble)
    return 1 if take.troubles else 0


def _checked(out: Path) -> Path:
    """The take's place, or a sentence that says what is wrong with it."""
    out = out.absolute()
    if out.suffix.lower() not in SUFFIXES:
        raise CommandFailed(f"The name of a recording ends in .mp4, or in .m4a for sound alone, not in “{out.suffix}”.")
    if out.exists():
        raise CommandFailed(f"{out} exists already, and a recording is never written over another. Choose a new name.")
    if part_path(out).exists():
        raise CommandFailed(f"A recording called {out} was cut short. Type “diary recover” to make it whole first.")
    if not out.parent.is_dir():
        raise CommandFailed(f"There is no folder {out.parent}. Make it first, or choose another one.")
    return out


def record_take(diary: Diary, wish: Wish, *, seconds: float, out: Path | None = None) -> Take:
    """Open the devices, record so many seconds, close the take. Raises CommandFailed where it cannot begin."""
    news: queue.SimpleQueue[News] = queue.SimpleQueue()
    unsubscribe = diary.subscribe(news.put)
    try:
        diary.prepare(wish)
        _wait_until_ready(news)
        _pause(SETTLE_S)
        clip_id = diary.start(Kind.VIDEO if wish.camera else Kind.SOUND, out)
        try:
            finished, troubles = _follow(diary, news, seconds)
        except KeyboardInterrupt:
            diary.stop()
            finished, troubles = _close(news, [])
            raise
        return Take(clip_id, finished.report, tuple(troubles))
    finally:
        unsubscribe()


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def _wait_until_ready(news: "queue.SimpleQueue[News]") -> None:
    while True:
        try:
            item = news.get(timeout=OPEN_TIMEOUT_S)
        except queue.Empty:
            raise CommandFailed("The camera or the microphone does not answer. Unplug it, plug it in again.") from None
        match item:
            case RecorderTrouble(sentence):
                raise CommandFailed(sentence)
            case RecorderChanged(Ready()):
                return
            case _:
                pass


def _follow(diary: Diary, news: "queue.SimpleQueue[News]", seconds: float) -> tuple[TakeFinished, list[str]]:
    """Until the take is long enough, or ends by itself."""
    troubles: list[str] = []
    before, still_s = 0.0, 0.0
    while diary.recorded_s() < seconds - 1e-6 and still_s < STALLED_S:
        try:
            item = news.get(timeout=POLL_S)
        except queue.Empty:
            recorded = diary.recorded_s()
            before, still_s = (recorded, 0.0) if recorded > before else (before, still_s + POLL_S)
            continue
        if isinstance(item, RecorderTrouble):
            troubles.append(item.sentence)
        if isinstance(item, TakeFinished):
            return item, troubles
    if still_s >= STALLED_S:
        troubles.append("The camera or the microphone delivers nothing any more, so the recording has stopped.")
    diary.stop()
    return _close(news, troubles)


def _close(news: "queue.SimpleQueue[News]", troubles: list[str]) -> tuple[TakeFinished, list[str]]:
    while True:
        try:
            item = news.get(timeout=CLOSE_TIMEOUT_S)
        except queue.Empty:
            raise CommandFailed("The recording does not close. Type “diary recover” to make it whole.") from None
        if isinstance(item, RecorderTrouble):
            troubles.append(item.sentence)
        if isinstance(item, TakeFinished):
            return item, troubles
