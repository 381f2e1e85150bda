"""Promises to people: the size, and the time only where something is known of the connection."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from diary_app.clip import About, Clip, KeptRange, Kind, Preset, Rendition, Stage, new_clip_id
from diary_app.delivery.line_speed import LineSpeeds
from diary_app.promises import Promises
from tests.support.takes import Look, make_take, ticking


def clip_of(take: Path) -> Clip:
    about = About(preset=Preset.BEST)
    return Clip(new_clip_id(), Kind.VIDEO, Stage.SAVED, datetime.now(UTC), take, seconds=1.0, about=about)


def test_they_are_found_out_once_and_begin_with_the_chosen_one(tmp_path: Path) -> None:
    clip = clip_of(make_take(tmp_path / "take.mp4", ticking(30), look=Look(width=160, height=90)))
    desk = Promises(lambda size: size / 1000)
    found = list(desk.of(clip, stop=threading.Event()))
    assert [preset for preset, _ in found] == [Preset.BEST, Preset.SMALLER, Preset.NORMAL]
    assert all(promise.seconds is not None and promise.seconds > promise.bytes / 1000 for _, promise in found)
    stopped = threading.Event()
    stopped.set()  # nothing can be found out any more
    assert list(desk.of(clip, stop=stopped)) == found
    made = replace(clip, rendition=Rendition(clip.take, "", 12345, 1.0))
    assert next(desk.of(made, stop=stopped))[1].bytes == 12345
    shorter = list(desk.of(replace(clip, keep=(KeptRange(0.0, 0.5),)), stop=threading.Event()))
    assert dict(shorter)[Preset.BEST].bytes < dict(found)[Preset.BEST].bytes


def test_no_minutes_are_invented(tmp_path: Path) -> None:
    clip = clip_of(make_take(tmp_path / "take.mp4", ticking(30), look=Look(width=160, height=90)))
    _, promise = next(Promises(lambda _size: None).of(clip, stop=threading.Event()))
    assert promise.bytes > 0
    assert promise.seconds is None


def test_the_speed_of_a_connection_is_remembered_by_portal(tmp_path: Path) -> None:
    path = tmp_path / "speed.json"
    LineSpeeds(path).keep("https://one.example", 50_000.0)
    LineSpeeds(path).keep("https://two.example", 70_000.0)
    assert LineSpeeds(path).of("https://one.example") == 50_000.0
    assert LineSpeeds(path).of("https://three.example") is None
    path.write_text("[not json")
    assert LineSpeeds(path).of("https://one.example") is None
    LineSpeeds(path).keep("https://one.example", 60_000.0)
    assert LineSpeeds(path).of("https://one.example") == 60_000.0
