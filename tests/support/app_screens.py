"""Pictures of every screen of the app, made at the real window on the practice devices.

    python -m tests.support.app_screens FOLDER

light-*.png and dark-*.png at 1280x800, small-*.png at 1024x600, large-*.png with words of twice the size.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE
from capture.model import Gap, Lost, Missing, TakeReport
from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from capture.sound_verdict import SoundFault
from capture.state import Device, Recording, Wish, lost_sentence
from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Stage
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.language import shown
from diary_app.news import RecorderTrouble
from tests.support.app_window import OUTSIDE, Someone, open_window
from tests.support.helpful_diary import HelpfulDiary, note_report, verdict
from ui import words
from ui.app import make_app
from ui.design import Shade
from ui.desk import Outside
from ui.get_ready import GetReady
from ui.place import HOME, Name, Place
from ui.watch_back import WatchBack

SIZES = {"light": (1280, 800), "dark": (1280, 800), "small": (1024, 600), "tiny": (683, 384), "large": (1280, 800)}
COUNT_MS = 700
RECORD_S = 6.0


class PictureDiary(HelpfulDiary):
    """What a busy computer lost while the pictures were made is not what they are about."""

    def take_report(self, clip_id: ClipId) -> TakeReport | None:
        report = super().take_report(clip_id)
        return replace(report, lost=Lost(), sound_lost_s=0.0) if report else None


class Album:
    """Keeps the pictures of one journey."""

    def __init__(self, folder: Path, style: str) -> None:
        self._folder, self.style = folder, style
        self.made: list[Path] = []

    def keep(self, someone: Someone, name: str) -> None:
        """Take a picture."""
        path = self._folder / f"{self.style}-{len(self.made) + 1:02}-{name}.png"
        QTest.qWait(120)
        someone.picture(path)
        self.made.append(path)


def make_pictures(folder: Path) -> list[Path]:
    """Go the whole way once in light, and look at every screen again in the other styles; returns the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        diary = PictureDiary(Folders(Path(data)))
        albums = {style: Album(folder, style) for style in SIZES}
        try:
            diary.start_background()
            clip_id = _journey(diary, Path(data), albums["light"])
            for style in ("dark", "small", "tiny", "large"):
                _look_again(diary, Path(data), clip_id, albums[style])
            for album in albums.values():
                _trouble(diary, Path(data), album)
        finally:
            diary.close()
    return [path for album in albums.values() for path in album.made]


def _journey(diary: Diary, data: Path, album: Album) -> ClipId:
    outside = Outside(now=OUTSIDE.now, sound_output=OUTSIDE.sound_output, count_ms=COUNT_MS)
    with open_window(diary, data, outside=outside, size=SIZES["light"]) as someone:
        album.keep(someone, "welcome")
        someone.press("practise")
        someone.arrives(Name.HOME)
        album.keep(someone, "home-empty")
        _record(someone, diary, album)
        clip_id = diary.clips()[0].clip_id
        _cut(someone, album)
        _hand_in(someone, diary, clip_id, album)
        someone.press("to-home")
        album.keep(someone, "home")
        someone.press("see-all")
        album.keep(someone, "your-clips")
        someone.press("help")
        album.keep(someone, "help")
    return clip_id


def _get_ready(someone: Someone, diary: Diary) -> None:
    screen = someone.window.screens[Name.GET_READY]
    assert isinstance(screen, GetReady)
    someone.until(lambda: screen.preview.picture is not None, what="a picture")
    someone.until(lambda: diary.level().peak_db > -30, what="speech")


