"""About it: what was promised is asked for anew when hum and hiss are to be made quieter, and when they are not."""

import threading
from collections.abc import Iterator

import pytest

from diary_app.clip import Clip, ClipId, Preset
from diary_app.diary import Diary
from diary_app.promises import Promise, Promises
from tests.support.app_window import Someone
from ui.place import Name, Place


def test_quieter_hum_is_promised_anew(
    someone: Someone, diary: Diary, clip_id: ClipId, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    slow = threading.Event()

    def promise(clip: Clip, *, stop: threading.Event) -> Iterator[tuple[Preset, Promise]]:
        clean = clip.about.clean_sound
        asked.append(clean)
        for preset in Preset:
            yield preset, Promise(6_000_000 if clean else 5_000_000, None)
            if len(asked) == 1:
                assert slow.wait(60), "the first estimate is still being worked out"

    monkeypatch.setattr(Promises, "of", staticmethod(promise))
    someone.go(Place(Name.ABOUT, clip_id))
    someone.until(lambda: someone.reads("preset-smaller").endswith("5 MB"), what="the first promise")
    someone.press("clean-sound")
    slow.set()
    someone.until(lambda: someone.reads("send") == "Send: 6 MB", what="the new promise")
    someone.until(lambda: someone.reads("preset-best").endswith("6 MB"), what="all of the new promises")
    assert someone.reads("preset-smaller").endswith("6 MB"), "nothing of the first one is left"
    assert asked == [False, True]
    someone.press("clean-sound")
    someone.until(lambda: someone.reads("send") == "Send: 5 MB", what="the old promise")
    assert asked == [False, True, False]
    assert not diary.clip(clip_id).about.clean_sound
