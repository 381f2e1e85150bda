"""Rescue to a memory stick: all of every unsent clip arrives, whole, once, and nobody else learns anything."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import (
    About,
    Audience,
    Clip,
    ClipId,
    Goes,
    KeptRange,
    Kind,
    Person,
    Preset,
    Receipt,
    Rendition,
    ShowAs,
    Stage,
)
from diary_app.editing.errors import EditStopped
from diary_app.editing.files import sha256
from diary_app.editing.first_look import first_look
from diary_app.editing.progress import Meter
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News
from diary_app.rescue import bringing, passphrase, taking
from diary_app.rescue.age import KEY_WORK, WORDS_WORK
from diary_app.rescue.desk import RescueDesk
from diary_app.rescue.errors import StickFailed
from diary_app.rescue.taking import INDEX, READ_ME, UNFINISHED
from tests.support import portal_media

WORDS = ("apple", "badge", "camel", "dairy", "easel", "fence")
ABOUT = About("Tuesday’s walk", Audience.STAFF, (Person("Ann Other", True), Person("Me", True)), Preset.SMALLER, True)
TAKE_BYTES = 150_000


@dataclass
class Computer:
    """A data folder with its catalogue and its rescue desk."""

    folders: Folders
    catalogue: Catalogue
    desk: RescueDesk
    news: list[News]

    @property
    def clips(self) -> list[Clip]:
        return self.catalogue.clips()

    @property
    def files(self) -> list[Path]:
        return sorted((*self.folders.takes.iterdir(), *self.folders.renditions.iterdir()))


def nothing() -> None:
    """Nobody prepares or sends."""


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[Callable[[str], Computer]]:
    made: list[Computer] = []

    def make(name: str) -> Computer:
        folders, news = Folders(tmp_path / name).make(), list[News]()
        catalogue = Catalogue(folders.catalogue)
        desk = RescueDesk(folders, catalogue, on_news=news.append, wake=nothing)
        made.append(Computer(folders, catalogue, desk, news))
        return made[-1]

    yield make
    for each in made:
        each.catalogue.close()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that cost nothing to guess, and no child process that looks at takes; the first test has the real ones."""
    monkeypatch.setattr(taking, "WORDS_WORK", KEY_WORK)
    monkeypatch.setattr(bringing, "first_look", bool)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return portal_media.sound(tmp_path_factory.mktemp("sound") / "sound.mp4").read_bytes()


def add_clip(computer: Computer, number: int, content: bytes, *, wanted: bool = False, ready: bool = False) -> Clip:
    """A clip of two seconds; its take is `content` with its number behind the end."""
    clip_id = ClipId(f"00000000-0000-4000-8000-{number:012}")
    take = computer.folders.takes / f"{clip_id}.mp4"
    take.write_bytes(content + b"\x00\x00\x00\x10free%08d" % number)
    computer.catalogue.add(clip_id, kind=Kind.SOUND, take=take, stage=Stage.RECORDING)
    computer.catalogue.finish_take(clip_id, seconds=2.0, report='{"seconds": 2.0}')
    computer.catalogue.set_keep(clip_id, [KeptRange(0.25, 1.0), KeptRange(1.5, 2.0)])
    computer.catalogue.set_names_said(clip_id, [KeptRange(0.5, 0.75)])
    about = replace(ABOUT, title=f"{ABOUT.title} {number}", show_as=ShowAs.DISGUISED_VOICE)
    computer.catalogue.set_about(clip_id, about)
    if ready:
        rendition = computer.folders.renditions / f"{clip_id}.m4a"
        size = rendition.write_bytes(b"finished %d" % number)
        computer.catalogue.set_rendition(clip_id, Rendition(rendition, sha256(rendition), size, 1.25))
    if wanted:
        computer.catalogue.want(clip_id)
    return computer.catalogue.clip(clip_id)


# -- there and back -------------------------------------------------------------------------------------------------


