"""Show me as: each choice says what it does, the clip can be watched as others will see it, and nothing is promised
that this computer cannot do."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from capture import models
from diary_app import preparing
from diary_app.clip import ClipId, Rendition, ShowAs
from diary_app.diary import Diary
from diary_app.editing.errors import EditRefused
from tests.support.app_window import Someone
from tests.support.takes import make_sound, tone
from ui import disguise_words
from ui.place import Name, Place


def chosen(someone: Someone) -> list[str]:
    buttons = (someone.see(f"show-{shown}") for shown in ShowAs if someone.sees(f"show-{shown}"))
    return [button.objectName() for button in buttons if isinstance(button, QAbstractButton) and button.isChecked()]


def test_a_voice_is_chosen_watched_and_kept(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    diary._preparer.start()
    diary.set_about(clip_id, replace(diary.clip(clip_id).about, title=""))
    someone.go(Place(Name.ABOUT, clip_id))
    assert chosen(someone) == ["show-as_i_am"]
    someone.press("show-voice_only")
    assert "recognise" in someone.see("show-disguised_voice").accessibleName()
    someone.press("watch-as-others")
    assert someone.at is Name.ABOUT, "the title stands in the file"
    assert someone.focused == "about-banner"
    someone.write("title", "Garden")
    someone.press("watch-as-others")
    someone.arrives(Name.AS_OTHERS)
    assert someone.window.screen_shown.heading == disguise_words.OTHERS_HEAR
    someone.until(lambda: someone.reads("play-time") == "0:00 / 0:06", what="the finished clip")
    assert someone.reads("as-others-note") == disguise_words.THIS_IS_SENT
    rendition = diary.clip(clip_id).rendition
    assert rendition is not None
    assert rendition.path.suffix == ".m4a"
    someone.key(Qt.Key.Key_Escape)
    assert someone.at is Name.ABOUT
    assert chosen(someone) == ["show-voice_only"]
    assert diary.clip(clip_id).about.show_as is ShowAs.VOICE_ONLY


def test_what_cannot_be_made_is_said(
    someone: Someone, diary: Diary, clip_id: ClipId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_some: object, **_more: object) -> Rendition:
        raise EditRefused("No face was found. Your recording is safe.")

    monkeypatch.setattr(preparing, "render_apart", refuse)
    diary._preparer.start()
    someone.go(Place(Name.AS_OTHERS, clip_id))
    someone.until(lambda: someone.focused == "as-others-banner", what="the reason")
    assert someone.reads("as-others-banner-what").startswith("No face was found.")
    assert someone.reads("as-others-note") == ""


def test_without_the_part_that_finds_faces_it_says_so_and_offers_the_voice_alone(
    someone: Someone, diary: Diary, clip_id: ClipId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "model_folders", lambda: [tmp_path])
    someone.go(Place(Name.ABOUT, clip_id))
    someone.press("show-blurred_face")
    assert "cannot blur faces" in someone.reads("about-banner-what")
    someone.press("agree-0")
    someone.press("send")
    assert someone.at is Name.ABOUT, "it is never sent otherwise instead"
    assert not diary.clip(clip_id).wanted
    someone.press("about-banner-do")
    assert chosen(someone) == ["show-voice_only"]
    assert not someone.sees("about-banner")


def test_of_sound_there_is_no_face_to_choose_for(someone: Someone, diary: Diary, tmp_path: Path) -> None:
    sound = diary.add_file(make_sound(tmp_path / "sound.m4a", tone(5.0), extra=("-f", "mp4")))
    someone.go(Place(Name.ABOUT, sound))
    there = [shown for shown in ShowAs if someone.sees(f"show-{shown}")]
    assert there == [ShowAs.AS_I_AM, ShowAs.DISGUISED_VOICE]
