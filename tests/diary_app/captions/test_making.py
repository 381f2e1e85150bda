"""Drafts are made of real speech, in a child process, offline; they are resumed, and give way to a recording."""

import subprocess
import sys
import threading
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from capture.models import WHISPER, WHISPER_PINS, installed_folder
from diary_app.captions import child
from diary_app.captions.desk import CaptionDesk, How
from diary_app.captions.hearing import RATE, STRETCH_S, Speech, hear
from diary_app.captions.line import Heard, Line, Word
from diary_app.captions.maker import Maker
from diary_app.captions.whisper import is_there
from diary_app.catalogue import Catalogue
from diary_app.clip import Captions, ClipId, KeptRange, Kind, Receipt, Stage, new_clip_id
from diary_app.editing.errors import EditFailed, EditRefused, EditStopped, WorldError
from diary_app.editing.progress import OnProgress
from diary_app.folders import Folders
from tests.support.wait import until

BOOK = Path("/usr/share/pocketsphinx/test/data/librivox")
SPOKEN = BOOK / "sense_and_sensibility_01_austen_64kb-0880.wav"
"""Three seconds of a book that somebody reads aloud."""


def _models(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("DIARY_MODELS", str(folder))


# -- the real one ---------------------------------------------------------------------------------------------------


def test_what_was_said_is_written_down_by_a_process_that_has_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    if not SPOKEN.is_file():
        pytest.skip("pocketsphinx-testdata: speech to listen to")
    _models(monkeypatch, installed_folder().parent / "test-models")
    done: list[float] = []
    heard = child.hear_apart(SPOKEN, on_progress=lambda fraction, _left: done.append(fraction))
    said = " ".join(word.text for word in heard).lower().replace(",", "").replace(".", "")
    assert "he was not an ill disposed young man" in said.replace("-", " ")
    assert all(0 <= word.start_s <= word.end_s <= 3.5 and 0 < word.likely <= 1 for word in heard)
    assert done == sorted(done)
    assert done[-1] == 1.0


def test_a_process_that_stays_offline_reaches_nothing() -> None:
    program = (
        "import socket, urllib.request; from diary_app.captions.whisper import stay_offline; stay_offline()\n"
        "for ask in (lambda: urllib.request.urlopen('http://127.0.0.1:9/'), lambda: socket.getaddrinfo('a.test', 80),\n"
        "            lambda: socket.socket().connect(('127.0.0.1', 9))):\n"
        "    try: ask()\n"
        "    except OSError as error: print('without a network' in str(error))\n"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.split() == ["True"] * 3


def test_without_the_right_model_nothing_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / WHISPER).mkdir()
    for name in WHISPER_PINS:
        (tmp_path / name).write_bytes(b"not it")
    _models(monkeypatch, tmp_path)
    assert not is_there()
    take = tmp_path / "take.wav"
    with wave.open(str(take), "wb") as file:
        file.setparams((1, 2, RATE, RATE, "NONE", ""))
        file.writeframes(bytes(2 * RATE))
    with pytest.raises(EditFailed, match="cannot be made on this computer"):
        child.hear_apart(take)


# -- the child, and who waits for it --------------------------------------------------------------------------------

SCRIPTED = """
import json, sys
at = json.loads(sys.stdin.readline())["from_s"]
def say(**told): print(json.dumps(told), flush=True)
while at < 30.0:
    say(words=[[at, at + 1.0, f"word{at:.0f}", 0.9]], next_s=at + 10.0)
    at += 10.0
    say(at=at, of=30.0)
    WHAT_THEN
say(done=True)
"""


def _child(monkeypatch: pytest.MonkeyPatch, what_then: str) -> None:
    command = [sys.executable, "-c", SCRIPTED.replace("WHAT_THEN", what_then)]
    monkeypatch.setattr(child, "own_python", lambda _module: command)


def test_it_gives_way_to_a_recording_and_goes_on_behind_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    _child(monkeypatch, "sys.stdin.read()")  # each stretch, and then it hangs, until it is ended
    pauses = 0

    def begin(_done: float, _left: float | None) -> None:
        nonlocal pauses
        pauses = 3

    def recording() -> bool:
        nonlocal pauses
        pauses = max(0, pauses - 1)
        return pauses > 0

    heard = child.hear_apart(Path("take.mp4"), on_progress=begin, recording=recording)
    assert [word.text for word in heard] == ["word0", "word10", "word20"]


def test_a_child_that_dies_and_one_that_is_stopped_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _child(monkeypatch, "sys.exit(3)")
    with pytest.raises(EditFailed, match="Your recording is safe"):
        child.hear_apart(Path("take.mp4"))
    _child(monkeypatch, "sys.stdin.read()")
    stop = threading.Event()
    with pytest.raises(EditStopped):
        child.hear_apart(Path("take.mp4"), on_progress=lambda _done, _left: stop.set(), stop=stop)


class Talker:
    """Says a word every second, of half a second, but for every fourth; each knows where it is by the sound itself."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def words(self, speech: Speech) -> Iterator[Heard]:
        self.given.append(len(speech))
        for second in range(len(speech) // RATE):
            at = round(float(speech[second * RATE]))
            if at % 4:
                yield Heard(second + 0.2, second + 0.7, str(at), 1.0)


def test_a_long_take_is_heard_in_stretches_and_no_word_is_lost_or_said_twice() -> None:
    seconds = STRETCH_S * 2 + 30
    talker = Talker()

    def sound(start_s: float, end_s: float) -> Speech:
        at = np.arange(round(start_s * RATE), round(end_s * RATE))
        return np.asarray((at + RATE // 2) // RATE, np.float32)

    told: list[float] = []
    found = list(hear(sound, talker, from_s=0.0, seconds=seconds, told=told.append))
    assert [word.text for words, _ in found for word in words] == [str(at) for at in range(seconds) if at % 4]
    assert max(talker.given) <= STRETCH_S * RATE
    assert len(found) == 3
    assert told[-1] == found[-1][1] == seconds
    again = list(hear(sound, Talker(), from_s=found[0][1], seconds=seconds))
    assert again == found[1:], "who begins again behind a stretch hears the same"


# -- drafts in the background ------------------------------------------------------------------------------------------


class Home:
    """A catalogue with clips, and a maker whose ear is `hear`."""

    def __init__(self, folder: Path) -> None:
        self.folders = Folders(folder).make()
        self.catalogue = Catalogue(self.folders.catalogue)

    def clip(self, stage: Stage = Stage.SAVED) -> ClipId:
        clip_id = new_clip_id()
        self.catalogue.add(clip_id, kind=Kind.VIDEO, take=self.folders.takes / "t.mp4", stage=stage, seconds=9.0)
        if stage is not Stage.SAVED:
            self.catalogue.want(clip_id)
        return clip_id

    def desk(self, hear: Callable[[threading.Event], Sequence[Heard]], *, able: bool = True) -> CaptionDesk:
        def ear(
            take: Path, *, on_progress: OnProgress, stop: threading.Event, recording: Callable[[], bool]
        ) -> Sequence[Heard]:
            on_progress(0.5, 4.0)
            return hear(stop)

        maker = Maker(
            self.catalogue, tell=lambda _news: None, hear=ear, seems_there=lambda: True, is_there=lambda: able
        )
        return CaptionDesk(self.folders, self.catalogue, tell=lambda _news: None, maker=maker)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "data")
    yield made
    made.catalogue.close()


def _says(_stop: threading.Event) -> Sequence[Heard]:
    return [Heard(1.0, 1.5, "Hello", 0.9), Heard(1.6, 2.0, "Anna.", 0.4)]


def test_a_draft_is_made_while_the_form_is_open_and_hides_names(home: Home) -> None:
    clip_id = home.clip()
    desk = home.desk(_says)
    assert desk.standing(clip_id).how is How.NOT_YET
    desk.maker.start()
    desk.begin(clip_id)
    until(lambda: desk.standing(clip_id).how is How.DRAFT, what="the draft")
    desk.maker.close()
    assert (desk.standing(clip_id).lines, desk.standing(clip_id).to_check) == (1, 1)
    assert desk.as_file(clip_id, ".txt") == "Hello Anna.\n"
    home.catalogue.set_names_said(clip_id, [KeptRange(1.7, 2.0)])
    assert [line.text for line in desk.lines(clip_id)] == ["Hello [name]"]
    home.catalogue.set_keep(clip_id, [KeptRange(0.0, 1.55)])
    assert desk.as_file(clip_id, ".srt").splitlines()[2:] == ["Hello"]
    desk.keep(clip_id, desk.lines(clip_id), approved=True)
    assert (desk.standing(clip_id).how, desk.standing(clip_id).to_check) == (How.APPROVED, 0)
    home.catalogue.set_keep(clip_id, [])
    assert home.catalogue.clip(clip_id).captions is Captions.APPROVED, "an edit of the trim keeps them"
    assert "Hello [name]" in desk.as_file(clip_id, ".vtt")


def test_a_copy_is_saved_as_its_name_asks(home: Home, tmp_path: Path) -> None:
    clip_id = home.clip()
    desk = home.desk(_says)
    desk.keep(clip_id, [Line((Word(1.0, 1.5, "Hello"),))], approved=True)
    for name, begins in (("a.vtt", "WEBVTT\n"), ("a.SRT", "1\n00:00:01,000"), ("a.txt", "Hello\n"), ("a", "WEBVTT\n")):
        assert desk.save(clip_id, tmp_path / name).read_text().startswith(begins)
    assert (tmp_path / "a.vtt").is_file()
    with pytest.raises(WorldError, match="Your recording is safe"):
        desk.save(clip_id, tmp_path / "nowhere" / "a.srt")


def test_what_a_closed_app_left_is_made_by_the_next_one(home: Home) -> None:
    clip_id = home.clip(Stage.READY)
    begun = threading.Event()

    def never(stop: threading.Event) -> Sequence[Heard]:
        begun.set()
        stop.wait()
        raise EditStopped

    desk = home.desk(never)
    desk.maker.start()
    assert begun.wait(30), "a clip on its way needs nobody who asks"
    assert desk.standing(clip_id).making.seconds_left == 4.0
    desk.maker.close()
    assert desk.standing(clip_id).how is How.NOT_YET
    again = home.desk(_says)
    again.maker.start()
    until(lambda: again.standing(clip_id).how is How.DRAFT, what="the draft")
    again.maker.close()


def test_what_cannot_be_made_is_said(home: Home) -> None:
    silent, broken = home.clip(), home.clip()
    words: dict[str, list[EditRefused | EditFailed]] = {"left": [EditFailed("It broke."), EditRefused("No sound.")]}

    def fails(_stop: threading.Event) -> Sequence[Heard]:
        if words["left"]:
            raise words["left"].pop()
        return _says(_stop)

    desk = home.desk(fails)
    desk.maker.start()
    desk.begin(silent)
    until(lambda: desk.standing(silent).how is How.SILENT, what="a clip without sound")
    desk.begin(broken)
    until(lambda: desk.standing(broken).how is How.FAILED, what="a failure")
    desk.begin(broken)
    until(lambda: desk.standing(broken).how is How.DRAFT, what="the second try")
    desk.maker.close()
    without = home.desk(fails, able=False)
    clip_id = home.clip()
    without.maker.start()
    without.begin(clip_id)
    until(lambda: without.standing(clip_id).how is How.CANNOT, what="a computer without the model")
    without.maker.close()


def test_a_change_while_the_portal_is_told_is_told_again(home: Home) -> None:
    clip_id = home.clip(Stage.READY)
    lines = (Line((Word(0.0, 1.0, "Hello"),)),)
    home.catalogue.set_captions(clip_id, lines, Captions.APPROVED)
    assert home.catalogue.captions_to_tell() == [], "the portal has not the clip itself yet"
    home.catalogue.set_receipt(Receipt(clip_id, "ab" * 32, 9, "2026-11-23T18:00:00+00:00", "http://127.0.0.1/c"))
    assert [clip.clip_id for clip in home.catalogue.captions_to_tell()] == [clip_id]
    changed = (Line((Word(0.0, 1.0, "Hullo"),)),)
    home.catalogue.set_captions(clip_id, changed, Captions.APPROVED)
    home.catalogue.note_captions_told(clip_id, lines, "ab" * 32)
    assert home.catalogue.captions_to_tell() != []
    home.catalogue.note_captions_told(clip_id, changed, "ab" * 32)
    assert home.catalogue.captions_to_tell() == []
    home.catalogue.set_captions(clip_id, changed, Captions.DRAFT)
    assert home.catalogue.captions_to_tell() == []