def test_everything_about_every_unsent_clip_arrives_at_another_computer(
    computer: Callable[[str], Computer], stick: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "WORDS_WORK", WORDS_WORK)
    monkeypatch.setattr(bringing, "first_look", first_look)
    one, two = computer("one"), computer("two")
    before = [add_clip(one, 1, sound), add_clip(one, 3, sound, wanted=True, ready=True)]
    one.catalogue.set_goes(before[0].clip_id, Goes.HELD)
    sent = add_clip(one, 4, sound)
    one.catalogue.set_receipt(Receipt(sent.clip_id, "0" * 64, 1, "2026-11-23T11:00:00+00:00", "page"))
    taken = one.desk.take(stick, WORDS)
    assert (taken.clips, taken.left_out) == (2, ())
    assert [path.name for path in stick.iterdir()] == [taken.folder.name]
    assert one.catalogue.clip(before[1].clip_id) == before[1], "the clips stay as they are"

    brought = two.desk.bring(stick, WORDS)
    assert (set(brought.clips), brought.already) == ({clip.clip_id for clip in before}, 0)
    assert two.news == [ClipChanged(clip_id) for clip_id in brought.clips]
    for old in before:
        new = two.catalogue.clip(old.clip_id)
        assert (new.kind, new.created_at, new.seconds, new.keep) == (old.kind, old.created_at, old.seconds, old.keep)
        assert (new.about, new.wanted, new.names_said) == (old.about, old.wanted, (KeptRange(0.5, 0.75),))
        assert new.delivery.goes is one.catalogue.clip(old.clip_id).delivery.goes
        assert two.catalogue.report(old.clip_id) == '{"seconds": 2.0}'
        assert new.take.read_bytes() == old.take.read_bytes()
        assert two.catalogue.came_from(sha256(old.take)) == new
    ready = two.catalogue.queue()
    assert [(clip.clip_id, clip.stage) for clip in ready] == [(before[1].clip_id, Stage.READY)]
    assert ready[0].rendition is not None
    assert ready[0].rendition.path.read_bytes() == b"finished 3"

    assert two.desk.bring(taken.folder, WORDS).already == 2, "the same folder again brings nothing twice"
    assert len(two.clips) == 2
    assert len(two.files) == 3


def test_the_folder_tells_nothing_about_anybody(computer: Callable[[str], Computer], stick: Path, sound: bytes) -> None:
    one = computer("one")
    add_clip(one, 1, sound, ready=True)
    add_clip(one, 2, sound)
    folder = one.desk.take(stick, WORDS).folder
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted((READ_ME, INDEX, "0001.age", "0002.age", "0003.age"))
    lying_there = b"".join(path.read_bytes() for path in folder.iterdir() if path.name != READ_ME)
    for secret in (b"Tuesday", b"walk", b"Ann", b"title", b"ftyp", b"finished", b"00000000-0000", b"diary"):
        assert secret not in lying_there


def test_long_files_are_split_and_joined(computer: Callable[[str], Computer], stick: Path, sound: bytes) -> None:
    one, two = computer("one"), computer("two")
    old = add_clip(one, 1, sound + bytes(TAKE_BYTES))
    now, words = datetime(2026, 11, 23, 11, 5, tzinfo=UTC), passphrase.joined(WORDS)
    folder = taking.take(one.catalogue, stick, words, now=now, meter=Meter(), part_bytes=70_001).folder
    assert folder.name == "Diary rescue 2026-11-23 11.05"
    assert {"0001.age", "0001.age.2", "0001.age.3"} <= {path.name for path in folder.iterdir()}
    assert max(path.stat().st_size for path in folder.iterdir()) == 70_001
    two.desk.bring(folder, WORDS)
    assert two.catalogue.clip(old.clip_id).take.read_bytes() == old.take.read_bytes()
    (folder / "0001.age.3").unlink()
    three = computer("three")
    assert three.desk.bring(folder, WORDS).damaged == (old.title,)
    assert (three.clips, three.files) == ([], [])


