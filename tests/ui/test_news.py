"""What comes back of a clip, on the screens: figures, a note that leads to its moments, and files that are gone."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from diary_app.clip import ClipId, KeptRange, Receipt, Rendition, Stage
from diary_app.diary import Diary
from diary_app.keep_rule import KeepRule
from diary_app.keeping import Keeping
from diary_app.news import ClipChanged
from tests.support.app_window import EVENING, Someone
from ui import news_words, words
from ui.adding import Adding
from ui.place import HOME, Name, Place
from ui.watch_back import WatchBack

RECEIVED = EVENING - timedelta(days=2)
SHA = "ab" * 32


@pytest.fixture
def sent(diary: Diary, clip_id: ClipId) -> ClipId:
    """A clip of four of its six seconds that the portal has."""
    catalogue = diary._catalogue
    catalogue.set_keep(clip_id, [KeptRange(2.0, 6.0)])
    catalogue.want(clip_id)
    catalogue.set_rendition(clip_id, Rendition(diary._folders.renditions / f"{clip_id}.mp4", SHA, 7, 4.0))
    catalogue.set_receipt(Receipt(clip_id, SHA, 7, RECEIVED.isoformat(), "http://127.0.0.1/1"))
    return clip_id


def hear(
    diary: Diary, clip_id: ClipId, stage: Stage, *, note: str | None = None, views: int = 0, replies: int = 0
) -> None:
    """As the uploader does when the portal has told its news."""
    assert diary._catalogue.hear(diary.clip(clip_id), stage, note=note, views=views, replies=replies)
    diary._tell(ClipChanged(clip_id))


def says(someone: Someone, name: str, ending: str) -> bool:
    """The accessible name of what is seen ends so."""
    return someone.see(name).accessibleName().endswith(ending)


def test_views_and_replies_show_on_every_screen_without_asking(someone: Someone, diary: Diary, sent: ClipId) -> None:
    row = f"clip-{sent}"
    for views, replies, seen in ((1, 0, "Published, 1 view"), (12, 2, "Published, 12 views, 2 replies")):
        someone.go(HOME)
        hear(diary, sent, Stage.PUBLISHED, views=views, replies=replies)
        someone.until(partial(says, someone, row, seen), what=seen)
        someone.go(Place(Name.CLIPS))
        assert says(someone, row, seen)
        someone.go(Place(Name.SENDING, sent))
        assert someone.reads("stage-published-detail") == seen.removeprefix("Published, ")
    hear(diary, sent, Stage.PUBLISHED, views=13, replies=2)
    someone.until(lambda: someone.reads("stage-published-detail") == "13 views, 2 replies", what="the news")
    assert "13 views" in someone.see("stage-published").accessibleName()


def test_a_note_leads_to_its_moments_in_what_was_sent(someone: Someone, diary: Diary, sent: ClipId) -> None:
    note = "Lovely! 0:03 somebody’s name. The rest is fine; 9:99 is nothing."
    hear(diary, sent, Stage.SENT_BACK, note=note)
    someone.go(Place(Name.SENDING, sent))
    assert someone.focused == "moment-0"
    assert someone.see("moment-0").accessibleName().startswith("Watch it at 0:03: somebody’s name")
    assert not someone.sees("moment-1")
    assert someone.reads("stage-published-detail") == note
    someone.press("moment-0")
    someone.arrives(Name.WATCH)
    screen = someone.window.screen_shown
    assert isinstance(screen, WatchBack)
    someone.until(lambda: screen.view.player is not None, what="the take is open")
    player = screen.view.player
    assert player is not None
    assert player.position_s == pytest.approx(5.0, abs=0.05), "three seconds after the cut at two"
    assert "somebody’s name" in someone.reads("watch-banner-what")


def rule(diary: Diary, days: int) -> None:
    """The portal that the app is joined to has this rule."""
    keeping: Keeping = diary.keeping
    keeping._paired = lambda: "http://127.0.0.1"
    keeping._file.write_text(f'{{"portal": "http://127.0.0.1", "days": {days}}}')
    assert keeping.rule == KeepRule("http://127.0.0.1", days)


def test_it_is_said_beforehand_until_when_the_files_stay(someone: Someone, diary: Diary, sent: ClipId) -> None:
    rule(diary, 30)
    someone.go(Place(Name.CLIPS))
    until = "Stays on this computer until 30 November"
    assert someone.see(f"clip-{sent}").accessibleName().endswith(f"{words.STEP_RECEIVED}. {until}")
    someone.go(Place(Name.SENDING, sent))
    assert someone.reads("stage-saved-detail") == f"{until}, as the portal asks."
    hear(diary, sent, Stage.SENT_BACK)
    someone.until(lambda: not someone.sees("stage-saved-detail"), what="sent back: it stays")


def test_a_clip_whose_files_are_gone_says_so_and_offers_nothing_with_them(
    someone: Someone, diary: Diary, sent: ClipId
) -> None:
    someone.go(Place(Name.SENDING, sent))
    assert someone.sees("watch-again")
    gone_at = EVENING - timedelta(hours=1)
    assert diary._catalogue.note_removed(sent, gone_at, received_before=EVENING)
    diary._tell(ClipChanged(sent))
    said = "Removed from this computer on 2 November, as the portal asks."
    someone.until(lambda: someone.reads("stage-saved-text") == said, what="that it is gone")
    assert someone.reads("stage-saved-detail") == "The portal has it."
    assert not someone.sees("watch-again")
    hear(diary, sent, Stage.SENT_BACK, note="0:02 a name")
    someone.until(lambda: "record it again" in someone.reads("stage-saved-detail"), what="it was sent back")
    assert not someone.sees("moment-0")
    someone.go(Place(Name.CLIPS))
    assert "Removed from this computer on 2 November" in someone.see(f"clip-{sent}").accessibleName()
    someone.go(Place(Name.SENDING, sent))
    assert someone.reads("bin") == news_words.FORGET
    someone.press("bin")
    someone.press("bin-yes")
    someone.arrives(Name.HOME)
    assert diary.clips() == []


def test_a_file_that_is_gone_and_added_again_leads_to_its_clip(
    someone: Someone, diary: Diary, sent: ClipId, six_seconds: Path
) -> None:
    assert diary._catalogue.note_removed(sent, EVENING, received_before=EVENING)
    someone.go(HOME)
    adding = someone.window.screen_shown.findChild(Adding)
    assert isinstance(adding, Adding)
    adding.add((six_seconds,))
    someone.arrives(Name.SENDING)


def test_a_clip_that_its_owner_holds_can_be_binned(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    diary._catalogue.want(clip_id)
    someone.go(Place(Name.SENDING, clip_id))
    assert not someone.sees("bin")
    diary.sending.hold(clip_id)
    someone.press("bin")
    someone.press("bin-yes")
    someone.arrives(Name.HOME)
    assert diary.clips() == []


def test_what_is_watched_is_told_to_whoever_removes(someone: Someone, diary: Diary, sent: ClipId) -> None:
    someone.go(Place(Name.WATCH, sent))
    assert diary.keeping._watched == sent
    someone.go(HOME)
    assert diary.keeping._watched is None


def test_a_clip_that_was_sent_back_is_changed_from_its_own_screen(someone: Someone, diary: Diary, sent: ClipId) -> None:
    hear(diary, sent, Stage.SENT_BACK, note="Lovely. Please leave out the end.")
    someone.go(Place(Name.SENDING, sent))
    assert someone.focused == "change-again"
    assert someone.sees("open-page")
    someone.press("change-again")
    someone.arrives(Name.WATCH)
    assert "leave out the end" in someone.reads("watch-banner-what")
    someone.see("handle-end").setFocus()
    assert diary.clip(sent).sending == 1, "nothing was changed yet"
    someone.key(Qt.Key.Key_Left, shift=True)
    someone.until(lambda: diary.clip(sent).sending == 2, what="the next sending")
    someone.press("use-this")
    someone.arrives(Name.ABOUT)
    someone.write("title", "Shorter")
    someone.press("agree-0")
    someone.press("send")
    someone.arrives(Name.SENDING)
    clip = diary.clip(sent)
    assert (clip.wanted, clip.receipt, clip.kept_seconds < 4.0) == (True, None, True)
