"""The door: record, edit, send and bin on the practice devices, as the screens and commands do it."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE
from capture.model import PictureFormat
from capture.state import Ready, Wish
from diary_app.cli.record import record_take
from diary_app.clip import About, ClipId, KeptRange, Kind, Person, Preset, Stage
from diary_app.diary import Diary, Refused
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News, Progress, RecorderChanged, TakeFinished
from tests.support.wait import until

SMALL = Wish(DEMO_CAMERA, DEMO_MICROPHONE, PictureFormat(320, 180, 30))
ABOUT = About("A walk", people=(Person("Me", True),))


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Diary]:
    diary = Diary(Folders(folder))
    try:
        yield diary
    finally:
        diary.close()


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    with opened(tmp_path / "data") as diary:
        yield diary


def wait_for(diary: Diary, wanted: Callable[[News], bool], do: Callable[[], object]) -> None:
    """Do something and wait for the news that it brings."""
    news: queue.SimpleQueue[News] = queue.SimpleQueue()
    stop = diary.subscribe(news.put)
    try:
        do()
        while not wanted(news.get(timeout=60)):
            pass
    finally:
        stop()


def recorded(diary: Diary, wish: Wish = SMALL) -> ClipId:
    return record_take(diary, wish, seconds=1.5).clip_id


def test_a_take_becomes_a_saved_clip_with_its_length(diary: Diary) -> None:
    clip = diary.clip(recorded(diary))
    assert (clip.kind, clip.stage) == (Kind.VIDEO, Stage.SAVED)
    assert clip.seconds is not None
    assert 1.4 < clip.seconds < 5
    assert clip.take.exists()
    assert [path.name for path in clip.take.parent.iterdir()] == [clip.take.name]


def test_a_recording_cannot_begin_before_the_devices_deliver(diary: Diary) -> None:
    with pytest.raises(Refused, match="Choose"):
        diary.start(Kind.VIDEO)
    assert diary.clips() == []


def test_only_one_recording_at_a_time(diary: Diary) -> None:
    wait_for(
        diary,
        lambda item: isinstance(item, RecorderChanged) and isinstance(item.state, Ready),
        lambda: diary.prepare(SMALL),
    )
    diary.start(Kind.VIDEO)
    with pytest.raises(Refused, match="running"):
        diary.start(Kind.VIDEO)


def test_closing_in_the_middle_of_a_take_keeps_it(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as diary:
        wait_for(
            diary,
            lambda item: isinstance(item, RecorderChanged) and isinstance(item.state, Ready),
            lambda: diary.prepare(SMALL),
        )
        clip_id = diary.start(Kind.VIDEO)
        while diary.recorded_s() < 0.5:
            time.sleep(0.01)
    with opened(tmp_path / "data") as diary:
        assert diary.clip(clip_id).stage is Stage.SAVED
        assert diary.unfinished() == []


def test_nothing_is_sent_without_a_title_and_everyones_agreement(diary: Diary) -> None:
    clip_id = recorded(diary)
    with pytest.raises(Refused, match="title"):
        diary.send(clip_id)
    diary.set_about(clip_id, About("A walk", people=(Person("Me", True), Person("Ann", False))))
    with pytest.raises(Refused, match="agree"):
        diary.send(clip_id)
    assert not diary.clip(clip_id).wanted


def test_a_trim_outside_the_take_is_refused_and_changes_nothing(diary: Diary) -> None:
    clip_id = recorded(diary)
    diary.set_keep(clip_id, [KeptRange(0.2, 1.0)])
    with pytest.raises(Refused):
        diary.set_keep(clip_id, [KeptRange(0.2, 99.0)])
    assert diary.clip(clip_id).keep == (KeptRange(0.2, 1.0),)


def test_the_same_file_again_is_the_same_clip(diary: Diary, tmp_path: Path) -> None:
    outside = tmp_path / "phone.mp4"
    outside.write_bytes(diary.clip(recorded(diary)).take.read_bytes())
    clip_id = diary.add_file(outside)
    assert diary.add_file(outside) == clip_id
    assert diary.clip(clip_id).title == "phone"
    outside.unlink()
    assert diary.clip(clip_id).take.exists()


def test_a_file_that_is_no_film_is_refused(diary: Diary, tmp_path: Path) -> None:
    words = tmp_path / "words.mp4"
    words.write_text("words")
    with pytest.raises(Refused):
        diary.add_file(words)
    assert diary.clips() == []
    assert list((tmp_path / "data" / "takes").iterdir()) == []


def test_the_promise_is_near_the_truth_and_sending_prepares_it(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as diary:
        clip_id = recorded(diary)
        promised = dict(diary.promises(clip_id, threading.Event()))[Preset.NORMAL].bytes
        diary.set_about(clip_id, ABOUT)
        diary.send(clip_id)
        with pytest.raises(Refused, match="way"):
            diary.bin(clip_id)
        diary.start_background()
        wait_for(diary, lambda item: _ready(diary, item), lambda: diary.try_now(clip_id))
        rendition = diary.clip(clip_id).rendition
    assert rendition is not None
    assert promised * 0.8 < rendition.bytes < promised * 1.2


def _ready(diary: Diary, item: News) -> bool:
    if isinstance(item, ClipChanged):
        return diary.clip(item.clip_id).rendition is not None
    return isinstance(item, Progress) and item.fraction == 1.0 and diary.clip(item.clip_id).rendition is not None


def test_the_bin_takes_the_files_along(diary: Diary, tmp_path: Path) -> None:
    clip = diary.clip(recorded(diary))
    renditions = Folders(tmp_path / "data").renditions
    made_before_an_edit, anothers = renditions / f"{clip.clip_id}.mp4", renditions / "another.mp4"
    for path in (made_before_an_edit, anothers):
        path.write_bytes(b"film")
    diary.bin(clip.clip_id)
    assert diary.clips() == []
    assert not clip.take.exists()
    assert not made_before_an_edit.exists()
    assert anothers.exists()


def test_sound_alone(diary: Diary) -> None:
    clip = diary.clip(recorded(diary, Wish(None, DEMO_MICROPHONE)))
    assert clip.kind is Kind.SOUND
    assert clip.seconds is not None
    assert clip.seconds >= 1.5


def test_listeners_hear_until_they_stop(diary: Diary) -> None:
    heard: list[News] = []
    stop = diary.subscribe(heard.append)
    recorded(diary)
    assert heard
    stop()
    heard.clear()
    recorded(diary)
    assert heard == []


def test_a_take_that_cannot_begin_is_over_at_once_and_another_can_begin(diary: Diary, tmp_path: Path) -> None:
    wait_for(
        diary,
        lambda item: isinstance(item, RecorderChanged) and isinstance(item.state, Ready),
        lambda: diary.prepare(SMALL),
    )
    for _ in range(5):
        wait_for(
            diary,
            lambda item: isinstance(item, TakeFinished),
            lambda: diary.start(Kind.VIDEO, tmp_path / "no such folder" / "out.mp4"),
        )
    assert diary.clips() == []
    until(lambda: isinstance(diary.recorder_state, Ready), what="the devices to be ready again")
    diary.start(Kind.VIDEO)