def test_what_cannot_be_taken_is_named_and_keeps_nothing_else_away(
    computer: Callable[[str], Computer], stick: Path, sound: bytes
) -> None:
    one = computer("one")
    gone, there, changed = (add_clip(one, number, sound, ready=number == 3) for number in (1, 2, 3))
    gone.take.unlink()
    assert changed.rendition is not None
    changed.rendition.path.write_bytes(b"finished 4")
    taken = one.desk.take(stick, WORDS)
    assert (taken.clips, taken.left_out) == (2, (gone.title,))
    two = computer("two")
    assert set(two.desk.bring(stick, WORDS).clips) == {there.clip_id, changed.clip_id}
    assert two.catalogue.clip(changed.clip_id).rendition is None, "a rendition that is not the promised one stays away"


# -- when the stick fails -------------------------------------------------------------------------------------------


def break_writes(monkeypatch: pytest.MonkeyPatch, stick: Path, number: int, *, after: int) -> None:
    """The operating system refuses to write to the stick, once so many writes went well."""
    write, left = os.write, [after]

    def fails(handle: int, data: bytes) -> int:
        here = {path.stat().st_ino for path in stick.rglob("*.age")}
        if os.fstat(handle).st_ino in here:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(number, os.strerror(number))
        return write(handle, data)

    monkeypatch.setattr(os, "write", fails)


@pytest.mark.parametrize(
    "fault",
    [(errno.ENOSPC, "stick is full"), (errno.EIO, "pulled out"), (errno.ENOENT, "pulled out"), (errno.EROFS, "lock")],
)
def test_a_stick_that_fails_while_it_is_written_keeps_nothing(
    computer: Callable[[str], Computer],
    stick: Path,
    sound: bytes,
    monkeypatch: pytest.MonkeyPatch,
    fault: tuple[int, str],
) -> None:
    number, said = fault
    one = computer("one")
    add_clip(one, 1, sound + bytes(TAKE_BYTES))
    with monkeypatch.context() as broken:
        break_writes(broken, stick, number, after=2)
        with pytest.raises(StickFailed, match=said) as failed:
            one.desk.take(stick, WORDS)
    assert "safe on this computer" in str(failed.value)
    assert list(stick.iterdir()) == []
    assert one.desk.take(stick, WORDS).clips == 1, "and the next try is not in its way"


def test_whoever_stops_leaves_nothing(computer: Callable[[str], Computer], stick: Path, sound: bytes) -> None:
    one, two, stop = computer("one"), computer("two"), Event()

    def half_way(fraction: float, _left: float | None) -> None:
        if fraction > 0.5:
            stop.set()

    add_clip(one, 1, sound + bytes(TAKE_BYTES))
    with pytest.raises(EditStopped):
        one.desk.take(stick, WORDS, on_progress=half_way, stop=stop)
    assert list(stick.iterdir()) == []
    one.desk.take(stick, WORDS)
    stop.clear()
    with pytest.raises(EditStopped):
        two.desk.bring(stick, WORDS, on_progress=half_way, stop=stop)
    assert (two.clips, two.files) == ([], [])


def test_a_stick_that_loses_a_bit_is_found_out_before_anything_is_promised(
    computer: Callable[[str], Computer], stick: Path, sound: bytes
) -> None:
    one = computer("one")
    add_clip(one, 1, sound)
    add_clip(one, 2, sound)
    lost: list[int] = []

    def lose(fraction: float, _left: float | None) -> None:
        """While the first file is read back, the second one goes bad."""
        if fraction > taking.WRITING and not lost:
            lost.append(flip(stick / UNFINISHED / "0002.age", -100))

    with pytest.raises(StickFailed, match="does not keep"):
        one.desk.take(stick, WORDS, on_progress=lose)
    assert lost
    assert list(stick.iterdir()) == []


def flip(path: Path, at: int) -> int:
    """Turn one bit over, so many bytes from the end."""
    with path.open("r+b") as file:
        place = file.seek(at, os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(place)
        return file.write(bytes([byte ^ 1]))


def test_too_little_room_is_said_before_anything_is_written(
    computer: Callable[[str], Computer], stick: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = computer("one")
    add_clip(one, 1, sound)
    needed = one.desk.plan().bytes
    room = shutil.disk_usage(stick)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: room._replace(free=needed - 1))
    with pytest.raises(StickFailed, match=r"There is room for 1.1 MB on this memory stick, and your clips need 1.1 MB"):
        one.desk.take(stick, WORDS)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: room._replace(free=needed))
    folder = one.desk.take(stick, WORDS).folder
    assert sum(path.stat().st_size for path in folder.iterdir()) <= needed