def _record(someone: Someone, diary: Diary, album: Album) -> None:
    someone.press("record-video")
    _get_ready(someone, diary)
    album.keep(someone, "get-ready")
    someone.press("start")
    QTest.qWait(COUNT_MS // 2)
    album.keep(someone, "countdown")
    someone.arrives(Name.RECORDING)
    someone.until(lambda: diary.recorded_s() > RECORD_S, what="the recording")
    album.keep(someone, "recording")
    someone.press("pause")
    someone.until(lambda: someone.reads("recording-word") == words.PAUSED, what="paused")
    album.keep(someone, "paused")
    someone.press("stop")
    someone.arrives(Name.WATCH)


def _wait_for_strip(someone: Someone) -> WatchBack:
    screen = someone.window.screens[Name.WATCH]
    assert isinstance(screen, WatchBack)
    someone.until(lambda: screen.strip.filled == (24, True), what="the strip")
    someone.until(lambda: screen.view.picture.picture is not None, what="the picture")
    return screen


def _cut(someone: Someone, album: Album) -> None:
    screen = _wait_for_strip(someone)
    album.keep(someone, "watch-it-back")
    place = QPoint(round(screen.strip.x_of(2.4)), 60)
    QTest.mouseClick(someone.see("strip"), Qt.MouseButton.LeftButton, pos=place)
    someone.press("cut-bit")
    album.keep(someone, "cut-a-bit-out")
    someone.press("cut-bit")
    someone.see("handle-start").setFocus()
    someone.key(Qt.Key.Key_Right, shift=True)
    QTest.qWait(200)
    album.keep(someone, "trimmed")
    someone.press("use-this")


def _hand_in(someone: Someone, diary: Diary, clip_id: ClipId, album: Album) -> None:
    someone.until(lambda: "B" in someone.reads("send"), what="the promise")
    someone.press("send")
    album.keep(someone, "something-is-missing")
    someone.write("title", "A walk in the garden")
    someone.press("agree-0")
    someone.until(lambda: not someone.sees("missing"), what="nothing is missing")
    album.keep(someone, "about-it")
    someone.press("send")
    someone.arrives(Name.SENDING)
    album.keep(someone, "sending")
    someone.until(lambda: diary.clip(clip_id).receipt is not None, what="the receipt")
    someone.until(lambda: someone.sees("open-page"), what="its page")
    album.keep(someone, "received-and-checked")


@contextmanager
def _styled(diary: Diary, data: Path, style: str) -> Iterator[Someone]:
    """Someone at a window of this style."""
    shade = Shade.DARK if style == "dark" else Shade.LIGHT
    with open_window(diary, data, shade=shade, size=SIZES[style]) as someone:
        someone.window.set_scale(2.0 if style == "large" else 1.0)
        someone.window.resize(*SIZES[style])
        try:
            yield someone
        finally:
            someone.window.set_scale(1.0)


def _look_again(diary: Diary, data: Path, clip_id: ClipId, album: Album) -> None:
    with _styled(diary, data, album.style) as someone:
        someone.go(HOME)
        album.keep(someone, "home")
        someone.press("record-video")
        _get_ready(someone, diary)
        album.keep(someone, "get-ready")
        someone.press("start")
        someone.arrives(Name.RECORDING)
        someone.until(lambda: diary.recorded_s() > 1.5, what="the recording")
        album.keep(someone, "recording")
        someone.press("stop")
        someone.arrives(Name.WATCH)
        _wait_for_strip(someone)
        album.keep(someone, "watch-it-back")
        someone.press("use-this")
        album.keep(someone, "about-it")
        someone.go(Place(Name.SENDING, clip_id))
        album.keep(someone, "received-and-checked")
        someone.press("help")
        album.keep(someone, "help")
        someone.press("close-help")


# -- when something is wrong ----------------------------------------------------------------------------------------


def _trouble(diary: HelpfulDiary, data: Path, album: Album) -> None:
    """What the guard, the coach and the recorder have to say."""
    with _styled(diary, data, album.style) as someone:
        _trouble_before(someone, diary, album)
        _trouble_meanwhile(someone, diary, album)
        if album.style in ("light", "dark", "small"):
            _trouble_afterwards(someone, diary, data, album)


def _trouble_before(someone: Someone, diary: HelpfulDiary, album: Album) -> None:
    someone.go(HOME)
    someone.press("record-video")
    _get_ready(someone, diary)
    diary.heard.clear()
    someone.press("try-sound")
    QTest.qWait(1500)
    album.keep(someone, "say-your-name")
    diary.hint, diary.fault = PictureHint.BACKLIT, SoundFault.QUIET
    diary.heard.set()
    someone.until(lambda: someone.reads("try-sound") == words.TRY_SOUND_AGAIN, what="the verdict")
    someone.until(lambda: bool(someone.reads("hint")), what="the hint")
    album.keep(someone, "a-hint-and-a-verdict")
    diary.hint = None


def _trouble_meanwhile(someone: Someone, diary: HelpfulDiary, album: Album) -> None:
    someone.press("start")
    someone.arrives(Name.RECORDING)
    diary.room_s = 42 * 60.0
    diary.trouble = SoundTrouble.UNHEARD
    someone.until(lambda: diary.recorded_s() > RECORD_S and someone.sees("room-left"), what="the recording")
    album.keep(someone, "not-heard")
    diary.trouble, diary.hint = None, PictureHint.CUT_OFF
    seen = words.HINTS[PictureHint.CUT_OFF][0]
    someone.until(lambda: someone.reads("recording-banner-what") == seen, what="the hint")
    album.keep(someone, "a-hint-while-recording")
    someone.press("scrap")
    album.keep(someone, "scrap-question")
    someone.press("scrap-ask-yes")
    someone.until(lambda: someone.reads("recording-banner-what") == words.SCRAPPED_ALL, what="it is gone")
    album.keep(someone, "scrapped")
    lost = lost_sentence(Recording(Wish(DEMO_CAMERA, DEMO_MICROPHONE), Path("a.mp4")), Device.CAMERA)
    someone.window.desk.bridge.news.emit(RecorderTrouble(lost))
    someone.until(lambda: someone.reads("recording-banner-what") == shown(lost), what="the camera is lost")
    album.keep(someone, "camera-lost")
    diary.room_s = diary.hint = None
    someone.until(lambda: diary.recorded_s() > RECORD_S, what="the rest of the recording")
    someone.press("stop")
    someone.arrives(Name.WATCH)


def _trouble_afterwards(someone: Someone, diary: HelpfulDiary, data: Path, album: Album) -> None:
    clip_id = next(clip.clip_id for clip in diary.clips() if not clip.wanted and (clip.seconds or 0) > RECORD_S - 1)
    seconds = diary.clip(clip_id).seconds or 0.0
    gaps = (Gap(Missing.CAMERA, seconds * 0.3, seconds * 0.5), Gap(Missing.MICROPHONE, seconds * 0.7, seconds * 0.84))
    report = TakeReport(frames_captured=100, lost=Lost(queue=4), gaps=gaps, sound=verdict(SoundFault.QUIET))
    note_report(Folders(data), clip_id, replace(report, seconds=seconds))
    someone.go(Place(Name.WATCH, clip_id))
    _wait_for_strip(someone)
    album.keep(someone, "a-soft-voice-and-gaps")
    catalogue = Catalogue(Folders(data).catalogue)
    catalogue.move(clip_id, Stage.RECORDING)
    someone.go(HOME)
    someone.see("keep-found")
    album.keep(someone, "cut-short")
    catalogue.move(clip_id, Stage.SAVED)
    catalogue.close()


def main() -> int:
    """Make the pictures in the folder that was named."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_app(sys.argv[:1])
    for path in make_pictures(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
    app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
