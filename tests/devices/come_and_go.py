"""Records with the real recorder while its devices come and go. Run as a child process, with the devices' environment:

    python -m tests.devices.come_and_go STORY TAKE OUT.json [NODE SIZE | RATE]

STORY: camera-unplug, camera-hang, camera-block, microphone-unplug, microphone-hang. The device fails after a while and
comes back: a camera under another NODE and with another SIZE alone, a microphone with another RATE alone, where they
are given. The child holds the plugs itself: they are files.
"""

import json
import os
import queue
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from capture.devices import list_cameras, list_microphones
from capture.model import Microphone, PictureFormat
from capture.recorder import RecorderNews, StateChanged, Told
from capture.state import Device, Recording, Wish
from tests.support.recording import Session, session
from tests.support.virtual_camera import camera_comes_back
from tests.support.virtual_microphone import DEVICE
from tests.support.wait import until

PART_S = 2.5
"""Recorded before, during and after the loss."""


@dataclass
class Story:
    """What the recorder told, and what it counted."""

    told: list[str] = field(default_factory=list)
    told_after_s: float = 0.0
    back_after_s: float = 0.0
    address_before: str = ""
    part_s: list[float] = field(default_factory=list)
    """How long the take was when the device failed, when it was put back, when it was back, and at the end."""
    captured: int = 0
    written: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    seconds: float = 0.0
    size: str = ""
    now: str = ""
    """The size that the camera has at the end."""


def main(story: str, take: Path, out: Path, *changed: str) -> None:
    camera, microphone = list_cameras()[0], _named(DEVICE)
    seen = Story(address_before=camera.address)
    times: list[tuple[float, RecorderNews]] = []
    news: queue.SimpleQueue[RecorderNews] = queue.SimpleQueue()

    def on_news(item: RecorderNews) -> None:
        times.append((time.monotonic(), item))
        news.put(item)

    with session(on_news=on_news) as opened:
        recording = Session(opened.recorder, news)
        recording.prepare(Wish(camera, microphone, PictureFormat(1280, 720, 30.0)))
        recording.start(take)
        _tell_story(recording, story, changed, seen, times)
        latest = recording.recorder.latest_frame()
        seen.now = f"{latest.image.shape[1]}x{latest.image.shape[0]}" if latest else ""
        report = recording.stop()
        seen.told = recording.told
    seen.captured, seen.written, seen.lost = report.frames_captured, report.frames_written, asdict(report.lost)
    seen.gaps = [str(gap.missing) for gap in report.gaps]
    seen.seconds, seen.size = report.seconds, report.size
    out.write_text(json.dumps(asdict(seen)))


def _named(name: str) -> Microphone:
    return next(microphone for microphone in list_microphones() if microphone.name == name)


def _tell_story(
    recording: Session, story: str, changed: tuple[str, ...], seen: Story, times: list[tuple[float, RecorderNews]]
) -> None:
    what, fault = story.split("-")
    device = Device(what)
    folder = Path(os.environ["FAKECAM_DIR" if device is Device.CAMERA else "FAKEMIC_DIR"])
    recording.record_for(PART_S)
    seen.part_s.append(recording.recorder.recorded_s())
    failed_s = time.monotonic()
    (folder / fault).touch()
    recording.wait_told(f"The {what} has stopped")
    seen.told_after_s = next(at_s for at_s, item in times if isinstance(item, Told)) - failed_s
    recording.record_for(PART_S)
    seen.part_s.append(recording.recorder.recorded_s())
    back_s = time.monotonic()
    if changed and device is Device.CAMERA:
        camera_comes_back(folder, *changed)
    elif changed:
        (folder / "rate").write_text(changed[0])
    (folder / fault).unlink()
    until(lambda: _whole(recording), what=f"the {what} again, and not {recording.recorder.state}")
    seen.back_after_s = [at_s for at_s, item in times if isinstance(item, StateChanged)][-1] - back_s
    seen.part_s.append(recording.recorder.recorded_s())
    recording.record_for(PART_S)
    seen.part_s.append(recording.recorder.recorded_s())


def _whole(recording: Session) -> bool:
    state = recording.recorder.state
    return isinstance(state, Recording) and not state.lost


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
