"""The count of the booth adds up, whatever the process is killed in the midst of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from diary_app.booth.consent import LARGEST_BYTES, NAME, ConsentWords, find_words
from diary_app.booth.journal import Journal, Line, What
from diary_app.booth.nouns import Outcome
from diary_app.booth.sheet import Here, Tally, sheet
from diary_app.clip import Audience, Person, Preset, Stage
from diary_app.folders import Folders
from tests.support.booth_clips import EVENT, WORDS, Doom, DoomedClips, Killed, booth_visits, one_visit

EVENING = datetime(2026, 11, 2, 23, 50, tzinfo=timezone(timedelta(hours=1)))
WANTED = (Outcome.KEEP, Outcome.BIN, None)


class Day:
    """One day at the booth: it is opened again after each kill, and the next stranger comes."""

    def __init__(self, data: Path, doom: Doom) -> None:
        self.folders, self._doom = Folders(data), doom
        self.written: set[str] = set()
        self.kills = 0
        self._open()

    def _open(self) -> None:
        self.clips = DoomedClips(self.folders, self._doom, self.written)
        self.visits = booth_visits(self.folders, self.clips, self._doom, lambda: EVENING)

    def survive(self, work: Callable[[], object]) -> None:
        """Do it; a kill is followed by the next start."""
        try:
            work()
        except Killed:
            self.kills += 1
            self.clips.close()
            self._open()
            self.visits.recover()

    def live(self) -> None:
        """Three strangers; the portal takes what is wanted before the last comes."""
        for wanted in WANTED:
            self.survive(partial(self._visit, wanted))
            if wanted is Outcome.BIN:
                self.survive(self._deliver)

    def _visit(self, wanted: Outcome | None) -> None:
        one_visit(self.visits, self.clips, wanted)

    def _deliver(self) -> None:
        for clip in self.clips.clips():
            if clip.wanted and clip.receipt is None:
                self.clips.deliver(clip.clip_id)
                self.visits.received(clip.clip_id)


def test_a_day_without_a_kill(tmp_path: Path) -> None:
    day = Day(tmp_path, Doom(None, done=False))
    day.live()
    found = day.visits.sheet()
    assert found.today == found.whole_event == Tally(1, 1, {Here.UNDECIDED: 1})
    assert (found.today.recorded, found.today.still_here, found.today.undecided) == (3, 1, 1)
    ((visit, clip),) = found.undecided
    assert (clip.wanted, clip.take.stem, clip.stage) == (False, visit, Stage.SAVED)
    day.clips.close()


def steps_of_a_day(folder: Path) -> int:
    doom = Doom(None, done=False)
    day = Day(folder, doom)
    day.live()
    day.clips.close()
    return doom.steps


def judge(day: Day) -> None:
    """By the files on the disk, the portal's receipts and what was pressed alone."""
    files = {path.stem for path in day.folders.takes.glob("*.mp4")}
    received = {clip.take.stem for clip in day.clips.clips() if clip.receipt is not None}
    found = day.visits.sheet().today
    assert found.recorded == len(day.written)
    assert found.received == len(received)
    assert found.binned == len(day.written - files)
    assert found.still_here == len(files - received)
    assert found.recorded == found.received + found.still_here + found.binned
    told = day.visits.journal.read()
    assert told.damaged == 0
    binned_elsewhere = sheet(told, [], event=EVENT, now=EVENING).today
    assert (binned_elsewhere.recorded, binned_elsewhere.received) == (found.recorded, found.received)
    for clip in day.clips.clips():
        assert clip.stage is not Stage.RECORDING
        assert clip.about.people == (Person("Ann", agrees=True),)
        assert clip.wanted == told.visits[clip.take.stem].kept, "only what somebody kept is sent"
    assert {visit.visit for visit in told.visits.values() if visit.binned} == day.written - files


def test_it_adds_up_after_a_kill_at_every_step(tmp_path: Path) -> None:
    steps = steps_of_a_day(tmp_path / "whole")
    assert steps > 20
    for number in range(steps):
        for done in (False, True):
            day = Day(tmp_path / f"{number}-{done}", Doom(number, done=done))
            day.live()
            assert day.kills == 1
            judge(day)
            day.clips.close()


# -- the sheet ------------------------------------------------------------------------------------------------------


