"""The renderer as a child process: the same files and the same sentences, and nothing left however it ends."""

import contextlib
import hashlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from diary_app.clip import KeptRange, Preset
from diary_app.editing import render_child
from diary_app.editing.errors import EditError, EditFailed, EditStopped
from diary_app.editing.probe import probe
from diary_app.editing.progress import OnProgress, ignore_progress
from diary_app.editing.render import render
from diary_app.editing.render_child import RendererDied, render_apart
from tests.support.takes import convert
from tests.support.wait import until

PATIENCE_S = 120.0
"""The child gives way to whatever else runs on a busy computer."""


@pytest.fixture(scope="module")
def long_take(folder: Path, take: Path) -> Path:
    """Two minutes of pictures, which no computer renders in the moment that a test needs to step in."""
    return convert(take, folder / "long.mp4", "-an", "-c", "copy", before=("-stream_loop", "14"))


OTHERS: list[psutil.Process] = []


@pytest.fixture(autouse=True)
def others() -> None:
    """What was there before: a portal that the tests of this run share."""
    OTHERS[:] = psutil.Process().children(recursive=True)


def family() -> list[psutil.Process]:
    """Every process that this test has started."""
    return [process for process in psutil.Process().children(recursive=True) if process not in OTHERS]


def once_encoding(do: Callable[[list[psutil.Process]], object]) -> Callable[[float, float | None], None]:
    """As on_progress: does it once, as soon as ffmpeg is at work; gives it the renderer and its ffmpeg."""
    done: list[bool] = []

    def look(_fraction: float, _seconds_left: float | None) -> None:
        processes = family()
        if not done and any("ffmpeg" in process.name() for process in processes):
            done.append(True)
            do(processes)

    return look


def ended_by(
    do: Callable[[list[psutil.Process]], object],
    take: Path,
    folder: Path,
    *,
    stop: threading.Event | None = None,
    rest: threading.Event | None = None,
) -> EditError:
    """Begin a long render, do that in the middle of it, and return its error; by then everything is gone."""
    seen: list[psutil.Process] = []

    def act(processes: list[psutil.Process]) -> None:
        seen.extend(processes)
        do(processes)

    look = once_encoding(act)
    with pytest.raises(EditError) as caught:
        render_apart(take, folder / "out.mp4", preset=Preset.BEST, on_progress=look, stop=stop, rest=rest)
    assert seen
    until(lambda: not any(map(_lives, seen)), what="every process to be gone")
    assert list(folder.iterdir()) == []
    return caught.value


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def test_the_same_file_is_made_elsewhere(take: Path, tmp_path: Path) -> None:
    told: list[tuple[float, float | None]] = []
    out, keep = tmp_path / "out.mp4", (KeptRange(1.01, 2.5), KeptRange(3.0, 5.01))
    made = render_apart(take, out, keep=keep, preset=Preset.SMALLER, on_progress=lambda *each: told.append(each))
    same = render(take, tmp_path / "same.mp4", keep=keep, preset=Preset.SMALLER)
    assert made.path == out
    assert made.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (made.bytes, made.seconds) == (out.stat().st_size, same.seconds)
    assert probe(out).seconds == pytest.approx(3.5, abs=0.1)
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert told[-1] == (1.0, 0.0)
    assert {path.name for path in tmp_path.iterdir()} == {"out.mp4", "same.mp4"}