def test_a_read_only_stick_and_one_that_is_gone(
    computer: Callable[[str], Computer], stick: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = computer("one")
    add_clip(one, 1, sound)

    mkdir = os.mkdir

    def read_only(path: Path, mode: int = 0o777) -> None:
        if Path(path).parent == stick:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        mkdir(path, mode)

    with monkeypatch.context() as locked:
        locked.setattr(os, "mkdir", read_only)
        with pytest.raises(StickFailed, match="little lock"):
            one.desk.take(stick, WORDS)
    with pytest.raises(StickFailed, match="pulled out"):
        one.desk.take(stick / "gone", WORDS)
    with pytest.raises(Refused, match="There are no clips in this folder"):
        one.desk.look(stick)


def test_what_a_stick_that_was_pulled_out_holds_is_replaced(
    computer: Callable[[str], Computer], stick: Path, sound: bytes
) -> None:
    one = computer("one")
    add_clip(one, 1, sound)
    (stick / UNFINISHED).mkdir()
    (stick / UNFINISHED / "0001.age").write_bytes(b"half")
    (stick / UNFINISHED / INDEX).write_bytes(b"half")
    made = {one.desk.take(stick, WORDS).folder, one.desk.take(stick, WORDS).folder}
    assert set(stick.iterdir()) == made
    with pytest.raises(Refused, match="several rescue folders"):
        one.desk.look(stick)


# -- the words ------------------------------------------------------------------------------------------------------


def test_wrong_words_are_said_and_change_nothing(
    computer: Callable[[str], Computer], stick: Path, sound: bytes
) -> None:
    one, two = computer("one"), computer("two")
    add_clip(one, 1, sound)
    one.desk.take(stick, WORDS)
    for words, said in (
        (WORDS[::-1], "These are not the six words"),
        ((*WORDS[:5], "fense"), "“fense” is none of the words"),
        (WORDS[:5], "There are six words, and 5 of them are here"),
    ):
        with pytest.raises(Refused, match=said):
            two.desk.bring(stick, words)
    assert (two.clips, two.files, two.news) == ([], [], [])
    typed = passphrase.read(" Apple, BADGE-camel  dairy\teasel. fence\n")
    assert len(two.desk.bring(stick, typed).clips) == 1


# -- folders that somebody made on purpose ----------------------------------------------------------------------------


def test_links_pipes_and_lies_about_a_file_bring_nothing(
    computer: Callable[[str], Computer], stick: Path, sound: bytes, tmp_path: Path
) -> None:
    """One good clip among them comes all the same."""
    one, two = computer("one"), computer("two")
    clips = [add_clip(one, number, sound) for number in range(1, 6)]
    folder = one.desk.take(stick, WORDS).folder
    elsewhere = tmp_path / "elsewhere.age"
    (folder / "0001.age").replace(elsewhere)
    (folder / "0001.age").symlink_to(elsewhere)
    (folder / "0002.age").unlink()
    os.mkfifo(folder / "0002.age")
    shutil.copy(folder / "0004.age", folder / "0003.age")
    (folder / "0005.age").write_bytes(b"")
    brought = two.desk.bring(stick, WORDS)
    assert brought.clips == (clips[3].clip_id,)
    assert brought.damaged == tuple(clip.title for clip in (*clips[:3], clips[4]))
    assert [path.name for path in two.files] == [clips[3].take.name]


def test_a_take_that_is_no_recording_is_not_brought(
    computer: Callable[[str], Computer], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "first_look", first_look)
    one, two = computer("one"), computer("two")
    add_clip(one, 1, b"#!/bin/sh")
    one.desk.take(stick, WORDS)
    assert two.desk.bring(stick, WORDS).damaged == ("Tuesday’s walk 1",)
    assert (two.clips, two.files) == ([], [])