def test_today_and_the_event_are_counted_apart(tmp_path: Path) -> None:
    day = Day(tmp_path, Doom(None, done=False))
    day.live()
    told, clips = day.visits.journal.read(), day.clips.clips()
    day.clips.close()
    tomorrow = sheet(told, clips, event=EVENT, now=EVENING + timedelta(minutes=20))
    assert (tomorrow.today.recorded, tomorrow.whole_event.recorded) == (0, 3)
    assert len(tomorrow.undecided) == 1, "also what yesterday left undecided"
    elsewhere = sheet(told, clips, event="Another day", now=EVENING.astimezone(UTC))
    assert (elsewhere.today.recorded, elsewhere.whole_event.recorded) == (3, 0)


def test_a_received_clip_stays_received_when_it_is_binned_here(tmp_path: Path) -> None:
    day = Day(tmp_path, Doom(None, done=False))
    day.live()
    told = day.visits.journal.read()
    day.clips.close()
    assert sheet(told, [], event=EVENT, now=EVENING).today == Tally(1, 2)


# -- the journal ----------------------------------------------------------------------------------------------------


def test_a_line_of_rubbish_is_counted_and_costs_no_other_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "booth" / "visits.jsonl")
    journal.add(Line(What.AGREED, "one", EVENING.isoformat(), "Ünïon “Day”\n", "Zoë"))
    with (tmp_path / "booth" / "visits.jsonl").open("ab") as file:
        file.write(b'\xff\xfe\n[]\n{"what": "eaten", "visit": "one"}\n{"visit": 3, "what": "kept"}\n{"what": "ke')
    journal.add(Line(What.KEPT, "one", EVENING.isoformat()))
    told = journal.read()
    assert told.damaged == 4, "half a line at the end was none"
    (visit,) = told.visits.values()
    assert (visit.event, visit.name, visit.kept) == ("Ünïon “Day”\n", "Zoë", True)


# -- the words ------------------------------------------------------------------------------------------------------


def test_what_somebody_agreed_to_can_be_read_later_and_goes_with_the_clip(tmp_path: Path) -> None:
    day = Day(tmp_path, Doom(None, done=False))
    visit = one_visit(day.visits, day.clips, Outcome.KEEP)
    line = (tmp_path / "booth" / "visits.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert f'"words": "{WORDS.sha256}"' in line
    assert '"version": "7"' in line
    assert (tmp_path / "booth" / "words" / f"{WORDS.sha256}.txt").read_text(encoding="utf-8") == WORDS.text
    (clip,) = day.clips.clips()
    about = clip.about
    assert (about.title, about.audience, about.preset) == (f"{EVENT}: 23:50", Audience.TEAM, Preset.SMALLER)
    assert clip.take.stem == visit
    day.clips.close()


def test_the_organisations_words_are_shown_as_they_stand(tmp_path: Path) -> None:
    told: list[str] = []

    def problem(path: Path, why: str) -> None:
        told.append(f"{path.parent.name}: {why}")

    ours, theirs = tmp_path / "data", tmp_path / "etc"
    folders = Folders(ours, theirs / "settings.toml")
    for folder in (ours, theirs):
        folder.mkdir()
    usual = find_words(folders, problem).filled(event="the fair", audience="your team")
    assert (usual.version, usual.audience, told) == ("1", Audience.TEAM, [])
    assert len(usual.paragraphs) >= 3
    assert "{" not in usual.text
    (ours / NAME).write_text("Only these.", encoding="utf-8")
    assert find_words(folders, problem) == ConsentWords("Only these.")
    head = "\ufeffVersion: 3 b\r\nAudience: staff\r\n\r\n"
    (theirs / NAME).write_text(
        f"{head}At {{event}}.\nStill {{wat}} {{0}} {{}}.\n\n{{audience}} see it.", encoding="utf-8"
    )
    words = find_words(folders, problem).filled(event="E")
    assert (words.version, words.audience) == ("3 b", Audience.STAFF)
    assert words.paragraphs == ("At E. Still {wat} {0} {}.", "{audience} see it.")
    assert words.sha256 != usual.sha256
    for bad in (b"Version: 1\n \n", b"\xff\xfe\x00", b"long " * LARGEST_BYTES, b"Audience: all\nHello."):
        (theirs / NAME).write_bytes(bad)
        assert find_words(folders, problem).text == "Only these.", "one that cannot be shown is not shown"
    assert len(told) == 4
    assert all(line.startswith("etc: ") for line in told)