def test_the_sentences_are_the_same(take: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.mp4"
    words.write_text("words")
    for source, out, keep in (
        (take, take, ()),
        (take, tmp_path / "none" / "out.mp4", ()),
        (words, tmp_path / "out.mp4", ()),
    ):
        assert _refusal(render, source, out, keep) == _refusal(render_apart, source, out, keep)
    assert list(tmp_path.iterdir()) == [words]


def _refusal(make: Callable[..., object], take: Path, out: Path, keep: Sequence[KeptRange]) -> tuple[str, str]:
    with pytest.raises(EditError) as caught:
        make(take, out, keep=keep)
    return type(caught.value).__name__, str(caught.value)


def test_all_of_it_gives_way_and_an_encoder_that_dies_is_our_fault(long_take: Path, tmp_path: Path) -> None:
    nice: list[int] = []

    def kill_ffmpeg(processes: list[psutil.Process]) -> None:
        nice.extend(process.nice() for process in processes)
        for process in processes:
            if "ffmpeg" in process.name():
                process.kill()

    error = ended_by(kill_ffmpeg, long_take, tmp_path)
    assert nice == [10, 10]
    assert type(error) is EditFailed
    assert str(error) == "The file could not be made. Your recording is safe. Please try again."


def test_a_renderer_that_dies_is_told_apart(long_take: Path, tmp_path: Path) -> None:
    error = ended_by(lambda processes: processes[0].kill(), long_take, tmp_path)
    assert isinstance(error, RendererDied)
    assert "Your recording is safe" in str(error)
    assert str(-signal.SIGKILL) in error.detail


@pytest.mark.parametrize("hung", [False, True])
def test_stopped_everything_is_gone(hung: bool, long_take: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def stop_it(processes: list[psutil.Process]) -> None:
        for process in processes if hung else ():
            process.suspend()
        stop.set()

    assert isinstance(ended_by(stop_it, long_take, tmp_path, stop=stop), EditStopped)


class Asked(threading.Event):
    """Counts how often somebody asked whether to rest."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def is_set(self) -> bool:
        self.times += 1
        return super().is_set()


@contextlib.contextmanager
def at_work(
    take: Path,
    out: Path,
    *,
    on_progress: OnProgress = ignore_progress,
    stop: threading.Event | None = None,
    rest: threading.Event | None = None,
) -> Iterator[list[EditError]]:
    """Render on a thread of its own while the block runs, and then to the end; what it raised is in the list."""
    errors: list[EditError] = []

    def work() -> None:
        try:
            render_apart(take, out, preset=Preset.SMALLER, on_progress=on_progress, stop=stop, rest=rest)
        except EditError as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield errors
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_nothing_is_begun_while_a_take_is_recorded(take: Path, tmp_path: Path) -> None:
    rest = Asked()
    rest.set()
    with at_work(take, tmp_path / "out.mp4", rest=rest):
        until(lambda: rest.times >= 5, what="the work to ask for leave")
        assert family() == []
        rest.clear()
    assert probe(tmp_path / "out.mp4").seconds == pytest.approx(8.0, abs=0.1)


class LongNap:
    """A clock that jumps a day ahead when it is told to."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_s


def test_what_was_begun_stands_still_meanwhile_and_goes_on(
    long_take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest, stop, clock = threading.Event(), threading.Event(), LongNap()
    monkeypatch.setattr(render_child, "time", clock)
    told: list[float] = []
    look = once_encoding(lambda _processes: rest.set())

    def watch(fraction: float, seconds_left: float | None) -> None:
        told.extend([] if seconds_left is None else [seconds_left])
        look(fraction, seconds_left)

    with at_work(long_take, tmp_path / "out.mp4", on_progress=watch, stop=stop, rest=rest) as errors:
        until(_all_stopped, what="everything to stand still", limit_s=PATIENCE_S)
        clock.ahead_s = 86_400.0
        told.clear()
        rest.clear()
        until(lambda: bool(told), what="progress", limit_s=PATIENCE_S)
        stop.set()
    assert [type(error) for error in errors] == [EditStopped]
    assert max(told) < 43_200.0, "the rest counts as work"


def _all_stopped() -> bool:
    with contextlib.suppress(psutil.Error):  # one has ended meanwhile
        return {process.status() for process in family()} == {psutil.STATUS_STOPPED}
    return False


def test_stopped_while_it_stands_still_everything_is_gone(long_take: Path, tmp_path: Path) -> None:
    rest, stop = threading.Event(), threading.Event()
    closers: list[threading.Thread] = []

    def begin_to_record(processes: list[psutil.Process]) -> None:
        rest.set()
        closers.append(threading.Thread(target=close_when_frozen, daemon=True))
        closers[0].start()

    def close_when_frozen() -> None:
        until(_all_stopped, what="everything to stand still", limit_s=PATIENCE_S)
        stop.set()

    assert isinstance(ended_by(begin_to_record, long_take, tmp_path, stop=stop, rest=rest), EditStopped)
    closers[0].join()


def test_where_it_cannot_be_frozen_it_is_begun_again(
    long_take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render_child, "CAN_FREEZE", False)
    rest, stop = Asked(), threading.Event()
    begun: list[psutil.Process] = []

    def begin_to_record(processes: list[psutil.Process]) -> None:
        begun.extend(processes)
        rest.set()
        rest.times = 0

    look = once_encoding(begin_to_record)
    with at_work(long_take, tmp_path / "out.mp4", on_progress=look, stop=stop, rest=rest) as errors:
        until(lambda: bool(begun) and rest.times >= 5, what="the work to rest", limit_s=PATIENCE_S)
        assert family() == []
        assert list(tmp_path.iterdir()) == []
        rest.clear()
        until(lambda: any("ffmpeg" in each.name() for each in family()), what="new work", limit_s=PATIENCE_S)
        stop.set()
    assert [type(error) for error in errors] == [EditStopped]
